"""Which values are asked about once more."""

from __future__ import annotations

from typing import Any

from dialogs.questions import Question

IMPROBABLE = (35.5, 41.0)  # °C outside which a reading is asked about once more
LEAP = 1.5  # °C from the last round's reading, likewise


def doubt(question: Question, value: Any, previous: Any, fever_c: float) -> str | None:
    """Why a value should be asked about once more: "abnormal", "improbable", or not at all."""
    if question.kind == "symptoms":
        return "abnormal" if value["present"] else None
    if question.kind == "count":
        return "improbable" if value > 12 else None
    if question.kind != "temperature":
        return None
    if not IMPROBABLE[0] <= value <= IMPROBABLE[1]:
        return "improbable"
    if value >= fever_c:
        return "abnormal"
    return "improbable" if isinstance(previous, (int, float)) and abs(value - previous) >= LEAP else None
