"""What a question may need before it is settled: values confirmed, symptoms listed, members told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dialogs import acts, answers, hearing, household, speech, walking
from dialogs.questions import Ear, Item, Question, item
from dialogs.readers import no_symptoms

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_EVERY = ("都", "全", "none", "nothing", "any of", "all fine", "no symptoms", "别的没")
_TRIES = 2


# said again


def echo(dialog: Dialog, items: list[Item]) -> None:
    """Say plain values again: by phone always, in chat only what is abnormal."""
    shown = [one for one in items if dialog.script.questions[one["name"]].echo]
    if not dialog.telephone:
        shown = [
            one for one in shown if dialog.script.questions[one["name"]].kind == "symptoms" and one["value"]["present"]
        ]
    if shown:
        dialog.speak("echo", value=speech.all_shown(dialog, shown))


# confirm


def ask_to_confirm(dialog: Dialog, items: list[Item]) -> None:
    """The next question is whether these values are right."""
    old = dialog.focus["items"] if dialog.focus and dialog.focus["on"] == "confirm" else []
    new = [(one["name"], one["who"]) for one in items]
    kept = [one for one in old if (one["name"], one["who"]) not in new]
    dialog.focus = {"on": "confirm", "context": "confirm", "items": [*kept, *items], "tries": 0, "step": dialog.step}
    dialog.no_match = dialog.no_input = 0


def confirming(dialog: Dialog, ear: Ear) -> None:
    """An answer to "is that right?"."""
    assert dialog.focus is not None
    act, said = acts.meant(dialog, ear), ear.understood.yes_no
    items: list[Item] = dialog.focus["items"]
    changed, others = _changes(dialog, ear, items)
    if act in acts.FIRST:
        acts.perform(dialog, str(act), ear)
    elif changed:
        _change(dialog, changed)
    elif said == "yes" or (said is None and act is None and _repeated(dialog, ear, items)):
        _settle(dialog, items, True)
    elif said == "no" or act == "correction":
        _reject(dialog, items)
    elif act and act != "dont_know":
        acts.perform(dialog, act, ear)
    elif aside := acts.aside(dialog, ear):
        acts.perform(dialog, aside, ear)
    else:
        hearing.missed(dialog)
        return
    if others and not dialog.over:
        answers.take(dialog, others, ear)


def _changes(dialog: Dialog, ear: Ear, items: list[Item]) -> tuple[list[Item], list[Item]]:
    """New values for what is being confirmed, and what else was said."""
    changed, others = [], []
    mine = {one["name"]: one for one in items if one["who"] == dialog.about}
    for question in dialog.script.questions.values():
        if question.kind in ("text", "yes_no", "members", "call_time", "one_of"):
            continue
        old = mine.get(question.name)
        reading = question.reader.volunteered(ear, question)
        if reading is None and old and question.kind in ("number", "any_of", "when") and ear.understood.yes_no is None:
            reading = question.reader.read(ear, question)
        if not reading or reading.value is None or reading.loose:
            continue
        if not old:
            if dialog.answers.get(dialog.about, {}).get(question.name) != reading.value:
                others.append(item(question.name, dialog.about, reading, ear))
            continue
        value = _merged(question, old["value"], reading.value, ear)
        if value != old["value"]:
            changed.append({**old, **item(question.name, dialog.about, reading, ear), "value": value, "partly": False})
    return changed, others


def _merged(question: Question, old: Any, new: Any, ear: Ear) -> Any:
    """A correction of symptoms adds and takes away; any other value replaces."""
    if question.kind != "symptoms" or new == no_symptoms():
        return new
    if ear.understood.yes_no == "no" and new["present"]:
        return {
            "present": new["present"],
            "absent": sorted({*old["absent"], *old["present"], *new["absent"]} - {*new["present"]}),
        }
    return both_symptoms(old, new)


def both_symptoms(old: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Two answers about symptoms as one; the newer wins."""
    present = [name for name in old["present"] if name not in new["absent"]]
    present += [name for name in new["present"] if name not in present]
    absent = [*old["absent"], *(name for name in new["absent"] if name not in old["absent"])]
    return {"present": present, "absent": [name for name in absent if name not in present]}


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
    assert dialog.focus is not None
    names = {(one["name"], one["who"]): one for one in changed}
    dialog.focus["items"] = [names.get((one["name"], one["who"]), one) for one in dialog.focus["items"]]
    dialog.focus["tries"] += 1
    dialog.no_match = 0
    if dialog.focus["tries"] >= _TRIES:
        _settle(dialog, dialog.focus["items"], True)


def _settle(dialog: Dialog, items: list[Item], confirmed: bool) -> None:
    dialog.focus = None
    for one in items:
        answers.keep(dialog, one, confirmed)


def _reject(dialog: Dialog, items: list[Item]) -> None:
    dialog.focus = None
    dialog.speak("correct_what")
    for one in items:
        answers.forget(dialog, one["name"], one["who"])
    first = items[0]
    question = dialog.question
    if not question or question.name not in [one["name"] for one in items]:
        walking.back_to(dialog, first["name"], first["who"])
    dialog.no_match = 1


def keep_pending(dialog: Dialog) -> None:
    """The conversation goes elsewhere before values were confirmed: keep them, with half the confidence."""
    pending = dialog.focus["items"] if dialog.focus and dialog.focus["on"] == "confirm" else []
    if dialog.focus and dialog.focus["on"] == "listing":
        pending = [_listed(dialog)] if dialog.focus["present"] or dialog.focus["absent"] else []
    dialog.focus = None
    for one in pending:
        answers.keep(dialog, {**one, "confidence": one["confidence"] / 2})


def merge_correction(dialog: Dialog, one: Item) -> None:
    """A correction of symptoms adds to what is known and takes away from it."""
    old = dialog.answers.get(one["who"], {}).get(one["name"])
    if dialog.script.questions[one["name"]].kind == "symptoms" and old and one["value"] != no_symptoms():
        one["value"] = both_symptoms(old, one["value"])
        one["partly"] = False


def add_to_partly(dialog: Dialog, one: Item) -> None:
    """What is said now completes what was volunteered before."""
    old = dialog.answers.get(one["who"], {}).get(one["name"])
    if old and isinstance(one["value"], dict):
        plain_no = one["value"] == no_symptoms()
        new = (
            {"present": [], "absent": [n for n in one["value"]["absent"] if n not in old["present"]]}
            if plain_no
            else one["value"]
        )
        one["value"] = both_symptoms(old, new)


# symptoms one by one


def list_symptoms(dialog: Dialog, question: Question) -> None:
    """The next questions go through the symptoms, one at a time."""
    dialog.focus = {"on": "listing", "context": "open", "name": question.name, "left": list(question.listing),
                    "present": [], "absent": [], "words": [], "who": dialog.about}  # fmt: skip
    dialog.no_match = dialog.no_input = 0


def listing(dialog: Dialog, ear: Ear) -> None:
    """An answer to "any cough?"."""
    assert dialog.focus is not None
    u, act, left = ear.understood, acts.meant(dialog, ear), dialog.focus["left"]
    if act in acts.FIRST or (act and act not in ("dont_know", "correction") and u.yes_no is None):
        acts.perform(dialog, str(act), ear)
        return
    present, absent = list(u.symptoms_present), list(u.symptoms_absent)
    if u.all_well or (u.yes_no == "no" and any(word in ear.words.lower() for word in _EVERY)):
        absent += [name for name in left if name not in present]
    elif u.yes_no and not (present or absent):
        (present if u.yes_no == "yes" else absent).append(left[0])
    elif act == "dont_know":
        left.pop(0)
    if not (present or absent) and act != "dont_know":
        if aside := acts.aside(dialog, ear):
            acts.perform(dialog, aside, ear)
        else:
            hearing.missed(dialog)
        return
    _note(dialog, present, absent, ear)


def _note(dialog: Dialog, present: list[str], absent: list[str], ear: Ear) -> None:
    assert dialog.focus is not None
    seen = both_symptoms(dialog.focus, {"present": present, "absent": absent})
    left = [name for name in dialog.focus["left"] if name not in seen["present"] and name not in seen["absent"]]
    dialog.focus.update(seen, left=left)
    dialog.focus["words"].append(ear.words)
    dialog.no_match = dialog.no_input = 0
    if not left:
        _finish_listing(dialog)


def _listed(dialog: Dialog) -> Item:
    assert dialog.focus is not None
    words = " / ".join(word for word in dialog.focus["words"] if word)
    value = {"present": dialog.focus["present"], "absent": dialog.focus["absent"]}
    return {"name": dialog.focus["name"], "who": dialog.focus["who"], "value": value, "words": words, "span": None,
            "confidence": 1.0, "how": "words", "partly": False}  # fmt: skip


def _finish_listing(dialog: Dialog) -> None:
    one = _listed(dialog)
    dialog.focus = None
    answers.keep(dialog, one, confirmed=True)
    echo(dialog, [one])


# which member


def ask_which(dialog: Dialog, heard: str, candidates: list[str], items: list[Item]) -> None:
    """The next question is whom a word like "my son" means."""
    dialog.focus = {"on": "which", "context": "choice", "heard": heard, "candidates": candidates, "items": items,
                    "before": dialog.focus}  # fmt: skip
    dialog.no_match = dialog.no_input = 0


def telling(dialog: Dialog, ear: Ear) -> None:
    """An answer to "which son?"."""
    assert dialog.focus is not None
    candidates = dialog.focus["candidates"]
    act = acts.meant(dialog, ear)
    chosen = next((who for who in ear.understood.choice if who in candidates), None)
    if act in acts.FIRST or (act and act not in ("dont_know", "correction") and not chosen):
        acts.perform(dialog, str(act), ear)
    elif chosen:
        _told(dialog, chosen, ear)
    else:
        hearing.missed(dialog)


def _told(dialog: Dialog, who: str, ear: Ear) -> None:
    assert dialog.focus is not None
    items = [{**one, "who": who} for one in dialog.focus["items"]]
    dialog.focus = dialog.focus["before"]
    dialog.no_match = 0
    answers.take(dialog, items, ear)


# shared

HANDLERS: dict[str, Callable[[Dialog, Ear], None]] = {"confirm": confirming, "listing": listing, "which": telling}


def options(dialog: Dialog) -> Mapping[str, tuple[str, ...]] | None:
    """What can be chosen while members are told apart."""
    if not dialog.focus or dialog.focus["on"] != "which":
        return None
    return {who: household.names(dialog, who, i) for i, who in enumerate(dialog.focus["candidates"])}


def keys(dialog: Dialog, pressed: str, ear: Ear) -> None:
    """Keys while something is confirmed (1 yes, 2 no), listed, or told apart (1, 2, 3 ...)."""
    assert dialog.focus is not None
    match dialog.focus["on"], pressed:
        case "confirm", "1":
            _settle(dialog, dialog.focus["items"], True)
        case "confirm", "2":
            _reject(dialog, dialog.focus["items"])
        case "listing", "1" | "2":
            symptom = dialog.focus["left"][0]
            _note(dialog, [symptom] * (pressed == "1"), [symptom] * (pressed == "2"), ear)
        case "which", digit if digit.isdecimal() and 0 < int(digit) <= len(dialog.focus["candidates"]):
            _told(dialog, dialog.focus["candidates"][int(digit) - 1], ear)
        case _:
            hearing.missed(dialog)


def give_up(dialog: Dialog) -> None:
    """Nothing understood for the last time: go on with what there is."""
    assert dialog.focus is not None
    dialog.no_match = dialog.no_input = 0
    match dialog.focus["on"]:
        case "confirm":
            keep_pending(dialog)
        case "listing":
            dialog.focus["left"].pop(0)
            if not dialog.focus["left"]:
                _finish_listing(dialog)
        case "which":
            unknown = f"member:{dialog.focus['heard']}"
            items = [{**one, "who": unknown, "confidence": one["confidence"] / 2} for one in dialog.focus["items"]]
            dialog.focus = dialog.focus["before"]
            for one in items:
                answers.keep(dialog, one)
