"""Answers that were given without being asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dialogs import answers, hearing, household
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.symptoms import denies_all, no_symptoms

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_OF_MYSELF = re.compile(r"我也|我自己|我本人|\b(me too|myself|i also|i have|i've got|i am|i'm)\b")
_CLOSING = re.compile(
    r"(没|沒|無|无|不).{0,4}(症状|症狀|不舒服|不适|别的|別的|其他)|一切正常|都正常|都没有|都沒有|就是|只是|只有|光是|"
    r"\b(no|any|other|nothing) (other )?(symptom|else|problem|complaint)|feel(ing)? (fine|well|good|ok)|"
    r"(am|i'm) (fine|well|good|ok|okay)\b|\bonly\b|\bjust\b",
    re.IGNORECASE,
)


def _without_fever(reading: Reading | None, asked: Question | None) -> Reading | None:
    """A yes or no to "any fever?" is that answer, not one about the symptoms as well."""
    if not reading or not asked or asked.context != "fever":
        return reading
    value = {key: [name for name in names if name != "fever"] for key, names in reading.value.items()}
    return Reading(reading.meaning, value, reading.confidence, reading.span, True) if any(value.values()) else None


def volunteered(dialog: Dialog, ear: Ear, asked: Question | None) -> list[Item]:
    """Answers that were not asked for but given; what is already known the same way is left out."""
    found: list[Item] = []
    u = ear.understood
    if asked and asked.kind == "members" and not _OF_MYSELF.search(ear.words.lower()):
        return found  # asked how the others are, nobody speaks of himself
    closing = bool(_CLOSING.search(ear.words))
    if u.temperature_c is u.onset_days_ago is u.count is None and not (
        u.symptoms_present or u.symptoms_absent or u.all_well or u.members or closing
    ):
        return found
    for question in dialog.script.questions.values():
        if question is asked or not _speaks_of(dialog, question):
            continue
        reading = question.reader.volunteered(ear, question)
        if question.kind == "symptoms" and household.speaker_well(ear):
            reading = Reading("none", no_symptoms())
        elif question.kind == "symptoms" and ear.understood.all_well and asked and asked.kind == "members":
            reading = None  # they are well at home; how we are was said before
        elif question.kind == "symptoms" and answers.corrects(ear):
            pass  # only what is named is taken back
        elif question.kind == "symptoms":
            reading = _closed(dialog, question, ear, reading, asked) if closing else _without_fever(reading, asked)
        who = _of_whom(dialog, question, ear)
        known = dialog.answers.get(who, {}).get(question.name)
        if not reading or (known is not None and denies_all(reading.value)):
            continue  # a general "all well" takes nothing back that was said in so many words
        one = answers.beside_known(dialog, item(question.name, who, reading, ear), ear)
        if one["value"] != known:
            found.append(one)
    return found


def _of_whom(dialog: Dialog, question: Question, ear: Ear) -> str:
    """Who is spoken of: in an objection, the person of whom this was just said again."""
    said = dialog.said_before
    if said and question.name in said["said"] and answers.corrects(ear, said_again=True):
        return str(said["person"])
    return dialog.about


def _closed(
    dialog: Dialog, question: Question, ear: Ear, reading: Reading | None, asked: Question | None
) -> Reading | None:
    """Symptoms with "nothing else" or "only", heard as the answer to their own question: nothing is left open."""
    again = question.reader.read(hearing.ear_of(dialog, ear.words, "symptoms"), question)
    if again is None or again.value is None or (asked and asked.kind == "yes_no" and not reading):
        return _without_fever(reading, asked)
    return again


def _speaks_of(dialog: Dialog, question: Question) -> bool:
    return question.kind in ("temperature", "symptoms", "when", "count") or question.context == "fever"
