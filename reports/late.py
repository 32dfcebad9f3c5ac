"""What came later: how many of a round's reports were given, or written down, after its last day was over."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from records.tables import Community, Record
from reports.figures import Scope, counted
from reports.indicators import FEVER_C
from reports.labels import COUNT_LABELS
from reports.line_list import ZONE
from reports.table import Column, Label, Row, Table

WATCHED = ("reported", "fever", "symptomatic", "asymptomatic", "needs_help")


def late_table(connection: Connection, scope: Scope, fever_c: float = FEVER_C, zone: tzinfo = ZONE) -> Table:
    """One row for each figure that changed after midnight of the last day of the scope: by then, and later.

    `answered` are residents who answered by then and whose report was written down later, as when a line was cut off;
    `later` those who answered after it. What was reported by then and put right later counts as written down later.
    """
    end = _end(connection, scope, zone)
    rows = tuple(_rows(connection, scope, fever_c, end)) if end else ()
    until = f"{end.astimezone(zone):%Y-%m-%d %H:%M}" if end else "–"
    note = Label(
        f"报表按现在已知的计算；{until} 之后到达或更正的在此列出，减去它们就是当天结束时的数。待办任务总是现在的",
        f"Reports are counted by what is known now; what came or was put right after {until} stands here, and without "
        "it they are as at the end of that day. Open tasks are always those of now",
    )
    title = Label("后来才到的答复", "Answers that came later")
    return Table("late", title, _COLUMNS, rows, note=note, form="list").check()


def _end(connection: Connection, scope: Scope, zone: tzinfo) -> datetime | None:
    """Midnight after the last day of the scope; None when it has none."""
    query = select(func.max(Record.day)).join(Community, Community.id == Record.community_id)
    day = connection.execute(query.where(*scope.conditions())).scalar_one()
    return None if day is None else datetime.combine(day + timedelta(1), time(), zone)


def _rows(connection: Connection, scope: Scope, fever_c: float, end: datetime) -> list[Row]:
    after = Record.recorded_at > end
    answered_by_then = Record.reported_at <= end
    found: list[Row] = []
    for figure in WATCHED:
        is_ = counted(figure, fever_c)
        sums = (_number(is_), _number(is_ & after & answered_by_then), _number(is_ & after & ~answered_by_then))
        query = select(*sums).select_from(Record).join(Community, Community.id == Record.community_id)
        now, answered, later = (int(n) for n in connection.execute(query.where(*scope.conditions())).one())
        if answered or later:
            cells = (COUNT_LABELS[figure], now, now - answered - later, answered, later)
            found.append(Row((figure,), cells))
    return found


def _number(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_COLUMNS = (
    Column("figure", Label("指标", "Figure")),
    Column("now", Label("现在", "Now"), "count", Label("按现在已知的人数", "Residents by what is known now")),
    Column("by_then", Label("当天结束时", "By the end of the day"), "count",
           Label("当天结束后没有再变的人数", "Residents whose report has not changed since the day was over")),
    Column("answered", Label("当天答复，后来记录", "Answered by then, written later"), "count",
           Label("当天已答复、之后才记录或更正的人数", "Who answered by then, written down or put right later")),
    Column("later", Label("后来才答复", "Answered later"), "count",
           Label("当天结束后才答复的人数", "Residents who answered after the day was over")),
)  # fmt: skip
