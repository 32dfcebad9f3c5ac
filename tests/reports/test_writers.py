"""Table, CSV, XLSX, page and terminal show the same cells, and no text becomes a formula."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from lxml import html
from rich.console import Console
from xlsxwriter.worksheet import Worksheet

from reports.community import community_table, day_table, overview_table, rate_table, symptom_table
from reports.definitions import definitions_table
from reports.figures import Scope
from reports.follow_up import follow_up_table
from reports.line_list import line_list
from reports.report import campaign_tables
from reports.spread import heat_table
from reports.table import SHADES, Chart, Column, Label, Ratio, Row, Table, shown, spread, warmth
from reports.writers import xlsx
from reports.writers.bilingual import parts
from reports.writers.csv_file import harmless, write_csv
from reports.writers.docx import HEAT, MOST_ROWS, write_docx
from reports.writers.html import page
from reports.writers.terminal import print_table
from reports.writers.xlsx import write_xlsx

DANGEROUS = (
    "=1+1", "+86 111", "-2", "@SUM(A1)", "\tx", "\r=x", '=HYPERLINK("http://x","y")', "＝1", " =1", "<b>&'\"",
)  # fmt: skip
LANGUAGES = ("zh-Hans", "en")


@pytest.fixture
def tables(small):
    """All tables of the campaign, with both lists of persons."""
    with small.reading() as connection:
        now, tables = campaign_tables(connection, Scope(1))
        return [*tables, line_list(connection, now), follow_up_table(connection, now)]


def texts(table, language, thousands=","):
    """The cells as text, header first: what a writer of text must show."""
    header = [column.label.read(language) for column in table.columns]
    return [header] + [
        [shown(cell, column, language, thousands) for cell, column in zip(row.cells, table.columns, strict=True)]
        for row in table.lines
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_shows_the_cells_of_the_table(tables, language, tmp_path):
    for table in tables:
        path = write_csv(tmp_path / f"{table.key}.csv", table, language)
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        assert found == texts(spread(table), language, thousands=""), table.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbook_holds_the_cells_of_the_table(tables, language, tmp_path):
    title, about = Label("题", "题"), Label("昨天", "昨天")
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "t.xlsx", tables, language, title, about))
    sheets = [sheet for sheet in book.worksheets if sheet.title not in ("图表", "Charts")]
    assert len(sheets) == len(tables) + 1  # the definitions come last
    for table, sheet in zip(tables, sheets, strict=False):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        whole = table if table.form == "cards" else spread(table)
        if table.form == "cards":
            (row,) = table.rows
            expected = [
                [c.label.read(language), _stored(cell, language), parts(cell, c) or None]
                for c, cell in zip(table.columns, row.cells, strict=True)
            ]
            assert _rounded(rows[1 : len(expected) + 1]) == _rounded(expected)
            assert [row[0] for row in rows[len(expected) + 1 :]] == [None, "题", "昨天"]
            continue
        assert rows[0] == [column.label.read(language) for column in whole.columns]
        expected = [[_stored(cell, language) for cell in row.cells] for row in whole.lines]
        note = table.note.read(language)
        assert [row[0] for row in rows[len(expected) + 1 :]] == ([None, note] if note else []), table.key
        assert _rounded(rows[1 : len(expected) + 1]) == _rounded(expected), table.key
        assert "昨天" in sheet.oddHeader.center.text
        assert sheet.freeze_panes.endswith("2")
        if table.rows:
            assert sheet.auto_filter.ref.endswith(str(len(table.rows) + 1))  # the totals stay out of the filter


def _rounded(rows):
    """A workbook keeps 16 digits of a number, and reading rounds them once more."""
    return [[float(f"{cell:.12g}") if isinstance(cell, float | int) else cell for cell in row] for row in rows]


def _stored(cell, language):
    match cell:
        case Label():
            return cell.read(language)
        case Ratio():
            return cell.value
        case datetime():
            return cell.replace(tzinfo=None, microsecond=0)
        case date():
            return datetime(cell.year, cell.month, cell.day)
    return cell


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_the_cells_of_the_table(tables, language):
    found = Page(page(tables, language, Label("题", "Title"), Label("", "")), language)
    for table in tables:
        if table.form == "cards":
            expected = {
                c.key: shown(cell, c, language) for c, cell in zip(table.columns, table.rows[0].cells, strict=True)
            }
            assert found.cards == expected
        elif table.rows:
            assert found.tables[table.key] == texts(table, language), table.key
        else:
            assert table.key not in found.tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_terminal_shows_the_cells_of_the_table(tables, language):
    for table in tables:
        console = Console(file=io.StringIO(), width=2000, color_system=None)
        print_table(table, language, console)
        printed = re.sub(r"\s+", " ", console.file.getvalue())
        for row in texts(table, language)[1:]:
            expected = re.sub(r"\s+", " ", " ".join(text for text in row if text))
            assert table.form == "cards" or expected.strip() in printed, (table.key, expected)
        if table.form == "cards":
            for label, value in zip(*texts(table, language), strict=True):
                assert f"{label} {value}" in printed


def test_sheet_is_what_the_library_would_write(tmp_path, monkeypatch):
    odd = (
        "",
        " x",
        "x\u3000",
        "x\n",
        "a&b",
        "a<b>",
        '"q"',
        "\x07bell",
        "\x1f",
        "_x0041_",
        "\ufffe",
        "\x85x",
        "=1",
        "甲",
    )
    columns = (Column("text", Label("t", "t")), Column("n", Label("n", "n"), "count"),
               Column("at", Label("w", "w"), "time"), Column("c", Label("c", "c"), "celsius"))  # fmt: skip
    rows = tuple(
        Row((text,), (text, number, datetime(2026, 1, 1, number, 3) if number % 2 else None, 36 + number / 7))
        for number, text in enumerate(odd)
    )
    tables = [Table("t", Label("t", "t"), columns, rows * times, form="list") for times in (1, 30)]
    ours = write_xlsx(tmp_path / "ours.xlsx", tables, "en")
    monkeypatch.setattr(xlsx, "_Sheet", Worksheet)
    theirs = write_xlsx(tmp_path / "theirs.xlsx", tables, "en")
    with zipfile.ZipFile(ours) as one, zipfile.ZipFile(theirs) as other:
        for name in other.namelist():
            assert one.read(name) == other.read(name), name


def test_text_is_never_taken_for_the_xml_of_a_workbook(tmp_path):
    text = "<r><t>x</t></r>"
    table = Table("t", Label("t", "t"), (Column("name", Label("n", "n")),), (Row(("1",), (text,)),))
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "t.xlsx", [table], "en"))
    assert book.worksheets[0]["A2"].value == text


def test_text_never_becomes_a_formula(tmp_path):
    columns = (Column("name", Label("=名", "=name")), Column("n", Label("n", "n"), "count"))
    table = Table("t", Label("=表[1]", "=t"), columns, tuple(Row((text,), (text, -1)) for text in DANGEROUS))
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "t.xlsx", [table], "zh-Hans"))
    for row, text in zip(book.worksheets[0].iter_rows(min_row=2), DANGEROUS, strict=True):
        assert row[0].data_type in ("s", "inlineStr")
        assert row[0].value.replace("_x000D_", "\r") == text  # as a workbook writes it
    found = list(csv.reader(io.StringIO(write_csv(tmp_path / "t.csv", table, "zh").read_text("utf-8-sig"), newline="")))
    assert found[0][0] == "=名" or found[0][0] == "'=名"
    for (name, number), text in zip(found[1:], DANGEROUS, strict=True):
        assert not name.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert name.endswith(text.strip())
        assert number == "-1"


@pytest.mark.parametrize("text", ["居民", "a=b", "1", "", "'x", "1号楼"])
def test_harmless_text_is_left_alone(text):
    assert harmless(text) == text


def test_names_from_the_roster_cannot_break_the_page():
    columns = (Column("name", Label("<script>", "&")), Column("n", Label("n", "n"), "count"))
    rows = (Row(("x",), ("<script>alert(1)</script>", 3)),)
    chart = Chart("bars", Label('"><x', '"><x'), "name", ("n",))
    table = Table("t", Label("<i>", "<i>"), columns, rows, charts=(chart,))
    drawn = page([table], "en", Label("</title><x>", "</title><x>"), Label("<y>", "<y>"))
    assert drawn.count("<script>") == 1
    assert "<x" not in drawn
    assert "<y>" not in drawn


def test_the_page_needs_nothing_from_elsewhere(tables):
    drawn = page(tables, "zh-Hans", Label("题", "T"), Label("", ""))
    assert not re.search(r"https?:|url\(|\bsrc=|<link|@import", drawn)


def test_charts_are_well_formed_and_have_a_mark_for_each_figure(figures):
    tables = [community_table(figures), day_table(figures), symptom_table(figures)]
    drawn = page(tables, "en", Label("t", "t"), Label("", ""))
    charts = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", drawn, re.S)]
    bars = [len(chart.findall("rect")) for chart in charts]
    assert bars == [12, 12, 0, 0, 14]
    assert [len(chart.findall("polyline")) for chart in charts] == [0, 0, 2, 1, 0]


def test_the_same_wording_is_there_in_both_languages(figures):
    tables = [overview_table(figures), community_table(figures), rate_table(figures)]
    drawn = page(tables, "zh-Hans", Label("题", "T"), Label("", ""))
    for table in tables:
        for column in table.columns:
            assert column.label.zh in drawn
            assert column.label.en in drawn


class Page(HTMLParser):
    """Reads the tables and cards of a page back, in one of its languages."""

    def __init__(self, text, language):
        super().__init__()
        self.hidden_class = "en" if language.startswith("zh") else "zh"
        self.tables, self.cards = {}, {}
        self.section, self.key, self.hidden, self.open = "", None, 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("br", "meta"):
            return
        self.open.append(tag)
        if self.hidden or self.hidden_class in (attrs.get("class") or "").split() or tag == "small":
            self.hidden += 1
        elif tag == "section":
            self.section = attrs["id"]
        elif tag == "tr":
            self.tables.setdefault(self.section, []).append([])
        elif tag in ("td", "th"):
            self.tables[self.section][-1].append("")
        elif "data-key" in attrs:
            self.key = attrs["data-key"]
            self.cards[self.key] = ""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if self.hidden:
            self.hidden -= 1
        elif tag in ("dd", "span"):
            self.key = None

    def handle_data(self, data):
        if self.hidden:
            return
        if self.key:
            self.cards[self.key] += data
        elif "td" in self.open or "th" in self.open:
            self.tables[self.section][-1][-1] += data


def test_wide_table_goes_on_below_itself_in_a_document(tmp_path):
    names = ("district", "community")
    figures = tuple(f"Responsibilities {number}" for number in range(24))
    columns = (*(Column(n, Label(n, n)) for n in names), *(Column(f, Label(f, f), "count") for f in figures))
    rows = tuple(Row((str(n),), ("和安区", "桂园社区第二网格", *range(n, n + 24))) for n in range(70))
    table = Table("t", Label("宽表", "wide"), columns, rows, Row(("total",), ("Total", "", *range(24))))
    document = docx.Document(write_docx(tmp_path / "w.docx", Label("t", "t"), Label("", ""), (), [table], "en"))
    room = document.sections[0].page_width - 2 * document.sections[0].left_margin
    heads = []
    for part in document.tables:
        cells = [cell.text for cell in part.rows[0].cells]
        assert cells[:2] == list(names)
        assert sum(column.width for column in part.columns) <= room
        assert min(column.width.cm for column in list(part.columns)[2:]) > 2.5  # no word is broken
        assert part.rows[-1].cells[2].text == cells[2].split()[1]  # the total
        assert len(part.rows) == MOST_ROWS + 2
        heads += cells[2:]
    assert heads == list(figures)
    assert len(document.tables) > 1


def test_heat_map_is_the_darker_the_more(figures, tmp_path):
    table = heat_table(figures)
    shares = [cell.value or 0 for row in table.rows for cell in row.cells[1:]]
    shades = [shade for row in warmth(table) for shade in row[1:]]
    assert max(shades) == SHADES
    assert shades[shares.index(max(shares))] == SHADES
    assert all(a <= b for (_, a), (_, b) in pairwise(sorted(zip(shares, shades, strict=True))))
    drawn = html.fromstring(page([table], "en", Label("t", "t"), Label("", "")))
    assert [int(cell.get("class")[-1]) for cell in drawn.xpath("//tbody//td[contains(@class, 'percent')]")] == shades
    path = write_docx(tmp_path / "h.docx", Label("t", "t"), Label("", ""), (), [table], "en")
    (grid, _) = docx.Document(path).tables
    filled = [cell._tc.xpath(".//w:shd/@w:fill") for row in grid.rows[1:] for cell in row.cells[1:]]
    assert [HEAT.index(fill[0]) if fill else 0 for fill in filled] == shades
    sheet = openpyxl.load_workbook(write_xlsx(tmp_path / "h.xlsx", [table], "en")).worksheets[0]
    (scale,) = sheet.conditional_formatting
    percents = [n for n, column in enumerate(spread(table).columns, start=1) if column.kind == "percent"]
    ranges = sorted((area.min_col, area.max_col, area.min_row, area.max_row) for area in scale.cells.ranges)
    assert ranges == [(n, n, 2, len(table.rows) + 1) for n in percents]


def test_hours_stand_beside_each_other_under_a_chart(tmp_path):
    hours = tuple(Row((str(n),), (datetime(2026, 3, 2, n), n)) for n in range(8, 20))
    columns = (Column("hour", Label("时", "Hour"), "time"), Column("n", Label("n", "n"), "count"))
    chart = Chart("columns", Label("图", "Chart"), "hour", ("n",))
    table = Table("hours", Label("时", "Hours"), columns, hours, charts=(chart,))
    svg = ElementTree.fromstring(
        re.search(r"<svg.*?</svg>", page([table], "en", Label("", ""), Label("", "")), re.S)[0]
    )
    feet = [(float(text.get("x")), text.text) for text in svg.findall("text") if text.text and ":" in text.text]
    assert feet[0][1] == "03-02 08:00"
    assert all(right - left > 90 for (left, _), (right, _) in pairwise(feet))  # user units, of 11 signs
    with zipfile.ZipFile(write_xlsx(tmp_path / "h.xlsx", [table], "en")) as book:
        drawn = book.read("xl/charts/chart1.xml").decode()
    assert "<c:dateAx>" not in drawn
    assert "<c:auto " not in drawn  # by itself Excel would make days of them, and put all hours in one place
    assert "mm-dd hh:mm" in drawn


def test_figures_of_one_name_are_defined_each(tables):
    found = [row.cells for row in definitions_table(tables).rows]
    assert len(found) == len({cells[:4] for cells in found})
    shares = {cells[4].en: cells[1].en for cells in found if cells[0].en == "Share"}
    assert len(shares) >= 3
    assert len(set(shares.values())) == len(shares)
    said = {cells[:4] for cells in found}
    for table in tables:
        for column in table.columns:
            if column.definition.en and table.form != "heat":
                assert (column.label, column.definition, column.numerator, column.denominator) in said
