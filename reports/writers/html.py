"""Tables as one self-contained page: print-ready, for desk and telephone, in both languages, with nothing to fetch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from reports.table import Cell, Column, Label, Ratio, Row, Table, shown, warmth, wide
from reports.writers.bilingual import both, cell_text, parts
from reports.writers.charts import draw

LONG = 40  # rows; a longer table is folded away until asked for
SHORT = 24  # half-widths; texts up to here are not broken into lines
NARROW = 6  # columns; a table up to here has its charts at its side
_LEAD = 4  # cards that are drawn large

_WORDS = {
    "parts": Label("分子/分母", "Numerators"),
    "definitions": Label("指标说明", "Definitions"),
    "nothing": Label("没有", "None"),
    "rows": Label("行", "rows"),
    "of": Label("÷", "÷"),
}
_SCRIPT = """
const page = document.documentElement;
const read = language => { page.dataset.language = language; page.lang = language === 'zh' ? 'zh-Hans' : 'en'; };
document.getElementById('language').onclick = () => read(page.dataset.language === 'zh' ? 'en' : 'zh');
document.getElementById('parts').onclick = event =>
  event.currentTarget.setAttribute('aria-pressed', String(page.toggleAttribute('data-parts')));
addEventListener('beforeprint', () => document.querySelectorAll('details.long').forEach(d => { d.open = true; }));
"""


def write_html(
    path: Path, tables: Sequence[Table], language: str, title: Label, about: Label, words: Sequence[Label] = ()
) -> Path:
    """Writes the page, first shown in `language` and switchable; `about` says when and where. Returns the path."""
    path.write_text(page(tables, language, title, about, words), encoding="utf-8")
    return path


def page(tables: Sequence[Table], language: str, title: Label, about: Label, words: Sequence[Label] = ()) -> str:
    """The whole page as a text; `words` are paragraphs in front of the tables."""
    short, tag = ("zh", "zh-Hans") if language.startswith("zh") else ("en", "en")
    style = files("reports.writers").joinpath("page.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{tag}" data-language="{short}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title.read(language))}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{both(title)}</h1><p>{both(about)}</p>{_tools()}</header>\n"
        f"<main>\n{_words(words)}{_sections(tables)}</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _words(words: Sequence[Label]) -> str:
    paragraphs = "".join(f"<p>{both(each)}</p>\n" for each in words)
    return f'<section class="words">\n{paragraphs}</section>\n' if words else ""


def _tools() -> str:
    return (
        '<div class="tools">'
        f'<button id="parts" type="button" aria-pressed="false">{both(_WORDS["parts"])}</button>'
        '<button id="language" type="button"><span class="zh" lang="en">English</span>'
        '<span class="en" lang="zh-Hans">中文</span></button></div>'
    )


def _sections(tables: Iterable[Table]) -> str:
    """Cards first and alone; lists that follow each other lie beside each other."""
    drawn = []
    for form, group in groupby(tables, key=lambda table: table.form):
        match form:
            case "cards":
                drawn += [_cards(table) for table in group]
            case "list":
                drawn.append('<div class="beside">\n' + "".join(_section(table) for table in group) + "</div>\n")
            case _:
                drawn += [_section(table) for table in group]
    return "".join(drawn)


def _cards(table: Table) -> str:
    """Each count is a card; the share that follows it stands beneath."""
    (row,) = table.rows
    cards: list[str] = []
    for column, cell in zip(table.columns, row.cells, strict=True):
        if column.kind == "percent" and cards:
            cards[-1] += _share(column, cell)
            continue
        lead = " lead" if len(cards) < _LEAD else ""
        alarm = " alarm" if column.key in row.marks else ""
        name = f'<dt title="{_hint(column)}">{both(column.label)}</dt>'
        figure = f'<dd class="figure" data-key="{column.key}">{cell_text(cell, column)}</dd>'
        cards.append(f'<div class="card{lead}{alarm}">{name}{figure}')
    return f'<dl class="cards" id="{table.key}">\n' + "".join(f"{card}</div>\n" for card in cards) + "</dl>\n"


def _share(column: Column, cell: Cell) -> str:
    value = cell.value if isinstance(cell, Ratio) else None
    figure = f'<span data-key="{column.key}">{cell_text(cell, column)}</span>'
    bar = f'<span class="meter"><i style="width:{100 * value:.1f}%"></i></span>' if value is not None else ""
    return (
        f'<dd class="share" title="{_hint(column)}">{both(column.label)} {figure} '
        f'<span class="parts">({parts(cell, column)})</span>{bar}</dd>'
    )


def _section(table: Table) -> str:
    body = _table(table) if table.rows else f'<p class="nothing">{both(_WORDS["nothing"])}</p>'
    if len(table.rows) > LONG:
        body = f'<details class="long"><summary>{len(table.rows):,} {both(_WORDS["rows"])}</summary>{body}</details>'
    note = f'<p class="note">{both(table.note)}</p>' if table.note.en else ""
    charts = "".join(draw(table, chart) for chart in table.charts)
    charts = charts and f'<div class="charts">{charts}</div>'
    narrow = ' class="narrow"' if charts and len(table.columns) <= NARROW else ""
    opening = f'<section id="{table.key}"{narrow} style="--columns:{len(table.columns)}">'
    text = f"<div>{body}\n{note}{_definitions(table)}</div>"
    return f"{opening}\n<h2>{both(table.title)}</h2>\n{text}{charts}\n</section>\n"


def _table(table: Table) -> str:
    short = [" short" if _longest(table, index) <= SHORT else "" for index in range(len(table.columns))]
    name = _name(table)
    if name is not None:
        short[name] += " name"
    heads = "".join(
        f'<th scope="col" class="{column.kind}{style}" title="{_hint(column)}">{both(column.label)}</th>'
        for column, style in zip(table.columns, short, strict=True)
    )
    greatest = [_greatest(table, index) for index in range(len(table.columns))]
    styles = [short] * len(table.rows)
    if table.form == "heat":
        styles = [[f"{style} w{shade}" for style, shade in zip(short, row, strict=True)] for row in warmth(table)]
    rows = "".join(
        f"<tr>{_cells(table, row, greatest, style)}</tr>\n" for row, style in zip(table.rows, styles, strict=True)
    )
    total = f'<tr class="total">{_cells(table, table.total, greatest, short)}</tr>\n' if table.total else ""
    return (
        f'<div class="scroll" tabindex="0"><table class="{table.form}"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody><tfoot>{total}</tfoot></table></div>"
    )


def _cells(table: Table, row: Row, greatest: Sequence[float], short: Sequence[str]) -> str:
    drawn = []
    for column, cell, most, style in zip(table.columns, row.cells, greatest, short, strict=True):
        mark = " mark" if column.key in row.marks else ""
        part = ""
        if isinstance(cell, Ratio) and cell.value is not None and row is not table.total and table.form == "grid":
            part = f' style="--part:{100 * cell.value / most if most else 0:.0f}%" title="{parts(cell, column)}"'
        small = f"<small>{parts(cell, column)}</small>" if isinstance(cell, Ratio) else ""
        drawn.append(f'<td class="{column.kind}{style}{mark}"{part}>{cell_text(cell, column)}{small}</td>')
    return "".join(drawn)


def _name(table: Table) -> int | None:
    """The column that names the row, the last of the texts in front: it stays in sight when one scrolls sideways."""
    for index, column in enumerate(table.columns):
        if column.kind not in ("text", "date"):
            return index - 1 if index else None
    return None


def _greatest(table: Table, index: int) -> float:
    cells = (row.cells[index] for row in table.rows)
    return max((cell.value or 0 for cell in cells if isinstance(cell, Ratio)), default=0)


def _longest(table: Table, index: int) -> int:
    """The longest text of a column, in half-widths."""
    texts = (shown(row.cells[index], table.columns[index], "zh") for row in table.lines)
    return max((wide(text) for text in texts), default=0)


def _definitions(table: Table) -> str:
    """The definitions of the table's figures, folded away."""
    items = "".join(
        f"<dt>{both(column.label)}</dt><dd>{both(column.definition)}{_formula(column)}</dd>"
        for column in table.columns
        if column.definition.en
    )
    return f"<details><summary>{both(_WORDS['definitions'])}</summary><dl>{items}</dl></details>" if items else ""


def _formula(column: Column) -> str:
    if not column.denominator.en:
        return ""
    above, below = column.numerator, column.denominator
    return "<br>" + both(Label(f"= ({above.zh}) ÷ ({below.zh})", f"= ({above.en}) ÷ ({below.en})"))


def _hint(column: Column) -> str:
    return escape(f"{column.definition.zh}\n{column.definition.en}".strip(), quote=True)
