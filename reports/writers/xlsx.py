"""Tables as an Excel workbook, by XlsxWriter: one sheet for each table, and the charts together behind the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from reports.definitions import definitions_table
from reports.table import Cell, Chart, Column, Label, Ratio, Row, Table, shown, spread, wide
from reports.writers.bilingual import parts

_CHARTS = Label("图表", "Charts")
_LEFT = ("text", "date", "time")
_NOTHING = Label("", "")
_NOTE = Column("note", _NOTHING)
_FIGURE, _VALUE, _PARTS = (
    Label("指标", "Figure"),
    Label("数值", "Value"),
    Label("分子 / 分母", "Numerator / denominator"),
)
_AWKWARD = re.compile(r"^\s|\s$|[\x00-\x1f&<>\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_letters = cache(xl_col_to_name)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
BROAD, HEIGHT, WRAPPED = 60, 18, 300  # half-widths of a column, points of a row, rows up to which long texts are broken
PAGE = 190  # half-widths that can still be read on a page across; what is wider is printed on several
CHART_SCALE, CHART_ROWS = 80, 44  # percent, with which two charts fit beside each other, and rows of a page then
CREATED = datetime(2000, 1, 1)  # fixed: the same figures make the same file
_INK, _SOFT, _HEAD, _LINE, _MARK = "#1F2933", "#5B6875", "#E3EDF5", "#B8C4CE", "#FBE3DF"
_COLOURS = ("#2B6CB0", "#C0492F", "#3B8F6B", "#B7861B", "#7A5BA6", "#5F6B76", "#8A9BA8", "#B55A8A", "#A9B4BD")
_FORMS = {
    "bars": {"type": "bar"}, "columns": {"type": "column"}, "lines": {"type": "line"},
    "stack": {"type": "bar", "subtype": "percent_stacked"},
}  # fmt: skip


def write_xlsx(
    path: Path, tables: Sequence[Table], language: str, title: Label = _NOTHING, about: Label = _NOTHING
) -> Path:
    """Writes the tables, then their definitions; text stays text whatever it begins with. Returns the path.

    Of what the workbook is, and of when, is printed at the head of each page, and stands under the figures in front.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": CREATED, "title": title.read(language), "comments": about.read(language)})
    with book:
        writer = _Book(book, language, [said for each in (title, about) if (said := each.read(language))])
        for table in tables:
            writer.add(table)
        writer.draw_charts()
        writer.add(definitions_table(tables))
    return path


class _Sheet(Worksheet):  # type: ignore[misc]  # the library shows no types
    """A sheet that writes plain cells in one piece: the XML of the library, in half the time.

    A text is always text: the library would take one in `<r>` and `</r>` for XML.
    """

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind, form = type(cell).__name__, cell.format
        begin = f'<c r="{_letters(col)}{row + 1}"' + (f' s="{form._get_xf_index()}"' if form else "")
        if kind == "String":
            text, kept = cell.string, ""
            if _AWKWARD.search(text):
                text = self._escape_control_characters(text)
                kept = ' xml:space="preserve"' if text != text.strip() else ""
                text = self._escape_data(text)
            self.fh.write(f'{begin} t="inlineStr"><is><t{kept}>{text}</t></is></c>')
        elif kind == "Blank":
            self.fh.write(f"{begin}/>")
        elif kind in ("Number", "Datetime"):
            self.fh.write(f"{begin}><v>{cell.number:.16G}</v></c>")
        else:
            super()._write_cell(row, col, cell)


class _Book:
    """A workbook in the making: its formats, and which sheet holds which table."""

    def __init__(self, book: Any, language: str, said: Sequence[str]) -> None:
        self.book, self.language, self.said = book, language, said
        self.charts: Any = None
        self.places: list[tuple[Table, str]] = []
        self.formats: dict[tuple[Any, ...], Any] = {}

    def add(self, table: Table) -> None:
        """A sheet for the table: cards upright, everything else as a grid."""
        name = self._name(table.title)
        sheet = self._sheet(name, table.title)
        sheet.set_default_row(HEIGHT)
        sheet.fit_to_pages(1, 0)
        if table.form == "cards":
            self._write_cards(sheet, table)
        else:
            whole = spread(table)
            self._write_grid(sheet, whole)
            self.places.append((whole, name))
        if self.charts is None and table.form == "cards":
            self.charts = self._chart_sheet()

    def _sheet(self, name: str, title: Label) -> Any:
        sheet = self.book.add_worksheet(name, _Sheet)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.6)
        left, middle = (text.replace("&", "&&") for text in (title.read(self.language), " · ".join(self.said)))
        sheet.set_header(f"&L&B{left}&C&9 {middle}&R&P / &N"[:255])
        return sheet

    def _chart_sheet(self) -> Any:
        sheet = self._sheet(self._name(_CHARTS), _CHARTS)
        sheet.set_print_scale(CHART_SCALE)
        return sheet

    def _name(self, wording: Label) -> str:
        title = wording.read(self.language).translate(_FORBIDDEN)[:31]
        taken = {sheet.name.lower() for sheet in self.book.worksheets()}
        numbered = (f"{title[:28]} {number}" for number in range(2, 1000))
        return title if title.lower() not in taken else next(name for name in numbered if name.lower() not in taken)

    def _write_grid(self, sheet: Any, table: Table) -> None:
        across = 0.0
        for index, column in enumerate(table.columns):
            part, width = column.key.endswith((".numerator", ".denominator")), self._width(table, index)
            sheet.set_column(index, index, width, None, {"level": 1, "hidden": True} if part else {})
            across += 0 if part else width
        sheet.fit_to_pages(max(1, ceil(across / PAGE)), 0)
        if names := _texts(table):
            sheet.repeat_columns(0, names - 1)
        sheet.set_row(0, 34)
        for index, column in enumerate(table.columns):
            right = column.kind not in _LEFT
            self._write(sheet, 0, index, column.label, Column("", column.label), head=True, right=right)
        plain = [self._format(column, {}) for column in table.columns]
        for number, row in enumerate(table.lines, start=1):
            if len(table.rows) <= WRAPPED or row.marks or row is table.total:
                self._write_row(sheet, number, table, row)
                continue
            for index, cell in enumerate(row.cells):
                self._put(sheet, number, index, cell, plain[index])
        if table.form == "heat" and table.rows:
            shares = [index for index, column in enumerate(table.columns) if column.kind == "percent"]
            ranges = " ".join(xl_range(1, index, len(table.rows), index) for index in shares)  # one scale for all
            scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": "#FFFFFF"}
            options = {**scale, "max_color": "#E38F78", "multi_range": ranges}
            sheet.conditional_format(1, shares[0], len(table.rows), shares[-1], options)
        if note := table.note.read(self.language):
            sheet.write_string(len(table.lines) + 2, 0, note, self._format(_NOTE, {"note": True}))
        sheet.freeze_panes(1, _texts(table))
        sheet.repeat_rows(0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _write_row(self, sheet: Any, number: int, table: Table, row: Row) -> None:
        wrap = len(table.rows) <= WRAPPED
        if wrap and (lines := max(ceil(wide(shown(c, _NOTE, self.language)) / BROAD) for c in row.cells)) > 1:
            sheet.set_row(number, HEIGHT * lines)
        for index, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            style = {"total": row is table.total, "mark": column.key in row.marks, "wrap": wrap}
            self._write(sheet, number, index, cell, column, **style)

    def _write_cards(self, sheet: Any, table: Table) -> None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 24)
        for index, label in enumerate((_FIGURE, _VALUE, _PARTS)):
            self._write(sheet, 0, index, label, Column("", label), head=True, right=index > 0)
        for row in table.rows:
            for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True), start=1):
                self._write(sheet, number, 0, column.label, Column("", column.label))
                self._write(sheet, number, 1, cell, column)
                self._write(sheet, number, 2, parts(cell, column) or None, Column("", column.label), right=True)
        for number, said in enumerate(self.said, start=len(table.columns) + 2):
            sheet.write_string(number, 0, said, self._format(_NOTE, {"note": True}))
        sheet.freeze_panes(1, 0)

    def _write(self, sheet: Any, row: int, index: int, cell: Cell, column: Column, **style: bool) -> None:
        self._put(sheet, row, index, cell, self._format(column, style))

    def _put(self, sheet: Any, row: int, index: int, cell: Cell, form: Any) -> None:
        match cell:
            case None:
                sheet.write_blank(row, index, None, form)
            case str():
                sheet.write_string(row, index, cell, form)
            case Label():
                sheet.write_string(row, index, cell.read(self.language), form)
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
        longest, label = max((wide(text) for text in texts), default=0), column.label.read(self.language)
        heading = wide(label) / 2 + 5 if " " in label else wide(label) + 3  # with spaces it may stand in two lines
        return min(BROAD + 3, max(longest + 3, min(heading, 24), 8))

    def draw_charts(self) -> None:
        """All charts on one sheet behind the cards, two beside each other, fed from the sheets of their tables."""
        charts = [(table, name, chart) for table, name in self.places for chart in table.charts if table.rows]
        if not charts:
            return
        sheet = self.charts or self._chart_sheet()
        top = page = 0  # rows of 20 pixels; no chart is cut by the end of a page
        for place in range(0, len(charts), 2):
            drawn = [self._chart(*each) for each in charts[place : place + 2]]
            rows = max(pixels for _, pixels in drawn) // 20 + 2
            if top and top + rows - page > CHART_ROWS:
                sheet.set_h_pagebreaks([*sheet.hbreaks, top])
                page = top
            for side, (chart, _) in enumerate(drawn):
                sheet.insert_chart(top, side * 9, chart, {"y_offset": 4})
            top += rows

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
            forms = {"date": "mm-dd", "time": "mm-dd hh:mm"}
            form = forms.get(table.columns[names].kind, "@")
            drawn.set_x_axis({"num_format": form, "text_axis": True})  # an axis of dates has one place for a whole day
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
    if column.kind in _LEFT:
        found |= {"align": "left", "indent": 1}  # of a figure to its left
    else:
        found |= {"align": "right"}  # where it is no number but a sign, too
    if style.get("right"):
        found |= {"align": "right", "indent": 0}
    if style.get("wrap"):
        found |= {"text_wrap": True}
    if style.get("note"):
        found |= {"font_color": _SOFT, "bottom": 0}
    if style.get("total"):
        found |= {"bold": True, "top": 1, "top_color": _INK}
    if style.get("mark"):
        found |= {"bg_color": _MARK, "font_color": "#A3341C", "bold": True}
    return found


def _texts(table: Table) -> int:
    """How many columns at the left name the row: they stay when one scrolls sideways."""
    return next((index for index, column in enumerate(table.columns) if column.kind not in ("text", "date")), 0)
