"""Values said again, and asked about where they are abnormal, improbable or uncertain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dialogs import acts, answers, hearing, household, speech, walking
from dialogs.leading import affirms, leads_with
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.symptoms import both_symptoms, denies_all

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_TRIES = 2
_MORE = re.compile(r"还|也|漏|少了|另外|再就是|再加|\b(also|and|too|plus|left|forgot|as well)\b")
_BARE_NUMBER = re.compile(r"[\s\d.,，。℃°度点點零〇一二三四五六七八九十CcFf]+")
_MEASURED = re.compile(r"量|测|測|\b(took|taken|measured)\b", re.IGNORECASE)  # "taken yesterday" is no beginning
_NOT_SAID_AGAIN = ("text", "yes_no", "members", "call_time", "one_of")


# said again


def echo(dialog: Dialog, items: list[Item]) -> None:
    """Say plain values again: by phone always, in chat only what is abnormal."""
    shown = [one for one in items if _worth_saying(dialog, one, items)]
    if shown:
        dialog.speak("echo", value=speech.all_shown(dialog, shown))
        dialog.echoed = _first_person(shown)


def _worth_saying(dialog: Dialog, one: Item, items: list[Item]) -> bool:
    question = dialog.script.questions[one["name"]]
    if not question.echo:
        return False
    if question.kind == "symptoms":
        if not one["value"]["present"]:
            if household.feverish(dialog, one["who"]):
                return False  # whoever has a fever is not told that nothing is wrong
            well = any(dialog.script.questions[o["name"]].kind == "members" and o["value"] == "well" for o in items)
            return dialog.telephone and denies_all_or_asked(one) and not (well and one["who"] != dialog.called)
        return True
    return dialog.telephone and not (question.kind == "members" and one["value"] == "ill")


def denies_all_or_asked(one: Item) -> bool:
    """Whether "no symptoms" is all that is to be said: not where only some were denied by the way."""
    return not one["partly"] or denies_all(one["value"])


def _first_person(items: list[Item]) -> dict[str, Any]:
    """What was said again about one person, the first of whom something was said."""
    who = items[0]["who"]
    return {"person": who, "said": {one["name"]: one["value"] for one in items if one["who"] == who}}


# asked about


def ask_to_confirm(dialog: Dialog, items: list[Item]) -> None:
    """The next question is whether these values are right."""
    old = dialog.focus["items"] if dialog.focus and dialog.focus["on"] == "confirm" else []
    new = [(one["name"], one["who"]) for one in items]
    kept = [one for one in old if (one["name"], one["who"]) not in new]
    dialog.focus = {"on": "confirm", "context": "confirm", "items": [*kept, *items], "tries": 0, "step": dialog.step}
    dialog.no_match = dialog.no_input = 0


def subject(dialog: Dialog, items: list[Item]) -> str:
    """Whom words without a name are about while these values are confirmed."""
    people = {one["who"] for one in items}
    return dialog.about if dialog.about in people else str(items[0]["who"])


def confirming(dialog: Dialog, ear: Ear) -> None:
    """An answer to "is that right?"."""
    assert dialog.focus is not None
    items: list[Item] = dialog.focus["items"]
    act, about = acts.meant(dialog, ear), subject(dialog, items)
    ear = household.heard_of(dialog, ear, about)
    changed, others = _changes(dialog, ear, items, about)
    others = _to_the_step(dialog, ear, others)
    said = _yes_or_no(ear, bool(act or changed))
    if act in acts.FIRST and not (changed and acts.may_wait(str(act), ear)):
        acts.perform(dialog, str(act), ear)
        return
    if changed:
        _change(dialog, changed)
    elif said == "yes" or (said is None and act is None and _repeated(dialog, ear, items)):
        settle(dialog, items)
    elif said == "no" or act == "correction":
        reject(dialog, items)
    elif act and act != "dont_know":
        acts.perform(dialog, act, ear)
    elif others:
        dialog.no_match = 0  # the answer to another question is taken, and ours is asked again
    elif aside := acts.aside(dialog, ear):
        acts.perform(dialog, aside, ear)
    else:
        hearing.missed(dialog)
        return
    if others and not dialog.over:
        answers.take(dialog, others, ear)


def _to_the_step(dialog: Dialog, ear: Ear, others: list[Item]) -> list[Item]:
    """What else was said; a bare number answers the question that still waits, not one about the person confirmed."""
    question, degrees = dialog.question, ear.understood.temperature_c
    if not question or question.kind != "temperature" or degrees is None or ear.understood.members:
        return others
    if not _BARE_NUMBER.fullmatch(ear.words) or question.name in dialog.answers.get(dialog.about, {}):
        return others
    assert dialog.focus is not None
    if any(one["name"] == question.name for one in dialog.focus["items"]):
        return others
    return [{**one, "who": dialog.about} if one["name"] == question.name else one for one in others]


def _yes_or_no(ear: Ear, more: bool) -> str | None:
    if affirms(ear.words):
        return "yes"
    return ear.understood.yes_no or (None if more else leads_with(ear.words))


def _changes(dialog: Dialog, ear: Ear, items: list[Item], about: str) -> tuple[list[Item], list[Item]]:
    """New values for what is being confirmed, and what else was said."""
    old = {(one["name"], one["who"]): one for one in items}
    changed: list[Item] = []
    others: list[Item] = []
    for one in [*_said_of(dialog, ear, items, about), *household.mentions(dialog, ear)]:
        known = old.get((one["name"], one["who"]))
        if known is None:
            if dialog.answers.get(one["who"], {}).get(one["name"]) != one["value"]:
                others.append(answers.beside_known(dialog, one, ear))
            continue
        value = _merged(dialog.script.questions[one["name"]], known["value"], one["value"], ear)
        if value != known["value"]:
            changed.append({**known, **one, "value": value, "partly": False})
    return changed, others


def _said_of(dialog: Dialog, ear: Ear, items: list[Item], about: str) -> list[Item]:
    """The values in the words about the person whose values are confirmed."""
    names = {one["name"] for one in items if one["who"] == about}
    found = []
    for question in dialog.script.questions.values():
        if question.kind in _NOT_SAID_AGAIN:
            continue
        reading = question.reader.volunteered(ear, question)
        asked = question.name in names and question.kind in ("number", "any_of", "when")
        if reading is None and asked and ear.understood.yes_no is None:
            reading = question.reader.read(ear, question)
        if reading is None and question.name not in names:
            reading = _onset(dialog, ear, question)
        if reading and reading.value is not None and not reading.loose:
            found.append(item(question.name, about, reading, ear))
    return found


def _onset(dialog: Dialog, ear: Ear, question: Question) -> Reading | None:
    """The day in "since yesterday", said when we only wanted to know whether the symptoms are right."""
    u = ear.understood
    if question.kind != "when" or question.context != "onset" or u.act or u.yes_no or u.temperature_c is not None:
        return None
    if _MEASURED.search(ear.words):
        return None
    return question.reader.volunteered(hearing.ear_of(dialog, ear.words, "onset"), question)


def _merged(question: Question, old: Any, new: Any, ear: Ear) -> Any:
    """A correction of symptoms adds and takes away; "no, a headache" replaces, and so does any other value."""
    if question.kind != "symptoms" or denies_all(new):
        return new
    denied = ear.understood.yes_no == "no" or leads_with(ear.words) == "no"
    if denied and new["present"] and not new["absent"] and not _MORE.search(ear.words.lower()):
        return {"present": new["present"], "absent": sorted({*old["absent"], *old["present"]} - {*new["present"]})}
    return both_symptoms(old, new)


def _repeated(dialog: Dialog, ear: Ear, items: list[Item]) -> bool:
    for one in items:
        question = dialog.script.questions[one["name"]]
        reading = question.reader.volunteered(ear, question)
        if reading and (reading.value == one["value"] or _same_symptoms(reading.value, one["value"])):
            return True
    return False


def _same_symptoms(said: Any, known: Any) -> bool:
    return isinstance(said, dict) and isinstance(known, dict) and set(said["present"]) <= set(known["present"])


def _change(dialog: Dialog, changed: list[Item]) -> None:
    """Say the values again as they were put right; the second time, what changed again is kept unconfirmed."""
    assert dialog.focus is not None
    new = {(one["name"], one["who"]): one for one in changed}
    items = [new.get((one["name"], one["who"]), one) for one in dialog.focus["items"]]
    dialog.focus["items"] = items
    dialog.focus["tries"] += 1
    dialog.no_match = 0
    if dialog.focus["tries"] >= _TRIES:
        settle(dialog, items, unsure=set(new))
        dialog.speak("echo", value=speech.all_shown(dialog, changed))


def settle(dialog: Dialog, items: list[Item], unsure: set[tuple[str, str]] | None = None) -> None:
    """The values are kept as confirmed, but for those that are still `unsure`."""
    dialog.focus = None
    for one in items:
        answers.keep(dialog, one, (one["name"], one["who"]) not in (unsure or ()))
    if any(one["who"] != dialog.called for one in items):
        _ask_who_else(dialog)


def _ask_who_else(dialog: Dialog) -> None:
    """Somebody at home is unwell, but it was none of those we thought: ask once more who it is."""
    for question in dialog.script.questions.values():
        said_ill = question.kind == "members" and dialog.answers.get(dialog.called, {}).get(question.name) == "ill"
        if said_ill and f"{question.name} who" not in dialog.met and not household.somebody_ill(dialog):
            dialog.met.append(f"{question.name} who")
            answers.forget(dialog, question.name, dialog.called)
            walking.back_to(dialog, question.name, dialog.called)


def reject(dialog: Dialog, items: list[Item]) -> None:
    """The values are wrong, and which is right was not said: ask again."""
    dialog.focus = None
    dialog.speak("correct_what")
    for one in items:
        answers.forget(dialog, one["name"], one["who"])
    question = dialog.question
    if not question or question.name not in [one["name"] for one in items]:
        walking.back_to(dialog, items[0]["name"], items[0]["who"])
