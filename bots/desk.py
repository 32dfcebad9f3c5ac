"""The desk: all words of all channels go through here, each turn is kept, and the dialog answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from dialogs.dialog import Dialog
from dialogs.events import Ended, Event, Heard, Reply, Requested
from dialogs.script import Script
from records.answers import fold_conversation
from records.conversations import (
    Kept,
    NewTurn,
    Stale,
    events_of,
    keep_turns,
    load_conversation,
    open_conversation,
)
from records.store import Store

LIVE_CONVERSATIONS = 20_000  # dialogs held in memory; the others are read back from the store when words arrive

Scripts = Callable[[str, int | None], Script]


@dataclass(frozen=True, slots=True)
class Visit:
    """An attempt that reached somebody: what the desk must know to open the conversation.

    `people` are those it is made for, the person called first, as facts (`id`, `name`, `language`, ...) by resident id;
    `facts` are more facts for the dialog. `opened_at` is aware. `broken_off` is the memory of an earlier conversation
    of this round, which is gone on with where it broke off.
    """

    attempt_id: int
    campaign_id: int
    round: int
    household_id: int
    people: Mapping[int, Mapping[str, Any]]
    phone: str
    script: str
    version: int | None
    line: str
    address: str
    kind: Literal["phone", "chat"]
    opened_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    broken_off: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of a conversation: its own disposition and why, those of the residents, and what was wished."""

    disposition: str
    reason: str
    dispositions: Mapping[int, str]
    requests: Sequence[Requested]
    seconds: float

    def wished(self, what: str) -> Requested | None:
        """The last request of this kind, if there was one."""
        return next((r for r in reversed(self.requests) if r.what == what), None)


@dataclass(slots=True)
class _Live:
    """A conversation held in memory: the dialog as it stands, its row, and what is not yet written."""

    dialog: Dialog
    kept: Kept
    essential: tuple[str, ...]
    events: list[Event]
    unwritten: list[NewTurn] = field(default_factory=list)
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desk:
    """Opens conversations, hears words, closes. Safe from several threads and processes at once.

    `each_turn` commits every turn before the reply is given; without it (a simulation in one transaction a call) the
    turns are written when the conversation closes. `clock` gives the time at which things are written down; None
    means that they are written when they happen, as in virtual time.
    """

    def __init__(
        self,
        store: Store,
        scripts: Scripts,
        *,
        clock: Callable[[], datetime] | None,
        each_turn: bool = True,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.store, self.scripts, self.clock, self.each_turn = store, scripts, clock, each_turn
        self.facts = dict(facts or {})
        self._live: OrderedDict[int, _Live] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, visit: Visit) -> tuple[int, Reply]:
        """Begins a conversation; returns its id and the greeting. ScriptError when the script is not there."""
        script = self.scripts(visit.script, visit.version)
        facts = {**self.facts, **_facts(visit, script), **visit.facts}
        taken_up = Dialog.take_up(script, visit.broken_off, facts) if visit.broken_off else None
        dialog = taken_up or Dialog(script, facts)
        events = dialog.open()
        with self.store.transaction() as tx:
            conversation = open_conversation(
                tx,
                attempt_id=visit.attempt_id,
                channel=visit.line,
                address=visit.address,
                script=script.name,
                script_version=script.version,
                now=visit.opened_at,
            )
            live = _Live(dialog, _kept(conversation, visit, script), script.essential, list(events))
            live.unwritten.append((visit.opened_at, events))
            self._write(live)
        self._hold(live)
        return conversation, dialog.reply

    def message(self, visit: Visit, name: str) -> Reply:
        """What the script says under this name to whom no conversation can be had; nothing is kept."""
        script = self.scripts(visit.script, visit.version)
        return Dialog(script, {**self.facts, **_facts(visit, script), **visit.facts}).message(name)

    def hear(self, conversation: int, heard: Heard) -> Reply:
        """One turn: what was heard goes in, what to say next comes out. KeyError when there is no such conversation.

        Words for a conversation that is over change nothing, and get its last reply again.
        """
        try:
            return self._turn(self._find(conversation), heard)
        except Stale:  # another process was quicker: read what it wrote, and repeat the turn once
            return self._turn(self._find(conversation), heard)

    def reopen(self, conversation: int, heard: Heard) -> Reply:
        """One more turn of a conversation that is over, to put right what was said in it; over again when it is."""
        live = self._find(conversation)
        with live.lock:
            live.dialog.reopen()
        return self._turn(live, heard)

    def standing(self, conversation: int, turns: int | None = None) -> tuple[int, Reply]:
        """How many turns a conversation has had, and what was said last. KeyError when there is no such conversation.

        `turns` are those in the store, where the caller knows: a dialog in memory that stands elsewhere is read again.
        """
        live = self._find(conversation)
        if turns is not None and live.kept.revision != turns:
            self._drop(conversation)
            live = self._find(conversation)
        return live.kept.revision, live.dialog.reply

    def close(self, conversation: int) -> Closed:
        """Ends a conversation (as interrupted, if the dialog is not over), writes what is left, and sums it up."""
        try:
            return self._close(self._find(conversation))
        except Stale:  # a process that was given up for dead kept one more turn
            return self._close(self._find(conversation))

    def _close(self, live: _Live) -> Closed:
        try:
            if not live.dialog.over:
                self._note(live, live.seconds, live.dialog.interrupt("closed"))
            with self.store.transaction():
                self._write(live)
                given = self._fold(live)
        finally:
            self._drop(live.kept.id)
        requests = [e for e in live.events if isinstance(e, Requested)]
        ended = next(e for e in reversed(live.events) if isinstance(e, Ended))
        return Closed(ended.disposition, ended.reason, given, requests, live.seconds)

    def _turn(self, live: _Live, heard: Heard) -> Reply:
        with live.lock:
            if live.dialog.over:
                return live.dialog.reply
            try:
                events = live.dialog.hear(heard)
                self._note(live, heard.seconds, events)
                if self.each_turn:
                    with self.store.transaction():
                        self._write(live)
                        if any(isinstance(e, Requested) and e.what == "emergency" for e in events):
                            self._fold(live)  # nobody waits for the end of the call
            except BaseException:  # what is in memory is ahead of the store: the store is right
                self._drop(live.kept.id)
                raise
            return live.dialog.reply

    def _note(self, live: _Live, seconds: float, events: Sequence[Event]) -> None:
        live.seconds = max(live.seconds, seconds)
        live.events.extend(events)
        live.unwritten.append((live.kept.opened_at + timedelta(seconds=seconds), events))

    def _write(self, live: _Live) -> None:
        """Writes the turns not yet written, unless they are to wait for the end of the conversation."""
        if not live.unwritten or not (self.each_turn or live.dialog.over):
            return
        memory, over = live.dialog.memory(), live.dialog.over
        with self.store.transaction() as tx:
            now = self._now(live)
            after = keep_turns(tx, live.kept.id, live.kept.revision, memory, over, live.unwritten, now)
        live.kept = replace(live.kept, revision=after, over=over)
        live.unwritten = []

    def _fold(self, live: _Live) -> dict[int, str]:
        with self.store.transaction() as tx:
            return fold_conversation(tx, live.kept, live.events, essential=live.essential, now=self._now(live))

    def _now(self, live: _Live) -> datetime:
        return self.clock() if self.clock else live.kept.opened_at + timedelta(seconds=live.seconds)

    def _hold(self, live: _Live) -> None:
        with self._lock:
            self._live[live.kept.id] = live
            if self.each_turn and len(self._live) > LIVE_CONVERSATIONS:
                self._live.popitem(last=False)

    def _drop(self, conversation: int) -> None:
        with self._lock:
            self._live.pop(conversation, None)

    def _find(self, conversation: int) -> _Live:
        with self._lock:
            live = self._live.get(conversation)
        if live is None:
            live = self._read(conversation)
            self._hold(live)
        return live

    def _read(self, conversation: int) -> _Live:
        """A conversation as the store has it, on the version of the script that it began with."""
        with self.store.reading() as tx:
            kept = load_conversation(tx, conversation)
            events = events_of(tx, conversation)
        script = self.scripts(kept.script, kept.script_version)
        seconds = max((e.seconds for e in events if isinstance(e, Heard)), default=0.0)
        return _Live(Dialog.recall(script, kept.memory), kept, script.essential, events, seconds=seconds)


def rehearse(script: Script) -> None:
    """A talk that nobody hears: lexicons are read by it, and not by all lines of a worker in their first turn."""
    resident = {"id": "0", "name": "", "language": "zh-Hans"}
    day = {"channel": "phone", "now": "2026-01-01T00:00:00+00:00", "day": 1, "previous": None}
    dialog = Dialog(script, {"resident": resident, "members": [resident], **day})
    dialog.open()
    for words in ("三十六度五", "没有", "是的"):
        if not dialog.over:
            dialog.hear(Heard(words))


def _facts(visit: Visit, script: Script) -> dict[str, Any]:
    """What the dialog is told of the visit itself: who, how, when, and on which day of a follow-up."""
    people = [{"id": str(resident), **facts} for resident, facts in visit.people.items()]
    return {
        "resident": people[0],
        "members": people,
        "channel": visit.kind,
        "now": visit.opened_at.isoformat(),
        "day": visit.round // script.rounds.get("a_day", 1) + 1,
        "previous": people[0].get("previous"),
    }


def _kept(conversation: int, visit: Visit, script: Script) -> Kept:
    return Kept(
        id=conversation,
        attempt_id=visit.attempt_id,
        channel=visit.line,
        address=visit.address,
        script=script.name,
        script_version=script.version,
        memory={},
        revision=0,
        over=False,
        opened_at=visit.opened_at,
        campaign_id=visit.campaign_id,
        round=visit.round,
        household_id=visit.household_id,
        residents=tuple(visit.people),
        phone=visit.phone,
    )
