"""A round as it goes on: how far it is, what the lines do, and the newest reports of illness; counted quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from records.tables import Answer, Community, Household, Record, Resident
from reports.attempts import Dials, outcome_table, read_attempts
from reports.figures import Figures, Scope
from reports.indicators import (
    FEVER,
    NON_REPORTING,
    REPORTED,
    REPORTED_SHARE,
    RESIDENTS,
    SYMPTOMATIC,
    Indicator,
    Tally,
)
from reports.line_list import ZONE, symptoms
from reports.table import Column, Label, Row, Table

NEWEST = 8
_SYMPTOMATIC: ColumnElement[str] = literal_column("'symptomatic'")  # as the index says it: a parameter would not use it
HEARD = 500  # answers from which the confidence of hearing is taken

_COUNTS: tuple[Indicator, ...] = (RESIDENTS, REPORTED, REPORTED_SHARE, FEVER, SYMPTOMATIC, NON_REPORTING)
_CARDS = (
    *(indicator.column for indicator in _COUNTS),
    Column("done", Label("已有结果", "Done"), "count", Label("本轮不再呼叫的居民", "Residents not to be called again")),
    Column(
        "busy",
        Label("进行中", "In progress"),
        "count",
        Label("此刻正在进行的通话和对话", "Calls and chats going on now"),
    ),
    Column("calls", Label("呼叫次数", "Calls"), "count", Label("本轮的呼叫", "Attempts of this round")),
)
_NEWEST = (
    Column("at", Label("时间", "When"), "time"),
    Column("name", Label("姓名", "Name")),
    Column("place", Label("地址", "Where")),
    Column("temperature_c", Label("体温 °C", "°C"), "celsius"),
    Column("present", Label("症状", "Symptoms")),
)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Figures, outcomes and newest reports of a round; `heard` is the mean confidence (0..1) of the newest calls."""

    figures: Table
    outcomes: Table
    newest: Table
    heard: float | None


def read_pulse(connection: Connection, figures: Figures, zone: tzinfo = ZONE) -> Pulse:
    """How the round of these figures stands at this moment."""
    scope = figures.scope
    dials = read_attempts(connection, scope)
    return Pulse(
        _figures(figures.whole(), dials),
        replace(outcome_table(dials), charts=()),
        _newest(connection, scope, zone),
        _heard(connection, scope),
    )


def _figures(tally: Tally, dials: Sequence[Dials]) -> Table:
    busy = sum(each.attempts for each in dials if each.outcome == "in_progress")
    calls = sum(each.attempts for each in dials)
    cells = (*(i.cell(tally) for i in _COUNTS), tally.count(("final",)), busy, calls)
    return Table("pulse", Label("实时进展", "At this moment"), _CARDS, (Row((), cells),), form="cards").check()


def _newest(connection: Connection, scope: Scope, zone: tzinfo) -> Table:
    query = (
        select(Record.reported_at, Record.temperature_c, Record.present, Record.building, Resident.id, Resident.name)
        .add_columns(Community.name.label("community"), Household.unit)
        .join(Resident, Resident.id == Record.resident_id)
        .join(Household, Household.id == Record.household_id)
        .join(Community, Community.id == Record.community_id)
        .where(*scope.conditions(), Record.status == _SYMPTOMATIC, Record.reported_at.is_not(None))
        .order_by(Record.reported_at.desc(), Record.id)
        .limit(NEWEST)
    )
    rows = tuple(
        Row(
            (str(row.id),),
            (
                row.reported_at.astimezone(zone),
                row.name,
                " ".join(part for part in (row.community, row.building, row.unit) if part),
                row.temperature_c,
                symptoms(row.present),
            ),
        )
        for row in connection.execute(query)
    )
    return Table("newest", Label("最新有症状的报告", "Newest reports of symptoms"), _NEWEST, rows, form="list").check()


def _heard(connection: Connection, scope: Scope) -> float | None:
    last = (
        select(Answer.confidence, Answer.how, Answer.resident_id, Answer.round)
        .where(Answer.campaign_id == scope.campaign_id, Answer.replaced_at.is_(None))
        .order_by(Answer.id.desc())
        .limit(HEARD)
        .subquery()
    )
    query = (
        select(func.avg(last.c.confidence))
        .join(Record, (Record.resident_id == last.c.resident_id) & (Record.round == last.c.round))
        .join(Community, Community.id == Record.community_id)
        .where(last.c.how == "voice", *scope.conditions())
    )
    mean = connection.execute(query).scalar()
    return None if mean is None else float(mean)
