"""The open follow-ups of a scope: whom to visit or call, why, by when; the urgent first."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from records.tables import Community, FollowUp, Household, Record, Resident
from reports import labels
from reports.figures import Scope
from reports.labels import in_words
from reports.line_list import RESIDENT_COLUMNS, ZONE, resident_cells, symptoms
from reports.table import Column, Label, Table
from reports.table import Row as Line

_COLUMNS = (
    Column("urgent", Label("紧急", "Urgent")),
    Column("kind", Label("任务", "Task")),
    Column("due_at", Label("最迟", "Due"), "time"),
    *RESIDENT_COLUMNS,
    Column("temperature_c", Label("体温 °C", "Temperature °C"), "celsius"),
    Column("present", Label("症状", "Symptoms")),
    Column("needs", Label("需求", "Needs")),
    Column("words", Label("原话", "In their words")),
    Column("state", Label("状态", "State")),
    Column("note", Label("备注", "Note")),
    Column("opened_at", Label("产生时间", "Opened"), "time"),
)


def follow_up_table(
    connection: Connection, scope: Scope, *, full_phones: bool = False, zone: tzinfo = ZONE, limit: int | None = None
) -> Table:
    """One row for each open task, urgent first, then by due time; times in `zone`, phones masked unless asked."""
    rows = tuple(_line(row, full_phones, zone) for row in connection.execute(tasks(*_open(scope)).limit(limit)))
    return Table("follow_up", Label("跟进任务", "Follow-up"), _COLUMNS, rows, form="list").check()


_FIRST = (
    Column("kind", Label("任务", "Task")),
    Column("name", Label("姓名", "Name")),
    Column("age", Label("年龄", "Age"), "count", Label("报告当年减出生年份", "Year of the report minus year of birth")),
    Column("place", Label("地址", "Where")),
    Column("temperature_c", Label("体温 °C", "°C"), "celsius"),
    Column("present", Label("症状", "Symptoms")),
    Column("due_at", Label("最迟", "Due"), "time"),
)


def visits_table(connection: Connection, scope: Scope, *, limit: int = 6, zone: tzinfo = ZONE) -> Table:
    """The doors to knock at first: the open tasks for a visit, the urgent first, at most `limit` of them."""
    visits = tasks(*_open(scope)).where(FollowUp.kind.in_(labels.VISITS))
    number = connection.execute(select(func.count()).select_from(visits.order_by(None).subquery())).scalar_one()
    rows = tuple(_visit(row, zone) for row in connection.execute(visits.limit(limit)))
    note = Label(f"先列 {len(rows)} 项，共 {number} 项", f"The first {len(rows)} of {number}")
    title = Label("先去看谁", "Whom to visit first")
    return Table("visits", title, _FIRST, rows, note=note if rows else Label("", ""), form="list").check()


def _visit(row: Row[Any], zone: tzinfo) -> Line:
    place = " ".join(part for part in (row.community, row.building, row.unit) if part)
    return Line(
        (str(row.id),),
        (
            in_words(row.kind, labels.KIND_LABELS),
            row.name,
            None if row.birth_year is None else row.day.year - row.birth_year,
            place,
            row.temperature_c,
            symptoms(row.present),
            row.due_at.astimezone(zone),
        ),
        frozenset(("kind",)) if row.urgent else frozenset(),
    )


def _open(scope: Scope) -> list[ColumnElement[bool]]:
    return [FollowUp.closed_at.is_(None), *scope.conditions()]


def tasks(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The follow-ups that meet the conditions, each with its record and its resident, the urgent first."""
    record = and_(
        Record.campaign_id == FollowUp.campaign_id,
        Record.round == FollowUp.round,
        Record.resident_id == FollowUp.resident_id,
    )
    columns: tuple[Any, ...] = (
        *(FollowUp.id, FollowUp.urgent, FollowUp.kind, FollowUp.due_at, FollowUp.words, FollowUp.state),
        *(FollowUp.note, FollowUp.opened_at, FollowUp.closed_at, FollowUp.assignee, FollowUp.outcome),
        *(FollowUp.escalated_to, Resident.name, Resident.phone, Resident.sex, Resident.birth_year),
        *(Community.district, Community.subdistrict, Community.name.label("community")),
        *(Record.grid, Record.building, Household.unit, Record.day, Record.temperature_c, Record.present),
        Record.needs,
    )
    return (
        select(*columns)
        .select_from(FollowUp)
        .join(Record, record)
        .join(Resident, Resident.id == FollowUp.resident_id)
        .join(Household, Household.id == Record.household_id)
        .join(Community, Community.id == Record.community_id)
        .where(*conditions)
        .order_by(
            FollowUp.urgent.desc(), FollowUp.due_at, Record.community_id, Record.grid, Record.building, FollowUp.id
        )
    )


def _line(row: Row[Any], full_phones: bool, zone: tzinfo) -> Line:
    return Line(
        (str(row.id),),
        (
            labels.YES_NO[row.urgent],
            in_words(row.kind, labels.KIND_LABELS),
            row.due_at.astimezone(zone),
            *resident_cells(row, full_phones),
            row.temperature_c,
            symptoms(row.present),
            labels.needs(row.needs),
            labels.needs(row.words),
            in_words(row.state, labels.STATE_LABELS),
            row.note or None,
            row.opened_at.astimezone(zone),
        ),
        frozenset(("urgent",)) if row.urgent else frozenset(),
    )
