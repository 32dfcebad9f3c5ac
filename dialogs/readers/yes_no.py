"""Yes or no."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dialogs.leading import wants
from dialogs.questions import Ear, Question, Reading, Words, said
from dialogs.readers.options import NOT_CHOOSING
from dialogs.readers.plain import UNSURE, Plain
from dialogs.understanding.text import folding

_WANTED = re.compile(r"要|想|want|need|like")


class YesNo(Plain):
    """Yes or no; kept as a boolean."""

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("yes", "no", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        said = ear.understood.yes_no
        if said is None and question.heard and ear.understood.act not in NOT_CHOOSING:
            said = _heard(question.heard, ear.words.translate(folding()))
        if said is None and _offers(question):
            said = wants(ear.words)
        return ear.reading(said, said == "yes", "yes_no") if said else self.volunteered(ear, question)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        if question.context != "fever":
            return None
        if "fever" in ear.understood.symptoms_present:
            return ear.reading("yes", True, "symptoms_present")
        return ear.reading("no", False, "symptoms_absent") if "fever" in ear.understood.symptoms_absent else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return {"1": Reading("yes", True), "2": Reading("no", False)}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return "yes" if value else "no"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        meaning = self.meaning(value, question)
        label = question.label.text(language, str) if question.label else question.name
        return said(question, meaning, language) or words["is"].format(label, words[meaning])

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["yes"], "2": words["no"]}


def _offers(question: Question) -> bool:
    """Whether it is asked what somebody wants: only there "not needed" is a no."""
    wordings = [question.label, *(question.said or {}).values()]
    texts = [wording.text(language, str) for wording in wordings if wording for language in ("zh-Hans", "en")]
    return any(_WANTED.search(text) for text in [question.name, *texts])


def _heard(phrases: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """The meaning of the longest phrase in the text."""
    found = [(len(phrase), meaning) for meaning, some in phrases.items() for phrase in some if phrase in text]
    return max(found)[1] if found else None
