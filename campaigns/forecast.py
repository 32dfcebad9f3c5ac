"""How long a round will take: its calls drawn from how calls have ended so far, and played in virtual time."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from campaigns.plan import Breaker, Plan
from campaigns.runner import Due, Tried, Try, VirtualRound

Habit = tuple[str, float]  # an attempt outcome, and the seconds for which the line was held
ENOUGH = 200  # calls from which a forecast is drawn; with fewer it assumes
# Of a hundred calls: most are answered and talked to the end in a good minute, the rest is the network's.
ASSUMED: Sequence[Habit] = (
    *[("answered_human", 75.0)] * 55, *[("answered_human", 20.0)] * 5, *[("no_answer", 45.0)] * 20,
    *[("busy", 4.0)] * 6, *[("powered_off", 8.0)] * 5, *[("rejected", 12.0)] * 4, *[("answered_machine", 32.0)] * 3,
    *[("unreachable", 12.0)],  ("invalid_number", 6.0),
)  # fmt: skip
SAMPLED = 20_000  # households; of more a sample is played, on as small a part of the lines


@dataclass(frozen=True, slots=True)
class Forecast:
    """When every household will have been called once (None: not in this round), and when the round is over.

    `left` is the share of households not called once by its end; `calls` are those it takes; `seen` is the number of
    past calls that it is drawn from, 0 when it assumes.
    """

    once_at: datetime | None
    over_at: datetime
    left: float
    calls: int
    seen: int


def forecast(
    plan: Plan,
    dues: Sequence[Due],
    habits: Sequence[Habit],
    *,
    lines: int,
    start: datetime,
    calls_today: Mapping[str, int],
    seed: int = 0,
) -> Forecast:
    """Plays a round with these households on so many lines from `start` on; the same seed gives the same forecast.

    The households are used up by it: they have had their tries afterwards.
    """
    seen = len(habits) if len(habits) >= ENOUGH else 0
    drawn = habits if seen else ASSUMED
    part = max(1, min(ceil(len(dues) / SAMPLED), lines))
    rng = random.Random(seed)
    firsts = [start]

    def attempt(try_: Try) -> Tried:
        outcome, seconds = rng.choice(drawn)
        if try_.number == 1:
            firsts.append(try_.started_at)
        answered = dict.fromkeys(try_.due.open, "complete") if outcome == "answered_human" else {}
        return Tried(outcome, try_.started_at + timedelta(seconds=seconds), answered)

    round = VirtualRound(
        _part_of(plan, part),
        attempt,
        lambda due, left: None,
        lines=max(1, lines // part),
        start=start,
        calls_today=calls_today,
    )
    tally = round.run(dues[::part])
    left = tally.left / max(tally.households, 1)
    return Forecast(None if left else max(firsts), tally.now or start, left, tally.calls * part, seen)


def _part_of(plan: Plan, part: int) -> Plan:
    """The plan for one of so many parts of the households; a breaker that opens by chance would say nothing."""
    return replace(
        plan,
        calls_per_second=plan.calls_per_second and plan.calls_per_second / part,
        quota=plan.quota and ceil(plan.quota / part),
        breaker=Breaker(1.0, calls=sys.maxsize),
    )
