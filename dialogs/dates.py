"""Days in words: 11月23号, 23 November, tomorrow, so many days ago; and a day said again."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_AHEAD = {"大后天": 3, "后天": 2, "後天": 2, "明天": 1, "明日": 1, "day after tomorrow": 2, "tomorrow": 1}
_TODAY = ("今天", "今日", "today")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_CHINESE = re.compile(r"([一二三四五六七八九十\d]{1,3})月([一二三四五六七八九十\d]{1,3})[日号號]?")
_MONTH = f"({'|'.join(_MONTHS)})[a-z]*"
_ENGLISH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}|\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b")


def read_date(text: str, days_ago: int | None, today: date) -> date | None:
    """The day that was said: one that is named, else so many days before `today`; a year not said is the nearest."""
    folded = text.lower()
    named = _named(folded, today)
    if named or days_ago is None:
        return named or _ahead(folded, today)
    return today - timedelta(days=min(days_ago, 3650))


def _named(text: str, today: date) -> date | None:
    if found := _ISO.search(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _CHINESE.search(text):
        return _nearest(_number(found[1]), _number(found[2]), today)
    if found := _ENGLISH.search(text):
        return _nearest(_MONTHS.index(found[2] or found[3]) + 1, int(found[1] or found[4]), today)
    return None


def _ahead(text: str, today: date) -> date | None:
    for word, days in _AHEAD.items():
        if word in text:
            return today + timedelta(days=days)
    return today if any(word in text for word in _TODAY) else None


def _nearest(month: int, day: int, today: date) -> date | None:
    days = [found for year in (-1, 0, 1) if (found := _day(today.year + year, month, day))]
    return min(days, key=lambda found: abs(found - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    digits = {word: i for i, word in enumerate("零一二三四五六七八九")}
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return digits.get(text[-1:], 0)
    return (digits.get(tens[-1:], 1) if tens else 1) * 10 + (digits.get(ones[:1], 0) if ones else 0)


def shown_date(iso: str, language: str) -> str:
    """An ISO date as it is spoken: 11月23日, 23 November."""
    month, day = int(iso[5:7]), int(iso[8:10])
    return f"{month}月{day}日" if language.startswith("zh") else f"{day} {_NAMES[month - 1]}"
