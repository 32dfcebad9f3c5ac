"""Tables as JSON: rows by the keys of their columns, ratios with their parts, wordings in both languages."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reports.table import Cell, Label, Ratio, Row, Table


def write_json(path: Path, table: Table) -> Path:
    """Writes one table; returns the path."""
    path.write_text(json.dumps(as_json(table), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def as_json(table: Table) -> dict[str, Any]:
    """The table as plain values: title, columns with their definitions, rows, and the total where there is one."""
    return {
        "key": table.key,
        "title": _label(table.title),
        "columns": [
            {"key": c.key, "label": _label(c.label), "kind": c.kind, "definition": _label(c.definition)}
            for c in table.columns
        ],
        "rows": [_row(table, row) for row in table.rows],
        "total": table.total and _row(table, table.total),
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    return {column.key: _plain(cell) for column, cell in zip(table.columns, row.cells, strict=True)}


def _plain(cell: Cell) -> Any:
    match cell:
        case Label():
            return _label(cell)
        case Ratio():
            return {"numerator": cell.numerator, "denominator": cell.denominator, "value": cell.value}
        case datetime() | date():
            return cell.isoformat()
    return cell


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}
