"""Names of made-up people, Chinese and English."""

from __future__ import annotations

from random import Random

# The ten commonest Chinese surnames stand three times, so that they are drawn more often.
SURNAMES = "王李张刘陈杨赵黄周吴" * 3 + (
    "徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = {
    "male": "伟强磊军洋勇杰涛超明刚平辉鹏华飞波斌宇浩凯健俊帆旭宁龙林阳建国志文博家豪子轩思远立诚永庆德福",
    "female": "芳娜敏静丽艳娟霞秀英玲桂兰红梅燕雪琴云莉倩颖洁慧婷玉萍凤珍欣怡雨涵诗琪佳晓淑华美月",
}
EN_SURNAMES = (
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Johnson",
    "Davies",
    "Robinson",
    "Wright",
    "Evans",
    "Walker",
    "White",
    "Green",
    "Hall",
    "Wood",
    "Jackson",
    "Clarke",
    "Patel",
    "Khan",
    "Singh",
    "Ahmed",
    "Okafor",
    "Mensah",
    "Garcia",
    "Costa",
    "Novak",
    "Kowalski",
    "Ivanova",
    "Kim",
    "Tanaka",
    "Nguyen",
    "Silva",
    "Rossi",
    "Müller",
    "Dubois",
    "Murphy",
    "O'Brien",
)
EN_GIVEN = {
    "male": (
        "James",
        "John",
        "David",
        "Michael",
        "Daniel",
        "Samuel",
        "Thomas",
        "Peter",
        "Andrew",
        "Omar",
        "Kwame",
        "Ravi",
        "Diego",
        "Marco",
        "Pavel",
        "Liam",
        "Jonas",
        "Victor",
        "Henry",
        "Oscar",
        "Noah",
        "Adam",
    ),
    "female": (
        "Mary",
        "Anna",
        "Emma",
        "Sarah",
        "Laura",
        "Grace",
        "Alice",
        "Helen",
        "Rachel",
        "Amina",
        "Priya",
        "Sofia",
        "Elena",
        "Chloe",
        "Nora",
        "Ingrid",
        "Julia",
        "Ruth",
        "Fatima",
        "Maya",
        "Lucy",
        "Irene",
    ),
}


def surname(language: str, rng: Random) -> str:
    """A family name in the language."""
    return rng.choice(EN_SURNAMES if language == "en" else SURNAMES)


def full_name(language: str, family: str, sex: str, rng: Random) -> str:
    """A whole name, in the order of the language."""
    if language == "en":
        return f"{rng.choice(EN_GIVEN[sex])} {family}"
    length = 1 if rng.random() < 0.2 else 2
    return family + "".join(rng.choice(GIVEN[sex]) for _ in range(length))
