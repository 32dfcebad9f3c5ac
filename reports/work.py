"""The work of the staff over all campaigns: the follow-ups that they ask for, and one of them with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from records.follow_ups import find_follow_up, history
from records.tables import Campaign, Community, FollowUp, Record
from reports import labels
from reports.community import LEVEL_LABELS
from reports.figures import in_place
from reports.follow_up import tasks
from reports.labels import in_words
from reports.line_list import RESIDENT_COLUMNS, ZONE, masked, resident_cells, symptoms, written
from reports.table import Cell, Column, Label, Table
from reports.table import Row as Line


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which follow-ups: each entry that is not blank narrows the choice; `closed` asks for those that are done.

    `assigned` asks for those that somebody has, or (False) nobody; `place` is as in a Scope.
    """

    campaign: str = ""
    community: str = ""
    grid: str = ""
    kind: str = ""
    assignee: str = ""
    overdue: bool = False
    closed: bool = False
    assigned: bool | None = None
    resident: int | None = None
    place: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """For a statement that joins `record` and `community`."""
        wanted: list[tuple[Any, str]] = [
            (Community.name, self.community), (Record.grid, self.grid), (FollowUp.kind, self.kind),
            (FollowUp.assignee, self.assignee),
        ]  # fmt: skip
        found = [column == name for column, name in wanted if name]
        if self.campaign:
            found.append(FollowUp.campaign_id.in_(select(Campaign.id).where(Campaign.name == self.campaign)))
        if self.resident is not None:
            found.append(FollowUp.resident_id == self.resident)
        if self.assigned is not None:
            found.append(FollowUp.assignee != "" if self.assigned else FollowUp.assignee == "")
        if self.overdue:
            found.append(FollowUp.due_at <= now)
        found += in_place(self.place)
        return [*found, FollowUp.closed_at.is_not(None) if self.closed else FollowUp.closed_at.is_(None)]


_COLUMNS = (
    Column("id", Label("编号", "No.")),
    Column("kind", Label("任务", "Task")),
    Column("due_at", Label("最迟", "Due"), "time"),
    Column("name", Label("姓名", "Name")),
    Column("phone", Label("电话", "Phone")),
    Column("place", Label("地址", "Where")),
    Column("words", Label("原话", "In their words")),
    Column("assignee", Label("负责人", "Assignee")),
    Column("state", Label("状态", "State")),
    Column("note", Label("备注", "Note")),
)


def work_table(
    connection: Connection,
    chosen: Chosen,
    now: datetime,
    *,
    full_phones: bool = False,
    zone: tzinfo = ZONE,
    limit: int | None = None,
    first: int = 0,
) -> Table:
    """One row for each follow-up chosen, the urgent first, then by due time; of closed ones the newest first.

    What is overdue stands out. `first` leaves out so many rows.
    """
    wanted = tasks(*chosen.conditions(now))
    number = work_count(connection, chosen, now)
    if chosen.closed:
        wanted = wanted.order_by(None).order_by(FollowUp.closed_at.desc(), FollowUp.id)
    rows = tuple(
        _line(row, now, full_phones, zone) for row in connection.execute(wanted.limit(limit).offset(first or None))
    )
    note = Label(f"列出 {len(rows)} 项，共 {number} 项", f"{len(rows)} of {number} shown")
    return Table("work", Label("跟进任务", "Follow-ups"), _COLUMNS, rows, note=note, form="list").check()


def work_count(connection: Connection, chosen: Chosen, now: datetime) -> int:
    """How many follow-ups are chosen."""
    wanted = tasks(*chosen.conditions(now)).order_by(None).subquery()
    return int(connection.execute(select(func.count()).select_from(wanted)).scalar_one())


def _line(row: Row[Any], now: datetime, full_phones: bool, zone: tzinfo) -> Line:
    overdue = row.closed_at is None and row.due_at <= now
    marks = {"due_at"} if overdue else set()
    return Line(
        (str(row.id),),
        (
            str(row.id),
            in_words(row.kind, labels.KIND_LABELS),
            row.due_at.astimezone(zone),
            row.name or None,
            (written(row.phone) if full_phones else masked(row.phone)) or None,
            " ".join(part for part in (row.community, row.grid, row.building, row.unit) if part),
            labels.needs(row.words),
            row.assignee or None,
            _state(row),
            row.note or None,
        ),
        frozenset(marks | ({"kind"} if row.urgent else set())),
    )


def _state(row: Row[Any]) -> Label | str | None:
    if row.outcome:
        return in_words(row.outcome, labels.CLOSE_LABELS)
    if row.escalated_to:
        level = LEVEL_LABELS.get(row.escalated_to, Label(row.escalated_to, row.escalated_to))
        return Label(f"已上报{level.zh}", f"Escalated: {level.en.lower()}")
    return in_words(row.state, labels.STATE_LABELS)


_SHEET = (
    Column("kind", Label("任务", "Task")),
    Column("urgent", Label("紧急", "Urgent")),
    Column("state", Label("状态", "State")),
    Column("assignee", Label("负责人", "Assignee")),
    Column("due_at", Label("最迟", "Due"), "time"),
    *RESIDENT_COLUMNS,
    Column("temperature_c", Label("体温 °C", "Temperature °C"), "celsius"),
    Column("present", Label("症状", "Symptoms")),
    Column("needs", Label("需求", "Needs")),
    Column("words", Label("原话", "In their words")),
    Column("note", Label("备注", "Note")),
)

_HISTORY = (
    Column("happened_at", Label("时间", "When"), "time"),
    Column("what", Label("经过", "What")),
    Column("words", Label("内容", "Words")),
    Column("by", Label("经手人", "By")),
)


def work_sheet(
    connection: Connection, follow_up: int, *, full_phones: bool = False, zone: tzinfo = ZONE
) -> tuple[Table, Table]:
    """One follow-up with all that is known, and its history; FollowUpError when there is none."""
    find_follow_up(connection, follow_up)
    row = connection.execute(tasks(FollowUp.id == follow_up)).one()
    cells: tuple[Cell, ...] = (
        in_words(row.kind, labels.KIND_LABELS),
        labels.YES_NO[row.urgent],
        _state(row),
        row.assignee or None,
        row.due_at.astimezone(zone),
        *resident_cells(row, full_phones),
        row.temperature_c,
        symptoms(row.present),
        labels.needs(row.needs),
        labels.needs(row.words),
        row.note or None,
    )
    title = Label(f"跟进任务 {follow_up}", f"Follow-up {follow_up}")
    sheet = Table("follow_up_sheet", title, _SHEET, (Line((str(follow_up),), cells),), form="cards").check()
    steps = tuple(
        Line((str(place),), (step.happened_at.astimezone(zone), *_step(step.what, step.words), step.by or None))
        for place, step in enumerate(history(connection, follow_up))
    )
    return sheet, Table("history", Label("经过", "History"), _HISTORY, steps, form="list").check()


def _step(what: str, words: str) -> tuple[Cell, Cell]:
    known = {"closed": labels.CLOSE_LABELS, "escalated": LEVEL_LABELS}.get(what, {})
    return in_words(what, labels.EVENT_LABELS), in_words(words or None, known)
