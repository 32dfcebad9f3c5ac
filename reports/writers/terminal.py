"""Tables on a terminal, by rich."""

from __future__ import annotations

from rich import box, table
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from reports.table import Row, Table, shown

MARGIN = 3
WHOLE = 16  # characters of a cell that are not broken for want of room


def print_table(given: Table, language: str, console: Console | None = None) -> None:
    """Prints a table; cards are printed upright, one figure a line."""
    console = console or Console()
    # rich lets the least widths of columns overshoot its own reckoning: a margin keeps the last column in sight
    drawn = _cards(given, language) if given.form == "cards" else _grid(given, language)
    console.print(drawn, width=console.width - MARGIN)
    if note := given.note.read(language):
        console.print(escape(note), style="dim")


def _grid(given: Table, language: str) -> table.Table:
    drawn = table.Table(title=escape(given.title.read(language)), box=box.SIMPLE_HEAD, title_justify="left",
                        pad_edge=False, collapse_padding=True, show_footer=given.total is not None)  # fmt: skip
    footer = given.total.cells if given.total else (None,) * len(given.columns)
    for place, (column, last) in enumerate(zip(given.columns, footer, strict=True)):
        right = column.kind not in ("text", "date", "time")
        widest = max((cell_len(shown(line.cells[place], column, language)) for line in given.lines), default=0)
        drawn.add_column(
            Text(column.label.read(language)),
            Text(shown(last, column, language)),
            justify="right" if right else "left",
            overflow="fold",
            min_width=min(widest, WHOLE),  # figures and names stay on one line; a heading may break
        )
    for row in given.rows:
        drawn.add_row(*_cells(given, row, language))
    return drawn


def _cells(given: Table, row: Row, language: str) -> list[Text]:
    return [
        Text(shown(cell, column, language), style="bold red" if column.key in row.marks else "")
        for column, cell in zip(given.columns, row.cells, strict=True)
    ]


def _cards(given: Table, language: str) -> table.Table:
    drawn = table.Table(
        title=escape(given.title.read(language)), box=box.SIMPLE_HEAD, title_justify="left", show_header=False
    )
    drawn.add_column()
    drawn.add_column(justify="right")
    for row in given.lines:
        for column, text in zip(given.columns, _cells(given, row, language), strict=True):
            drawn.add_row(Text(column.label.read(language)), text)
    return drawn
