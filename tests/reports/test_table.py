"""A table refuses figures that contradict each other, and a blank stays blank."""

from datetime import UTC, date, datetime

import pytest

from reports.table import Column, Identity, Label, Ratio, Row, Table, Unbalanced, shown, spread

NAME = Column("place", Label("社区", "Community"))
COUNTS = tuple(Column(key, Label(key, key), "count") for key in ("residents", "complete", "refused"))
SHARE = Column("share", Label("占比", "Share"), "percent")


def table(*rows, total=None, identities=(), additive=(), columns=(NAME, *COUNTS)):
    lines = tuple(Row((str(cells[0]),), cells) for cells in rows)
    return Table(
        "t", Label("表", "Table"), columns, lines, total and Row((), total), identities=identities, additive=additive
    )


SUM = Identity("residents", ("complete", "refused"))


def test_dispositions_that_do_not_sum_to_the_residents_are_named():
    good = table(("桂园", 5, 3, 2), identities=(SUM,))
    assert good.check() is good
    with pytest.raises(Unbalanced, match=r"t: row \('桂园',\): complete 3 \+ refused 1 is not residents 5"):
        table(("桂园", 5, 3, 1), identities=(SUM,)).check()


def test_the_line_of_totals_obeys_the_identity_too():
    with pytest.raises(Unbalanced, match=r"row \(\): complete 3 \+ refused 3 is not residents 5"):
        table(("桂园", 5, 3, 2), total=("", 5, 3, 3), identities=(SUM,)).check()


def test_a_total_that_is_not_the_sum_of_its_rows_is_named():
    with pytest.raises(Unbalanced, match="rows of residents sum to 9, the total says 10"):
        table(("a", 5, 3, 2), ("b", 4, 4, 0), total=("", 10, 7, 2), additive=("residents",)).check()


@pytest.mark.parametrize(
    "cells", [("a", 5, 3), ("a", "5", 3, 2), (5, 5, 3, 2), ("a", 5.5, 3, 2), ("a", Ratio(1, 2), 3, 2)]
)
def test_a_cell_of_the_wrong_kind_or_a_missing_one_is_refused(cells):
    with pytest.raises(Unbalanced):
        table(cells).check()


@pytest.mark.parametrize(("numerator", "denominator"), [(5, 4), (-1, 4), (1, 0)])
def test_there_is_no_share_over_the_whole(numerator, denominator):
    with pytest.raises(ValueError, match="no share"):
        Ratio(numerator, denominator)


@pytest.mark.parametrize(
    ("cell", "kind", "zh", "en"),
    [
        (None, "count", "", ""),
        (0, "count", "0", "0"),
        (12345, "count", "12,345", "12,345"),
        (Ratio(1, 3), "percent", "33.3%", "33.3%"),
        (Ratio(0, 0), "percent", "", ""),
        (Ratio(0, 7), "percent", "0.0%", "0.0%"),
        (37.25, "celsius", "37.2", "37.2"),
        (Label("是", "Yes"), "text", "是", "Yes"),
        (date(2026, 3, 2), "date", "2026-03-02", "2026-03-02"),
        (datetime(2026, 3, 2, 8, 5, tzinfo=UTC), "time", "2026-03-02 08:05", "2026-03-02 08:05"),
    ],
)
def test_cells_are_shown_as_people_read_them(cell, kind, zh, en):
    column = Column("x", Label("x", "x"), kind)
    assert shown(cell, column, "zh-Hans") == zh
    assert shown(cell, column, "en") == en


def test_a_spread_table_brings_the_parts_of_each_share():
    whole = spread(table(("a", Ratio(1, 4)), ("b", None), total=("", Ratio(1, 4)), columns=(NAME, SHARE)))
    assert [column.key for column in whole.columns] == ["place", "share", "share.numerator", "share.denominator"]
    assert [row.cells[2:] for row in whole.lines] == [(1, 4), (None, None), (1, 4)]
    whole.check()
