"""A chunk: about a hundred households of a round, called in real time over the lines of one worker.

The attempts in the store are all that it knows: whoever takes a chunk up, after a crash too, reads them and goes on.
"""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue

from sqlalchemy import update

from campaigns import pace
from campaigns.crew import Crew, CutOff, mend_all
from campaigns.dues import dues_among
from campaigns.lifecycle import ends_at
from campaigns.plan import Plan, fallback, full, next_call, next_number, next_try
from campaigns.runner import Due, Tried, Try, fault, settle
from records.attempts import calls_since
from records.dialling import (
    Beginning,
    Ending,
    LeftOpen,
    answered,
    barred,
    begin_attempts,
    close_ineligible,
    end_attempts,
    in_call,
    one_by_one,
    standing,
    still_open,
)
from records.rounds import dispose
from records.store import Tx, passes
from records.tables import Campaign

log = logging.getLogger(__name__)
TICK = 0.1  # seconds between two transactions: what begins and ends meanwhile shares one
AT_ONCE = 50  # residents given up, who share a statement ...
DISPOSE_SECONDS = 1.0  # ... and wait no longer for it
LINGER = timedelta(seconds=5)  # a chunk waits for whoever is due so soon
RECHECK = timedelta(seconds=2)  # when to look again at a household that somebody else is calling
PATIENCE = 1.0  # seconds between two tries to reach a store that is gone


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is begun and not yet ended, by id, with the residents it is made for."""

    attempt: int
    try_: Try
    residents: tuple[int, ...]


class Chunk:
    """Calls its households until nobody of them is due, or the campaign no longer runs as it was laid out."""

    def __init__(
        self, crew: Crew, campaign: Campaign, plan: Plan, round: int, layout: int, households: Sequence[int]
    ) -> None:
        self.crew, self.campaign, self.plan, self.round, self.layout = crew, campaign, plan, round, layout
        self.households = list(households)
        self.make = crew.calls(campaign, round, plan)
        self.ends = ends_at(plan, campaign.starts_at or crew.clock(), campaign.repeats)

    def run(self) -> datetime | None:
        """When the chunk is to be taken up again; None when nobody of it is left, or the campaign stands still.

        A store that is gone, locked or full is waited for; any other fault pauses the campaign, since it would come
        again. CutOff when this worker must not dial any more.
        """
        while True:
            try:
                self._take_up()
                return self._call_all()
            except CutOff:
                raise
            except Exception as error:
                self._hang_up()
                if passes(error):
                    log.warning("the store cannot be used, no number is dialled: %s", error)
                    self._wait_for_store()
                else:
                    self._break_down(error)
                    return None

    def _take_up(self) -> None:
        """Reads how the households stand; attempts of ours that are still open here were cut off."""
        self._waiting: list[tuple[datetime, int, int]] = []  # due at, rank, household
        self._dues: dict[int, Due] = {}
        self._counted: dict[int, int] = {}  # attempts that each resident has had, as far as this chunk knows
        self._again: set[int] = set()  # households to be read again now
        self._unsure: set[int] = set()  # households to be read again when they are due
        self._left: list[int] = []  # residents whom nobody will try any more
        self._disposed = 0.0
        self._paced = self.campaign.pace is not None
        self._arrived: SimpleQueue[tuple[Begun, Tried | Exception]] = SimpleQueue()
        self._calling = 0
        self._over = False
        self._written = False  # whether somebody who was written to may still answer
        self._turned = 0.0
        self._seen = self.crew.clock()
        self._read(self.households)

    def _call_all(self) -> datetime | None:
        while True:
            self._turn(self._gather())
            if self._calling:
                continue
            if self.crew.leaving.is_set() or not self.crew.may_dial():
                raise CutOff("this worker is leaving, or has lost its place")
            if self._over or not self._waiting:
                return self.ends if self._written and not self._over and self.crew.clock() < self.ends else None
            if self._waiting[0][0] > self.crew.clock() + LINGER:
                return self._waiting[0][0]

    def _gather(self) -> list[tuple[Begun, Tried]]:
        """What came of calls since the last turn; waits for it while nobody can be called."""
        arrived: list[tuple[Begun, Tried | Exception]] = []
        with suppress(Empty):
            arrived.append(self._arrived.get(timeout=self._idle_seconds()))
        time.sleep(max(0.0, self._turned + TICK - time.monotonic()))
        while not self._arrived.empty():
            arrived.append(self._arrived.get())
        self._calling -= len(arrived)
        return [(begun, self._tried(begun, came)) for begun, came in arrived]

    def _idle_seconds(self) -> float:
        if self._again or (self._left and not self._calling):
            return 0.001  # not zero, which would be for ever
        if self._over or not self._waiting:
            return 1.0 if self._calling else 0.001
        return min(max((self._waiting[0][0] - self.crew.clock()).total_seconds(), 0.001), 1.0)

    def _tried(self, begun: Begun, came: Tried | Exception) -> Tried:
        now = max(self.crew.clock(), begun.try_.started_at)  # the clock may have been set back
        if isinstance(came, CutOff):
            raise came
        if isinstance(came, Exception):
            if not passes(came):
                log.error("attempt %s was interrupted by a fault: %s", begun.attempt, fault(came))
            came = self.crew.mend(begun.attempt, self.plan, now)
        return replace(came, ended_at=now)

    def _turn(self, tried: Sequence[tuple[Begun, Tried]]) -> None:
        """One transaction: what ended is booked, and what may begin now is begun; then it is dialled."""
        if self._again:
            self._read(sorted(self._again))
        lines, slots = self._lines()
        if not (tried or lines or self._must_dispose(0) or slots == []):
            return
        try:
            with self.crew.store.transaction() as tx:
                self._end(tx, tried)
                begun = self._begin(tx, lines, slots)
                self._dispose(tx, len(begun))
        except BaseException:
            self.crew.lines.give_back(lines)
            raise
        self._turned = time.monotonic()
        self.crew.lines.give_back(lines - len(begun))
        self._calling += len(begun)
        for n, one in enumerate(begun):
            self.crew.lines.call(partial(self._dial, one, slots[n] if slots else None))

    def _lines(self) -> tuple[int, list[datetime] | None]:
        """How many lines are taken for this turn, and the slots in which they may dial (None: at once)."""
        now = self._follow_clock()
        ready = sum(at <= now for at, *_ in self._waiting)
        if not ready or self._over or self.crew.leaving.is_set() or not self.crew.may_dial():
            return 0, None
        lines = self.crew.lines.take(ready, TICK)
        try:
            leased = self._paced and lines
            slots = pace.lease(self.crew.store, self.campaign.id, lines, now) if leased else None
        except BaseException:
            self.crew.lines.give_back(lines)
            raise
        if slots is None:
            return lines, None
        self.crew.lines.give_back(lines - len(slots))
        return len(slots), slots

    def _follow_clock(self) -> datetime:
        """This moment; when the clock was set back, whoever was due already is due now, and not in an hour again."""
        now = self.crew.clock()
        if now < self._seen:
            self._waiting = [(now if at <= self._seen else at, rank, one) for at, rank, one in self._waiting]
            heapq.heapify(self._waiting)
        self._seen = now
        return now

    def _dial(self, begun: Begun, slot: datetime | None) -> None:
        """Makes one call, on a thread of its own."""
        came: Tried | Exception
        try:
            if slot is not None:
                self._keep_pace(slot)
            if not self.crew.may_dial():
                raise CutOff("this worker has lost its place")
            came = self.make(begun.attempt, begun.try_)
        except Exception as error:
            came = error
        self._arrived.put((begun, came))

    def _keep_pace(self, slot: datetime) -> None:
        """Waits for the slot; one that is over is given up for a later one."""
        while not pace.wait_for(slot, self.crew.clock):
            slots = pace.lease(self.crew.store, self.campaign.id, 1, self.crew.clock())
            if slots is None:
                return
            if slots:
                slot = slots[0]
            else:
                time.sleep(TICK)

    def _end(self, tx: Tx, tried: Sequence[tuple[Begun, Tried]]) -> None:
        for begun, result in tried:
            again = settle(begun.try_.due, begun.try_, result, self.plan, self.ends, self._give_up)
            if again is not None:
                self._wait(begun.try_.due, again)
            if self.crew.note(self.campaign.id, result.ended_at, result.outcome, self.plan):
                log.warning("campaign %s is paused: too many calls end by network errors", self.campaign.name)
                tx.execute(update(Campaign).where(Campaign.id == self.campaign.id).values(state="paused"))
        endings = [
            Ending(b.attempt, b.residents, t.outcome, t.ended_at, {**t.noted, "call_later_at": t.call_later_at})
            for b, t in tried
        ]
        end_attempts(tx, self.campaign.id, self.round, endings)

    def _begin(self, tx: Tx, lines: int, slots: list[datetime] | None) -> list[Begun]:
        """Begins attempts on so many lines, for those who are due and may be called at this moment."""
        stands = standing(tx, self.campaign.id, lock=self.plan.quota is not None)
        now = self.crew.clock()
        self._over = stands.state != "running" or stands.layout != self.layout or now >= self.ends
        self._paced = stands.pace is not None
        unleased = self._paced and slots is None  # the campaign got a pace a moment ago
        lines = 0 if self._over or unleased else self._room(tx, lines)
        if not lines:
            return []
        chosen = self._allowed(tx, self._next(lines, now), now)
        rows = [Beginning(due.household_id, due.answering(p), p, len(due.past) + 1) for due, p in chosen]
        ids = begin_attempts(
            tx,
            self.campaign.id,
            self.round,
            rows,
            channel=self.campaign.line,
            worker=self.crew.worker,
            now=now,
        )
        for row in rows:
            for resident in row.residents:
                self._counted[resident] += 1
        return [
            Begun(attempt, Try(due, phone, row.number, now), row.residents)
            for attempt, row, (due, phone) in zip(ids, rows, chosen, strict=True)
        ]

    def _room(self, tx: Tx, lines: int) -> int:
        """On how many of these lines a call may begin, if all calls in progress are answered in full."""
        if self.plan.quota is None or not lines:
            return lines
        complete, busy = answered(tx, self.campaign.id, self.round), in_call(tx, self.campaign.id)
        while lines and full(self.plan, complete, busy + lines - 1):
            lines -= 1
        return lines

    def _next(self, lines: int, now: datetime) -> list[tuple[Due, str]]:
        """Whoever is due now, by rank, and the number to dial."""
        ready: list[tuple[int, datetime, int]] = []
        while self._waiting and self._waiting[0][0] <= now:
            at, rank, household = heapq.heappop(self._waiting)
            heapq.heappush(ready, (rank, at, household))
        chosen: list[tuple[Due, str]] = []
        while ready and len(chosen) < lines:
            due = self._dues[heapq.heappop(ready)[2]]
            if due.household_id in self._unsure:
                self._again.add(due.household_id)
                continue
            phone, opens = next_number(due.numbers, due.past), next_call(self.plan, now, due.time_zone)
            if phone is None or opens is None:
                self._give_up(due, due.open)
            elif opens > now:
                self._wait(due, opens)
            else:
                chosen.append((due, phone))
        for rank, at, household in ready:
            heapq.heappush(self._waiting, (at, rank, household))
        return chosen

    def _allowed(self, tx: Tx, chosen: Sequence[tuple[Due, str]], now: datetime) -> list[tuple[Due, str]]:
        """Of those chosen whom still nobody else calls or has reached, and whose number may ring once more today."""
        residents = [resident for due, _ in chosen for resident in due.open]
        counted = still_open(tx, self.campaign.id, self.round, residents, lock=True)
        phones = {phone for _, phone in chosen}
        one_by_one(tx, phones)
        stopped = barred(tx, phones)
        midnight = now.astimezone(self.plan.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        calls = calls_since(tx, phones, midnight)
        allowed = []
        for due, phone in chosen:
            if phone in stopped or any(counted.get(r) != self._counted.get(r) for r in due.open):
                self._again.add(due.household_id)  # somebody was quicker, or they reported in another way
            elif calls.get(phone, 0) >= self.plan.calls_a_day:
                self._wait_for_tomorrow(due, midnight)
            else:
                calls[phone] = calls.get(phone, 0) + 1
                allowed.append((due, phone))
        return allowed

    def _wait_for_tomorrow(self, due: Due, midnight: datetime) -> None:
        again = next_call(self.plan, midnight + timedelta(days=1), due.time_zone, due.hour)
        if again is None or again >= self.ends:
            self._give_up(due, due.open)
        else:
            self._wait(due, again)

    def _give_up(self, due: Due, residents: Sequence[int]) -> None:
        """Nobody will call these any more; whoever can be is written to instead, and stays open until it answers."""
        written, now = set[int](), self.crew.clock()
        if fallback(self.plan, due.past) and now < self.ends:
            written.update(self.crew.notify(self.campaign, self.round, due, residents, now, self.ends))
            self._written = self._written or bool(written)
        self._left += [resident for resident in residents if resident not in written]
        due.settled.update(residents)

    def _must_dispose(self, begun: int) -> bool:
        """Whether those who were given up are to be written down now, and not together with the next."""
        last = self._over or not self._calling + begun
        late = last or len(self._left) >= AT_ONCE or time.monotonic() > self._disposed + DISPOSE_SECONDS
        return bool(self._left) and late

    def _dispose(self, tx: Tx, begun: int) -> None:
        if self._must_dispose(begun):
            dispose(tx, self.campaign.id, self.round, self._left, self.crew.clock())
            self._left, self._disposed = [], time.monotonic()

    def _wait(self, due: Due, at: datetime) -> None:
        self._dues[due.household_id] = due
        heapq.heappush(self._waiting, (at, due.rank, due.household_id))

    def _read(self, households: Sequence[int]) -> None:
        """Reads households as they stand now; those in a call of somebody else are looked at again later."""
        now = self.crew.clock()
        with self.crew.store.transaction() as tx:
            found, busy = dues_among(tx, self.campaign, self.round, households, self.plan, now)
            residents = [resident for due in found for resident in due.people]
            close_ineligible(tx, self.campaign.id, self.round, residents, now)
            counted = still_open(tx, self.campaign.id, self.round, residents)
        self._counted = {r: n for r, n in self._counted.items() if r not in residents} | counted
        self._again -= set(households)
        self._unsure -= set(households)
        for due in found:
            due.settled.update(r for r in due.people if r not in counted)
            if due.household_id in busy:
                self._wait(due, now + RECHECK)
                self._unsure.add(due.household_id)
            elif due.open:
                self._place(due, now)

    def _place(self, due: Due, now: datetime) -> None:
        """When a household that was just read is to be called."""
        at = next_try(due.past, self.plan, due.numbers) if due.past else now
        at = None if at is None else next_call(self.plan, max(at, now), due.time_zone, None if due.past else due.hour)
        if at is None or at >= self.ends:
            self._give_up(due, due.open)
        else:
            self._wait(due, at)

    def _hang_up(self) -> None:
        """Waits until no call of this chunk is in progress: without a store none of them can go on."""
        while self._calling:
            self._arrived.get()
            self._calling -= 1

    def _wait_for_store(self) -> None:
        """Waits until the store can be written to again, and ends there what was cut off."""
        while True:
            time.sleep(PATIENCE)
            if self.crew.leaving.is_set() or not self.crew.may_dial():
                raise CutOff("this worker has lost its place")
            try:
                self._mend()
                return
            except Exception as error:
                if not passes(error):
                    raise
                log.warning("the store still cannot be used: %s", error)

    def _mend(self) -> None:
        """Ends the attempts of this chunk that were cut off."""
        households, crew = set(self.households), self.crew

        def ours(cut: LeftOpen) -> bool:
            return (cut.campaign_id, cut.round) == (self.campaign.id, self.round) and cut.household_id in households

        mend_all(crew.store, crew.worker, crew.mend, {self.campaign.id: self.plan}, crew.clock(), ours)

    def _break_down(self, error: Exception) -> None:
        """Pauses the campaign, for somebody to look into a fault; `campaign resume` goes on where it stood."""
        log.error("campaign %s is paused by a fault: %s", self.campaign.name, fault(error))
        with self.crew.store.transaction() as tx:
            running = Campaign.state == "running"
            tx.execute(update(Campaign).where(Campaign.id == self.campaign.id, running).values(state="paused"))
        self._mend()
