"""Table, CSV, XLSX, page and terminal show the same cells, and no text becomes a formula."""

import csv
import io
import re
from datetime import date, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import openpyxl
import pytest
from rich.console import Console

from reports.community import community_table, day_table, overview_table, rate_table, symptom_table
from reports.figures import Scope
from reports.follow_up import follow_up_table
from reports.line_list import line_list
from reports.report import campaign_tables
from reports.table import Chart, Column, Label, Ratio, Row, Table, shown, spread
from reports.writers.bilingual import parts
from reports.writers.csv_file import harmless, write_csv
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
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "t.xlsx", tables, language))
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
            assert _rounded(rows[1:]) == _rounded(expected)
            continue
        assert rows[0] == [column.label.read(language) for column in whole.columns]
        expected = [[_stored(cell, language) for cell in row.cells] for row in whole.lines]
        assert _rounded(rows[1:]) == _rounded(expected), table.key
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
