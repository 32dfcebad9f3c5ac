"""Words, tables and charts as a document for Word (DOCX); the only file that knows python-docx."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from reports.definitions import definitions_table
from reports.table import Column, Label, Row, Table, shown
from reports.writers.bilingual import parts
from reports.writers.picture import chart_picture

FONT, FONT_ZH = "Calibri", "Microsoft YaHei"  # Word puts its own in their place where they are missing
ALARM, SHADE, RULE = RGBColor(0xB4, 0x23, 0x18), "F2F4F7", "D0D5DD"
MOST_ROWS = 60
CARDS = 4  # beside each other


def write_docx(
    path: Path, title: Label, about: Label, paragraphs: Sequence[Label], tables: Sequence[Table], language: str
) -> Path:
    """Writes a document in one language, A4 lying, the words first and the definitions of all figures last.

    A long table ends after its first rows.
    """
    document = Document()
    _set_page(document)
    document.core_properties.title = title.read(language)
    document.add_heading(title.read(language), level=0)
    document.add_paragraph(about.read(language))
    for words in paragraphs:
        document.add_paragraph(words.read(language))
    for table in tables:
        if table.rows:
            _add_table(document, table, language)
    _add_definitions(document, tables, language)
    document.save(str(path))
    return path


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)
    for name in ("Normal", "Title", "Heading 1"):
        font = document.styles[name].font
        font.name = FONT
        document.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT_ZH)
        font.color.rgb = RGBColor(0x1C, 0x24, 0x30)
    document.styles["Normal"].font.size = Pt(10.5)


def _add_table(document: Any, table: Table, language: str) -> None:
    document.add_heading(table.title.read(language), level=1)
    if table.form == "cards":
        _add_cards(document, table, language)
    else:
        _add_grid(document, table, language)
    if note := table.note.read(language):
        document.add_paragraph(note).runs[0].font.size = Pt(9)
    pictures = [picture for chart in table.charts if (picture := chart_picture(table, chart, language))]
    if pictures:
        run = document.add_paragraph().add_run()  # in one line, so that two lie beside each other
        for picture in pictures:
            run.add_picture(BytesIO(picture), width=Cm(12.6))


def _add_definitions(document: Any, tables: Sequence[Table], language: str) -> None:
    """What each figure says, and each share of whom it is."""
    definitions = definitions_table(tables)
    if definitions.rows:
        document.add_heading(definitions.title.read(language), level=1)
        _add_grid(document, definitions, language, most=len(definitions.rows))


def _add_cards(document: Any, table: Table, language: str) -> None:
    """The figures of one row, four beside each other: the name, and the value large below it."""
    (row,) = table.rows
    drawn = _ruled(document.add_table(-(-len(row.cells) // CARDS), CARDS))
    for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
        place = drawn.rows[number // CARDS].cells[number % CARDS]
        _write(place, column.label.read(language))
        value = place.add_paragraph().add_run(shown(cell, column, language))
        value.font.size, value.bold = Pt(15), True
        _tight(place.paragraphs[1])
        if column.key in row.marks:
            value.font.color.rgb = ALARM
        if beside := parts(cell, column):
            place.add_paragraph().add_run(f"({beside})").font.size = Pt(9)
            _tight(place.paragraphs[2])


def _add_grid(document: Any, table: Table, language: str, most: int = MOST_ROWS) -> None:
    drawn = _ruled(document.add_table(1, len(table.columns)))
    for cell, column in zip(drawn.rows[0].cells, table.columns, strict=True):
        _write(cell, column.label.read(language), right=_right(column), bold=True, shade=True)
    _repeat(drawn.rows[0])
    for row in table.rows[:most]:
        _add_row(drawn, table, row, language)
    if table.total:
        _add_row(drawn, table, table.total, language, bold=True)
    if (more := len(table.rows) - most) > 0:
        document.add_paragraph(f"+ {more}")


def _add_row(drawn: Any, table: Table, row: Row, language: str, bold: bool = False) -> None:
    for place, column, cell in zip(drawn.add_row().cells, table.columns, row.cells, strict=True):
        alarm = column.key in row.marks
        _write(place, shown(cell, column, language), right=_right(column), bold=bold, alarm=alarm, shade=bold)


def _right(column: Column) -> bool:
    return column.kind not in ("text", "date", "time")


def _write(
    cell: Any, text: str, *, right: bool = False, bold: bool = False, alarm: bool = False, shade: bool = False
) -> None:
    paragraph = _tight(cell.paragraphs[0])
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = Pt(9), bold or alarm
    if alarm:
        run.font.color.rgb = ALARM
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shade:
        filled = OxmlElement("w:shd")
        filled.set(qn("w:val"), "clear")
        filled.set(qn("w:fill"), SHADE)
        cell._tc.get_or_add_tcPr().append(filled)


def _tight(paragraph: Any) -> Any:
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    paragraph.paragraph_format.line_spacing = 1.0
    return paragraph


def _ruled(table: Any) -> Any:
    """The table with a thin line below each row, and none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
    return table


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def _repeat(row: Any) -> None:
    """The heading stands again at the top of each page."""
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(heading)
