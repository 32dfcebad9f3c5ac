"""Charts as inline SVG, drawn in plain code from the cells of a table; their colours come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, log10

from reports.table import Cell, Chart, Column, Label, Ratio, Row, Table, shown, tick, wide
from reports.writers.bilingual import both, cell_text, parts, svg_text

_WIDTH, _NAMES, _LINE = 560, 150, 24  # user units: the drawing, the room for names, one bar
_HEIGHT, _LEFT, _FOOT = 240, 48, 28  # of charts that stand


def draw(table: Table, chart: Chart) -> str:
    """A figure element with title, legend and SVG; an empty text where there is nothing to draw."""
    rows = list(table.rows[: chart.most])
    if not any(_value(table.cell(row, key)) for row in rows for key in chart.figures):
        return ""
    drawer = {"bars": _bars, "stack": _stack, "lines": _lines, "columns": _columns}[chart.form]
    height, body = drawer(table, chart, rows)
    title, legend = both(chart.title), _legend(table, chart)
    said = escape(f"{chart.title.zh} {chart.title.en}", quote=True)
    svg = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{said}">{body}</svg>'
    return f'<figure class="chart"><figcaption>{title}</figcaption>{legend}{svg}</figure>'


def _legend(table: Table, chart: Chart) -> str:
    if len(chart.figures) == 1:
        return ""
    labels = (table.columns[table.place(key)].label for key in chart.figures)
    items = "".join(f'<li><i class="s{number}"></i>{both(label)}</li>' for number, label in enumerate(labels))
    return f'<ul class="legend">{items}</ul>'


def _bars(table: Table, chart: Chart, rows: Sequence[Row]) -> tuple[int, str]:
    """Lying bars, the longest first; a bar that stands out is marked."""
    key = chart.figures[0]
    names, column = table.place(chart.names), table.columns[table.place(key)]
    ordered = sorted(rows, key=lambda row: -_value(table.cell(row, key)))
    most = max(_value(table.cell(row, key)) for row in rows)
    room = _WIDTH - _NAMES - 64
    drawn = []
    for place, row in enumerate(ordered):
        cell, y = table.cell(row, key), place * _LINE
        length = room * _value(cell) / most
        marked = "mark" if key in row.marks else "s0"
        drawn.append(_name(row.cells[names], table.columns[names], y))
        drawn.append(_rect(_NAMES, y + 4, max(length, 1), _LINE - 8, marked, _hint(row.cells[names], column, cell)))
        drawn.append(svg_text(cell, column, f'x="{_NAMES + length + 6:.1f}" y="{y + 16}"'))
    return len(ordered) * _LINE, "".join(drawn)


def _stack(table: Table, chart: Chart, rows: Sequence[Row]) -> tuple[int, str]:
    """Lying bars cut by shares of the whole row."""
    names, drawn = table.place(chart.names), []
    for place, row in enumerate(rows):
        y, x = place * _LINE, float(_NAMES)
        drawn.append(_name(row.cells[names], table.columns[names], y))
        values = [_value(table.cell(row, key)) for key in chart.figures]
        for number, (key, value) in enumerate(zip(chart.figures, values, strict=True)):
            length = (_WIDTH - _NAMES) * value / (sum(values) or 1)
            column = table.columns[table.place(key)]
            if length:
                hint = _hint(row.cells[names], column, table.cell(row, key))
                drawn.append(_rect(x, y + 3, length, _LINE - 6, f"s{number}", hint))
            x += length
    return len(rows) * _LINE, "".join(drawn)


def _lines(table: Table, chart: Chart, rows: Sequence[Row]) -> tuple[int, str]:
    top = _top(table, chart, rows)
    step = (_WIDTH - _LEFT - 24) / max(len(rows) - 1, 1)
    drawn = [_axis(table, chart, top), _feet(table, chart, rows, step, _LEFT)]
    for number, key in enumerate(chart.figures):
        cells = [table.cell(row, key) for row in rows]
        points = [(_LEFT + place * step, _y(_value(cell), top)) for place, cell in enumerate(cells) if _known(cell)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(f'<polyline class="line s{number}" points="{path}"/>')
        drawn += [f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
    return _HEIGHT, "".join(drawn)


def _columns(table: Table, chart: Chart, rows: Sequence[Row]) -> tuple[int, str]:
    top = _top(table, chart, rows)
    step = (_WIDTH - _LEFT) / len(rows)
    wide = min(step * 0.8, 120) / len(chart.figures)
    drawn = [_axis(table, chart, top), _feet(table, chart, rows, step, _LEFT + step / 2)]
    for place, row in enumerate(rows):
        x = _LEFT + (place + 0.5) * step - wide * len(chart.figures) / 2
        for number, key in enumerate(chart.figures):
            y = _y(_value(table.cell(row, key)), top)
            column = table.columns[table.place(key)]
            hint = _hint(row.cells[table.place(chart.names)], column, table.cell(row, key))
            drawn.append(_rect(x + number * wide, y, wide - 2, _HEIGHT - _FOOT - y, f"s{number}", hint))
    return _HEIGHT, "".join(drawn)


def _axis(table: Table, chart: Chart, top: float) -> str:
    column = table.columns[table.place(chart.figures[0])]
    drawn = []
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        text = f"{100 * value:.0f}%" if column.kind == "percent" else f"{value:,g}"
        drawn.append(f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text class="axis" text-anchor="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{text}</text>')
    return "".join(drawn)


def _feet(table: Table, chart: Chart, rows: Sequence[Row], step: float, first: float) -> str:
    """Names under the axis, as many as there is room for."""
    names = [tick(table.cell(row, chart.names)) for row in rows]
    column = table.columns[table.place(chart.names)]
    longest = max(wide(shown(name, column, language)) for name in names for language in ("zh", "en"))
    every = ceil(len(rows) / max(1, (_WIDTH - _LEFT) // (8 * longest + 14)))
    return "".join(
        svg_text(
            name,
            column,
            f'text-anchor="middle" x="{first + place * step:.1f}" y="{_HEIGHT - 8}"',
        )
        for place, name in enumerate(names)
        if place % every == 0
    )


def _top(table: Table, chart: Chart, rows: Sequence[Row]) -> float:
    """A round number at or over the greatest value, which four steps divide; shares near the whole get 100 %."""
    greatest = max(_value(table.cell(row, key)) for row in rows for key in chart.figures)
    if table.columns[table.place(chart.figures[0])].kind == "percent" and greatest > 0.5:
        return 1
    size = 10 ** ceil(log10(greatest)) if greatest else 1
    least = 0.04 if greatest < 1 else 4
    return max(least, next(size * part for part in (0.12, 0.2, 0.4, 0.6, 0.8, 1) if size * part >= greatest))


def _y(value: float, top: float) -> float:
    return 8 + (_HEIGHT - _FOOT - 8) * (1 - value / top)


def _known(cell: Cell) -> bool:
    return cell is not None and not (isinstance(cell, Ratio) and cell.value is None)


def _value(cell: Cell) -> float:
    if isinstance(cell, Ratio):
        return cell.value or 0
    return cell if isinstance(cell, int | float) else 0


def _name(cell: Cell, column: Column, y: float) -> str:
    return svg_text(cell, column, f'text-anchor="end" x="{_NAMES - 8}" y="{y + 16}"', longest=22)


def _rect(x: float, y: float, width: float, height: float, style: str, hint: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{style}" {size} rx="2"><title>{hint}</title></rect>'


def _hint(name: Cell, column: Column, cell: Cell) -> str:
    told = name.en if isinstance(name, Label) else str(name)
    return escape(
        f"{told} · {column.label.zh} {column.label.en}: {cell_text(cell, column)} {parts(cell, column)}".rstrip()
    )
