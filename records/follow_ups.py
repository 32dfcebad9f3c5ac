"""What staff do with follow-ups: assign, note, close, open again, escalate; every step is kept in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from records.errors import Mendable
from records.health import Rules, default_rules
from records.opening import note_event, reopened
from records.tables import FollowUp, FollowUpEvent

_CHANGE = update(FollowUp).where(FollowUp.id == bindparam("of_follow_up"))
_ONE = select(FollowUp.__table__).where(FollowUp.id == bindparam("wanted"))
_LOCKED = _ONE.with_for_update()
_OVERDUE = (
    select(FollowUp.id, FollowUp.kind, FollowUp.due_at, FollowUp.escalated_to)
    .where(
        FollowUp.state == "open",
        FollowUp.due_at <= bindparam("now"),
        FollowUp.escalated_to != bindparam("last_level"),  # it can go no further
    )
    .order_by(FollowUp.due_at, FollowUp.id)
    .with_for_update()
)
_EVENTS = (
    select(FollowUpEvent.what, FollowUpEvent.by, FollowUpEvent.words, FollowUpEvent.happened_at)
    .where(FollowUpEvent.follow_up_id == bindparam("wanted"))
    .order_by(FollowUpEvent.id)
)


class FollowUpError(Mendable, RuntimeError):
    """A follow-up that is not there, or cannot take this step; the message names both."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history of a follow-up; `by` blank means by a report or by the rules."""

    what: str
    by: str
    words: str
    happened_at: datetime


def find_follow_up(tx: Connection, follow_up: int) -> Row[Any]:
    """One follow-up, all columns; FollowUpError when there is none."""
    return _found(tx.execute(_ONE, {"wanted": follow_up}).one_or_none(), follow_up)


def history(tx: Connection, follow_up: int) -> list[Step]:
    """All that happened to a follow-up, its opening first; FollowUpError when there is none."""
    opened = find_follow_up(tx, follow_up)
    return [
        Step("opened", "", "", opened.opened_at),
        *(Step(*row) for row in tx.execute(_EVENTS, {"wanted": follow_up})),
    ]


def assign(tx: Connection, follow_up: int, assignee: str, by: str, now: datetime) -> None:
    """Gives an open follow-up to somebody; FollowUpError when it is not there or closed."""
    _open(tx, follow_up)
    _change(tx, follow_up, {"assignee": assignee}, "assigned", by, assignee, now)


def note(tx: Connection, follow_up: int, text: str, by: str, now: datetime) -> None:
    """Adds a note, also to a closed follow-up; the latest is shown in the lists. FollowUpError when it is not there."""
    _lock(tx, follow_up)
    _change(tx, follow_up, {"note": text}, "noted", by, text, now)


def close(tx: Connection, follow_up: int, reason: str, by: str, now: datetime, rules: Rules | None = None) -> None:
    """Closes an open follow-up for one of the reasons of the rules; FollowUpError names what stands against it."""
    known = (rules or default_rules()).close_reasons
    if reason not in known:
        names = ", ".join(known)
        raise FollowUpError(
            f"{reason!r} is no reason to close follow-up {follow_up} (known: {names})",
            f"{reason!r} 不是办结任务 {follow_up} 的原因（可用：{names}）",
        )
    _open(tx, follow_up)
    _change(tx, follow_up, {"state": "closed", "outcome": reason, "closed_at": now}, "closed", by, reason, now)


def reopen(tx: Connection, follow_up: int, reason: str, by: str, now: datetime, rules: Rules | None = None) -> None:
    """Opens a closed follow-up again, due anew; FollowUpError when it is not there or open."""
    found = _lock(tx, follow_up)
    if found.closed_at is None:
        raise FollowUpError(f"follow-up {follow_up} is open", f"任务 {follow_up} 尚未办结")
    values = reopened(found.kind, now, rules or default_rules())
    _change(tx, follow_up, values, "reopened", by, reason, now)


def escalate(tx: Connection, follow_up: int, by: str, now: datetime, rules: Rules | None = None) -> str:
    """Gives an open follow-up to the next level, overdue or not; returns it. FollowUpError at the last level."""
    levels = (rules or default_rules()).escalation
    found = _open(tx, follow_up)
    place = _place(levels, found.escalated_to)
    if place == len(levels):
        at = found.escalated_to or "none"
        raise FollowUpError(
            f"follow-up {follow_up} is at the last level already ({at})", f"任务 {follow_up} 已在最高一级（{at}）"
        )
    _change(tx, follow_up, {"escalated_to": levels[place]}, "escalated", by, levels[place], now)
    return levels[place]


def alarm(tx: Connection, follow_up: int, text: str, by: str, now: datetime, rules: Rules | None = None) -> None:
    """Makes an open follow-up urgent, notes why, and gives it to the next level at once, where there is one."""
    levels = (rules or default_rules()).escalation
    found = _open(tx, follow_up)
    _change(tx, follow_up, {"urgent": True, "note": text}, "noted", by, text, now)
    if _place(levels, found.escalated_to) < len(levels):
        escalate(tx, follow_up, by, now, rules)


def escalate_overdue(tx: Connection, now: datetime, rules: Rules | None = None) -> dict[int, str]:
    """Gives all overdue work to the level that the rules name; returns what went where. Repeated, it changes nothing.

    To be called every few minutes.
    """
    rules = rules or default_rules()
    raised: dict[int, str] = {}
    if not rules.escalation:
        return raised
    for row in tx.execute(_OVERDUE, {"now": now, "last_level": rules.escalation[-1]}):
        level = level_of(rules.escalation, rules.due(row.kind).within, now - row.due_at)
        if _place(rules.escalation, level) > _place(rules.escalation, row.escalated_to):
            raised[row.id] = level
    if raised:
        tx.execute(
            _CHANGE, [{"of_follow_up": id, "escalated_to": level, "changed_at": now} for id, level in raised.items()]
        )
    for level in rules.escalation:
        note_event(tx, [id for id, to in raised.items() if to == level], "escalated", "", level, now)
    return raised


def level_of(levels: Sequence[str], within: timedelta, overdue: timedelta) -> str:
    """Where work belongs that has been overdue for so long, when it had `within` to be done; blank when in time."""
    if overdue < timedelta(0) or not levels:
        return ""
    return levels[min(int(overdue / within), len(levels) - 1)]


def _place(levels: Sequence[str], level: str) -> int:
    """How many levels have had it; one that the rules no longer know counts as none."""
    return levels.index(level) + 1 if level in levels else 0


def _lock(tx: Connection, follow_up: int) -> Row[Any]:
    return _found(tx.execute(_LOCKED, {"wanted": follow_up}).one_or_none(), follow_up)


def _open(tx: Connection, follow_up: int) -> Row[Any]:
    found = _lock(tx, follow_up)
    if found.closed_at is not None:
        raise FollowUpError(
            f"follow-up {follow_up} is closed ({found.outcome}): open it again first",
            f"任务 {follow_up} 已办结（{found.outcome}），请先重新打开",
        )
    return found


def _found(row: Row[Any] | None, follow_up: int) -> Row[Any]:
    if row is None:
        raise FollowUpError(f"there is no follow-up {follow_up}", f"没有任务 {follow_up}")
    return row


def _change(
    tx: Connection, follow_up: int, values: dict[str, Any], what: str, by: str, words: str, now: datetime
) -> None:
    tx.execute(_CHANGE, {"of_follow_up": follow_up, "changed_at": now, **values})
    note_event(tx, [follow_up], what, by, words, now)
