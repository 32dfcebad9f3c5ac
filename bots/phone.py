"""Telephone calls: dials, talks when a human answers, and keeps what came of it. Here over a simulated exchange."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from bots.desk import Closed, Desk, Visit
from bots.line import Line, talk
from campaigns.plan import Plan
from campaigns.runner import Tried, Try, fault
from dialogs.events import Heard, Reply
from records.attempts import HUMAN, begin_attempt, end_attempt
from records.conversations import conversation_of
from records.folds import FINAL
from records.recordings import name_of
from records.store import Store
from records.tables import Campaign

log = logging.getLogger(__name__)
SYLLABLES_PER_SECOND = 4.5  # of a Mandarin synthesiser at ease
LETTERS_PER_SECOND = 15.0  # of an English one
MACHINE_SECONDS = 12.0  # one short message for a machine


class Ring(Protocol):
    """What became of a dial: an attempt outcome, and the seconds until it was known."""

    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def ring_seconds(self) -> float: ...  # noqa: D102


class Spoken(Protocol):
    """What somebody at a telephone did in one turn; text and keys both None is silence."""

    @property
    def text(self) -> str | None: ...  # noqa: D102
    @property
    def keys(self) -> str | None: ...  # noqa: D102
    @property
    def hangs_up(self) -> bool: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102


class Callee(Protocol):
    """Somebody at the other end."""

    def answer(self, step: str, kind: str, asked: Mapping[str, Any]) -> Spoken: ...  # noqa: D102


class Exchange(Protocol):
    """A telephone exchange: dials a number, and connects to whoever picks up."""

    def dial(self, phone: str, at: datetime, number: int, ring_limit: float) -> Ring: ...  # noqa: D102
    def pick_up(self, phone: str, at: datetime, number: int) -> Callee: ...  # noqa: D102


class TelephoneLine(Line, Protocol):
    """A line that somebody has picked up."""

    hung_up: bool
    heard_all: bool

    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def recorded(self) -> bool: ...  # noqa: D102

    def machine_answers(self) -> bool:
        """Whether an answering machine has picked up; what is not known is human."""
        ...

    def leave_message(self, reply: Reply) -> None:
        """Says one thing to a machine."""
        ...

    def keep(self, name: str) -> None:
        """Keeps the recording under this name, if there is one."""
        ...


class SimulatedLine:
    """A line to a simulated resident by words alone; it counts the seconds that speaking would have taken."""

    recorded = False

    def __init__(self, callee: Callee, opened_at: datetime) -> None:
        self.callee, self.opened_at = callee, opened_at
        self.seconds = 0.0
        self.leaving = False
        self.hung_up = False
        self.heard_all = True

    def ask(self, reply: Reply) -> Heard:
        """Says the reply, and hears what the resident does."""
        if self.leaving:
            return self._hang_up()
        self.tell(reply)
        asked = {**reply.asked, "keypad": reply.keypad, "now": self.opened_at + timedelta(seconds=self.seconds)}
        spoken = self.callee.answer(reply.step, reply.kind, asked)
        self.seconds += spoken.seconds
        self.leaving = spoken.hangs_up
        if spoken.hangs_up and not spoken.text:
            return self._hang_up()
        return Heard(spoken.text, spoken.keys, seconds=round(self.seconds, 1), how="keys" if spoken.keys else "voice")

    def tell(self, reply: Reply) -> None:
        """Says the reply, unless the resident is gone."""
        self.heard_all = not self.leaving
        if not self.leaving:
            self.seconds += spoken_seconds(reply.short, reply.language)

    def machine_answers(self) -> bool:
        """The exchange has told: who is here is human."""
        return False

    def leave_message(self, reply: Reply) -> None:
        """Says one thing."""
        self.tell(reply)

    def keep(self, name: str) -> None:
        """Words leave no recording."""

    def _hang_up(self) -> Heard:
        self.hung_up, self.heard_all = True, False
        return Heard(hung_up=True, seconds=round(self.seconds, 1), how="voice")


def spoken_seconds(text: str, language: str) -> float:
    """How long a synthesiser takes to say it, seconds."""
    return len(text) / (SYLLABLES_PER_SECOND if language.startswith("zh") else LETTERS_PER_SECOND)


class RealTimeLine(SimulatedLine):
    """A simulated line on which speaking takes its time; `speed` 60 plays a minute in a second."""

    def __init__(self, callee: Callee, opened_at: datetime, speed: float = 1.0) -> None:
        super().__init__(callee, opened_at)
        self.speed = speed

    def ask(self, reply: Reply) -> Heard:
        """Says the reply, and hears what the resident does."""
        with self._taking_time():
            return super().ask(reply)

    def tell(self, reply: Reply) -> None:
        """Says the reply, unless the resident is gone."""
        with self._taking_time():
            super().tell(reply)

    @contextmanager
    def _taking_time(self) -> Iterator[None]:
        before = self.seconds
        yield
        time.sleep((self.seconds - before) / self.speed)


class RealTimeExchange:
    """An exchange of the simulator on which ringing takes its time."""

    def __init__(self, exchange: Exchange, speed: float = 1.0) -> None:
        self.exchange, self.speed = exchange, speed

    def dial(self, phone: str, at: datetime, number: int, ring_limit: float) -> Ring:
        """Dials, and waits for as long as it rings."""
        ring = self.exchange.dial(phone, at, number, ring_limit)
        time.sleep(ring.ring_seconds / self.speed)
        return ring

    def pick_up(self, phone: str, at: datetime, number: int) -> Callee:
        """Connects to whoever answers."""
        return self.exchange.pick_up(phone, at, number)


class Telephone:
    """Makes the attempts of one round of a campaign by telephone.

    `attempt` is what the virtual driver wants: all of it in one transaction. `call` is what workers want: the attempt
    is begun, each turn is committed by the desk, and the end is for the caller to write.
    """

    def __init__(
        self,
        store: Store,
        desk: Desk,
        exchange: Exchange,
        campaign: Campaign,
        round: int,
        plan: Plan,
        line: Callable[[Callee, datetime], TelephoneLine] = SimulatedLine,
    ) -> None:
        self.store, self.desk, self.exchange, self.line = store, desk, exchange, line
        self.campaign, self.round, self.plan = campaign, round, plan

    def attempt(self, try_: Try) -> Tried:
        """One dial, and the talk if somebody answers, from the beginning of the attempt to its end."""
        with self.store.transaction() as tx:
            attempt = begin_attempt(
                tx,
                campaign_id=self.campaign.id,
                round=self.round,
                household_id=try_.due.household_id,
                residents=try_.due.answering(try_.phone),
                phone=try_.phone,
                channel=self.campaign.line,
                number=try_.number,
                started_at=try_.started_at,
                now=try_.started_at,
            )
            ring, known_at = self._dial(try_)
            if ring.outcome != HUMAN:
                tried = _unanswered(ring, known_at)
            else:
                try:
                    with tx.begin_nested():
                        tried = self._answered(attempt, try_, ring, known_at)
                except (
                    Exception
                ) as error:  # a fault of ours in one call must not stop all others: it counts as interrupted
                    log.error("attempt %s was interrupted by a fault: %s", attempt, fault(error))
                    tried = Tried("interrupted", known_at, noted=_noted(ring, answered_at=known_at))
            later = tried.call_later_at
            end_attempt(tx, attempt, outcome=tried.outcome, ended_at=tried.ended_at, call_later_at=later, **tried.noted)
            return tried

    def call(self, attempt: int, try_: Try) -> Tried:
        """The dial of an attempt that is begun, and the talk if somebody answers. Whatever fails is raised."""
        ring, known_at = self._dial(try_)
        return self._answered(attempt, try_, ring, known_at) if ring.outcome == HUMAN else _unanswered(ring, known_at)

    def _dial(self, try_: Try) -> tuple[Ring, datetime]:
        local = try_.started_at.astimezone(self.plan.zone)
        ring = self.exchange.dial(try_.phone, local, try_.number, self.plan.ring_seconds)
        return ring, local + timedelta(seconds=ring.ring_seconds)

    def _answered(self, attempt: int, try_: Try, ring: Ring, answered_at: datetime) -> Tried:
        line = self.line(self.exchange.pick_up(try_.phone, answered_at, try_.number), answered_at)
        visit = self._visit(attempt, try_, try_.due.answering(try_.phone), answered_at, line.recorded)
        if line.machine_answers():
            line.leave_message(self.desk.message(visit, "machine"))
            ended_at = answered_at + timedelta(seconds=line.seconds)
            return Tried("answered_machine", ended_at, noted=_noted(ring, answered_at=answered_at))
        closed = talk(line, self.desk, visit)
        line.keep(str(attempt))
        recording = name_of(self.campaign.name, attempt) if line.recorded else ""
        ended_at = answered_at + timedelta(seconds=line.seconds)
        noted = _noted(
            ring,
            answered_at=answered_at,
            talk_seconds=round(line.seconds, 1),
            hangup_by="resident" if line.hung_up else "robot",
            last_prompt_completed=line.heard_all,
            recording=recording,
        )
        return _tried(ring.outcome, closed, ended_at, self.plan, noted)

    def _visit(
        self, attempt: int, try_: Try, residents: tuple[int, ...], answered_at: datetime, recorded: bool
    ) -> Visit:
        return Visit(
            attempt_id=attempt,
            campaign_id=self.campaign.id,
            round=self.round,
            household_id=try_.due.household_id,
            people={resident: try_.due.people[resident] for resident in residents},
            phone=try_.phone,
            script=self.campaign.script,
            version=self.campaign.script_version,
            line=self.campaign.line,
            address=try_.phone,
            kind="phone",
            opened_at=answered_at,
            facts={"recorded": True} if recorded else {},
        )


def mend(store: Store, desk: Desk, attempt: int, plan: Plan, now: datetime) -> Tried:
    """Ends what a crash of ours cut off: the conversation keeps what was said, the attempt counts as interrupted."""
    with store.reading() as tx:
        kept = conversation_of(tx, attempt)
    if kept is None:
        return Tried("interrupted", now)
    noted = {"answered_at": kept.opened_at, "hangup_by": "robot"}
    return _tried("interrupted", desk.close(kept.id), now, plan, noted)


def _unanswered(ring: Ring, known_at: datetime) -> Tried:
    machine = ring.outcome == "answered_machine"
    ended_at = known_at + timedelta(seconds=MACHINE_SECONDS if machine else 0.0)
    return Tried(ring.outcome, ended_at, noted=_noted(ring, answered_at=known_at if machine else None))


def _noted(ring: Ring, **more: Any) -> dict[str, Any]:
    return {"ring_seconds": ring.ring_seconds, "hangup_by": "robot", **more}


def _tried(outcome: str, closed: Closed, ended_at: datetime, plan: Plan, noted: Mapping[str, Any]) -> Tried:
    return Tried(
        outcome,
        ended_at,
        dispositions={r: d for r, d in closed.dispositions.items() if d in FINAL},
        call_later_at=_call_later_at(closed, ended_at, plan),
        stop=closed.wished("stop") is not None,
        wrong_number=closed.reason == "wrong_number",
        noted=noted,
    )


def _call_later_at(closed: Closed, ended_at: datetime, plan: Plan) -> datetime | None:
    """When the resident wants to be called again: at the time named, else after the plan's own delay."""
    wish = closed.wished("call_later")
    if wish is None:
        return None
    if wish.at is None:
        return ended_at + timedelta(minutes=plan.call_back_minutes)
    at = datetime.fromisoformat(wish.at)
    return at if at.tzinfo else at.replace(tzinfo=plan.zone)
