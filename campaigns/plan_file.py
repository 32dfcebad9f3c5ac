"""Reads a plan from its YAML file, and refuses one that cannot be followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import yaml

from campaigns.plan import FIRST, NEVER_AGAIN, RETRIED, WEEKDAYS, Breaker, Plan, Span, hours

MOST_ATTEMPTS = 50
FALLBACKS = ("", "notice")  # a channel that calls would lead round in a circle


class PlanError(ValueError):
    """A plan that cannot be followed; the message names the file, the entry and what is wrong with it."""


def load_plan(path: str | Path) -> Plan:
    """The plan of a YAML file, fully checked; a bare name means one of `campaigns/plans/`."""
    file = Path(path)
    if not file.suffix and not file.exists():
        file = Path(__file__).parent / "plans" / f"{path}.yaml"
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{file}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PlanError(f"{file}: is not YAML: {error}") from error
    return make_plan(data, str(file))


def make_plan(data: Any, where: str = "plan") -> Plan:
    """A plan from its plain content (as in YAML or in `Campaign.plan`); PlanError says what is wrong."""
    if not isinstance(data, Mapping):
        raise PlanError(f"{where}: must be a mapping, not {type(data).__name__}")
    known = {f.name for f in fields(Plan)}
    for key in data:
        if key not in known:
            raise PlanError(f"{where}: {key!r} is not an entry of a plan (known: {', '.join(sorted(known))})")
    read = {key: _READ.get(key, _plain)(value, f"{where}: {key}") for key, value in data.items()}
    plan = Plan(**read)
    _check(plan, where)
    return plan


def plan_data(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON data, which `make_plan` reads back."""

    def spans(value: Sequence[Span]) -> list[str]:
        return [f"{begin:%H:%M}-{_end_text(end)}" for begin, end in value]

    return {
        "plan": plan.plan,
        "time_zone": plan.time_zone,
        "windows": {WEEKDAYS[day]: spans(value) for day, value in plan.windows.items()},
        "holidays": {day.isoformat(): spans(value) for day, value in plan.holidays.items()},
        "quiet": spans(plan.quiet),
        "days": plan.days,
        "ring_seconds": plan.ring_seconds,
        "retry": {outcome: list(minutes) for outcome, minutes in plan.retry.items()},
        "max_attempts": plan.max_attempts,
        "calls_a_day": plan.calls_a_day,
        "call_back_minutes": plan.call_back_minutes,
        "first": list(plan.first),
        "elderly_from": plan.elderly_from,
        "calls_per_second": plan.calls_per_second,
        "quota": plan.quota,
        "fallback": plan.fallback,
        "breaker": {
            "share": plan.breaker.share,
            "calls": plan.breaker.calls,
            "seconds": plan.breaker.seconds,
        },
    }


def _plain(value: Any, where: str) -> Any:
    return value


def _span(text: Any, where: str) -> Span:
    try:
        begin, end = str(text).split("-")
        first = time.fromisoformat(begin.strip())
        last = time.max if end.strip() == "24:00" else time.fromisoformat(end.strip())
    except ValueError:
        raise PlanError(f'{where}: {text!r} is not a span of hours such as "08:00-21:00"') from None
    if first >= last:
        raise PlanError(f"{where}: {text!r} ends before it begins (write 20:00-24:00 and 00:00-06:00 for a night)")
    return first, last


def _spans(value: Any, where: str) -> tuple[Span, ...]:
    if not isinstance(value, list):
        raise PlanError(f'{where}: must be a list of spans such as ["08:00-21:00"]')
    spans = tuple(sorted(_span(v, where) for v in value))
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise PlanError(f"{where}: spans overlap at {begin:%H:%M}")
    return spans


def _quiet(value: Any, where: str) -> tuple[Span, ...]:
    """Quiet hours, which unlike windows may go over midnight."""
    if not isinstance(value or [], list):
        raise PlanError(f'{where}: must be a list of spans such as ["12:00-14:00"]')
    parts = [part for text in value or [] for part in _over_midnight(str(text))]
    return _spans(parts, where)


def _over_midnight(text: str) -> list[str]:
    begin, dash, end = text.partition("-")
    return [f"{begin}-24:00", f"00:00-{end}"] if dash and end < begin and end != "00:00" else [text]


def _weekdays(text: Any, where: str) -> list[int]:
    first, _, last = str(text).lower().partition("-")
    try:
        begin = WEEKDAYS.index(first)
        end = WEEKDAYS.index(last or first)
    except ValueError:
        raise PlanError(f"{where}: {text!r} is not a weekday or a range such as mon-fri") from None
    return list(range(begin, end + 1)) if begin <= end else [*range(begin, 7), *range(end + 1)]


def _windows(value: Any, where: str) -> dict[int, tuple[Span, ...]]:
    if not isinstance(value, Mapping):
        raise PlanError(f"{where}: must map weekdays to spans of hours")
    result: dict[int, tuple[Span, ...]] = {}
    for name, spans in value.items():
        for day in _weekdays(name, where):
            if day in result:
                raise PlanError(f"{where}: {WEEKDAYS[day]} is named twice")
            result[day] = _spans(spans, f"{where}: {name}")
    return result


def _holidays(value: Any, where: str) -> dict[date, tuple[Span, ...]]:
    if not isinstance(value or {}, Mapping):
        raise PlanError(f"{where}: must map dates to spans of hours")
    result: dict[date, tuple[Span, ...]] = {}
    for day, spans in (value or {}).items():
        try:
            key = day if isinstance(day, date) else date.fromisoformat(str(day))
        except ValueError:
            raise PlanError(f"{where}: {day!r} is not a date such as 2026-10-01") from None
        result[key] = _spans(spans, f"{where}: {day}")
    return result


def _retry(value: Any, where: str) -> dict[str, tuple[float, ...]]:
    if not isinstance(value or {}, Mapping):
        raise PlanError(f"{where}: must map outcomes to lists of minutes")
    result: dict[str, tuple[float, ...]] = {}
    for outcome, minutes in (value or {}).items():
        if outcome in NEVER_AGAIN:
            raise PlanError(f"{where}: {outcome} must not be tried again")
        if outcome not in RETRIED:
            raise PlanError(f"{where}: {outcome!r} is not an outcome to retry (known: {', '.join(RETRIED)})")
        if not isinstance(minutes, list) or not all(_is_number(m) and m > 0 for m in minutes):
            raise PlanError(f"{where}: {outcome}: must be a list of minutes above zero, not {minutes!r}")
        result[outcome] = tuple(float(m) for m in minutes)
    return result


def _first(value: Any, where: str) -> tuple[str, ...]:
    names = tuple(value or ())
    for name in names:
        if name not in FIRST:
            raise PlanError(f"{where}: {name!r} is not known (known: {', '.join(FIRST)})")
    return names


def _breaker(value: Any, where: str) -> Breaker:
    try:
        breaker = Breaker(**value)
    except TypeError as error:
        raise PlanError(f"{where}: {error}") from None
    if not all(map(_is_number, (breaker.share, breaker.calls, breaker.seconds))):
        raise PlanError(f"{where}: share, calls and seconds must be numbers")
    if not 0 < breaker.share <= 1:
        raise PlanError(f"{where}: share must lie above 0 and at most 1, not {breaker.share}")
    return breaker


_READ: dict[str, Callable[[Any, str], Any]] = {
    "windows": _windows,
    "holidays": _holidays,
    "quiet": _quiet,
    "retry": _retry,
    "first": _first,
    "breaker": _breaker,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _end_text(end: time) -> str:
    return "24:00" if end == time.max else f"{end:%H:%M}"


def _check(plan: Plan, where: str) -> None:
    try:
        plan.zone  # noqa: B018 - the look-up itself is the check
    except (ZoneInfoNotFoundError, ValueError):
        raise PlanError(f"{where}: time_zone: {plan.time_zone!r} is not a time zone such as Asia/Shanghai") from None
    days = [date(2024, 1, 1 + n) for n in range(7)]  # a week from Monday on
    if not any(hours(plan, day) for day in [*days, *plan.holidays]):
        raise PlanError(f"{where}: windows: no hour of any day is open, so nobody could ever be called")
    for name in ("days", "ring_seconds", "max_attempts", "calls_a_day", "call_back_minutes", "elderly_from"):
        value = getattr(plan, name)
        if not _is_number(value) or value <= 0:
            raise PlanError(f"{where}: {name}: must be a number above zero, not {value!r}")
    if plan.max_attempts > MOST_ATTEMPTS:
        raise PlanError(f"{where}: max_attempts: {plan.max_attempts} tries would go round for ever (at most 50)")
    if plan.quota is not None and (not isinstance(plan.quota, int) or isinstance(plan.quota, bool) or plan.quota < 1):
        raise PlanError(f"{where}: quota: must be a whole number above zero, or blank, not {plan.quota!r}")
    if plan.fallback not in FALLBACKS:
        raise PlanError(f"{where}: fallback: {plan.fallback!r} is not a channel to fall back to (known: notice)")
    pace = plan.calls_per_second
    if pace is not None and (not _is_number(pace) or pace <= 0):
        raise PlanError(f"{where}: calls_per_second: must be above zero, or blank for no limit, not {pace!r}")
