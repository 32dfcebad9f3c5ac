"""Symptoms asked one by one, where somebody says twice that there are some, and never which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs import acts, answers, confirming, hearing
from dialogs.leading import leads_with, speaks_well
from dialogs.questions import Ear, Item, Question
from dialogs.symptoms import both_symptoms

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_EVERY = ("都", "全", "统统", "什么", "啥", "none", "nothing", "any of", "all fine", "no symptoms", "别的没", "没别的")
_BREATH = ("shortness_of_breath", "chest_pain")


def list_symptoms(dialog: Dialog, question: Question) -> None:
    """The next questions go through the symptoms, one at a time."""
    dialog.focus = {"on": "listing", "context": "open", "name": question.name, "left": list(question.listing),
                    "present": [], "absent": [], "words": [], "who": dialog.about}  # fmt: skip
    dialog.no_match = dialog.no_input = 0


def listing(dialog: Dialog, ear: Ear) -> None:
    """An answer to "any cough?"."""
    assert dialog.focus is not None
    left, act = dialog.focus["left"], acts.meant(dialog, ear)
    present, absent = _read(ear, left)
    if act == "emergency" and left[0] in _BREATH and left[0] in absent:
        act = None  # no, the breath goes well
    if act in acts.FIRST or (act and act not in ("dont_know", "correction") and not (present or absent)):
        acts.perform(dialog, str(act), ear)
    elif present or absent or act == "dont_know":
        if act == "dont_know" and not (present or absent):
            left.pop(0)
        note(dialog, present, absent, ear)
    elif aside := acts.aside(dialog, ear):
        acts.perform(dialog, aside, ear)
    else:
        hearing.missed(dialog)


def _read(ear: Ear, left: list[str]) -> tuple[list[str], list[str]]:
    """The symptoms that the words confirm and deny; how they begin answers for the one that was asked about."""
    u, begins = ear.understood, leads_with(ear.words)
    present, absent = list(u.symptoms_present), list(u.symptoms_absent)
    if present == left[:1] and begins == "no" and speaks_well(ear.words):
        present, absent = [], [*absent, left[0]]  # "no, my taste is fine"
    if u.all_well or ("no" in (u.yes_no, begins) and any(word in ear.words.lower() for word in _EVERY)):
        absent += [name for name in left if name not in present]
    elif not (present or absent) and (said := u.yes_no or begins):
        (present if said == "yes" else absent).append(left[0])
    return present, absent


def note(dialog: Dialog, present: list[str], absent: list[str], ear: Ear) -> None:
    """Remember what was confirmed and denied, and go on to the next symptom."""
    assert dialog.focus is not None
    seen = both_symptoms(dialog.focus, {"present": present, "absent": absent})
    left = [name for name in dialog.focus["left"] if name not in seen["present"] and name not in seen["absent"]]
    dialog.focus.update(seen, left=left)
    dialog.focus["words"].append(ear.words)
    dialog.no_match = dialog.no_input = 0
    if not left:
        _finish(dialog)


def skip_one(dialog: Dialog) -> None:
    """Go on to the next symptom, as this one stays unknown."""
    assert dialog.focus is not None
    dialog.focus["left"].pop(0)
    if not dialog.focus["left"]:
        _finish(dialog)


def listed(dialog: Dialog) -> Item:
    """The answer so far."""
    assert dialog.focus is not None
    words = " / ".join(word for word in dialog.focus["words"] if word)
    value = {"present": dialog.focus["present"], "absent": dialog.focus["absent"]}
    return {"name": dialog.focus["name"], "who": dialog.focus["who"], "value": value, "words": words, "span": None,
            "confidence": 1.0, "how": "words", "partly": False}  # fmt: skip


def _finish(dialog: Dialog) -> None:
    one = listed(dialog)
    dialog.focus = None
    answers.keep(dialog, one, confirmed=True)
    confirming.echo(dialog, [one])
