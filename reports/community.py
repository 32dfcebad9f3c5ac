"""The tables of a campaign by place, day, symptom and disposition, each summed from the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from records.symptoms import SYMPTOMS
from reports.figures import LEVELS, Figures, Spot
from reports.indicators import (
    FEVER,
    FEVER_SHARE,
    MAIN,
    NEEDS_HELP,
    NON_REPORTING,
    RATES,
    REPORTED,
    REPORTED_SHARE,
    RESIDENTS,
    STATUSES,
    SYMPTOMATIC,
    TO_CALL,
    TO_VISIT,
    URGENT,
    Indicator,
    Tally,
)
from reports.labels import DISPOSITION_LABELS, SYMPTOM_LABELS
from reports.standing_out import standing_out
from reports.table import Cell, Chart, Column, Identity, Label, Ratio, Row, Table

LEVEL_LABELS = {
    "district": Label("区", "District"),
    "subdistrict": Label("街道", "Sub-district"),
    "community": Label("社区", "Community"),
    "grid": Label("网格", "Grid"),
    "building": Label("楼栋", "Building"),
}
OVERVIEW = (
    RESIDENTS, REPORTED, REPORTED_SHARE, FEVER, FEVER_SHARE, TO_VISIT, URGENT, NON_REPORTING, SYMPTOMATIC, TO_CALL,
    NEEDS_HELP,
)  # fmt: skip
ALARMS = ("fever", "to_visit", "urgent")
TOTAL = Label("合计", "Total")

_SUMS = (
    Identity("residents", tuple(DISPOSITION_LABELS)),
    Identity("residents", tuple(status.key for status in STATUSES)),
)


def overview_table(figures: Figures, e: float | None = None) -> Table:
    """The whole in one row: what a worker must see first."""
    whole = figures.whole()
    alarms = frozenset(key for key in ALARMS if whole.count((key,)))
    row = Row((), _cells(OVERVIEW, whole, e), alarms)
    return Table("overview", Label("总览", "Overview"), _columns(OVERVIEW), (row,), form="cards").check()


def community_table(
    figures: Figures, level: str = "community", shown: Sequence[Indicator] = MAIN, e: float | None = None
) -> Table:
    """One row for each place of a level ("district" ... "building"), and the total; `e` as in `Indicator.cell`."""
    depth = LEVELS.index(level) + 1
    first = _first_varying(figures, depth)
    places = tuple(Column(name, LEVEL_LABELS[name]) for name in LEVELS[first:depth])
    marks: dict[tuple[str, ...], set[str]] = {}
    for _, path, name, *_shares in standing_out(figures, level):
        marks.setdefault(path, set()).update((name, f"{name}_share"))
    rows = tuple(
        Row(path, (*path[first:], *_cells(shown, tally, e)), frozenset(marks.get(path, ())))
        for path, tally in sorted(figures.by_level(level).items(), key=_by_number)
    )
    label = LEVEL_LABELS[level]
    return _summed(
        Table(
            f"by_{level}",
            Label(f"各{label.zh}情况", f"By {label.en.lower()}"),
            (*places, *_columns(shown)),
            rows,
            Row((), (TOTAL, *(None,) * (len(places) - 1), *_cells(shown, figures.whole(), e))),
            charts=_place_charts(level, shown),
        ),
        shown,
    )


def day_table(figures: Figures, shown: Sequence[Indicator] = (*MAIN, URGENT), e: float | None = None) -> Table:
    """One row for each day: the trend."""
    rows = tuple(Row((day.isoformat(),), (day, *_cells(shown, tally, e))) for day, tally in figures.by(_day).items())
    charts = (
        Chart("lines", Label("每日发热与有症状人数", "Fever and symptoms by day"), "day", ("fever", "symptomatic")),
        Chart("lines", Label("每日报告率", "Reporting rate by day"), "day", ("reported_share",)),
    )
    columns = (Column("day", Label("日期", "Day"), "date"), *_columns(shown))
    drawn = charts if len(rows) > 1 else ()
    return _summed(Table("by_day", Label("每日趋势", "Trend by day"), columns, rows, charts=drawn), shown)


def symptom_table(figures: Figures) -> Table:
    """One row for each symptom: who has it, who does not, of how many known."""
    whole = figures.whole()
    rows = tuple(Row((name,), (SYMPTOM_LABELS[name], *_symptom(whole, name))) for name in SYMPTOMS)
    columns = (
        Column("symptom", Label("症状", "Symptom")),
        Column(
            "present", Label("有", "Present"), "count", Label("报告有此症状的居民", "Residents reported to have it")
        ),
        Column(
            "absent", Label("无", "Absent"), "count", Label("报告没有此症状的居民", "Residents reported not to have it")
        ),
        Column(
            "known", Label("已知", "Known"), "count", Label("已知有无此症状的居民", "Residents known to have it or not")
        ),
        Column(
            "share",
            Label("占比", "Share"),
            "percent",
            Label("已知者中有此症状的比例", "Share who have it among those known"),
            Label("有", "Present"),
            Label("已知", "Known"),
        ),
    )
    chart = Chart("bars", Label("各症状人数", "Residents by symptom"), "symptom", ("present",))
    return Table(
        "symptoms",
        Label("症状", "Symptoms"),
        columns,
        rows,
        charts=(chart,),
        identities=(Identity("known", ("present", "absent")),),
    ).check()


def _symptom(tally: Tally, name: str) -> tuple[Cell, ...]:
    present, known = tally.count((f"has_{name}",)), tally.count((f"knows_{name}",))
    return present, known - present, known, Ratio(present, known)


def disposition_table(figures: Figures) -> Table:
    """One row for each disposition; together they are all residents."""
    whole = figures.whole()
    residents = whole.count(("residents",))
    rows = tuple(
        Row((name,), (label, whole.count((name,)), Ratio(whole.count((name,)), residents)))
        for name, label in DISPOSITION_LABELS.items()
    )
    share = Label("占全部应报居民的比例", "Share of all residents due")
    columns = (
        Column("disposition", Label("处置结果", "Disposition")),
        Column(
            "residents",
            Label("居民", "Residents"),
            "count",
            Label("最终处置为此的居民", "Residents with this disposition"),
        ),
        Column("share", Label("占比", "Share"), "percent", share, Label("居民", "Residents"), RESIDENTS.label),
    )
    chart = Chart("bars", Label("处置结果", "Dispositions"), "disposition", ("residents",))
    total = Row((), (TOTAL, residents, Ratio(residents, residents)))
    return Table(
        "dispositions",
        Label("处置结果", "Dispositions"),
        columns,
        rows,
        total,
        charts=(chart,),
        additive=("residents",),
    ).check()


def rate_table(figures: Figures, e: float | None = None) -> Table:
    """The AAPOR rates of the whole, each with its formula."""
    whole = figures.whole()
    rows = tuple(_rate(rate, whole, e) for rate in RATES)
    columns = (
        Column("rate", Label("指标", "Rate")),
        Column(
            "value",
            Label("值", "Value"),
            "percent",
            Label("分子除以分母", "Numerator over denominator"),
            Label("见公式", "See the formula"),
            Label("见公式", "See the formula"),
        ),
        Column("formula", Label("公式", "Formula"), "text", Label("分子 ÷ 分母", "Numerator ÷ denominator")),
    )
    return Table("rates", Label("AAPOR 应答率", "AAPOR rates"), columns, rows).check()


def _rate(rate: Indicator, tally: Tally, e: float | None) -> Row:
    above, below = rate.column.numerator, rate.column.denominator
    formula = Label(f"({above.zh}) ÷ ({below.zh})", f"({above.en}) ÷ ({below.en})")
    return Row((rate.key,), (rate.label, rate.cell(tally, e), formula))


def _first_varying(figures: Figures, depth: int) -> int:
    """Where the path begins to tell places apart: a lone district needs no column; the place itself always has one."""
    alone = (level for level in range(depth - 1) if len(figures.by_level(LEVELS[level])) == 1)
    return sum(1 for _ in alone)


def _by_number(place: tuple[tuple[str, ...], Tally]) -> list[Any]:
    """Sorts building 2 before building 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", "\t".join(place[0]))]


def _day(spot: Spot) -> date:
    return spot.day


def _columns(shown: Iterable[Indicator]) -> tuple[Column, ...]:
    return tuple(indicator.column for indicator in shown)


def _cells(shown: Iterable[Indicator], tally: Tally, e: float | None) -> tuple[Cell, ...]:
    return tuple(indicator.cell(tally, e) for indicator in shown)


def _summed(table: Table, shown: Sequence[Indicator]) -> Table:
    """The table with every identity that its columns allow, checked."""
    keys = {column.key for column in table.columns}
    sums = tuple(identity for identity in _SUMS if {identity.whole, *identity.parts} <= keys)
    counts = tuple(indicator.key for indicator in shown if indicator.kind == "count")
    return replace(table, identities=sums, additive=counts).check()


def _place_charts(level: str, shown: Sequence[Indicator]) -> tuple[Chart, ...]:
    keys = {indicator.key for indicator in shown}
    if level not in ("subdistrict", "community"):
        return ()
    if {"fever", "non_reporting"} <= keys:
        return (
            Chart("bars", Label("发热人数", "With fever"), level, ("fever",)),
            Chart("bars", Label("未报告人数", "Not reporting"), level, ("non_reporting",)),
        )
    if set(DISPOSITION_LABELS) <= keys:
        return (Chart("stack", Label("处置构成", "Dispositions, shares"), level, tuple(DISPOSITION_LABELS)),)
    return ()
