"""Carries out one round of a campaign: who is due, one try after another, until nobody is left to try.

The runner knows no channel: it is handed a function that makes one attempt. The `virtual` driver below plays a round
on an event heap, without threads and as fast as the machine allows; every rule it follows is in `plan`.
"""

from __future__ import annotations

import heapq
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns.plan import Past, Plan, broken, full, next_call, next_number, next_open, next_try, round_end


@dataclass(slots=True)
class Due:
    """A household that is due: its members without a disposition, and its tries so far.

    `people` maps resident ids to what is known of them, `phone` among it, in the order in which their numbers are to
    be tried; `rank` is the priority (lower goes first). `time_zone` and `hour` are those the household prefers.
    """

    household_id: int
    people: Mapping[int, Mapping[str, Any]]
    rank: int = 0
    past: list[Past] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    time_zone: str = ""
    hour: int | None = None

    @property
    def open(self) -> tuple[int, ...]:
        """Ids of the members who still need a disposition."""
        return tuple([r for r in self.people if r not in self.settled])  # a list is quicker: it is asked for often

    @property
    def numbers(self) -> list[str]:
        """The different numbers of those members, in their order; a blank is a number that must not be called."""
        phones = (self.people[r]["phone"] for r in self.open)
        return [phone for phone in dict.fromkeys(phones) if phone]

    def answering(self, phone: str) -> tuple[int, ...]:
        """The open members, those first who have this number: whom an attempt on it is made for."""
        return tuple(sorted(self.open, key=lambda r: self.people[r]["phone"] != phone))


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt about to be made: this number, for these residents of one household."""

    due: Due
    phone: str
    number: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an attempt: the network's outcome, and the dispositions that are already final.

    `stop` is the wish never to be called again at this number; `wrong_number` that nobody of the household is there;
    `noted` what else is kept with the attempt, as `records.attempts.end_attempt` takes it.
    """

    outcome: str
    ended_at: datetime
    dispositions: Mapping[int, str] = field(default_factory=dict)
    call_later_at: datetime | None = None
    stop: bool = False
    wrong_number: bool = False
    noted: Mapping[str, Any] = field(default_factory=dict)


def fault(error: BaseException) -> str:
    """What kind of fault it was, and where; its message stays out, as it may hold a number or a resident's words."""
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if "site-packages" not in frame.filename][-8:]  # those of libraries say little
    return f"{type(error).__name__} at " + " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))


AttemptFn = Callable[[Try], Tried]
DisposeFn = Callable[[Due, Sequence[int]], None]


@dataclass(slots=True)
class Tally:
    """Figures of a round while it runs and after: calls, lines and time.

    `left` counts the households that were not called once when the round ended. `busy_seconds` integrates the number
    of busy lines over time, `held_seconds` adds up the calls: two ways to one figure, compared by Little's law.
    """

    households: int = 0
    calls: int = 0
    finished: int = 0
    complete: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    held_seconds: float = 0.0
    busy_seconds: float = 0.0
    busy: int = 0
    most_busy: int = 0
    began: datetime | None = None
    now: datetime | None = None
    by_hour: Counter[int] = field(default_factory=Counter)
    left: int = 0
    stopped_by: str | None = None

    @property
    def best_hour(self) -> int:
        """Calls begun in the busiest hour, hours counted from the beginning of the round."""
        return max(self.by_hour.values(), default=0)

    @property
    def hours(self) -> float:
        """Length of the round so far, hours."""
        return (self.now - self.began).total_seconds() / 3600 if self.began and self.now else 0.0

    @property
    def mean_held_seconds(self) -> float:
        """Mean time that a call holds its line, seconds."""
        return self.held_seconds / self.calls if self.calls else 0.0

    @property
    def calls_per_hour(self) -> float:
        """Calls begun per hour of the round."""
        return self.calls / self.hours if self.hours else 0.0

    @property
    def mean_busy_lines(self) -> float:
        """Lines busy on average, measured by integrating over time."""
        return self.busy_seconds / 3600 / self.hours if self.hours else 0.0

    @property
    def lines_by_little(self) -> float:
        """Lines busy by Little's law: calls per hour times mean seconds held, over 3600."""
        return self.calls_per_hour * self.mean_held_seconds / 3600

    def figures(self, lines: int) -> dict[str, float]:
        """What the table of lines shows, of a round that was played on so many."""
        held = self.mean_held_seconds
        return {
            "calls": self.calls,
            "lines": lines,
            "most_busy": self.most_busy,
            "held": held,
            "per_hour": self.calls_per_hour,
            "best_hour": self.best_hour,
            "capacity": lines * 3600 / held if held else 0.0,
            "busy": self.mean_busy_lines,
            "little": self.lines_by_little,
        }


def settle(due: Due, try_: Try, tried: Tried, plan: Plan, ends: datetime, dispose: DisposeFn) -> datetime | None:
    """Books the result of a try, and says when the household is to be tried again (None: not any more).

    Members who will not be tried again are handed to `dispose`. A pure rule but for that call.
    """
    due.settled.update(tried.dispositions)
    outcome = "do_not_call" if tried.stop else "wrong_number" if tried.wrong_number else tried.outcome
    due.past.append(Past(try_.phone, outcome, tried.ended_at, tried.call_later_at))
    if not due.open:
        return None
    again = next_try(due.past, plan, due.numbers)
    if again is not None and due.time_zone:
        again = next_call(plan, again, due.time_zone)
    if again is not None and again < ends:
        return again
    dispose(due, due.open)
    due.settled.update(due.open)
    return None


class VirtualRound:
    """Plays a round in virtual time: lines, pace, windows, retries and daily caps are kept, waiting costs nothing."""

    def __init__(
        self,
        plan: Plan,
        attempt: AttemptFn,
        dispose: DisposeFn,
        *,
        lines: int,
        start: datetime,
        until: datetime | None = None,
        calls_today: Mapping[str, int] | None = None,
        watch: Callable[[Tally], None] = lambda tally: None,
    ) -> None:
        if lines < 1:
            raise ValueError(f"lines: a campaign needs at least one line, not {lines}")
        self.plan, self.attempt, self.dispose, self.lines, self.watch = plan, attempt, dispose, lines, watch
        self.ends = min(until or round_end(plan, start), round_end(plan, start))
        self.now = start
        self.tally = Tally(began=start, now=start)
        today = start.astimezone(plan.zone).date()
        self._calls: Counter[tuple[str, date]] = Counter({(p, today): n for p, n in (calls_today or {}).items()})
        self._waiting: list[tuple[datetime, int, int, Due]] = []  # due at, rank, order of arrival
        self._ready: list[tuple[int, datetime, int, Due]] = []  # rank, due at, order of arrival
        self._running: list[tuple[datetime, int, Due, datetime | None, Tried]] = []
        self._recent: deque[tuple[datetime, str]] = deque(maxlen=200)
        self._order = 0
        self._next_start = start

    def run(self, dues: Iterable[Due]) -> Tally:
        """Tries everybody until nobody is left, the round is over, or the circuit breaker opens."""
        for due in dues:
            self.tally.households += 1
            self._wait(due, next_call(self.plan, self.now, due.time_zone, due.hour) or self.ends)
        while self._running or (self._more() and self.now < self.ends and not self.tally.stopped_by):
            if not self._start_one():
                self._advance()
        self._close()
        self.watch(self.tally)
        return self.tally

    def _more(self) -> bool:
        return bool(self._waiting or self._ready)

    def _wait(self, due: Due, at: datetime) -> None:
        self._order += 1
        heapq.heappush(self._waiting, (at, due.rank, self._order, due))

    def _start_one(self) -> bool:
        """Begins one call now, if a line is free, somebody is due, and window and pace allow."""
        while self._waiting and self._waiting[0][0] <= self.now:
            at, rank, order, due = heapq.heappop(self._waiting)
            heapq.heappush(self._ready, (rank, at, order, due))
        if not self._ready or len(self._running) >= self.lines or self.now < self._next_start:
            return False
        if self.tally.stopped_by or self.now >= self.ends or full(self.plan, self.tally.complete, len(self._running)):
            return False
        due = heapq.heappop(self._ready)[3]
        opens = next_call(self.plan, self.now, due.time_zone)
        if opens == self.now:
            self._call(due)
        else:
            self._wait(due, opens or self.ends)
        return True

    def _call(self, due: Due) -> None:
        phone = next_number(due.numbers, due.past)
        if phone is None:
            self._give_up(due)
            return
        day = self.now.astimezone(self.plan.zone).date()
        if self._calls[phone, day] >= self.plan.calls_a_day:
            self._postpone(due, day)
            return
        self._calls[phone, day] += 1
        try_ = Try(due, phone, len(due.past) + 1, self.now)
        tried = self.attempt(try_)
        again = settle(due, try_, tried, self.plan, self.ends, self.dispose)
        self._order += 1
        heapq.heappush(self._running, (tried.ended_at, self._order, due, again, tried))
        self.tally.calls += 1
        self.tally.by_hour[int((self.now - (self.tally.began or self.now)).total_seconds() // 3600)] += 1
        self.tally.outcomes[tried.outcome] += 1
        self.tally.held_seconds += (tried.ended_at - self.now).total_seconds()
        self.tally.busy = len(self._running)
        self.tally.most_busy = max(self.tally.most_busy, self.tally.busy)
        if self.plan.calls_per_second:
            self._next_start = self.now + timedelta(seconds=1 / self.plan.calls_per_second)
        self.watch(self.tally)

    def _postpone(self, due: Due, day: date) -> None:
        """The number had its calls for today: the household waits for tomorrow's window, if the round has one."""
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.plan.zone)
        again = next_open(self.plan, midnight.astimezone(self.now.tzinfo))
        if again is None or again >= self.ends:
            self._give_up(due)
        else:
            self._wait(due, again)

    def _give_up(self, due: Due) -> None:
        self.dispose(due, due.open)
        due.settled.update(due.open)
        self.tally.finished += 1

    def _advance(self) -> None:
        """Moves the clock to the next thing that can happen: a call ends, somebody is due, a window or slot opens."""
        moments = [self._running[0][0]] if self._running else []
        if self._waiting:
            moments.append(self._waiting[0][0])
        if self._ready and len(self._running) < self.lines and not self.tally.stopped_by:
            moments.append(self._next_start)
        moments = [m for m in moments if m > self.now] or [self.ends]
        self._move_to(min(moments) if self._running else min(self.ends, *moments))

    def _move_to(self, moment: datetime) -> None:
        self.tally.busy_seconds += len(self._running) * (moment - self.now).total_seconds()
        self.now = self.tally.now = moment
        while self._running and self._running[0][0] <= moment:
            ended, _, due, again, tried = heapq.heappop(self._running)
            self._recent.append((ended, tried.outcome))
            self.tally.complete += sum(d == "complete" for d in tried.dispositions.values())
            if again is None:
                self.tally.finished += 1
            else:
                self._wait(due, again)
            if tried.outcome == "network_error" and broken(self._recent, self.plan, moment):
                self.tally.stopped_by = "network errors"
            if full(self.plan, self.tally.complete, 0):
                self.tally.stopped_by = "quota"
        self.tally.busy = len(self._running)

    def _close(self) -> None:
        """The round is over: whoever still waits is given up, unless somebody is to mend the line and go on."""
        if self._more() and not self.tally.stopped_by:
            self.tally.stopped_by = "end of the round"
            for *_, due in [*self._waiting, *self._ready]:
                self.tally.left += not due.past
                self._give_up(due)
