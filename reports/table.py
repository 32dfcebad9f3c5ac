"""A Table holds all that any writer needs: labels, definitions in both languages, and cells that carry their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from unicodedata import east_asian_width

Kind = Literal["text", "count", "percent", "celsius", "minutes", "seconds", "date", "time"]


@dataclass(frozen=True, slots=True)
class Label:
    """A wording in simplified Chinese and in English."""

    zh: str
    en: str

    def read(self, language: str) -> str:
        """The wording for a language tag: any `zh` tag reads Chinese, all others English."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share that keeps its parts; `value` is blank where nobody is in the denominator."""

    numerator: float
    denominator: float

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"no share: {self.numerator} of {self.denominator}")

    @property
    def value(self) -> float | None:
        """Between 0 and 1."""
        return self.numerator / self.denominator if self.denominator else None


SHADES = 5  # of a heat map, besides none
HIDDEN = Label("*", "*")  # a figure that must not be published
Cell = None | str | int | float | date | datetime | Label | Ratio


@dataclass(frozen=True, slots=True)
class Column:
    """One figure or text of a table; a figure's `numerator` and `denominator` say in words who is counted."""

    key: str
    label: Label
    kind: Kind = "text"
    definition: Label = Label("", "")
    numerator: Label = Label("", "")
    denominator: Label = Label("", "")
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line, in the order of the columns; `key` is its path, e.g. district, sub-district, community."""

    key: tuple[str, ...]
    cells: tuple[Cell, ...]
    marks: frozenset[str] = frozenset()  # keys of the columns whose cell stands out


@dataclass(frozen=True, slots=True)
class Chart:
    """Which columns of its table to draw: `bars` (lying), `columns` (standing), `lines`, `stack` (lying, to 100 %)."""

    form: Literal["bars", "columns", "lines", "stack"]
    title: Label
    names: str
    figures: tuple[str, ...]
    most: int = 40  # rows drawn at most, from the top


@dataclass(frozen=True, slots=True)
class Identity:
    """A sum that must hold in each row: the columns `parts` together are the column `whole`."""

    whole: str
    parts: tuple[str, ...]


class Unbalanced(ValueError):
    """A table whose figures contradict each other; the message names table, row, columns and figures."""


@dataclass(frozen=True, slots=True)
class Table:
    """Title, columns, rows and the line of totals; `form` hints how it wants to be seen.

    `additive` names the columns whose total is the sum of the rows; `identities` must hold in every row.
    """

    key: str
    title: Label
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: Label = Label("", "")
    charts: tuple[Chart, ...] = ()
    identities: tuple[Identity, ...] = ()
    additive: tuple[str, ...] = ()
    form: Literal["grid", "cards", "list", "heat"] = "grid"

    @property
    def lines(self) -> tuple[Row, ...]:
        """The rows, and the totals last."""
        return self.rows if self.total is None else (*self.rows, self.total)

    def place(self, key: str) -> int:
        """The index of a column; KeyError names the table and the column."""
        for index, column in enumerate(self.columns):
            if column.key == key:
                return index
        raise KeyError(f"table {self.key!r} has no column {key!r}")

    def cell(self, row: Row, key: str) -> Cell:
        """The cell of a row in the column `key`."""
        return row.cells[self.place(key)]

    def check(self) -> Table:
        """The table itself, once its figures agree; raises Unbalanced otherwise."""
        for row in self.lines:
            self._check_kinds(row)
            for identity in self.identities:
                self._check_identity(row, identity)
        for key in self.additive if self.total else ():
            self._check_total(key)
        return self

    def _check_kinds(self, row: Row) -> None:
        if len(row.cells) != len(self.columns):
            raise Unbalanced(f"{self.key}: row {row.key} has {len(row.cells)} cells, not {len(self.columns)}")
        for column, cell in zip(self.columns, row.cells, strict=True):
            if cell not in (None, HIDDEN) and not isinstance(cell, _TYPES[column.kind]):
                raise Unbalanced(f"{self.key}: {cell!r} in row {row.key} is no {column.kind} ({column.key})")

    def _check_identity(self, row: Row, identity: Identity) -> None:
        whole = _number(self.cell(row, identity.whole))
        parts = {key: _number(self.cell(row, key)) for key in identity.parts}
        if sum(parts.values()) != whole:
            named = " + ".join(f"{key} {value:g}" for key, value in parts.items())
            raise Unbalanced(f"{self.key}: row {row.key}: {named} is not {identity.whole} {whole:g}")

    def _check_total(self, key: str) -> None:
        assert self.total is not None
        index = self.place(key)
        rows = [_number(row.cells[index]) for row in self.rows]
        total = _number(self.total.cells[index])
        if sum(rows) != total:
            raise Unbalanced(f"{self.key}: the rows of {key} sum to {sum(rows):g}, the total says {total:g}")


_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "text": (str, Label), "count": (int,), "percent": (Ratio,), "celsius": (float, int),
    "minutes": (float, int), "seconds": (float, int), "date": (date,), "time": (datetime,),
}  # fmt: skip

_NUMERATOR, _DENOMINATOR = Label("分子", "numerator"), Label("分母", "denominator")


def _number(cell: Cell) -> float:
    if cell is None:
        return 0
    assert isinstance(cell, int | float)
    return cell


def shown(cell: Cell, column: Column, language: str, thousands: str = ",") -> str:
    """The cell as people read it: blank for blank, 12.3% for a ratio, the column's digits for a measure."""
    match cell:
        case None:
            return ""
        case Label():
            return cell.read(language)
        case Ratio():
            return "" if cell.value is None else f"{100 * cell.value:.{column.digits}f}%"
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case int() | float():
            figure = f"{cell:,d}" if isinstance(cell, int) and column.kind == "count" else f"{cell:,.{column.digits}f}"
            return figure.replace(",", thousands)
    return cell


def spread(table: Table) -> Table:
    """The table with each percent followed by its numerator and denominator, for files that are computed with."""
    columns: list[Column] = []
    for column in table.columns:
        columns += [column, *_parts(column)] if column.kind == "percent" else [column]
    return replace(
        table,
        columns=tuple(columns),
        rows=tuple(_spread_row(row, table.columns) for row in table.rows),
        total=table.total and _spread_row(table.total, table.columns),
    )


def _parts(column: Column) -> tuple[Column, Column]:
    def part(key: str, word: Label, definition: Label) -> Column:
        label = Label(f"{column.label.zh}·{word.zh}", f"{column.label.en}, {word.en}")
        return Column(f"{column.key}.{key}", label, "count", definition, digits=1)

    return part("numerator", _NUMERATOR, column.numerator), part("denominator", _DENOMINATOR, column.denominator)


def _spread_row(row: Row, columns: Sequence[Column]) -> Row:
    cells: list[Cell] = []
    for column, cell in zip(columns, row.cells, strict=True):
        cells.append(cell)
        if column.kind == "percent":
            cells += [cell.numerator, cell.denominator] if isinstance(cell, Ratio) else [None, None]
    return replace(row, cells=tuple(cells))


def tick(cell: Cell) -> Cell:
    """The name of a row where it stands under an axis: of a day and of an hour without the year."""
    match cell:
        case datetime():
            return f"{cell:%m-%d %H:%M}"
        case date():
            return f"{cell:%m-%d}"
    return cell


def warmth(table: Table) -> list[list[int]]:
    """How dark each cell of a heat map is to be, row by row: 0 to `SHADES`, the greatest share of the table darkest."""
    shares = [[(cell.value or 0.0) if isinstance(cell, Ratio) else 0.0 for cell in row.cells] for row in table.rows]
    most = max((share for row in shares for share in row), default=0.0) or 1.0
    return [[round(SHADES * share / most) for share in row] for row in shares]


def wide(text: str) -> int:
    """The width of a text in half-widths: a Chinese sign takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
