"""A body temperature."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogs.questions import Ear, Question, Reading, Words
from dialogs.readers.plain import Plain

LOWEST, HIGHEST = 34.0, 43.0  # °C a living person can have


class Temperature(Plain):
    """A body temperature in °C; keys 378 or 37*8 are 37.8, 1002 is 100.2 °F."""

    def context(self, question: Question) -> str:
        return "temperature"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        value = ear.understood.temperature_c
        return None if value is None else ear.reading("given", round(value, 1), "temperature_c")

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return self.read(ear, question)

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        value = _degrees(keys)
        return Reading("given", value) if value is not None and LOWEST <= value <= HIGHEST else None

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["degrees"].format(f"{value:.1f}".removesuffix(".0"))

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"378": words["degrees"].format("37.8"), "365": words["degrees"].format("36.5")}


def _degrees(keys: str) -> float | None:
    whole, star, rest = keys.partition("*")
    if not (whole.isdecimal() and (rest.isdecimal() or not star)):
        return None
    value = float(f"{whole}.{rest}") if star else float(whole)
    if not star and len(whole) > 2 and value >= 200:
        value /= 10
    return round((value - 32) / 1.8, 1) if value > 90 else round(value, 1)
