"""How the others at home are."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogs.leading import leads_with
from dialogs.questions import Ear, Question, Reading, Words, said
from dialogs.readers.plain import UNSURE, Plain


class Members(Plain):
    """How the others at home are; kept for each of them, and as well | ill | apart for the household.

    The question is whether anybody is unwell: a mere yes means somebody is, and each is asked about.
    """

    def context(self, question: Question) -> str:
        return "members"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("well", "ill", "apart", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        unclear = any(m.who != "other" and not (m.well or m.symptoms_absent) for m in u.members)
        if u.symptoms_present or unclear or any(member.symptoms_present for member in u.members):
            return ear.reading("ill", "ill", "members")
        if u.all_well or u.members:
            return ear.reading("well", "well", "all_well")
        said = u.yes_no or (None if u.act else leads_with(ear.words))
        return {"yes": Reading("ill", "ill"), "no": Reading("well", "well")}.get(said or "")

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return {"1": Reading("well", "well"), "2": Reading("apart", "apart")}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return str(value)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return said(question, str(value), language) or str(value)

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["all_well"], "2": words["apart"]}
