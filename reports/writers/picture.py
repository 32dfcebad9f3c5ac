"""Tables and health codes as PNG pictures, for chats; the only file that knows Pillow and segno.

The font beside it is Noto Sans CJK SC (OFL 1.1), cut down to Latin, GB 2312 and the common half of Big5.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from math import ceil
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from reports.table import Cell, Chart, Column, Ratio, Row, Table, shown, tick

FONT = Path(__file__).with_name("NotoSansSC-subset.otf")
SIZE, PAD, LINE = 26, 16, 44  # pixels: height of letters, space around a cell, height of a row
INK, FAINT, SHADE, ALARM = "#1c2430", "#667085", "#f2f4f7", "#b42318"
MOST_ROWS = 40
CARD, WIDE, NAMES = 640, 1200, 280  # of a code; of a chart, and the room for names in it
BAR, INKS = "#2e6fb7", ("#2e6fb7", "#b5541c", "#3b7a57")
COLOURS = {"green": ("#067647", "#ecfdf3"), "yellow": ("#854a0e", "#fef7c3"), "red": ("#b42318", "#fee4e2")}


def table_picture(table: Table, columns: Sequence[str], language: str) -> bytes:
    """A PNG of these columns of a table with its total; of a long table the first rows, and how many more there are."""
    places = [table.place(key) for key in columns]
    chosen = [table.columns[place] for place in places]
    lines = [*table.rows[:MOST_ROWS], *([table.total] if table.total else [])]
    texts = [[shown(row.cells[p], table.columns[p], language) for p in places] for row in lines]
    heads = [column.label.read(language) for column in chosen]
    widths = [round(max(map(_width, cells))) + 2 * PAD for cells in zip(heads, *texts, strict=True)]
    title, more = table.title.read(language), len(table.rows) - MOST_ROWS
    size = max(sum(widths), round(_width(title, SIZE + 6))) + 2 * PAD, LINE * (len(lines) + 3) + PAD
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.text((2 * PAD, PAD), title, INK, _font(SIZE + 6))
    _draw_row(draw, LINE + PAD, heads, chosen, widths, [FAINT] * len(chosen), SHADE)
    for number, (row, cells) in enumerate(zip(lines, texts, strict=True), start=1):
        inks = [ALARM if column.key in row.marks else INK for column in chosen]
        ground = SHADE if row is table.total else "white"
        _draw_row(draw, LINE * (number + 1) + PAD, cells, chosen, widths, inks, ground)
    if more > 0:
        draw.text((2 * PAD, LINE * (len(lines) + 2) + PAD + 4), f"+ {more}", FAINT, _font(SIZE - 4))
    return _png(picture)


def chart_picture(table: Table, chart: Chart, language: str) -> bytes:
    """A PNG of a chart; empty where there is nothing to draw, and for a stack, which its table shows as well."""
    rows = table.rows[: chart.most]
    told = [row for row in rows if any(_value(table.cell(row, key)) for key in chart.figures)]
    if not told or chart.form == "stack":
        return b""
    if chart.form == "bars":
        return _png(_draw_bars(table, chart, told, language))
    draw_chart = _draw_columns if chart.form == "columns" else _draw_lines
    return _png(draw_chart(table, chart, rows, language))  # a day without any has its place on the axis


def _draw_bars(table: Table, chart: Chart, rows: Sequence[Row], language: str) -> Image.Image:
    """Lying bars, the longest first."""
    key = chart.figures[0]
    column, name = table.columns[table.place(key)], table.columns[table.place(chart.names)]
    rows = sorted(rows, key=lambda row: -_value(table.cell(row, key)))
    most = _value(table.cell(rows[0], key))
    picture = Image.new("RGB", (WIDE, LINE * (len(rows) + 1) + 2 * PAD), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((PAD, PAD), chart.title.read(language), INK, _font(SIZE))
    for number, row in enumerate(rows, start=1):
        middle, ink = PAD + LINE * (number + 0.5), ALARM if key in row.marks else BAR
        length = (WIDE - NAMES - 160) * _value(table.cell(row, key)) / most
        draw.text(
            (NAMES - PAD, middle), shown(table.cell(row, chart.names), name, language), INK, _font(SIZE), anchor="rm"
        )
        draw.rectangle((NAMES, middle - 14, NAMES + max(length, 2), middle + 14), ink)
        text = shown(table.cell(row, key), column, language)
        draw.text((NAMES + length + PAD, middle), text, INK, _font(SIZE), anchor="lm")
    return picture


def _draw_lines(table: Table, chart: Chart, rows: Sequence[Row], language: str) -> Image.Image:
    """A line for each figure over the rows, its last value written beside it."""
    height, left = 460, 2 * PAD
    name = table.columns[table.place(chart.names)]
    picture = Image.new("RGB", (WIDE, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((PAD, PAD), chart.title.read(language), INK, _font(SIZE))
    most = max(_value(table.cell(row, key)) for row in rows for key in chart.figures)
    step = (WIDE - left - 420) / max(len(rows) - 1, 1)
    floor, room = height - 2 * LINE, height - 4 * LINE
    draw.line((left, floor, left + step * max(len(rows) - 1, 1), floor), FAINT)
    free = float(height)  # the labels stand above each other, the highest line's last
    lowest_first = sorted(chart.figures, key=lambda key: _value(table.cell(rows[-1], key)))
    for number, key in enumerate(lowest_first):
        column = table.columns[table.place(key)]
        points = [
            (left + step * place, floor - room * _value(table.cell(row, key)) / most) for place, row in enumerate(rows)
        ]
        draw.line(points, INKS[number % len(INKS)], 4)
        said = f"{column.label.read(language)} {shown(table.cell(rows[-1], key), column, language)}"
        free = min(points[-1][1], free - LINE)
        draw.text((points[-1][0] + PAD, free), said, INKS[number % len(INKS)], _font(SIZE - 2), anchor="lm")
    for place in {0, len(rows) - 1}:
        text = shown(tick(table.cell(rows[place], chart.names)), name, language)
        draw.text((left + step * place, floor + 8), text, FAINT, _font(SIZE - 4), anchor="la" if not place else "ma")
    return picture


def _draw_columns(table: Table, chart: Chart, rows: Sequence[Row], language: str) -> Image.Image:
    """Standing columns, a group for each row, with a legend, the greatest value and the names below."""
    height, left = 460, 6 * PAD
    picture = Image.new("RGB", (WIDE, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((PAD, PAD), chart.title.read(language), INK, _font(SIZE))
    columns = [table.columns[table.place(key)] for key in chart.figures]
    most = max(_value(table.cell(row, key)) for row in rows for key in chart.figures)
    floor, top, step = height - LINE, 3 * LINE, (WIDE - left - PAD) / len(rows)
    if len(columns) > 1:
        at = float(left)
        for number, column in enumerate(columns):
            draw.rectangle((at, LINE + PAD + 10, at + 20, LINE + PAD + 30), INKS[number % len(INKS)])
            label = column.label.read(language)
            draw.text((at + 30, LINE + PAD + 20), label, INK, _font(SIZE - 4), anchor="lm")
            at += 30 + _width(label, SIZE - 4) + 2 * PAD
    for value in (0, most / 2, most) if most % 2 == 0 else (0, most):
        y = floor - (floor - top) * value / most
        draw.line((left, y, WIDE - PAD, y), SHADE if value else FAINT, 2)
        draw.text((left - PAD, y), f"{value:,g}", FAINT, _font(SIZE - 4), anchor="rm")
    broad = min(step * 0.8, 120) / len(columns)
    names = [shown(tick(table.cell(row, chart.names)), columns[0], language) for row in rows]
    every = ceil(max(_width(name, SIZE - 4) + PAD for name in names) / step)
    for place, row in enumerate(rows):
        middle = left + step * (place + 0.5)
        for number, key in enumerate(chart.figures):
            x, tall = middle + broad * (number - len(columns) / 2), (floor - top) * _value(table.cell(row, key)) / most
            if tall:
                draw.rectangle((x, floor - tall, x + max(broad - 3, 1), floor), INKS[number % len(INKS)])
        if place % every == 0:
            draw.text((middle, floor + 8), names[place], FAINT, _font(SIZE - 4), anchor="ma")
    return picture


def _value(cell: Cell) -> float:
    if isinstance(cell, Ratio):
        return cell.value or 0.0
    return float(cell) if isinstance(cell, int | float) else 0.0


def code_picture(token: str, colour: str, lines: Sequence[str]) -> bytes:
    """A PNG of a health code: the colour, the token as a QR code, and lines of text below, the first one large."""
    ink, ground = COLOURS.get(colour, (INK, SHADE))
    code = segno.make(token, error="m", micro=False)
    scale = (CARD - 4 * PAD) // code.symbol_size(border=4)[0]
    held = BytesIO()
    code.save(held, kind="png", scale=scale, border=4, dark=ink)
    square = Image.open(held).convert("RGB")
    wrapped = [part for line in lines[1:] for part in _wrapped(line, CARD - 4 * PAD)]
    picture = Image.new("RGB", (CARD, square.height + 2 * LINE + LINE * len(wrapped) + 4 * PAD), ground)
    draw = ImageDraw.Draw(picture)
    draw.text((CARD / 2, PAD + LINE), lines[0], ink, _font(SIZE + 18), anchor="mm")
    picture.paste(square, ((CARD - square.width) // 2, 2 * LINE + PAD))
    for number, line in enumerate(wrapped):
        draw.text(
            (CARD / 2, square.height + 2 * LINE + 2 * PAD + LINE * (number + 0.5)), line, INK, _font(SIZE), anchor="mm"
        )
    return _png(picture)


def qr_svg(text: str) -> str:
    """A QR code as an SVG element, for a page that is printed."""
    return str(
        segno.make(text, error="m", micro=False).svg_inline(border=4, svgclass=None, lineclass=None, omitsize=True)
    )


def _draw_row(
    draw: ImageDraw.ImageDraw,
    top: int,
    cells: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[int],
    inks: Sequence[str],
    ground: str,
) -> None:
    left = PAD
    draw.rectangle((left, top, left + sum(widths), top + LINE - 1), ground)
    for text, column, width, ink in zip(cells, columns, widths, inks, strict=True):
        right = column.kind not in ("text", "date", "time")
        place = left + width - PAD if right else left + PAD
        draw.text((place, top + LINE / 2), text, ink, _font(SIZE), anchor="rm" if right else "lm")
        left += width


def _wrapped(text: str, width: float) -> list[str]:
    """A text in lines that fit; between words, or anywhere in Chinese."""
    lines, line = [], ""
    for sign in text:
        if _width(line + sign) > width:
            cut = line.rfind(" ") + 1 or len(line)
            lines.append(line[:cut])
            line = line[cut:]
        line += sign
    return [*lines, line]


def _width(text: str, size: int = SIZE) -> float:
    return _font(size).getlength(text)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _png(picture: Image.Image) -> bytes:
    held = BytesIO()
    picture.save(held, "PNG", optimize=True)
    return held.getvalue()
