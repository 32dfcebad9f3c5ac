"""How an answer begins: the first word after the small talk is often the whole answer, whatever is said behind it."""

from __future__ import annotations

import re

from dialogs.understanding.text import folding

_SMALL = (
    r"(?:嗯嗯|嗯|啊|呃|哦|喔|唔|哎|诶|喂|你好|您好|这个嘛|那个|怎么说呢|我想想啊|我跟你说|"
    r"\b(?:uh|um|er|ah|oh|so|well|okay|ok|right|let me see|to be honest|you know|as i told your colleague)\b|"
    r"[\s,，。.、~])*"
)
_NO = re.compile(
    _SMALL
    + r"(?:没有|没得|没(?!力|劲|精神$|精力|胃口)|不(?!舒服|太|好|行|得劲|对劲|知道|清楚|方便)|无|冇|都没|一点都没|"
    r"(?:no|nope|nah|not(?! (?:too|so|very|feeling|great|good|well))|none|never|neither|nothing)\b)"
)
_YES = re.compile(
    _SMALL + r"(?:是|对|有(?!没)|没错|没问题|可以|行|成|得|好|"
    r"(?:yes|yeah|yep|yup|aye|sure|correct|right|that's right|that's it)\b)"
)
_AFFIRMING = re.compile(_SMALL + r"(?:对|是)?(?:没错|没问题|没毛病|not wrong|no problem)")
_WELL = re.compile(
    r"好|正常|没问题|没事|顺|香|闻得到|尝得[到出]|有力气|有劲|\b(fine|good|okay|ok|well|normal|all right|clear|great)\b"
)
_WANT = re.compile(
    _SMALL + r"(?:我们?|咱们?|\b(?:i|we)(?: do| would| really)?(?:'d)?\b|\s)*(?:还|都|很|是|可能|当然|\s)*"
    r"(?P<no>不太|不|没|暂时不|先不|\b(?:don't|do not|didn't|not)\b)?\s*(?:想要|需要|要|想|缺|"
    r"\b(?:want|need|like|require)\b(?: to)?)(?:的|啊|呀|呢|吧|了|一些|一点|几个|点|"
    r"\b(?:some|any|it|them|one|please|thanks?|thank you)\b|[\s,，。.!！])*",
)


def leads_with(words: str) -> str | None:
    """`yes` or `no`, where that is how the words begin; None where they begin with something else."""
    text = words.lower().translate(folding())
    if _AFFIRMING.match(text):
        return "yes"
    if _NO.match(text):
        return "no"
    return "yes" if _YES.match(text) else None


def affirms(words: str) -> bool:
    """Whether the words begin with a yes that looks like a no: 没错, "no problem"."""
    return bool(_AFFIRMING.match(words.lower().translate(folding())))


def speaks_well(words: str) -> bool:
    """Whether something is called good or in order."""
    return bool(_WELL.search(words.lower().translate(folding())))


def wants(words: str) -> str | None:
    """`yes` or `no`, where the words say that something is wanted or not, and nothing else."""
    said = _WANT.fullmatch(words.lower().translate(folding()))
    return None if said is None else "no" if said["no"] else "yes"
