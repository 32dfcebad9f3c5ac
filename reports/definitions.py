"""Which figures a set of tables uses, each with its definition, numerator and denominator: a Table itself."""

from __future__ import annotations

from collections.abc import Iterable

from reports.table import Column, Label, Row, Table

_COLUMNS = (
    Column("figure", Label("指标", "Figure")),
    Column("definition", Label("定义", "Definition")),
    Column("numerator", Label("分子", "Numerator")),
    Column("denominator", Label("分母", "Denominator")),
    Column("table", Label("见于", "In the table")),
)


def definitions_table(tables: Iterable[Table]) -> Table:
    """One row for each column that has a definition, with the table in which it is met first.

    The same figure is listed once; figures of one name that are counted otherwise are listed each.
    """
    said: dict[tuple[Label, ...], tuple[str, Label]] = {}
    for table in tables:
        for column in table.columns:
            if column.definition.en:
                label = table.title if table.form == "heat" else column.label  # one definition for all of its days
                words = label, column.definition, column.numerator, column.denominator
                said.setdefault(words, (column.key, table.title))
    rows = tuple(Row((key,), (*words, title)) for words, (key, title) in said.items())
    return Table("definitions", Label("指标说明", "Definitions"), _COLUMNS, rows, form="list").check()
