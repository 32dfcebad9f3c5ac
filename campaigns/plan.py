"""The plan: when a phone may ring, who is due, what is tried again. Pure rules; `plan_file` reads them from YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RETRIED = (
    "busy", "no_answer", "unreachable", "answered_machine", "powered_off", "rejected", "network_error", "interrupted",
)  # fmt: skip
# After these a number is dead; another number of the household may still be tried.
NEVER_AGAIN = ("invalid_number", "suspended", "wrong_number", "do_not_call")
FIRST = ("symptomatic", "elderly")
LOOK_AHEAD_DAYS = 60

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Breaker:
    """Stop dialling when `share` of at least `calls` calls within `seconds` failed by network error."""

    share: float = 0.5
    calls: int = 5
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of calling; `retry` holds minutes, one for each retry.

    Times are local to the resident where the roster names their time zone, else to `time_zone`.
    """

    plan: str = "default"
    time_zone: str = "Asia/Shanghai"
    windows: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    holidays: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    quiet: tuple[Span, ...] = ()
    days: int = 1
    ring_seconds: float = 45.0
    retry: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    max_attempts: int = 4
    calls_a_day: int = 5
    call_back_minutes: float = 120.0
    first: tuple[str, ...] = FIRST
    elderly_from: int = 70
    calls_per_second: float | None = None
    quota: int | None = None
    fallback: str = ""
    recordings: int = 0
    breaker: Breaker = Breaker()

    @property
    def zone(self) -> ZoneInfo:
        """The plan's time zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Past:
    """One try that is over: which number, how it ended, when, and whether a later call was asked for."""

    phone: str
    outcome: str
    ended_at: datetime
    call_later_at: datetime | None = None


def next_open(plan: Plan, at: datetime, zone: ZoneInfo | None = None) -> datetime | None:
    """The first moment from `at` on when a phone may ring; None when none comes within 60 days."""
    zone = zone or plan.zone
    local = at.astimezone(zone)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = local.date() + timedelta(days=ahead)
        for begin, end in hours(plan, day):
            opens = datetime.combine(day, begin, zone)
            closes = datetime.combine(day, end, zone)
            if end == time.max:
                closes = datetime.combine(day + timedelta(days=1), time.min, zone)
            if local < closes:
                return max(local, opens).astimezone(at.tzinfo)
    return None


def next_call(plan: Plan, at: datetime, time_zone: str = "", hour: int | None = None) -> datetime | None:
    """The first moment from `at` on when this resident may be called: in their time zone, at their preferred hour.

    The preferred hour is waited for as long as it is still to come that day and open; once it is over any open time
    will do, since a late call is better than none.
    """
    zone = ZoneInfo(time_zone) if time_zone else plan.zone
    opens = next_open(plan, at, zone)
    if opens is None or hour is None or opens.astimezone(zone).hour >= hour:
        return opens
    wished = opens.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    later = next_open(plan, wished.astimezone(at.tzinfo), zone)
    return later if later is not None and later - wished < timedelta(hours=1) else opens


def is_open(plan: Plan, at: datetime) -> bool:
    """Whether a phone may ring at this moment."""
    return next_open(plan, at) == at


def round_end(plan: Plan, start: datetime) -> datetime:
    """The end of a round begun at `start`: midnight, local time, after `plan.days` days."""
    day = start.astimezone(plan.zone).date() + timedelta(days=plan.days)
    return datetime.combine(day, time.min, plan.zone).astimezone(start.tzinfo)


def hours(plan: Plan, day: date) -> tuple[Span, ...]:
    """The spans of a local day in which phones may ring, without the quiet hours."""
    spans = plan.holidays.get(day, plan.windows.get(day.weekday(), ()))
    for quiet in plan.quiet:
        spans = tuple(part for span in spans for part in _without(span, quiet))
    return spans


def next_number(numbers: Sequence[str], past: Sequence[Past]) -> str | None:
    """The number to dial next: each in turn, never one that is dead or done with; None when none is left.

    A number is done with when a human answered it, unless that human asked to be called later.
    """
    if past and past[-1].call_later_at is not None and past[-1].phone in numbers:
        return past[-1].phone
    done = {p.phone for p in past if p.outcome in NEVER_AGAIN or p.outcome == "answered_human"}
    left = [n for n in numbers if n not in done]
    return min(left, key=lambda n: (sum(p.phone == n for p in past), numbers.index(n)), default=None)


def next_try(past: Sequence[Past], plan: Plan, numbers: Sequence[str]) -> datetime | None:
    """When to try this household again after its tries so far; None when it is not to be tried any more.

    `numbers` are those of the members still open. A time that the resident asked for goes before the retry table; a
    number that is dead or done with gives way to the next at once. The answer lies inside the window of the plan.
    """
    if not past or len(past) >= plan.max_attempts or next_number(numbers, past) is None:
        return None
    last = past[-1]
    if last.call_later_at is not None:
        return next_open(plan, max(last.call_later_at, last.ended_at))
    if last.outcome in NEVER_AGAIN or last.outcome == "answered_human":
        return next_open(plan, last.ended_at)
    delays = plan.retry.get(last.outcome, ())
    again = sum(p.outcome == last.outcome for p in past) - 1
    if again >= len(delays):
        return None
    return next_open(plan, last.ended_at + timedelta(minutes=delays[again]))


def priority(plan: Plan, *, symptomatic: bool, birth_years: Sequence[int | None], year: int) -> int:
    """Who is called first: the lower the number the earlier, by the order of `plan.first`."""
    elderly = any(b is not None and year - b >= plan.elderly_from for b in birth_years)
    here = {"symptomatic": symptomatic, "elderly": elderly}
    return next((n for n, name in enumerate(plan.first) if here[name]), len(plan.first))


def full(plan: Plan, complete: int, in_call: int) -> bool:
    """Whether no call may begin since the quota is reached, or will be if all calls in progress are answered."""
    return plan.quota is not None and complete + in_call >= plan.quota


def fallback(plan: Plan, past: Sequence[Past]) -> str | None:
    """The channel to write on after the last try; None when there is none, or a human has already answered."""
    answered = any(p.outcome in ("answered_human", "do_not_call", "wrong_number") for p in past)
    return plan.fallback or None if past and not answered else None


def broken(recent: Sequence[tuple[datetime, str]], plan: Plan, now: datetime) -> bool:
    """Whether the circuit breaker opens, given (ended_at, outcome) of recent calls."""
    since = now - timedelta(seconds=plan.breaker.seconds)
    outcomes = [outcome for ended, outcome in recent if ended >= since]
    failed = sum(outcome == "network_error" for outcome in outcomes)
    return len(outcomes) >= plan.breaker.calls and failed >= plan.breaker.share * len(outcomes)


def _without(span: Span, quiet: Span) -> tuple[Span, ...]:
    """What is left of a span when quiet hours are taken out."""
    parts = (span[0], min(span[1], quiet[0])), (max(span[0], quiet[1]), span[1])
    return tuple(part for part in parts if part[0] < part[1])
