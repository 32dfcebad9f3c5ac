"""Words, tables and charts as a document for Word (DOCX); the only file that knows python-docx."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from reports.definitions import definitions_table
from reports.table import Column, Label, Row, Table, shown, warmth
from reports.writers.bilingual import parts
from reports.writers.picture import chart_picture

FONT, FONT_ZH = "Calibri", "Microsoft YaHei"  # Word puts its own in their place where they are missing
ALARM, FAINT, SHADE, RULE = RGBColor(0xB4, 0x23, 0x18), RGBColor(0x66, 0x70, 0x85), "F2F4F7", "D0D5DD"
MOST_ROWS = 60
CARDS = 4  # beside each other
HEAT = ("", "FBE9E3", "F5CFC3", "EDB09E", "E38F78", "D96F54")  # of a heat map, the more the darker
SIZE, SMALL = 9.0, 8.0  # pt, the letters of a table, and of a wide one
ROOM, PADDING, NARROWEST, LONG = 26.0, 0.45, 1.7, 2.6  # cm: the page, a cell's sides, a column, Chinese on one line
SHORT = 20  # rows; a table up to here stays on one page


def write_docx(
    path: Path, title: Label, about: Label, paragraphs: Sequence[Label], tables: Sequence[Table], language: str
) -> Path:
    """Writes a document in one language, A4 lying, the words first and the definitions of all figures last.

    A long table ends after its first rows; one that is too wide for the page goes on below itself.
    """
    document = Document()
    _set_page(document)
    _number_pages(document.sections[0], f"{title.read(language)}    {about.read(language)}")
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
    _add_charts(document, table, language)
    if table.form == "cards":
        _add_cards(document, table, language)
    else:
        _add_grid(document, table, language)
    if note := table.note.read(language):
        paragraph = document.add_paragraph(note)
        paragraph.runs[0].font.size, paragraph.paragraph_format.space_before = Pt(9), Pt(4)


def _add_charts(document: Any, table: Table, language: str) -> None:
    """The charts of a table, two beside each other, on the page on which it begins."""
    pictures = [picture for chart in table.charts if (picture := chart_picture(table, chart, language))]
    if not pictures:
        return
    drawn = document.add_table(-(-len(pictures) // 2), 2)
    for number, picture in enumerate(pictures):
        place = drawn.rows[number // 2].cells[number % 2].paragraphs[0]
        place.add_run().add_picture(BytesIO(picture), width=Cm(12.6))
    for row in drawn.rows:
        _whole(row, with_next=True)
    _tight(document.add_paragraph()).paragraph_format.keep_with_next = True


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
    """The table, in as many parts below each other as its width wants; each begins with what names the row."""
    lines = (*table.rows[:most], *([table.total] if table.total else []))
    heading = [column.label.read(language) for column in table.columns]
    texts = [[shown(c, column, language) for c, column in zip(row.cells, table.columns, strict=True)] for row in lines]
    least = [_least(cells) for cells in zip(heading, *texts, strict=True)]
    full = [_full(cells) for cells in zip(heading, *texts, strict=True)]
    size = SMALL if sum(least) > ROOM else SIZE
    least, full = [each * size / SIZE for each in least], [each * size / SIZE for each in full]
    shades = dict(enumerate(warmth(table))) if table.form == "heat" else {}
    for number, part in enumerate(_parts_of(table, least)):
        if number:
            document.add_paragraph()
        drawn = _ruled(document.add_table(1, len(part)))
        drawn.autofit = False
        widths = _widths([least[place] for place in part], [full[place] for place in part])
        for place, cell, width in zip(drawn.columns, drawn.rows[0].cells, widths, strict=True):
            place.width = cell.width = Cm(width)  # rows that are added take theirs from the column
        for cell, place in zip(drawn.rows[0].cells, part, strict=True):
            _write(cell, heading[place], size, right=_right(table.columns[place]), bold=True, shade=SHADE)
        _repeat(drawn.rows[0])
        _whole(drawn.rows[0], with_next=True)
        for line, row in enumerate(lines):
            together = len(lines) <= SHORT and row is not lines[-1]
            _add_row(drawn, table, row, part, texts[line], shades.get(line), size, together)
    if (more := len(table.rows) - most) > 0:
        document.add_paragraph(f"+ {more}")


def _add_row(
    drawn: Any,
    table: Table,
    row: Row,
    part: Sequence[int],
    words: Sequence[str],
    shades: Sequence[int] | None,
    size: float,
    together: bool,
) -> None:
    added, last = drawn.add_row(), row is table.total
    for cell, place in zip(added.cells, part, strict=True):
        column = table.columns[place]
        shade = SHADE if last else HEAT[shades[place]] if shades else ""
        alarm = column.key in row.marks
        _write(cell, words[place], size, right=_right(column), bold=last, alarm=alarm, shade=shade)
    _whole(added, with_next=together)


def _least(texts: Sequence[str]) -> float:
    """The width in cm that a column wants so that no word is broken; a long Chinese text may be, and a heading."""
    heading, *cells = texts
    words = [_cm(word) / (1 if word.isascii() else 2) for word in heading.split()]
    words += [_cm(word) if word.isascii() else min(_cm(text), LONG) for text in cells for word in text.split()]
    return max(words, default=0.0) + PADDING


def _full(texts: Sequence[str]) -> float:
    """The width in cm with which no text of a column needs a second line."""
    return max(map(_cm, texts)) + PADDING


def _cm(text: str) -> float:
    """About the width of a text of 9 pt; a Chinese sign is as wide as it is high, and numbers in it have room."""
    broad = sum(east_asian_width(sign) in "WF" for sign in text)
    return 0.32 * broad + 0.18 * (len(text) - broad) + (0.2 if 0 < broad < len(text) else 0)


def _parts_of(table: Table, least: Sequence[float]) -> list[list[int]]:
    """The columns in parts that fit the page; the texts in front stand in each."""
    names = next((place for place, column in enumerate(table.columns) if _right(column)), 0)
    if sum(least) <= ROOM or names == 0:
        return [list(range(len(least)))]
    front, parts = list(range(names)), [list(range(names))]
    for place in range(names, len(least)):
        if sum(least[each] for each in (*parts[-1], place)) > ROOM and parts[-1] != front:
            parts.append(list(front))
        parts[-1].append(place)
    return parts


def _widths(least: Sequence[float], most: Sequence[float]) -> list[float]:
    """Widths in cm: what each column would have, or what it needs and a part of what is left of the page."""
    wanted = [max(each, NARROWEST) for each in most]
    if sum(wanted) <= ROOM:
        return wanted
    more = [max(0.0, full - few) for few, full in zip(least, most, strict=True)]
    part = max(0.0, ROOM - sum(least)) / (sum(more) or 1.0)
    return [few + part * much for few, much in zip(least, more, strict=True)]


def _right(column: Column) -> bool:
    return column.kind not in ("text", "date", "time")


def _write(
    cell: Any,
    text: str,
    size: float = SIZE,
    *,
    right: bool = False,
    bold: bool = False,
    alarm: bool = False,
    shade: str = "",
) -> None:
    paragraph = _tight(cell.paragraphs[0])
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = Pt(size), bold or alarm
    if alarm:
        run.font.color.rgb = ALARM
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shade:
        filled = OxmlElement("w:shd")
        filled.set(qn("w:val"), "clear")
        filled.set(qn("w:fill"), shade)
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


def _whole(row: Any, with_next: bool = False) -> None:
    """The row is not cut by the end of a page, nor, if it says so, parted from what follows."""
    unsplit = OxmlElement("w:cantSplit")
    unsplit.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(unsplit)
    if with_next:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _number_pages(section: Any, text: str) -> None:
    """Of what the page is, and which of how many, at its foot."""
    paragraph = section.footer.paragraphs[0]
    paragraph.style = "Normal"  # that of feet has tab stops for a standing page
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(ROOM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{_clean(text)}\t")
    for number, field in enumerate(("PAGE", "NUMPAGES")):
        if number:
            paragraph.add_run(" / ")
        for kind, instruction in (("begin", ""), ("", field), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            part.text = instruction or None
            paragraph.add_run()._r.append(part)
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8), FAINT


def _repeat(row: Any) -> None:
    """The heading stands again at the top of each page."""
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(heading)
