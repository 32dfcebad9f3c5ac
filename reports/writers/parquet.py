"""Tables as Parquet files, by DuckDB; the only file that knows it."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

from reports.table import Cell, Column, Kind, Label, Ratio, Table, spread

TYPES: Mapping[Kind, str] = {
    "text": "VARCHAR", "count": "BIGINT", "percent": "DOUBLE", "celsius": "DOUBLE", "minutes": "DOUBLE",
    "seconds": "DOUBLE", "date": "DATE", "time": "TIMESTAMP",
}  # fmt: skip


BLANK = r"\N"


class ParquetError(RuntimeError):
    """DuckDB is not there; says how to get it."""


def parquet_there() -> bool:
    """Whether such files can be written here."""
    return find_spec("duckdb") is not None


def write_parquet(path: Path, table: Table, language: str) -> Path:
    """Writes one table, its columns named by their keys, each share followed by its parts; returns the path."""
    try:
        import duckdb
    except ImportError as error:
        raise ParquetError(f"{path.name} needs a library: pip install 'wenan[parquet]'") from error

    whole = spread(table)
    types = {
        column.key: _type(column, [row.cells[place] for row in whole.rows])
        for place, column in enumerate(whole.columns)
    }
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        with rows.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(types)
            writer.writerows([_plain(cell, language) for cell in row.cells] for row in whole.rows)
        read = duckdb.read_csv(str(rows), header=True, delimiter=",", quotechar='"', dtype=types, na_values=[BLANK])
        read.write_parquet(str(path))
    return path


def _type(column: Column, cells: Sequence[Cell]) -> str:
    """The type of a column; a count that is estimated, and so has fractions, keeps them."""
    whole = not any(isinstance(cell, float) for cell in cells)
    return TYPES[column.kind] if whole else "DOUBLE"


def _plain(cell: Cell, language: str) -> str | int | float:
    match cell:
        case None:
            return BLANK
        case Label():
            return cell.read(language)
        case Ratio():
            return BLANK if cell.value is None else cell.value
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.isoformat()
    return cell
