"""What most kinds of answer share, and free words."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogs.questions import Ear, Question, Reading, Words

UNSURE = "unsure"


class Plain:
    """What most kinds share: nothing volunteered, no keypad, every value means `given`."""

    def context(self, question: Question) -> str:
        return question.context or "open"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("given", UNSURE)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return None

    def meaning(self, value: Any, question: Question) -> str:
        return "given"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return str(value)

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {}


class Text(Plain):
    """Free words, kept as they are said."""

    def read(self, ear: Ear, question: Question) -> Reading | None:
        return Reading("given", ear.words.strip()[:1000], loose=True) if ear.words.strip() else None
