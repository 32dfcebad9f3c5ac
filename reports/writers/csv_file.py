"""A table as CSV in UTF-8 with BOM, which Excel opens with its Chinese intact; every text stays a text."""

from __future__ import annotations

import csv
from pathlib import Path

from reports.table import Cell, Column, Label, Table, shown, spread

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(path: Path, table: Table, language: str) -> Path:
    """Writes the header, the rows and the totals; a percent brings its numerator and denominator. Returns the path."""
    whole = spread(table)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.label.read(language) for column in whole.columns)
        for row in whole.lines:
            cells = zip(row.cells, whole.columns, strict=True)
            writer.writerow(_plain(cell, column, language) for cell, column in cells)
    return path


def _plain(cell: Cell, column: Column, language: str) -> str:
    text = shown(cell, column, language, thousands="")
    return harmless(text) if isinstance(cell, str | Label) else text


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula (after OWASP)."""
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text
