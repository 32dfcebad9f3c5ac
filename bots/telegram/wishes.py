"""What residents wish outside of the questions, in words of their own: the command that the words stand for."""

from __future__ import annotations

import re

from dialogs.understanding import understand

_AT_END = " \t\n。.!！?？~～，,"
# The words must be all that was said, since words within an answer belong to the answer.
_WISHES = {
    "status": re.compile(
        r"(请|麻烦)?(帮我|给我)?(看看?|查一?查?|出示|显示)?(一下)?我?的?(健康码|健康状态|健康状况|状态)(是?什么(颜色)?|怎么样|呢)?"
        r"|((what('s| is)|show( me)?|check) )?my (health )?(status|code)( please)?",
    ),
    "week": re.compile(
        r"我?(这|本)一?(个?(周|星期|礼拜)|几天)我?都?(说|报|报告)(过|了)?些?(什么|啥)(了|呢)?"
        r"|what (did i|have i|i) (say|said|report|reported|told you)( this week)?|my (week|reports)",
    ),
    "forget": re.compile(
        r"(请|麻烦)?(你|您)?(忘记|忘了|忘掉|删除|删掉|清除|注销)(我|我的(资料|信息|记录|数据|账号))(吧)?"
        r"|(please )?(forget|delete|erase|remove) (about )?(me|my (data|records?|information|account))( please)?",
    ),
    "stop": re.compile(r"停|停止|stop"),
    "help": re.compile(r"怎么用|怎么使用|使用说明|how does (this|it) work|how do i use (this|it)"),
}
_LANGUAGES = {
    "zh-Hans": re.compile(r"(请|能)?(说|讲|用|换成?)?(中文|普通话|汉语)(吧|吗)?|chinese( please)?"),
    "en": re.compile(r"(please )?((speak|use|in) )?english( please)?|(请|能)?(说|讲|用|换成?)?(英文|英语)(吧|吗)?"),
}
_DAILY = re.compile(r"每天|天天|每日|每晚|every ?day|daily|every (morning|evening|night)|each day")
_ASKS = re.compile(r"问|提醒|ask|remind")


def wish(words: str, language: str) -> tuple[str, str] | None:
    """The command that words stand for, with what belongs to it; None when they are for the conversation."""
    plain = " ".join(words.lower().strip(_AT_END).split())
    name = next((name for name, pattern in _WISHES.items() if pattern.fullmatch(plain)), None)
    if name:
        return name, ""
    spoken = next((code for code, pattern in _LANGUAGES.items() if pattern.fullmatch(plain)), None)
    if spoken:
        return "language", spoken
    if _DAILY.search(plain) and _ASKS.search(plain) and hour(words, language) is not None:
        return "time", words
    return None


def corrects(words: str, language: str) -> bool:
    """Whether words take something back that was said before."""
    return understand(words, lang=language).act == "correction"


def hour(words: str, language: str) -> int | None:
    """The hour (0-23) in words such as 8, 20:00, 晚上八点, 8 pm; None when there is none."""
    if re.fullmatch(r"\d{1,2}", words.strip()):
        number = int(words)
        return number if number < 24 else None
    asked = "call me back" if language == "en" else "再打给我"  # the understanding knows such times of calls
    at = understand(f"{asked} {words}", lang=language).call_later_at
    return None if at is None else int(at.partition(":")[0]) % 24
