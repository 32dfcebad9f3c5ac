"""Which symptoms there are, and which not."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogs.leading import leads_with
from dialogs.questions import Ear, Question, Reading, Words
from dialogs.readers.plain import UNSURE, Plain
from dialogs.symptoms import no_symptoms
from dialogs.understanding import SYMPTOMS
from dialogs.wording import listed


class Symptoms(Plain):
    """Any of the fourteen symptoms: {"present": [...], "absent": [...]}; a plain no denies them all.

    Keys: 1 yes, 2 no, or the names of those ticked in a list, "cough,headache"; what is not ticked is denied.
    """

    def context(self, question: Question) -> str:
        return "symptoms"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("some", "none", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if u.symptoms_present:
            value = {"present": list(u.symptoms_present), "absent": list(u.symptoms_absent)}
            return ear.reading("some", value, "symptoms_present")
        if u.yes_no == "no" or u.all_well:
            return ear.reading("none", no_symptoms(), "yes_no")
        if u.symptoms_absent and u.yes_no is None:
            value = {"present": [], "absent": list(u.symptoms_absent)}
            return ear.reading("none", value, "symptoms_absent")
        if leads_with(ear.words) == "no" and u.yes_no:
            return ear.reading("none", no_symptoms(), "yes_no")
        return Reading("which") if u.yes_no == "yes" else None

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if u.all_well and not u.symptoms_present:
            return ear.reading("none", no_symptoms(), "all_well")
        if not (u.symptoms_present or u.symptoms_absent):
            return None
        value = {"present": list(u.symptoms_present), "absent": list(u.symptoms_absent)}
        partly = len(u.symptoms_present) + len(u.symptoms_absent) < len(SYMPTOMS) and not u.all_well
        key = "symptoms_present" if u.symptoms_present else "symptoms_absent"
        found = ear.reading(self.meaning(value, question), value, key)
        return Reading(found.meaning, value, found.confidence, found.span, partly)

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        ticked = keys.split(",")
        if set(ticked) <= set(SYMPTOMS):
            value = {"present": [name for name in SYMPTOMS if name in ticked],
                     "absent": [name for name in SYMPTOMS if name not in ticked]}  # fmt: skip
            return Reading("some", value)
        return {"1": Reading("which"), "2": Reading("none", no_symptoms())}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return "some" if value["present"] else "none"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        present = [words[name] for name in value["present"]]
        return words["have"].format(listed(present, language)) if present else words["well"]

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["yes"], "2": words["no"]}
