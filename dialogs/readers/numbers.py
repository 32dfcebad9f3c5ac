"""Numbers, and how many live at home."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogs.questions import Ear, Question, Reading, Words
from dialogs.readers.plain import Plain


def _days(question: Question, unit: str | None) -> int:
    """How many of the question's unit one of the unit said is: a week is seven days."""
    if question.unit != "day" or not unit:
        return 1
    return 7 if unit.lower() in _WEEKS else 30 if unit.lower() in _MONTHS else 1


_WEEKS = ("week", "weeks", "周", "星期", "个星期", "礼拜", "个礼拜", "週")
_MONTHS = ("month", "months", "月", "个月")


class Number(Plain):
    """A number within a range, in the unit of the question."""

    def context(self, question: Question) -> str:
        return "number"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        number = ear.understood.number
        return self._within(number[0] * _days(question, number[1]), question, ear) if number else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        whole, star, rest = keys.partition("*")
        if not (whole.isdecimal() and len(whole) < 10 and (rest.isdecimal() or not star)):
            return None
        return self._within(float(f"{whole}.{rest or 0}"), question, None)

    def _within(self, value: float, question: Question, ear: Ear | None) -> Reading | None:
        if not (question.low is None or value >= question.low) or not (question.high is None or value <= question.high):
            return None
        number = int(value) if value == int(value) else value
        return ear.reading("given", number, "number") if ear else Reading("given", number)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        unit = words.get(question.unit or "", question.unit or "")
        return f"{value}{unit}" if language.startswith("zh") else f"{value} {unit}".strip()


class Count(Number):
    """How many people live at home, the resident included."""

    def context(self, question: Question) -> str:
        return "household"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        count = ear.understood.count
        return None if count is None else self._within(count, question, ear)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return self.read(ear, question)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["people"].format(value)
