"""Both languages in one page: each wording is there twice, and the style sheet shows the one that is chosen."""

from __future__ import annotations

from html import escape

from reports.table import Cell, Column, Label, Ratio, shown, wide


def both(label: Label) -> str:
    """A wording in both languages as HTML; once only where they are the same."""
    if label.zh == label.en:
        return escape(label.en)
    return (
        f'<span class="zh" lang="zh-Hans">{escape(label.zh)}</span><span class="en" lang="en">{escape(label.en)}</span>'
    )


def cell_text(cell: Cell, column: Column) -> str:
    """The cell as HTML, in both languages where it is a wording."""
    return both(cell) if isinstance(cell, Label) else escape(shown(cell, column, "en"))


def svg_text(cell: Cell, column: Column, attributes: str, longest: int = 99) -> str:
    """SVG text elements for the cell, cut to the room there is (`longest` in half-widths)."""
    wordings = {"zh": cell.zh, "en": cell.en} if isinstance(cell, Label) else {"": shown(cell, column, "en")}
    return "".join(
        f'<text {attributes} class="{name}">{escape(_cut(text, longest))}</text>' for name, text in wordings.items()
    )


def parts(cell: Cell, column: Column) -> str:
    """Numerator and denominator of a ratio, as "12 / 345"; an empty text for all else."""
    if not isinstance(cell, Ratio):
        return ""
    return " / ".join(f"{part:,.{0 if part == int(part) else 1}f}" for part in (cell.numerator, cell.denominator))


def _cut(text: str, longest: int) -> str:
    if wide(text) <= longest:
        return text
    fits = [place for place in range(len(text)) if wide(text[:place]) < longest]
    return text[: fits[-1]] + "…"
