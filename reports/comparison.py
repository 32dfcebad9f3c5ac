"""How a day compares with the day before and with the same day a week before, at the same place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from reports.figures import Figures, Scope, read_figures
from reports.indicators import FEVER_C, FEVER_SHARE, HELP_SHARE, REPORTED_SHARE, Indicator, Tally
from reports.labels import COUNT_LABELS
from reports.table import Cell, Column, Label, Ratio, Row, Table

BEFORE = (("yesterday", timedelta(1)), ("last_week", timedelta(7)))


def _share(key: str, zh: str, en: str, among: str) -> Indicator:
    definition = Label(f"{zh}的比例", f"Share {en}")
    return Indicator(f"{key}_share", COUNT_LABELS[key], definition, (key,), (among,), kind="percent")


COMPARED = (
    REPORTED_SHARE,
    FEVER_SHARE,
    _share("symptomatic", "已报告者中有症状", "with symptoms, of those who reported", "reported"),
    _share("non_reporting", "应报居民中未报告", "not reporting, of the residents due", "residents"),
    HELP_SHARE,
    _share("reached", "已呼叫居民中接通", "reached, of those attempted", "attempted"),
)
_NOW, _YESTERDAY, _WEEK = (
    Label("当日", "This day"),
    Label("前一天", "The day before"),
    Label("上周同日", "A week before"),
)
_PARTS = Label("见指标说明", "See the definitions"), Label("见指标说明", "See the definitions")
_POINTS = Label("与之相比升降的百分点", "Difference in percentage points")


def comparison_table(connection: Connection, scope: Scope, day: date, fever_c: float = FEVER_C) -> Table:
    """One row for each share: on this day, the day before and a week before, in points; no rows without any before.

    The days are those of the rounds of one campaign; a place of the scope holds for all three.
    """
    whole = replace(scope, round=None)
    then = [_of(connection, whole, day - ago, fever_c).whole() for _, ago in BEFORE]
    today = _of(connection, whole, day, fever_c).whole()
    known = [tally for tally in then if tally.count(("residents",))]
    rows = tuple(_row(indicator, today, then) for indicator in COMPARED) if known else ()
    columns = (
        Column("figure", Label("指标", "Figure")),
        Column("now", _NOW, "percent", Label("当日的比例", "Share on this day"), *_PARTS),
        Column("yesterday", _YESTERDAY, "percent", Label("前一天的比例", "Share on the day before"), *_PARTS),
        Column("since_yesterday", Label("升降（百分点）", "Change, points"), "minutes", _POINTS),
        Column("last_week", _WEEK, "percent", Label("上周同日的比例", "Share a week before"), *_PARTS),
        Column("since_last_week", Label("周升降（百分点）", "Change in a week, points"), "minutes", _POINTS),
    )
    title = Label(f"{day} 与前一天、上周同日对比", f"{day} beside the day before and a week before")
    note = Label("同一任务、同一地点；空白为当天没有轮次", "Same campaign, same place; blank where a day had no round")
    return Table("comparison", title, columns, rows, note=note).check()


def _of(connection: Connection, scope: Scope, day: date, fever_c: float) -> Figures:
    return read_figures(connection, replace(scope, first_day=day, last_day=day), fever_c)


def _row(indicator: Indicator, today: Tally, then: list[Tally]) -> Row:
    now, (yesterday, week) = indicator.cell(today), [indicator.cell(tally) for tally in then]
    label = indicator.label
    return Row(
        (indicator.key,),
        (label, now, _blank(yesterday), _points(now, yesterday), _blank(week), _points(now, week)),
    )


def _blank(cell: Cell) -> Cell:
    return cell if isinstance(cell, Ratio) and cell.denominator else None


def _points(now: Cell, then: Cell) -> float | None:
    if not (isinstance(now, Ratio) and isinstance(then, Ratio)) or now.value is None or then.value is None:
        return None
    return round(100 * (now.value - then.value), 1)
