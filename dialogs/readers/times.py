"""Days, and the time to call again."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogs.dates import read_date, shown_date
from dialogs.questions import Ear, Question, Reading, Words
from dialogs.readers.plain import Plain


class When(Plain):
    """A day, as a date or as "how long"; kept as an ISO date. Keys: days ago (up to two), or month and day (1123)."""

    def context(self, question: Question) -> str:
        return question.context or "onset"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        day = read_date(ear.words, ear.understood.onset_days_ago, ear.now.date())
        return None if day is None else ear.reading("given", day.isoformat(), "onset_days_ago")

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        return self.read(ear, question) if question.context == "onset" and u.onset_days_ago is not None else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        if not keys.isdecimal() or len(keys) > 4:
            return None
        text = f"{now.year}-{keys[:-2]:0>2}-{keys[-2:]}" if len(keys) > 2 else ""
        day = read_date(text, int(keys) if len(keys) < 3 else None, now.date())
        return Reading("given", day.isoformat()) if day else None

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["since" if self.context(question) == "onset" else "on"].format(shown_date(value, language))


class CallTime(Plain):
    """When to call again; kept as local ISO minutes, "" for any time."""

    def read(self, ear: Ear, question: Question) -> Reading | None:
        at = call_time(ear)
        return Reading("given", at or "", loose=not at)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        if not value:
            return words["later"]
        return f"{shown_date(value[:10], language)}{'' if language.startswith('zh') else ' '}{value[11:16]}"


def call_time(ear: Ear) -> str | None:
    """The local time at which the resident wants to be called again (ISO, minutes), where one was said."""
    u = ear.understood
    if u.call_later_minutes is not None:
        return (ear.now + timedelta(minutes=min(u.call_later_minutes, 60 * 24 * 30))).isoformat(timespec="minutes")[:16]
    if u.call_later_at is None and u.call_later_day is None:
        return None
    hour, _, minute = (u.call_later_at or "09:00").partition(":")
    at = ear.now.replace(hour=int(hour) % 24, minute=int(minute or 0) % 60) + timedelta(days=u.call_later_day or 0)
    return (at if at > ear.now else at + timedelta(days=1)).isoformat(timespec="minutes")[:16]
