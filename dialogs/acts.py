"""What is possible at every step: to ask who calls, to refuse, to be called later, to ask something in return ..."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dialogs import focus, hearing
from dialogs.asking import asks, asks_something
from dialogs.events import Requested
from dialogs.machine import walk
from dialogs.questions import Ear
from dialogs.readers import call_time
from dialogs.script import Act, Script
from dialogs.understanding.text import folding

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

FIRST = frozenset({"emergency", "wrong_number", "human", "refuse", "stop", "call_later"})  # before any answer
ASKING = frozenset({"who_are_you", "how_number", "robot", "repeat", "slower"})
ASIDE = frozenset({"who_are_you", "how_number", "robot"})  # answered together with what else was said
_HOW_MUCH = re.compile(r"多少|多高|几度|how (high|much)")
_ALL = re.compile(r"[\w'一-鿿]+")


@lru_cache(maxsize=64)
def _by_phrase(script: Script) -> tuple[dict[str, list[Act]], re.Pattern[str], dict[str, Act], dict[str, Act]]:
    """Acts that make another more precise; phrases anywhere, with their acts; phrases that must be everything said."""
    refining: dict[str, list[Act]] = {}
    within: dict[str, Act] = {}
    whole: dict[str, Act] = {}
    for act in script.acts.values():
        if act.of:
            refining.setdefault(act.of, []).append(act)
        if act.whole:
            whole.update(dict.fromkeys(act.phrases, act))
        else:
            within.update(dict.fromkeys(act.phrases, act))
    longest_first = sorted(within, key=len, reverse=True)
    anywhere = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
    return refining, anywhere, within, whole


def asked_about(dialog: Dialog, ear: Ear) -> str | None:
    """The act that the script knows by a phrase within the words."""
    _, anywhere, within, _ = _by_phrase(dialog.script)
    found = anywhere.search(ear.words.translate(folding()))
    return within[found.group()].name if found else None


def asks_back(dialog: Dialog, ear: Ear) -> str | None:
    """The act of a question in return, where the words ask: "what counts as a fever?" tells of no fever."""
    if ear.understood.temperature_c is not None or not (asks(ear.words) or _HOW_MUCH.search(ear.words)):
        return None
    act = dialog.script.acts.get(asked_about(dialog, ear) or "")
    return act.name if act and act.then == "ask" and not (act.of or act.to) else None


def meant(dialog: Dialog, ear: Ear) -> str | None:
    """The act that the understanding heard, made more precise by the script's phrases."""
    act = ear.understood.act
    if act is None or (act == "emergency" and _denied(ear)):
        return None
    if act == "repeat" and (known := asked_about(dialog, ear)):
        return known
    refining = _by_phrase(dialog.script)[0].get(act)
    if refining:
        text = ear.words.translate(folding())
        return next((finer.name for finer in refining if any(phrase in text for phrase in finer.phrases)), act)
    return act


def may_wait(act: str, ear: Ear) -> bool:
    """Whether an answer beside it goes before: "36.8, I am cooking" names no time to call again."""
    return act == "call_later" and call_time(ear) is None


def _denied(ear: Ear) -> bool:
    """Whether the words of an emergency are those of a symptom denied: "no trouble breathing"."""
    spans = ear.understood.spans
    first, end = spans.get("act", (0, 0))
    denied = (spans[name] for name in ear.understood.symptoms_absent if name in spans)
    return any(first < last and start < end for start, last in denied)


def aside(dialog: Dialog, ear: Ear) -> str | None:
    """What words that answer nothing may be: an act by its phrase, or a question in return."""
    whole = _by_phrase(dialog.script)[3]
    text = ear.words.translate(folding())
    if act := whole.get(" ".join(_ALL.findall(text))) or whole.get("".join(_ALL.findall(text))):
        return act.name
    if known := asked_about(dialog, ear):
        return known
    if not asks_something(text):
        return None
    return "question" if len(text.strip()) > 3 and "question" in dialog.script.acts else "repeat"


def perform(dialog: Dialog, name: str, ear: Ear) -> None:
    """Do what the script says about an act."""
    act = dialog.script.acts.get(name)
    if act is None:
        hearing.missed(dialog)
        return
    used = dialog.used[name] = dialog.used.get(name, 0) + 1
    if act.request:
        at = call_time(ear) if name == "call_later" else None
        dialog.events.append(Requested(act.request, ear.words, at))
    if act.to and used > act.times:
        _leave(dialog, act, ear)
        return
    dialog.manner = {"ask": "again", "again": "say", "wait": "wait", "help": "help"}[act.then]
    dialog.holding = act.seconds
    if act.say and not (act.then == "help" and dialog.script.steps[dialog.step].help and not dialog.focus):
        dialog.speak(act.say)


def _leave(dialog: Dialog, act: Act, ear: Ear) -> None:
    dialog.saying.clear()
    focus.keep_pending(dialog)
    if act.name == "call_later" and (at := call_time(ear)):
        dialog.answers.setdefault(dialog.about, {})["call_later"] = at
    walk(dialog.script).move(dialog, f"act:{act.name}")
    dialog.no_match = dialog.no_input = 0
