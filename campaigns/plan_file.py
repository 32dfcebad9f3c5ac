"""Reads a plan from its YAML file, and refuses one that cannot be followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, time
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import yaml

from campaigns.plan import FIRST, NEVER_AGAIN, RETRIED, WEEKDAYS, Breaker, Plan, Span, hours
from records.errors import Mendable

# Entries that must be numbers above zero, and the most that makes sense.
NUMBERS = {
    "days": 60, "ring_seconds": 300, "max_attempts": 50, "calls_a_day": 50, "call_back_minutes": 1440,
    "elderly_from": 150,
}  # fmt: skip
FALLBACKS = ("", "notice")  # a channel that calls would lead round in a circle


class PlanError(Mendable, ValueError):
    """A plan that cannot be followed; the message names the file, the entry and what is wrong with it."""


def load_plan(path: str | Path) -> Plan:
    """The plan of a YAML file, fully checked; a bare name means one of `campaigns/plans/`."""
    file = Path(path)
    if not file.suffix and not file.exists():
        file = Path(__file__).parent / "plans" / f"{path}.yaml"
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(str(file), f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _wrong(str(file), f"is not YAML: {error}", f"不是有效的 YAML：{error}") from error
    return make_plan(data, str(file))


def plan_names() -> list[str]:
    """The names of the plans that ship with Wen'an, the usual one first."""
    names = [path.stem for path in (Path(__file__).parent / "plans").glob("*.yaml")]
    return sorted(names, key=lambda name: (name != "default", name))


def make_plan(data: Any, where: str = "plan") -> Plan:
    """A plan from its plain content (as in YAML or in `Campaign.plan`); PlanError says what is wrong."""
    if not isinstance(data, Mapping):
        kind = type(data).__name__
        raise _wrong(where, f"must be a mapping, not {kind}", f"应为键值对，而不是 {kind}")
    known = {f.name for f in fields(Plan)}
    for key in data:
        if key not in known:
            names = ", ".join(sorted(known))
            raise _wrong(
                where, f"{key!r} is not an entry of a plan (known: {names})", f"没有 {key!r} 这一项（可用：{names}）"
            )
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
        "recordings": plan.recordings,
        "breaker": {
            "share": plan.breaker.share,
            "calls": plan.breaker.calls,
            "seconds": plan.breaker.seconds,
        },
    }


def _wrong(where: str, en: str, zh: str) -> PlanError:
    return PlanError(f"{where}: {en}", f"{where}: {zh}")


def _no_spans(where: str, example: str) -> PlanError:
    return _wrong(where, f'must be a list of spans such as ["{example}"]', f'应为时段列表，如 ["{example}"]')


def _plain(value: Any, where: str) -> Any:
    return value


def _span(text: Any, where: str) -> Span:
    try:
        begin, end = str(text).split("-")
        first = time.fromisoformat(begin.strip())
        last = time.max if end.strip() == "24:00" else time.fromisoformat(end.strip())
    except ValueError:
        en, zh = "is not a span of hours such as", "不是时段，应写成"
        raise _wrong(where, f'{text!r} {en} "08:00-21:00"', f'{text!r} {zh} "08:00-21:00"') from None
    if first >= last:
        raise _wrong(
            where,
            f"{text!r} ends before it begins (write 20:00-24:00 and 00:00-06:00 for a night)",
            f"{text!r} 结束早于开始（跨夜请分成 20:00-24:00 和 00:00-06:00）",
        )
    return first, last


def _spans(value: Any, where: str) -> tuple[Span, ...]:
    if not isinstance(value, list):
        raise _no_spans(where, "08:00-21:00")
    spans = tuple(sorted(_span(v, where) for v in value))
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise _wrong(where, f"spans overlap at {begin:%H:%M}", f"时段在 {begin:%H:%M} 处重叠")
    return spans


def _quiet(value: Any, where: str) -> tuple[Span, ...]:
    """Quiet hours, which unlike windows may go over midnight."""
    if not isinstance(value or [], list):
        raise _no_spans(where, "12:00-14:00")
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
        en, zh = "is not a weekday or a range such as mon-fri", "不是星期，应写成 mon 或 mon-fri"
        raise _wrong(where, f"{text!r} {en}", f"{text!r} {zh}") from None
    return list(range(begin, end + 1)) if begin <= end else [*range(begin, 7), *range(end + 1)]


def _windows(value: Any, where: str) -> dict[int, tuple[Span, ...]]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "must map weekdays to spans of hours", "应为“星期: 时段”")
    result: dict[int, tuple[Span, ...]] = {}
    for name, spans in value.items():
        for day in _weekdays(name, where):
            if day in result:
                raise _wrong(where, f"{WEEKDAYS[day]} is named twice", f"{WEEKDAYS[day]} 写了两次")
            result[day] = _spans(spans, f"{where}: {name}")
    return result


def _holidays(value: Any, where: str) -> dict[date, tuple[Span, ...]]:
    if not isinstance(value or {}, Mapping):
        raise _wrong(where, "must map dates to spans of hours", "应为“日期: 时段”")
    result: dict[date, tuple[Span, ...]] = {}
    for day, spans in (value or {}).items():
        try:
            key = day if isinstance(day, date) else date.fromisoformat(str(day))
        except ValueError:
            en, zh = "is not a date such as 2026-10-01", "不是日期，应写成 2026-10-01"
            raise _wrong(where, f"{day!r} {en}", f"{day!r} {zh}") from None
        result[key] = _spans(spans, f"{where}: {day}")
    return result


def _retry(value: Any, where: str) -> dict[str, tuple[float, ...]]:
    if not isinstance(value or {}, Mapping):
        raise _wrong(where, "must map outcomes to lists of minutes", "应为“外呼结果: 分钟列表”")
    result: dict[str, tuple[float, ...]] = {}
    for outcome, minutes in (value or {}).items():
        if outcome in NEVER_AGAIN:
            raise _wrong(where, f"{outcome} must not be tried again", f"{outcome} 不能重拨")
        if outcome not in RETRIED:
            names = ", ".join(RETRIED)
            en = f"{outcome!r} is not an outcome to retry (known: {names})"
            raise _wrong(where, en, f"{outcome!r} 不是可重拨的外呼结果（可用：{names}）")
        if not isinstance(minutes, list) or not all(_is_number(m) and m > 0 for m in minutes):
            en = f"{outcome}: must be a list of minutes above zero, not {minutes!r}"
            raise _wrong(where, en, f"{outcome}：应为大于零的分钟列表，而不是 {minutes!r}")
        result[outcome] = tuple(float(m) for m in minutes)
    return result


def _first(value: Any, where: str) -> tuple[str, ...]:
    names = value or []
    if not isinstance(names, list) or len(set(map(str, names))) < len(names):
        raise _wrong(where, f"must be a list of different names, not {value!r}", f"应为不重复的列表，而不是 {value!r}")
    for name in names:
        if name not in FIRST:
            known = ", ".join(FIRST)
            raise _wrong(where, f"{name!r} is not known (known: {known})", f"不认识 {name!r}（可用：{known}）")
    return tuple(names)


def _breaker(value: Any, where: str) -> Breaker:
    names = ", ".join(f.name for f in fields(Breaker))
    if not isinstance(value, Mapping) or set(value) - {f.name for f in fields(Breaker)}:
        raise _wrong(where, f"must be a mapping of {names}, not {value!r}", f"应写 {names}，而不是 {value!r}")
    breaker = Breaker(**value)
    if not all(_is_number(n) and n > 0 for n in (breaker.share, breaker.calls, breaker.seconds)):
        raise _wrong(where, f"{names} must be numbers above zero", f"{names} 应为大于零的数字")
    if breaker.share > 1:
        en, zh = "share must lie above 0 and at most 1, not", "share 应大于 0、不超过 1，而不是"
        raise _wrong(where, f"{en} {breaker.share}", f"{zh} {breaker.share}")
    return breaker


def _text(value: Any, where: str) -> str:
    if not isinstance(value or "", str):
        raise _wrong(where, f"must be a text, not {value!r}", f"应为文字，而不是 {value!r}")
    return str(value or "")


_READ: dict[str, Callable[[Any, str], Any]] = {
    "windows": _windows,
    "holidays": _holidays,
    "quiet": _quiet,
    "retry": _retry,
    "first": _first,
    "breaker": _breaker,
    "plan": _text,
    "time_zone": _text,
    "fallback": _text,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_number(name: str, value: Any, most: int, where: str) -> None:
    whole = name not in ("ring_seconds", "call_back_minutes")
    if not (_is_whole(value) if whole else _is_number(value)) or value <= 0:
        en, zh = ("whole number", "整数") if whole else ("number", "数字")
        raise _wrong(
            where, f"{name}: must be a {en} above zero, not {value!r}", f"{name}: 应为大于零的{zh}，而不是 {value!r}"
        )
    if value > most:
        en, zh = f"{value} is too much (at most {most})", f"{value} 太大（最多 {most}）"
        if name == "max_attempts":
            en, zh = f"{value} tries would go round for ever (at most {most})", f"{value} 次会没完没了（最多 {most}）"
        raise _wrong(where, f"{name}: {en}", f"{name}: {zh}")


def _end_text(end: time) -> str:
    return "24:00" if end == time.max else f"{end:%H:%M}"


def _check(plan: Plan, where: str) -> None:
    try:
        plan.zone  # noqa: B018 - the look-up itself is the check
    except (ZoneInfoNotFoundError, ValueError):
        en, zh = "is not a time zone such as Asia/Shanghai", "不是时区，应写成 Asia/Shanghai"
        raise _wrong(where, f"time_zone: {plan.time_zone!r} {en}", f"time_zone: {plan.time_zone!r} {zh}") from None
    days = [date(2024, 1, 1 + n) for n in range(7)]  # a week from Monday on
    if not any(hours(plan, day) for day in [*days, *plan.holidays]):
        en, zh = "no hour of any day is open, so nobody could ever be called", "没有任何可外呼时段，永远打不出去"
        raise _wrong(where, f"windows: {en}", f"windows: {zh}")
    for name, most in NUMBERS.items():
        _check_number(name, getattr(plan, name), most, where)
    for name, minutes in plan.retry.items():
        if late := [m for m in minutes if m >= plan.days * 1440]:
            en, zh = f"{late[0]:g} minutes are longer than the round (days: {plan.days})", "分钟已超出一轮的天数"
            raise _wrong(where, f"retry: {name}: {en}", f"retry: {name}: {late[0]:g} {zh}（days: {plan.days}）")
    if plan.quota is not None and (not _is_whole(plan.quota) or plan.quota < 1):
        en, zh = "must be a whole number above zero, or blank, not", "应为大于零的整数或留空，而不是"
        raise _wrong(where, f"quota: {en} {plan.quota!r}", f"quota: {zh} {plan.quota!r}")
    if plan.fallback not in FALLBACKS:
        en, zh = "is not a channel to fall back to (known: notice)", "不是可用的兜底渠道（可用：notice）"
        raise _wrong(where, f"fallback: {plan.fallback!r} {en}", f"fallback: {plan.fallback!r} {zh}")
    if not _is_whole(plan.recordings) or plan.recordings < 0:
        en, zh = "must be a whole number, not", "应为整数，而不是"
        raise _wrong(where, f"recordings: {en} {plan.recordings!r}", f"recordings: {zh} {plan.recordings!r}")
    pace = plan.calls_per_second
    if pace is not None and (not _is_number(pace) or pace <= 0):
        en, zh = "must be above zero, or blank for no limit, not", "应大于零，留空为不限，而不是"
        raise _wrong(where, f"calls_per_second: {en} {pace!r}", f"calls_per_second: {zh} {pace!r}")
