"""Which figures a set of tables uses, each with its definition, numerator and denominator: a Table itself."""

from __future__ import annotations

from collections.abc import Iterable

from reports.table import Column, Label, Row, Table

_COLUMNS = (
    Column("figure", Label("指标", "Figure")),
    Column("definition", Label("定义", "Definition")),
    Column("numerator", Label("分子", "Numerator")),
    Column("denominator", Label("分母", "Denominator")),
)


def definitions_table(tables: Iterable[Table]) -> Table:
    """One row for each column that has a definition, in the order met; the same figure is listed once."""
    columns = {(c.key, c.label): c for table in tables for c in table.columns if c.definition.en}
    rows = tuple(
        Row((column.key,), (column.label, column.definition, column.numerator, column.denominator))
        for column in columns.values()
    )
    return Table("definitions", Label("指标说明", "Definitions"), _COLUMNS, rows, form="list").check()
