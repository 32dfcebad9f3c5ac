"""Tables as an Excel workbook, by XlsxWriter: one sheet for each table, and the charts together on the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.definitions import definitions_table
from reports.table import Cell, Chart, Column, Label, Ratio, Row, Table, shown, spread, wide
from reports.writers.bilingual import parts

_CHARTS = Label("图表", "Charts")
_LEFT = ("text", "date", "time")
_FIGURE, _VALUE, _PARTS = (
    Label("指标", "Figure"),
    Label("数值", "Value"),
    Label("分子 / 分母", "Numerator / denominator"),
)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
CREATED = datetime(2000, 1, 1)  # fixed: the same figures make the same file
_INK, _HEAD, _LINE, _MARK = "#1F2933", "#E3EDF5", "#B8C4CE", "#FBE3DF"
_COLOURS = ("#2B6CB0", "#C0492F", "#3B8F6B", "#B7861B", "#7A5BA6", "#5F6B76", "#8A9BA8", "#B55A8A", "#A9B4BD")
_FORMS = {
    "bars": {"type": "bar"}, "columns": {"type": "column"}, "lines": {"type": "line"},
    "stack": {"type": "bar", "subtype": "percent_stacked"},
}  # fmt: skip


def write_xlsx(path: Path, tables: Sequence[Table], language: str) -> Path:
    """Writes the tables, then their definitions; text stays text whatever it begins with. Returns the path."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": CREATED})
    with book:
        writer = _Book(book, language)
        for table in tables:
            writer.add(table)
        writer.draw_charts()
        writer.add(definitions_table(tables))
    return path


class _Book:
    """A workbook in the making: its formats, and which sheet holds which table."""

    def __init__(self, book: Any, language: str) -> None:
        self.book, self.language = book, language
        self.charts: Any = None
        self.places: list[tuple[Table, str]] = []
        self.formats: dict[tuple[Any, ...], Any] = {}

    def add(self, table: Table) -> None:
        """A sheet for the table: cards upright, everything else as a grid."""
        name = self._name(table.title)
        sheet = self.book.add_worksheet(name)
        sheet.set_default_row(18)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.6)
        sheet.set_header("&L&B" + table.title.read(self.language).replace("&", "&&") + "&R&P / &N")
        sheet.fit_to_pages(1, 0)
        if table.form == "cards":
            self._write_cards(sheet, table)
        else:
            whole = spread(table)
            self._write_grid(sheet, whole)
            self.places.append((whole, name))
        if self.charts is None and table.form == "cards":
            self.charts = self._chart_sheet()

    def _chart_sheet(self) -> Any:
        sheet = self.book.add_worksheet(self._name(_CHARTS))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name(self, wording: Label) -> str:
        title = wording.read(self.language).translate(_FORBIDDEN)[:31]
        taken = {sheet.name.lower() for sheet in self.book.worksheets()}
        numbered = (f"{title[:28]} {number}" for number in range(2, 1000))
        return title if title.lower() not in taken else next(name for name in numbered if name.lower() not in taken)

    def _write_grid(self, sheet: Any, table: Table) -> None:
        for index, column in enumerate(table.columns):
            part = column.key.endswith((".numerator", ".denominator"))
            sheet.set_column(
                index, index, self._width(table, index), None, {"level": 1, "hidden": True} if part else {}
            )
        sheet.set_row(0, 34)
        for index, column in enumerate(table.columns):
            right = column.kind not in _LEFT
            self._write(sheet, 0, index, column.label, Column("", column.label), head=True, right=right)
        for number, row in enumerate(table.lines, start=1):
            self._write_row(sheet, number, table, row)
        sheet.freeze_panes(1, _texts(table))
        sheet.repeat_rows(0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _write_row(self, sheet: Any, number: int, table: Table, row: Row) -> None:
        for index, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            self._write(sheet, number, index, cell, column, total=row is table.total, mark=column.key in row.marks)

    def _write_cards(self, sheet: Any, table: Table) -> None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 24)
        for index, label in enumerate((_FIGURE, _VALUE, _PARTS)):
            self._write(sheet, 0, index, label, Column("", label), head=True)
        for row in table.rows:
            for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True), start=1):
                self._write(sheet, number, 0, column.label, Column("", column.label))
                self._write(sheet, number, 1, cell, column)
                self._write(sheet, number, 2, parts(cell, column) or None, Column("", column.label), right=True)
        sheet.freeze_panes(1, 0)

    def _write(self, sheet: Any, row: int, index: int, cell: Cell, column: Column, **style: bool) -> None:
        form = self._format(column, style)
        match cell:
            case Label() | str():
                sheet.write_string(row, index, shown(cell, column, self.language), form)
            case Ratio(numerator=_, denominator=below) if below:
                sheet.write_number(row, index, cell.value, form)
            case datetime():
                sheet.write_datetime(row, index, cell.replace(tzinfo=None), form)
            case date():
                sheet.write_datetime(row, index, cell, form)
            case int() | float():
                sheet.write_number(row, index, cell, form)
            case _:
                sheet.write_blank(row, index, None, form)

    def _format(self, column: Column, style: dict[str, bool]) -> Any:
        key = (column.kind, column.digits, *sorted(name for name, on in style.items() if on))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(_style(column, style))
        return self.formats[key]

    def _width(self, table: Table, index: int) -> float:
        column = table.columns[index]
        texts = [shown(row.cells[index], column, self.language) for row in table.lines[:500]]
        longest = max((wide(text) for text in texts), default=0)
        return min(60, max(longest + 2, min(wide(column.label.read(self.language)) / 2 + 5, 18), 8))

    def draw_charts(self) -> None:
        """All charts on one sheet behind the cards, two beside each other, fed from the sheets of their tables."""
        charts = [(table, name, chart) for table, name in self.places for chart in table.charts if table.rows]
        if not charts:
            return
        sheet = self.charts or self._chart_sheet()
        heights = [0, 0]
        for table, name, chart in charts:
            side = heights.index(min(heights))
            drawn, pixels = self._chart(table, name, chart)
            sheet.insert_chart(heights[side], side * 9, drawn)
            heights[side] += pixels // 20 + 2

    def _chart(self, table: Table, name: str, chart: Chart) -> tuple[Any, int]:
        drawn = self.book.add_chart(dict(_FORMS[chart.form]))
        last = min(len(table.rows), chart.most)
        names = table.place(chart.names)
        for figure, colour in zip(chart.figures, _COLOURS, strict=False):
            index = table.place(figure)
            paint = (
                {"line": {"color": colour, "width": 2.25}}
                if chart.form == "lines"
                else {"fill": {"color": colour}, "gap": 45}
            )
            drawn.add_series({
                "name": [name, 0, index], "categories": [name, 1, names, last, names],
                "values": [name, 1, index, last, index], **paint,
            })  # fmt: skip
        lying = chart.form in ("bars", "stack")
        pixels = max(280, 120 + 22 * last) if lying else 320
        drawn.set_title(
            {"name": chart.title.read(self.language), "name_font": {"size": 12, "color": _INK}, "overlay": False}
        )
        drawn.set_legend({"none": True} if len(chart.figures) == 1 else {"position": "bottom"})
        drawn.set_size({"width": 560, "height": pixels})
        figures = table.columns[table.place(chart.figures[0])]
        numbers = {
            "num_format": "0%" if figures.kind == "percent" or chart.form == "stack" else "#,##0",
            "min": 0, "line": {"none": True}, "major_gridlines": {"visible": True, "line": {"color": "#E1E7EC"}},
        }  # fmt: skip
        if lying:
            drawn.set_y_axis({"reverse": True, "line": {"none": True}})
            drawn.set_x_axis({**numbers, "label_position": "high"})
        else:
            drawn.set_y_axis(numbers)
            drawn.set_x_axis({"num_format": "mm-dd" if table.columns[names].kind == "date" else "@"})
        return drawn, pixels


def _style(column: Column, style: dict[str, bool]) -> dict[str, Any]:
    decimals = "#,##0" + ("." + "0" * column.digits if column.digits else "")
    number = {
        "count": "#,##0", "percent": "0." + "0" * column.digits + "%", "celsius": "0." + "0" * column.digits,
        "minutes": decimals, "seconds": decimals, "date": "yyyy-mm-dd",
        "time": "yyyy-mm-dd hh:mm", "text": "@",
    }[column.kind]  # fmt: skip
    found: dict[str, Any] = {
        "num_format": number,
        "font_color": _INK,
        "valign": "vcenter",
        "bottom": 4,
        "bottom_color": _LINE,
    }
    if style.get("head"):
        found |= {"bold": True, "bg_color": _HEAD, "text_wrap": True, "bottom": 1, "num_format": "General"}
    if style.get("right"):
        found |= {"align": "right"}
    if style.get("total"):
        found |= {"bold": True, "top": 1, "top_color": _INK}
    if style.get("mark"):
        found |= {"bg_color": _MARK, "font_color": "#A3341C", "bold": True}
    return found


def _texts(table: Table) -> int:
    """How many columns at the left name the row: they stay when one scrolls sideways."""
    return next((index for index, column in enumerate(table.columns) if column.kind not in ("text", "date")), 0)
