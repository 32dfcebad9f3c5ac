"""Reads the tables of pages and files back from what was sent, without anything of what wrote them."""

import csv
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import takewhile

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import html

PARTS = re.compile(r"^\(?([\d,.]+) / ([\d,.]+)\)?$")
SAME = {"by_place": "by_community", "newest": "by_community"}  # names of sections that show a table of the report
PIECES = {"zh": ("·分子", "·分母"), "en": (", numerator", ", denominator")}


@dataclass
class Seen:
    """A figure as it stands somewhere; `parts` are numerator and denominator where they stand with it."""

    value: object
    parts: tuple[float, float] | None = None


class Described:
    """What the API says of the tables: the reference, and by which names their columns go in a language."""

    def __init__(self, tables, language):
        self.language = language
        self.tables = {table["key"]: table for table in tables}
        self.titles = {re.sub(r"[\[\]:*?/\\']", " ", t["title"][language])[:31]: key for key, t in self.tables.items()}

    def columns(self, key):
        return {column["label"][self.language]: column for column in self.tables[key]["columns"]}

    def keys(self, key):
        return {column["key"] for column in self.tables[key]["columns"]}

    def lines(self, key):
        table = self.tables[key]
        return [*table["rows"], *([table["total"]] if table["total"] else [])]

    def named(self, key, label):
        """The key of a column, also of a numerator or denominator beside it."""
        for piece, part in zip(PIECES[self.language], (".numerator", ".denominator"), strict=True):
            if label.endswith(piece):
                return self.columns(key)[label.removesuffix(piece)]["key"] + part
        return self.columns(key)[label]["key"]


def rows_of(described, key, heads, rows):
    """Rows of plain values as figures by column, with the numerators and denominators that stand beside them."""
    keys = [described.named(key, head) for head in heads]
    for row in rows:
        by_key = dict(zip(keys, row, strict=True))
        yield {
            name: Seen(value, (number(by_key[f"{name}.numerator"]), number(by_key[f"{name}.denominator"]))
                       if by_key.get(f"{name}.denominator") not in (None, "") else None)
            for name, value in by_key.items() if not name.endswith((".numerator", ".denominator"))
        }  # fmt: skip


def number(text):
    return text if isinstance(text, int | float) else float(text.replace(",", ""))


def parts_of(text):
    found = PARTS.match((text or "").strip())
    return (number(found[1]), number(found[2])) if found else None


# How each place is read: {table: [{column: Seen}, ...]}, totals last where the place has them.


def from_page(described, content):
    """Tables and cards of a page of the console, or of a report for print."""
    other = {"zh": "en", "en": "zh"}[described.language]
    whole = html.fromstring(content.decode())
    for twin in whole.xpath(f'//span[@class="{other}"]'):  # reports for print hold both languages
        twin.drop_tree()
    found = {}
    for section in whole.xpath("//section[@id]"):
        key = SAME.get(section.get("id"), section.get("id"))
        grids = section.xpath(".//table")
        if key in described.tables and grids and known(described, key, grids[0]):
            found[key] = list(page_rows(described, key, grids[0]))
    for cards in whole.xpath('//dl[contains(@class,"cards")]'):
        found["overview"] = [{key: cell for key, cell in page_cards(cards) if key in described.keys("overview")}]
    return found


def known(described, key, grid):
    """Whether a grid is that table: what stands beside on the campaign's page has the same name in the page alone."""
    return {clean(head) for head in grid.xpath(".//th")} <= set(described.columns(key))


def page_rows(described, key, grid):
    heads = [described.columns(key)[clean(head)]["key"] for head in grid.xpath(".//th")]
    for row in grid.xpath(".//tr[td]"):
        seen = {}
        for head, cell in zip(heads, row.xpath("./td"), strict=True):
            (small,) = cell.xpath("./small") or [None]
            parts = parts_of(cell.get("title")) or (parts_of(small.text) if small is not None else None)
            if small is not None:
                small.drop_tree()
            seen[head] = Seen(clean(cell), parts)
        yield seen


def page_cards(cards):
    for figure in cards.xpath(".//*[@data-key]"):
        beside = figure.xpath('../*[@class="parts"]')
        yield figure.get("data-key"), Seen(clean(figure), parts_of(beside[0].text) if beside else None)


def clean(element):
    return " ".join(element.text_content().split())


def from_xlsx(described, content):
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        if sheet.title not in described.titles:
            continue
        above = takewhile(any, sheet.iter_rows(values_only=True))  # a note stands below a blank row
        key, (heads, *rows) = described.titles[sheet.title], list(above)
        if heads[-1] in ("分子 / 分母", "Numerator / denominator"):  # cards stand upright
            named = ((described.columns(key)[row[0]]["key"], row) for row in rows)
            found[key] = [{name: Seen(row[1], parts_of(row[2])) for name, row in named}]
        else:
            found[key] = list(rows_of(described, key, heads, rows))
    return found


def from_csv(described, key, text):
    heads, *rows = csv.reader(io.StringIO(text))
    return list(rows_of(described, key, heads, rows))


def from_csvs(described, content):
    return {key: from_csv(described, key, text.decode("utf-8-sig")) for key, text in unzipped(content)}


def from_json(described, content):
    found = {}
    for key, text in unzipped(content):
        table = json.loads(text)
        lines = [*table["rows"], *([table["total"]] if table["total"] else [])]
        found[key] = [{name: json_cell(described, cell) for name, cell in row.items()} for row in lines]
    return found


def json_cell(described, cell):
    if isinstance(cell, dict) and "zh" in cell:
        return Seen(cell[described.language])
    return Seen(cell["value"], (cell["numerator"], cell["denominator"])) if isinstance(cell, dict) else Seen(cell)


def from_parquet(described, content):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: pip install 'wenan[parquet]'")
    found = {}
    for key, data in unzipped(content):
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            file.write(data)
            file.flush()
            read = duckdb.read_parquet(file.name)
            names, rows = read.columns, read.fetchall()
        labels = {column["key"]: label for label, column in described.columns(key).items()}
        for name, label in list(labels.items()):
            labels |= {
                f"{name}.{part}": label + piece
                for part, piece in zip(("numerator", "denominator"), PIECES[described.language], strict=True)
            }
        found[key] = list(rows_of(described, key, [labels[name] for name in names], rows))
    return found


def from_docx(described, content):
    document, found, heading = docx.Document(io.BytesIO(content)), {}, ""
    for block in document.element.body:
        if block.tag == qn("w:p"):
            heading = docx.text.paragraph.Paragraph(block, document).text or heading
        elif block.tag == qn("w:tbl"):
            key = {t["title"][described.language]: key for key, t in described.tables.items()}.get(heading)
            if key:
                grid = docx.table.Table(block, document)
                cells = [[cell.text for cell in row.cells] for row in grid.rows]
                if not any(map(any, cells)):  # its charts
                    continue
                rows = docx_rows(described, key, cells)
                before = found.get(key, [{}] * len(rows))  # a wide table goes on below itself
                found[key] = [{**one, **more} for one, more in zip(before, rows, strict=True)]
    return found


def docx_rows(described, key, cells):
    if cells[0][0].split("\n")[0] in described.columns(key) and "\n" in cells[0][0]:  # cards
        lines = [cell.split("\n") for row in cells for cell in row if cell]
        keys = [described.columns(key)[name]["key"] for name, *_ in lines]
        named = zip(keys, lines, strict=True)
        return [{key: Seen(value, parts_of(beside[0]) if beside else None) for key, (_, value, *beside) in named}]
    return list(rows_of(described, key, cells[0], cells[1:]))


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name.rsplit(".", 1)[0], archive.read(name)) for name in archive.namelist()]


READERS = {".xlsx": from_xlsx, ".csv.zip": from_csvs, ".json.zip": from_json, ".parquet.zip": from_parquet,
           ".docx": from_docx}  # fmt: skip
