"""Texts as they are to be read aloud: numbers, temperatures, dates, times and telephone numbers in words."""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from voice_models.phrases import DIGITS, number

# eSpeak NG spells -iong syllables in English and misreads some characters: its own phonemes, or a homophone, instead
SPOKEN_ZH = {
    "胸": "[[S;jong55]]",
    "兄": "[[S;jong55]]",
    "穷": "[[tS;hjong35]]",
    "窮": "[[tS;hjong35]]",
    "熊": "[[S;jong35]]",
}
SPOKEN_ZH |= {"鼻塞": "鼻腮", "兒": "儿", "咳嗽": "咳嗽"}
ALONE_COUGH = re.compile(r"咳(?!嗽)")
COUNTED = "个個位天口次小时小時度点點分岁歲年周週家户戶名针針遍层層间間月"
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def readable(text: str, language: str) -> str:
    """A prompt in "zh" (also "zh-Hans", "zh-Hant") or "en" as the synthesiser must get it to read it rightly."""
    chinese = language.startswith("zh")
    for pattern, say in _CHINESE if chinese else _ENGLISH:
        text = pattern.sub(say, text)
    return _characters(text) if chinese else re.sub(r"\s+", " ", text).strip()


def _characters(text: str) -> str:
    for written, spoken in SPOKEN_ZH.items():
        text = text.replace(written, spoken)
    return ALONE_COUGH.sub("[[kho-35]]", text)


# Chinese


def chinese_number(written: str) -> str:
    """'37.8' is 三十七点八, '-3' is 负三, '12000' is 一万二千."""
    sign = "负" if written.startswith("-") else ""
    whole, _, fraction = written.lstrip("-").partition(".")
    spoken = _cardinal(int(whole or 0))
    return sign + spoken + ("点" + "".join(DIGITS[int(digit)] for digit in fraction) if fraction else "")


def _cardinal(value: int) -> str:
    if value < 1000:
        return number("zh", value)
    unit, name = next((unit, name) for unit, name in ((10**8, "亿"), (10**4, "万"), (10**3, "千")) if value >= unit)
    high, low = divmod(value, unit)
    head = "两" if high == 2 and unit < 10**5 else _cardinal(high)
    if not low:
        return head + name
    joint = "零" if low < unit // 10 else ""
    tail = _cardinal(low)
    return head + name + joint + ("一" + tail if tail.startswith("十") else tail)


def one_by_one(digits: str) -> str:
    """Digits of a telephone number, 1 as 幺, a short rest after each group."""
    return "，".join("".join("幺" if d == "1" else DIGITS[int(d)] for d in group) for group in _groups(digits))


def _groups(digits: str) -> list[str]:
    only = re.sub(r"\D", "", digits)
    if len(only) == 13 and only.startswith("86"):
        only = only[2:]
    cuts = [0, 3, 7, 11] if len(only) == 11 and only.startswith("1") else [*range(0, len(only), 4), len(only)]
    return [only[start:end] for start, end in pairwise(cuts) if only[start:end]]


def _year_zh(year: str) -> str:
    return "".join(DIGITS[int(digit)] for digit in year)


def _date_zh(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    return f"{_year_zh(year)}年{chinese_number(month)}月{chinese_number(day)}日"


def _time_zh(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    said = ("两" if hour == 2 else chinese_number(str(hour))) + "点"
    if minute == 30:
        return said + "半"
    return said + (("零" if minute < 10 else "") + chinese_number(str(minute)) + "分" if minute else "")


def _counted_zh(found: re.Match[str]) -> str:
    amount, unit = found.groups()
    return ("两" if amount == "2" and unit != "月" else chinese_number(amount)) + unit


_PHONE = re.compile(
    r"(?<![\d.])(?:\+?86[ -]?)?1\d{2}[ -]?\d{4}[ -]?\d{4}(?!\d)|(?<![\d.])\d{3,4}-\d{7,8}(?!\d)|(?<![\d.])\d{7,}(?!\d)"
)
_HOTLINE = re.compile(r"(?<![\d.])(1[12]0|119|12345|12320|10086|95\d{3})(?![\d.度℃°个天])")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)")
_NUMBER = r"-?\d+(?:\.\d+)?"
_CHINESE: tuple[Rule, ...] = (
    (_PHONE, lambda found: one_by_one(found[0])),
    (_HOTLINE, lambda found: "".join("幺" if d == "1" else DIGITS[int(d)] for d in found[0])),
    (_ISO, _date_zh),
    (re.compile(r"(\d{4})(?=年)"), lambda found: _year_zh(found[1])),
    (_CLOCK, _time_zh),
    (re.compile(r"(\d+)\s*[-~～–至]\s*(?=\d)"), lambda found: found[1] + "到"),
    (re.compile(r"\s*(?:℃|°\s?C|摄氏度|攝氏度)"), lambda _: "度"),
    (re.compile(r"\s*(?:℉|°\s?F)"), lambda _: "华氏度"),
    (re.compile(r"第\s*(\d+)"), lambda found: "第" + chinese_number(found[1])),
    (re.compile(rf"({_NUMBER})\s*%"), lambda found: "百分之" + chinese_number(found[1])),
    (re.compile(rf"({_NUMBER})\s*([{COUNTED}])"), _counted_zh),
    (re.compile(_NUMBER), lambda found: chinese_number(found[0])),
)


# English


def _date_en(found: re.Match[str]) -> str:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return found[0]
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _time_en(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    half = "a m" if hour < 12 else "p m"
    spoken = f" {number('en', minute)}" if minute >= 10 else f" oh {number('en', minute)}" if minute else ""
    return f"{number('en', hour % 12 or 12)}{spoken} {half}"


def _digits_en(found: re.Match[str]) -> str:
    return ", ".join(" ".join(number("en", int(digit)) for digit in group) for group in _groups(found[0]))


_ENGLISH: tuple[Rule, ...] = (
    (_PHONE, _digits_en),
    (re.compile(r"(?<![\d.])(911|999|111|12345)(?![\d.])"), _digits_en),
    (_ISO, _date_en),
    (_CLOCK, _time_en),
    (re.compile(r"(\d)\s*(?:℃|°\s?C)"), lambda found: f"{found[1]} degrees Celsius"),
    (re.compile(r"(\d)\s*(?:℉|°\s?F)"), lambda found: f"{found[1]} degrees Fahrenheit"),
    (re.compile(r"(\d+)\s*[-–~]\s*(?=\d)"), lambda found: f"{found[1]} to "),
    (re.compile(r"(\d)\s*%"), lambda found: f"{found[1]} percent"),
    (re.compile(r"\s*&\s*"), lambda _: " and "),
)
