"""The line list: one row for each person of a round, as field epidemiologists keep it; phone numbers masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from records.symptoms import names
from records.tables import Community, Household, Notice, Record, Resident
from reports import labels
from reports.figures import Scope, counted
from reports.indicators import FEVER_C
from reports.labels import in_words
from reports.table import Cell, Column, Label, Table
from reports.table import Row as Line

ZONE = ZoneInfo("Asia/Shanghai")

RESIDENT_COLUMNS = (
    Column("name", Label("姓名", "Name")),
    Column("phone", Label("电话", "Phone")),
    Column("sex", Label("性别", "Sex")),
    Column("age", Label("年龄", "Age"), "count", Label("报告当年减出生年份", "Year of the report minus year of birth")),
    Column("district", Label("区", "District")),
    Column("subdistrict", Label("街道", "Sub-district")),
    Column("community", Label("社区", "Community")),
    Column("grid", Label("网格", "Grid")),
    Column("building", Label("楼栋", "Building")),
    Column("unit", Label("房号", "Unit")),
)

_COLUMNS = (
    Column("resident", Label("编号", "Number")),
    *RESIDENT_COLUMNS,
    Column("language", Label("语言", "Language")),
    Column("day", Label("日期", "Day"), "date"),
    Column("disposition", Label("处置结果", "Disposition")),
    Column("status", Label("监测状态", "Monitoring status")),
    Column("colour", Label("颜色", "Colour")),
    Column("temperature_c", Label("体温 °C", "Temperature °C"), "celsius"),
    Column("fever", Label("发热", "Fever")),
    Column("present", Label("有的症状", "Symptoms present")),
    Column("absent", Label("没有的症状", "Symptoms absent")),
    Column("onset_on", Label("发病日期", "Onset"), "date"),
    Column("contact", Label("接触或旅行史", "Contact or travel")),
    Column("needs_help", Label("需要帮助", "Needs help")),
    Column("needs", Label("需求", "Needs")),
    Column("reporter", Label("报告人", "Reported by")),
    Column("attempts", Label("呼叫次数", "Attempts"), "count", Label("本轮对此人的呼叫次数", "Attempts of the round")),
    Column("outcome", Label("最后外呼结果", "Last outcome")),
    Column("written_at", Label("文字通知", "Written to"), "time"),
    Column("reported_at", Label("报告时间", "Reported at"), "time"),
    Column("recorded_at", Label("记录时间", "Written down at"), "time"),
)


_WRITTEN = and_(
    Notice.campaign_id == Record.campaign_id,
    Notice.round == Record.round,
    Notice.household_id == Record.household_id,
    or_(Record.reported_at.is_(None), Record.reported_at >= Notice.created_at),  # who had reported was not meant
)


def line_list(
    connection: Connection,
    scope: Scope,
    *,
    full_phones: bool = False,
    zone: tzinfo = ZONE,
    limit: int | None = None,
    first: int = 0,
    figure: str = "residents",
    fever_c: float = FEVER_C,
) -> Table:
    """One row for each record of the scope, by place and household; with one round, one row for each person.

    Times are in `zone`. `full_phones` shows the numbers whole: only for whoever may see them. `figure` names a count,
    such as "fever": only whoever is counted in it is listed, from the row `first` on. KeyError when there is none.
    """
    statement = _statement(scope).where(counted(figure, fever_c)).offset(first).limit(limit)
    same: dict[str, str] = {}  # thousands live in one place, and share its name here
    rows = tuple(_line(row, full_phones, zone, same) for row in connection.execute(statement))
    return Table("line_list", Label("居民明细", "Line list"), _COLUMNS, rows, form="list").check()


def listed(connection: Connection, scope: Scope, figure: str = "residents", fever_c: float = FEVER_C) -> int:
    """How many rows the line list has."""
    rows = select(func.count()).select_from(Record).join(Community, Community.id == Record.community_id)
    return int(connection.execute(rows.where(*scope.conditions(), counted(figure, fever_c))).scalar_one())


def _statement(scope: Scope) -> Select[Any]:
    columns: tuple[Any, ...] = (
        *(Resident.id, Resident.roster_id, Resident.name, Resident.phone, Resident.sex, Resident.birth_year),
        *(Community.district, Community.subdistrict, Community.name.label("community")),
        *(Record.grid, Record.building, Household.unit, Record.language, Record.day, Record.disposition),
        *(Record.status, Record.colour, Record.temperature_c, Record.fever, Record.present, Record.absent),
        *(Record.onset_on, Record.contact, Record.needs_help, Record.needs, Record.reporter, Record.attempts),
        *(Record.outcome, Record.reported_at, Record.recorded_at, Notice.created_at.label("written_at")),
    )
    return (
        select(*columns)
        .select_from(Record)
        .join(Resident, Resident.id == Record.resident_id)
        .join(Household, Household.id == Record.household_id)
        .join(Community, Community.id == Record.community_id)
        .outerjoin(Notice, _WRITTEN)
        .where(*scope.conditions())
        .order_by(Record.community_id, Record.grid, Record.building, Household.unit, Record.resident_id, Record.round)
    )


def _line(row: Row[Any], full_phones: bool, zone: tzinfo, same: dict[str, str]) -> Line:
    number, day = row.roster_id or str(row.id), row.day.isoformat()
    return Line(
        (number, same.setdefault(day, day), str(row.id)),
        (
            number,
            *resident_cells(row, full_phones, same),
            in_words(row.language, labels.LANGUAGE_LABELS),
            row.day,
            in_words(row.disposition, labels.DISPOSITION_LABELS),
            in_words(row.status, labels.STATUS_LABELS),
            in_words(row.colour, labels.COLOUR_LABELS),
            row.temperature_c,
            yes_no(row.fever),
            symptoms(row.present),
            symptoms(row.absent),
            row.onset_on,
            yes_no(row.contact),
            yes_no(row.needs_help),
            labels.needs(row.needs),
            in_words(row.reporter, labels.REPORTER_LABELS),
            row.attempts,
            in_words(row.outcome, labels.OUTCOME_LABELS),
            row.written_at and row.written_at.astimezone(zone),
            row.reported_at and row.reported_at.astimezone(zone),
            row.recorded_at and row.recorded_at.astimezone(zone),
        ),
    )


def resident_cells(row: Row[Any], full_phones: bool, same: dict[str, str] | None = None) -> Iterator[Cell]:
    """The cells of `RESIDENT_COLUMNS`; an empty text is blank. `same` are texts that many rows share."""
    age = None if row.birth_year is None else row.day.year - row.birth_year
    phone = written(row.phone) if full_phones else masked(row.phone)
    place = (row.district, row.subdistrict, row.community, row.grid, row.building, row.unit)
    yield from (row.name, phone, in_words(row.sex, labels.SEX_LABELS) or None, age)
    for part in place:
        yield (part if same is None else same.setdefault(part, part)) or None


def written(phone: str) -> str:
    """A number as it is dialled at home: a Chinese one without +86, others with 00."""
    return phone.removeprefix("+86") if phone.startswith("+86") else phone.replace("+", "00", 1)


def masked(phone: str) -> str:
    """The number with its middle hidden: three digits in front and four behind stay."""
    number = written(phone)
    return number[:3] + "*" * max(len(number) - 7, 4) + number[-4:] if len(number) > 7 else "*" * len(number)


def yes_no(value: bool | None) -> Label | None:
    """Yes, no, or blank where it is not known."""
    return None if value is None else labels.YES_NO[value]


@cache
def symptoms(bits: int) -> Label | None:
    """The names of the symptoms, blank for none."""
    found = [labels.SYMPTOM_LABELS[name] for name in names(bits)]
    if not found:
        return None
    return Label("、".join(label.zh for label in found), ", ".join(label.en for label in found))
