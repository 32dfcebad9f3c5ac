"""As of when a report is: that of a day that is over as at its end, whenever it is made; and what has come since."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, MetaData, and_, case, func, not_, select
from sqlalchemy.sql.util import ClauseAdapter

from records.past import NOW
from records.tables import Campaign, Community, Record
from reports.figures import Scope, counted, newest_scope
from reports.indicators import FEVER_C
from reports.labels import COUNT_LABELS
from reports.line_list import ZONE
from reports.table import Column, Label, Row, Table

WATCHED = ("reported", "fever", "symptomatic", "asymptomatic", "non_reporting", "needs_help")
_NOW = Record.__table__.to_metadata(MetaData(), name=NOW)  # type: ignore[attr-defined]  # a table, as it is declared
_as_now = ClauseAdapter(_NOW, adapt_on_names=True).traverse


def closing(connection: Connection, scope: Scope, now: datetime, zone: tzinfo = ZONE) -> datetime | None:
    """When the days of a scope were over, with those on which its plan still calls; None while they are not.

    So long is a report as of now. Without days and round it is that of the newest round.
    """
    whole = scope if scope.first_day or scope.last_day else newest_scope(connection, scope)
    last = select(func.max(Record.day)).join(Community, Community.id == Record.community_id)
    day = connection.execute(last.where(*whole.conditions())).scalar_one()
    if day is None:
        return None
    plan = connection.execute(select(Campaign.plan).where(Campaign.id == scope.campaign_id)).scalar_one()
    over = end_of(day + timedelta(int(plan.get("days", 1)) - 1), zone)
    return over if over <= now else None


def end_of(day: date, zone: tzinfo = ZONE) -> datetime:
    """Midnight after a day."""
    return datetime.combine(day + timedelta(1), time(), zone)


def late_table(connection: Connection, scope: Scope, fever_c: float = FEVER_C, zone: tzinfo = ZONE) -> Table:
    """One row for each figure that has changed since the moment that the scope is as of; none when that is now.

    The connection looks back to that moment. `answered` had answered by then and were written down later, as when a
    line was cut off; `later` answered after it; `no_longer` were put right.
    """
    at = scope.as_of
    rows = tuple(_rows(connection, scope, fever_c, at)) if at else ()
    until = f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "–"
    note = Label(
        f"本报表按 {until} 时所知，任何时候重做都一样；此后到达或更正的只在这里列出",
        f"This report is by what was known at {until}, and the same whenever it is made; what came or was put right "
        "since stands here alone",
    )
    title = Label("后来才到的答复", "Answers that came later")
    return Table("late", title, _COLUMNS, rows, note=note, form="list").check()


def _rows(connection: Connection, scope: Scope, fever_c: float, at: datetime) -> list[Row]:
    in_time = _NOW.c.reported_at <= at
    found: list[Row] = []
    for figure in WATCHED:
        was = func.coalesce(counted(figure, fever_c), False)
        became = and_(_as_now(counted(figure, fever_c)), not_(was))
        ceased = and_(was, not_(func.coalesce(_as_now(counted(figure, fever_c)), False)))
        sums = (_number(became & in_time), _number(became & ~func.coalesce(in_time, False)), _number(ceased))
        answered, later, no_longer = _changed(connection, scope, at, sums)
        if answered or later or no_longer:
            (by_then,) = _one(connection, _of(scope, _number(counted(figure, fever_c))))
            now = by_then + answered + later - no_longer
            found.append(Row((figure,), (COUNT_LABELS[figure], by_then, answered, later, no_longer, now)))
    return found


def _changed(connection: Connection, scope: Scope, at: datetime, sums: Any) -> list[int]:
    query = _of(scope, *sums).join(_NOW, _NOW.c.id == Record.id)
    return _one(connection, query.where(_NOW.c.changed_at > at))


def _of(scope: Scope, *sums: Any) -> Any:
    places = select(*sums).select_from(Record).join(Community, Community.id == Record.community_id)
    return places.where(*scope.conditions())


def _one(connection: Connection, query: Any) -> list[int]:
    return [int(number) for number in connection.execute(query).one()]


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_COLUMNS = (
    Column("figure", Label("指标", "Figure")),
    Column("by_then", Label("当时", "By then"), "count", Label("本报表中的人数", "Residents as in this report")),
    Column("answered", Label("当时已答复，后来记录", "Answered by then, written later"), "count",
           Label("当时已答复、之后才记录或更正的人数", "Who had answered by then, written down or put right later")),
    Column("later", Label("后来才答复", "Answered later"), "count",
           Label("此后才答复的人数", "Residents who answered since")),
    Column("no_longer", Label("不再计入", "No longer"), "count",
           Label("因后来的答复或更正而不再计入的人数", "No longer counted, by what came or was put right since")),
    Column("now", Label("现在", "Now"), "count", Label("按现在已知的人数", "Residents by what is known now")),
)  # fmt: skip
