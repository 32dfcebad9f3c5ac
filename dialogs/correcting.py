"""Corrections: what was said before is taken back, and put right or asked for anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dialogs import answers, hearing, walking
from dialogs.leading import leads_with
from dialogs.questions import Ear, Item, Question, Reading, item

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_MEANT = re.compile(
    r"我是说|我是要|我的意思|应该是|改成|\b(i meant?|i mean|make (it|that)|change (it|that))\b", re.IGNORECASE
)


def takes_back(dialog: Dialog, ear: Ear, reading: Reading | None, others: list[Item]) -> bool:
    """Whether a mere yes or no is about something said before: a known answer comes anew, or is called wrong."""
    if reading and not bare(reading, ear):
        return False
    if answers.corrects(ear, bool(dialog.said_before)):
        return bool(others) or bool(dialog.order)
    if not others and _says_last_anew(dialog, ear):
        return True
    return reading is not None and any(_known_otherwise(dialog, one) for one in others)


def _says_last_anew(dialog: Dialog, ear: Ear) -> bool:
    """Whether the number or the choice given last comes anew: "no, eight", "I meant eight boxes"."""
    if not dialog.order or not (leads_with(ear.words) == "no" or _MEANT.search(ear.words)):
        return False
    name, who = dialog.order[-1]
    question = dialog.script.questions[name]
    return question.echo and question.kind in ("number", "one_of") and bool(_changed(dialog, name, who, ear))


def _known_otherwise(dialog: Dialog, one: Item) -> bool:
    known = dialog.answers.get(one["who"], {}).get(one["name"])
    return known is not None and not answers.is_partly(dialog, one["name"], one["who"]) and known != one["value"]


def correct(dialog: Dialog, ear: Ear, others: list[Item]) -> None:
    """Take back an earlier answer: the new value where one was said, else ask again from that question on."""
    changed = [item for item in others if item["name"] in dialog.answers.get(item["who"], {})]
    question = dialog.question
    reading = question.reader.read(ear, question) if question else None
    if question and reading and not reading.loose and not changed and not bare(reading, ear):
        answers.accept(dialog, question, reading, ear, others)
        return
    given = [(n, w) for n, w in reversed(dialog.order) if dialog.script.step_of(n)]
    last = next((one for one in given if _just_said_again(dialog, *one)), given[0] if given else None)
    named = next((n for n, w in reversed(dialog.order) if _label(dialog, n) in ear.words.lower()), None)
    if not changed and last:
        name, who = (named, dialog.about) if named else last
        changed = _changed(dialog, name, who, ear)
        if not changed:
            answers.forget(dialog, name, who)
            dialog.speak("correct_what")
            walking.back_to(dialog, name, who)
            return
    if changed:
        answers.take(dialog, others or changed, ear)
    elif question and reading:
        answers.accept(dialog, question, reading, ear, others)
    else:
        answers.take(dialog, others, ear)
        hearing.missed(dialog)


def _just_said_again(dialog: Dialog, name: str, who: str) -> bool:
    """Whether this is what we said again in passing, and what he objects to."""
    said = dialog.said_before
    return bool(said) and said["person"] == who and name in said["said"]


def _label(dialog: Dialog, name: str) -> str:
    return dialog.script.label(dialog.script.questions[name], dialog.language).lower()


def _changed(dialog: Dialog, name: str, who: str, ear: Ear) -> list[Item]:
    question = dialog.script.questions[name]
    again = hearing.ear_of(dialog, ear.words, question.reader.context(question))
    reading = question.reader.read(again, question)
    old = dialog.answers.get(who, {}).get(name)
    if not reading or reading.loose or reading.value is None or reading.value == old:
        return []
    return [item(name, who, reading, ear)]


def denies_having_any(dialog: Dialog, question: Question, ear: Ear) -> bool:
    """Whether "when did it start?" is answered by there being nothing, once."""
    u = ear.understood
    if question.context != "onset" or f"{dialog.about} {question.name} none" in dialog.met or u.symptoms_present:
        return False
    asked = next((dialog.script.questions[n] for n, w in dialog.order if _has_symptoms(dialog, n, w)), None)
    if asked is None or not _has_symptoms(dialog, asked.name, dialog.about):
        return False
    again = asked.reader.read(hearing.ear_of(dialog, ear.words, asked.reader.context(asked)), asked)
    return leads_with(ear.words) == "no" or (again is not None and again.meaning == "none")


def _has_symptoms(dialog: Dialog, name: str, who: str) -> bool:
    value = dialog.answers.get(who, {}).get(name)
    return isinstance(value, dict) and bool(value.get("present"))


def well_after_all(dialog: Dialog) -> None:
    """The symptoms that we have cannot be right: ask for them anew."""
    who = dialog.about
    dialog.met.append(f"{who} {dialog.question_name} none")
    name = next(n for n, w in reversed(dialog.order) if w == who and _has_symptoms(dialog, n, w))
    answers.forget(dialog, name, who)
    dialog.speak("correct_what")
    walking.back_to(dialog, name, who)


def bare(reading: Reading | None, ear: Ear) -> bool:
    """Whether an answer is a mere yes or no, with nothing named."""
    u = ear.understood
    named = u.symptoms_present or u.symptoms_absent or u.choice or u.all_well or u.members
    return reading is not None and reading.meaning in ("yes", "no", "none", "which", "well", "ill") and not named
