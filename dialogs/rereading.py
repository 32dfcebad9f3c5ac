"""Reads a conversation that was kept once more: the same words at the same questions, as they are understood today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogs import focus
from dialogs.dialog import Dialog
from dialogs.events import Answered, Concluded, Ended, Event, Heard, Requested, Reread, Said
from dialogs.script import Script

Answers = dict[tuple[str, str], tuple[Answered, float, str]]  # by who and name: the answer, its seconds and step


@dataclass(frozen=True, slots=True)
class Otherwise:
    """An answer that is understood otherwise today: about whom, the words, the value of then and of now (None: none).

    `seconds` and `step` are those of the words in the conversation.
    """

    who: str
    name: str
    words: str
    old: Any
    new: Any
    seconds: float
    step: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is understood otherwise, what is wished that was not understood, and the events that say so.

    `strayed`: the dialog would have asked other questions from some point on; what it then no longer asks stays.
    """

    otherwise: tuple[Otherwise, ...]
    wished: tuple[Requested, ...]
    events: tuple[tuple[float, tuple[Event, ...]], ...]
    strayed: bool


def read_again(
    script: Script, facts: Mapping[str, Any], events: Sequence[Event], broken_off: Mapping[str, Any] | None = None
) -> Reading:
    """Reads a conversation again; `facts` are those it began with, `broken_off` the memory that it was taken up from.

    A value that the resident confirmed stays, unless the new one was confirmed as well. ValueError when the
    conversation did not begin as the script does.
    """
    dialog = _begun(script, facts, events, broken_off)
    read, strayed = _replayed(dialog, [event for event in events if isinstance(event, Heard)])
    old, new = _answers(events), _answers(read)
    otherwise = tuple(_otherwise(old, new, strayed))
    known = {event.what for event in events if isinstance(event, Requested)}
    wished = {event.what: event for event in read if isinstance(event, Requested) and event.what not in known}
    changed = {one.who for one in otherwise}
    judged = {event.who: event for event in read if isinstance(event, Concluded)}
    conclusions = [Concluded(who) if strayed else judged.get(who, Concluded(who)) for who in sorted(changed)]
    added = list(_added(otherwise, new, wished.values(), conclusions, events))
    return Reading(otherwise, tuple(wished.values()), tuple(added), strayed)


def _begun(
    script: Script, facts: Mapping[str, Any], events: Sequence[Event], broken_off: Mapping[str, Any] | None
) -> Dialog:
    """The dialog after its greeting, begun as it was then."""
    first = next((place for place, event in enumerate(events) if isinstance(event, Heard)), len(events))
    said = [event.step for event in events[:first] if isinstance(event, Said)]
    for dialog in (Dialog(script, facts), broken_off and Dialog.take_up(script, broken_off, facts)):
        if dialog and [event.step for event in dialog.open() if isinstance(event, Said)] == said:
            return dialog
    raise ValueError("it did not begin as its script does")


def _replayed(dialog: Dialog, heard: Iterable[Heard]) -> tuple[list[Event], bool]:
    read: list[Event] = []
    strayed = False
    for one in heard:
        if dialog.over:
            dialog.reopen()
        if one.step and dialog.step != one.step:
            strayed = True
            dialog.events = []
            focus.keep_pending(dialog)
            read += dialog.events
            dialog.step, dialog.disposition = one.step, None
        read += dialog.hear(one)
    return [*read, *dialog.interrupt("closed")], strayed


def _answers(events: Iterable[Event]) -> Answers:
    found: Answers = {}
    seconds, step = 0.0, ""
    for event in events:
        match event:
            case Heard() | Reread():
                seconds, step = event.seconds, event.step
            case Answered():
                found[event.who, event.name] = (event, seconds, step)
    return found


def _otherwise(old: Answers, new: Answers, strayed: bool) -> Iterator[Otherwise]:
    for who, name in dict.fromkeys((*old, *new)):
        was, seconds, step = old.get((who, name), (None, 0.0, ""))
        now, later, there = new.get((who, name), (None, seconds, step))
        before, after = was and was.value, now and now.value
        if before == after or (after is None and strayed):
            continue
        if was and was.confirmed and not (now and now.confirmed):
            continue
        words = (now or was).words  # type: ignore[union-attr]  # one of them is there
        yield Otherwise(who, name, words, before, after, later, there)


def _added(
    otherwise: Iterable[Otherwise], new: Answers, wished: Iterable[Requested], conclusions: Sequence[Concluded],
    events: Sequence[Event],
) -> Iterator[tuple[float, tuple[Event, ...]]]:  # fmt: skip
    """The events by the seconds at which their words were said; the last tell how the conversation ended, as before."""
    seconds = 0.0
    for one in sorted(otherwise, key=lambda one: one.seconds):
        known = new.get((one.who, one.name))
        answer = known[0] if known else Answered(one.name, None, one.who, words=one.words)
        seconds = one.seconds
        yield seconds, (Reread(seconds, one.step), answer)
    last = [event for event in events if isinstance(event, Ended)][-1:]
    rest: list[Event] = [*wished, *conclusions]
    if rest:
        yield seconds, (*rest, *last)
