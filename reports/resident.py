"""One resident on a page: who they are, what they reported, the attempts to reach them, and the work they gave."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection, Row, select

from records.tables import Community, Household, Record, Resident
from records.traces import traces
from reports import labels
from reports.labels import in_words
from reports.line_list import RESIDENT_COLUMNS, ZONE, resident_cells, symptoms, yes_no
from reports.table import Column, Label, Table
from reports.table import Row as Line

_REPORTS = (
    Column("day", Label("日期", "Day"), "date"),
    Column("status", Label("监测状态", "Monitoring status")),
    Column("disposition", Label("处置结果", "Disposition")),
    Column("colour", Label("颜色", "Colour")),
    Column("temperature_c", Label("体温 °C", "Temperature °C"), "celsius"),
    Column("present", Label("有的症状", "Symptoms present")),
    Column("onset_on", Label("发病日期", "Onset"), "date"),
    Column("contact", Label("接触或旅行史", "Contact or travel")),
    Column("needs", Label("需求", "Needs")),
    Column("reporter", Label("报告人", "Reported by")),
    Column("reported_at", Label("报告时间", "Reported at"), "time"),
)
_ATTEMPTS = (
    Column("started_at", Label("时间", "When"), "time"),
    Column("number", Label("第几次", "Try"), "count"),
    Column("channel", Label("渠道", "Channel")),
    Column("outcome", Label("结果", "Outcome")),
    Column("talk", Label("通话（秒）", "Talk (s)"), "seconds", digits=0),
    Column("conversation", Label("对话", "Conversation")),
)


def resident_tables(
    connection: Connection, resident: int, *, full_phones: bool = False, zone: tzinfo = ZONE
) -> tuple[Table, Table, Table]:
    """Who it is, their reports and the attempts of all campaigns, the newest first; KeyError when there is nobody.

    The last part of a row's key is the conversation it comes from, blank where there is none.
    """
    return (
        _person(connection, resident, full_phones),
        _reports(connection, resident, zone),
        _attempts(connection, resident, zone),
    )


def _person(connection: Connection, resident: int, full_phones: bool) -> Table:
    query = (
        select(*(Resident.name, Resident.phone, Resident.sex, Resident.birth_year, Resident.imported_at.label("day")))
        .add_columns(Community.district, Community.subdistrict, Community.name.label("community"))
        .add_columns(Household.grid, Household.building, Household.unit)
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .where(Resident.id == resident)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise KeyError(f"there is no resident {resident}")
    line = Line((str(resident),), tuple(resident_cells(row, full_phones)))
    return Table("resident", Label("居民", "Resident"), RESIDENT_COLUMNS, (line,), form="cards").check()


def _reports(connection: Connection, resident: int, zone: tzinfo) -> Table:
    query = select(Record.__table__).where(Record.resident_id == resident).order_by(Record.day.desc(), Record.id.desc())
    rows = tuple(_report(row, zone) for row in connection.execute(query))
    return Table("reports", Label("历次报告", "Reports"), _REPORTS, rows, form="list").check()


def _report(row: Row[Any], zone: tzinfo) -> Line:
    return Line(
        (str(row.id), str(row.conversation_id or "")),
        (
            row.day,
            in_words(row.status, labels.STATUS_LABELS),
            in_words(row.disposition, labels.DISPOSITION_LABELS),
            in_words(row.colour, labels.COLOUR_LABELS),
            row.temperature_c,
            symptoms(row.present),
            row.onset_on,
            yes_no(row.contact),
            labels.needs(row.needs),
            in_words(row.reporter, labels.REPORTER_LABELS),
            row.reported_at and row.reported_at.astimezone(zone),
        ),
        frozenset({"status"} if row.status == "symptomatic" else ()),
    )


def _attempts(connection: Connection, resident: int, zone: tzinfo) -> Table:
    found = traces(connection, resident)
    talks = {talk.attempt_id: talk.id for talk in found.conversations.values()}
    rows = tuple(
        Line(
            (str(row.id), str(talks.get(row.id, ""))),
            (
                row.started_at.astimezone(zone),
                row.number,
                in_words(row.channel, labels.CHANNEL_LABELS),
                in_words(row.outcome or "in_progress", labels.OUTCOME_LABELS),
                row.talk_seconds,
                Label("查看", "Read") if row.id in talks else None,
            ),
        )
        for row in sorted(found.attempts.values(), key=lambda row: row.id, reverse=True)
    )
    return Table("attempts", Label("联系经过", "Attempts"), _ATTEMPTS, rows, form="list").check()
