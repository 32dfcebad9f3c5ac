"""Telephone calls: dials, talks when a human answers, and keeps what came of it. Here over a simulated exchange."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bots.desk import Closed, Desk, Visit
from bots.line import talk
from campaigns.plan import Plan
from campaigns.runner import Tried, Try
from dialogs.events import Heard, Reply
from records.attempts import begin_attempt, end_attempt
from records.folds import FINAL
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


class SimulatedLine:
    """A line to a simulated resident by words alone; it counts the seconds that speaking would have taken."""

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

    def _hang_up(self) -> Heard:
        self.hung_up, self.heard_all = True, False
        return Heard(hung_up=True, seconds=round(self.seconds, 1), how="voice")


def spoken_seconds(text: str, language: str) -> float:
    """How long a synthesiser takes to say it, seconds."""
    return len(text) / (SYLLABLES_PER_SECOND if language.startswith("zh") else LETTERS_PER_SECOND)


class Telephone:
    """Makes the attempts of one round of a campaign by telephone: `attempt` is what the runner wants."""

    def __init__(
        self, store: Store, desk: Desk, exchange: Exchange, campaign: Campaign, round: int, plan: Plan
    ) -> None:
        self.store, self.desk, self.exchange = store, desk, exchange
        self.campaign, self.round, self.plan = campaign, round, plan

    def attempt(self, try_: Try) -> Tried:
        """One dial, and the talk if somebody answers; all of it in one transaction."""
        residents = try_.due.answering(try_.phone)
        local = try_.started_at.astimezone(self.plan.zone)
        with self.store.transaction() as tx:
            attempt = begin_attempt(
                tx,
                campaign_id=self.campaign.id,
                round=self.round,
                household_id=try_.due.household_id,
                residents=residents,
                phone=try_.phone,
                channel=self.campaign.line,
                number=try_.number,
                started_at=try_.started_at,
                now=try_.started_at,
            )
            ring = self.exchange.dial(try_.phone, local, try_.number, self.plan.ring_seconds)
            known_at = local + timedelta(seconds=ring.ring_seconds)
            if ring.outcome != "answered_human":
                return self._unanswered(tx, attempt, ring, known_at)
            try:
                with tx.begin_nested():
                    return self._answered(tx, attempt, try_, residents, ring, known_at)
            except Exception:  # a fault of ours in one call must not stop all others: it counts as interrupted
                log.exception("attempt %s was interrupted by a fault", attempt)
                return self._interrupted(tx, attempt, ring, known_at)

    def _unanswered(self, tx: Any, attempt: int, ring: Ring, known_at: datetime) -> Tried:
        machine = ring.outcome == "answered_machine"
        ended_at = known_at + timedelta(seconds=MACHINE_SECONDS if machine else 0.0)
        end_attempt(
            tx,
            attempt,
            outcome=ring.outcome,
            ended_at=ended_at,
            answered_at=known_at if machine else None,
            ring_seconds=ring.ring_seconds,
            hangup_by="robot",
        )
        return Tried(ring.outcome, ended_at)

    def _interrupted(self, tx: Any, attempt: int, ring: Ring, at: datetime) -> Tried:
        end_attempt(
            tx,
            attempt,
            outcome="interrupted",
            ended_at=at,
            answered_at=at,
            ring_seconds=ring.ring_seconds,
            hangup_by="robot",
        )
        return Tried("interrupted", at)

    def _answered(
        self, tx: Any, attempt: int, try_: Try, residents: tuple[int, ...], ring: Ring, answered_at: datetime
    ) -> Tried:
        line = SimulatedLine(self.exchange.pick_up(try_.phone, answered_at, try_.number), answered_at)
        closed = talk(line, self.desk, self._visit(attempt, try_, residents, answered_at))
        ended_at = answered_at + timedelta(seconds=line.seconds)
        later = self._call_later_at(closed, ended_at)
        end_attempt(
            tx,
            attempt,
            outcome=ring.outcome,
            ended_at=ended_at,
            answered_at=answered_at,
            ring_seconds=ring.ring_seconds,
            talk_seconds=round(line.seconds, 1),
            hangup_by="resident" if line.hung_up else "robot",
            last_prompt_completed=line.heard_all,
            call_later_at=later,
        )
        return Tried(
            ring.outcome,
            ended_at,
            dispositions={r: d for r, d in closed.dispositions.items() if d in FINAL},
            call_later_at=later,
            stop=closed.wished("stop") is not None,
            wrong_number=closed.reason == "wrong_number",
        )

    def _visit(self, attempt: int, try_: Try, residents: tuple[int, ...], answered_at: datetime) -> Visit:
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
            facts={"day": self.round + 1},
        )

    def _call_later_at(self, closed: Closed, ended_at: datetime) -> datetime | None:
        """When the resident wants to be called again: at the time named, else after the plan's own delay."""
        wish = closed.wished("call_later")
        if wish is None:
            return None
        if wish.at is None:
            return ended_at + timedelta(minutes=self.plan.call_back_minutes)
        at = datetime.fromisoformat(wish.at)
        return at if at.tzinfo else at.replace(tzinfo=self.plan.zone)
