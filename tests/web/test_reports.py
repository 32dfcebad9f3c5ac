"""The reports page shows the tables of the report; its files are made of the same ones, by role and place."""

import csv
import io
import json
import re
import zipfile
from datetime import date, timedelta
from html import unescape

import docx
import openpyxl
import pytest
from sqlalchemy import insert

from records.tables import Audit, Record
from reports.figures import Scope
from reports.given import read_given
from reports.report import campaign_tables
from reports.table import shown
from tests.reports.town import DAY
from tests.web.test_figures import cards_on
from tests.web.town import GUIYUAN, SONGYUAN
from web.reports import FILES

PLAIN = [name for name in FILES if name != "table.csv"]


def texts(table):
    return [[shown(cell, c, "en") for cell, c in zip(row.cells, table.columns, strict=True)] for row in table.lines]


def on_page(text, key):
    section = re.search(rf'<section id="{key}".*?</section>', text, re.DOTALL)[0]
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", section, re.DOTALL)
    ]
    return [[unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in row] for row in rows if row]


@pytest.fixture
def week(town):
    """The town with eight rounds, one a day; in the last of them nobody has fever."""
    with town.store.transaction() as tx:
        first = [dict(row._mapping) for row in town.rows(Record, Record.campaign_id == 1)]
        for number in range(1, 8):
            ago = timedelta(days=number)
            later = {"round": number, "day": DAY + ago, **({"fever": False} if number == 7 else {})}
            rows = [{**row, **later, "due_at": row["due_at"] + ago} for row in first]
            tx.execute(insert(Record), [{k: v for k, v in row.items() if k != "id"} for row in rows])
    return town


@pytest.mark.parametrize("place", [{}, {"community": GUIYUAN}], ids=["all", "place"])
def test_page_shows_every_table_of_the_report(town, place):
    text = town.browser("boss").get("/reports", params=place).text
    with town.store.reading() as tx:
        _, tables = campaign_tables(tx, Scope(1, place=place), 37.3, town.office.zone)
    seen = 0
    for table in tables:
        if table.form == "cards":
            figures = {c.key: shown(cell, c, "en") for c, cell in zip(table.columns, table.rows[0].cells, strict=True)}
            assert figures.items() <= cards_on(text).items()
        elif table.rows:
            assert on_page(text, table.key) == texts(table), table.key
            seen += 1
    assert seen > 12


def test_every_link_of_the_page_leads_to_as_many_residents(town):
    browser = town.browser("boss")
    text = browser.get("/reports").text
    links = set(re.findall(r'<a href="(/residents\?[^"]+)">([\d,]+)</a>', text))
    assert len(links) > 100
    for link, figure in sorted(links)[::23]:
        assert re.search(r'class="number">([\d,]+)<', browser.get(unescape(link)).text)[1] == figure, link


def test_choice_of_round_days_and_place_is_that_of_the_tables(week):
    browser = week.browser("boss")
    for query, scope in (
        ({"campaign": 1, "round": 3}, Scope(1, round=3)),
        ({"campaign": 1, "first": "2026-03-03", "last": "2026-03-05"}, None),
        ({"campaign": 1, "round": 7, "subdistrict": "柳岸街道"}, Scope(1, round=7, place={"subdistrict": "柳岸街道"})),
    ):
        text = browser.get("/reports", params=query).text
        if scope is None:
            scope = Scope(1, date(2026, 3, 3), date(2026, 3, 5))
        with week.store.reading() as tx:
            _, tables = campaign_tables(tx, scope, 37.3, week.office.zone)
        for table in tables:
            if table.key in ("comparison", "by_day", "by_community", "rates"):
                assert on_page(text, table.key) == texts(table), (query, table.key)
    assert browser.get("/reports?campaign=1&first=yesterday").status_code == 422


def test_comparison_has_the_shares_of_the_three_days_with_their_parts(week):
    rows = {
        row[0]: row[1:] for row in on_page(week.browser("boss").get("/reports?round=7&campaign=1").text, "comparison")
    }
    with week.store.reading() as tx:
        (before,) = [t for t in campaign_tables(tx, Scope(1, round=6))[1] if t.key == "overview"]
        (now,) = [t for t in campaign_tables(tx, Scope(1, round=7))[1] if t.key == "comparison"]
    then, fever = before.cell(before.rows[0], "fever_share"), now.rows[1]
    assert now.cell(fever, "yesterday") == then == now.cell(fever, "last_week")
    assert now.cell(fever, "now").numerator == 0
    assert now.cell(fever, "since_yesterday") == round(-100 * then.value, 1)
    assert rows["Reporting rate"][2] == "0.0"


def read(name, content):
    """The figure of all residents due, by a file of the tables."""
    if name.endswith(".docx"):
        return "\n".join(cell.text for table in docx.Document(io.BytesIO(content)).tables for row in table.rows
                         for cell in row.cells)  # fmt: skip
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [archive.read(each) for each in archive.namelist()]
        return "\n".join(each.decode("utf-8", "replace") for each in files)
    return content.decode()


def test_every_file_can_be_had_and_says_nothing_of_other_places(town):
    browser = town.browser("gui-worker")
    for name in PLAIN:
        answer = browser.get(f"/reports/files/{name}?campaign=1")
        assert answer.status_code == 200, name
        text = read(name, answer.content)
        assert "松苑" not in text, name
        assert not re.search(r"\b1115\d{7}\b", text), name
        if not name.startswith(("fhir", "flow", "tables.parquet", "public", "feedback")):
            assert GUIYUAN in text, name
    saved = [row.detail for row in town.rows(Audit, Audit.what == "downloaded")]
    assert saved == PLAIN


def test_files_hold_the_figures_of_the_page(town):
    browser = town.browser("staff")
    cards = cards_on(browser.get("/reports").text)
    with zipfile.ZipFile(io.BytesIO(browser.get("/reports/files/tables.json.zip").content)) as archive:
        overview = json.loads(archive.read("overview.json"))["rows"][0]
        assert len(archive.namelist()) > 14
    assert str(overview["reported"]) == cards["reported"]
    one = browser.get("/reports/files/table.csv?table=by_community").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(one)))
    assert rows[-1][rows[0].index("Reported")] == cards["reported"]
    assert cards_on(browser.get("/reports/files/report.html").text)["reported"] == cards["reported"]
    assert f"{cards['reported']}" in read("report.docx", browser.get("/reports/files/report.docx").content)
    bundle = browser.get("/reports/files/fhir.json").json()
    answers = [e for e in bundle["entry"] if e["resource"]["resourceType"] == "QuestionnaireResponse"]
    with town.store.reading() as tx:
        assert len(answers) == len(list(read_given(tx, Scope(1, round=0))))


def test_whole_numbers_by_role_alone(town):
    for name in ("line_list.csv", "follow_up.csv"):
        assert town.browser("gui-worker").get(f"/reports/files/{name}?full=true").status_code == 403
        whole = town.browser("staff").get(f"/reports/files/{name}?full=true").text
        assert re.search(r"\b1115\d{7}\b", whole), name
    assert [row.detail for row in town.rows(Audit, Audit.what == "downloaded")][
        -1
    ] == "follow_up.csv with whole numbers"
    for path in ("nothing.txt", "table.csv?table=nothing", "..%2fetc"):
        assert town.browser("staff").get(f"/reports/files/{path}").status_code == 404


def test_public_version_hides_what_is_small(town):
    text = read("public.xlsx", town.browser("boss").get("/reports/files/public.xlsx").content)
    assert "*" in text
    assert SONGYUAN in text
    assert "松苑密友" not in text


def test_report_of_a_day_that_is_over_is_as_of_its_end_unless_asked_otherwise(week):
    week.at = week.at.replace(day=20)
    browser = week.browser("boss")
    said = browser.get("/reports", params={"campaign": 1, "round": 3}).text
    assert "as known at 2026-03-06 00:00" in said
    now = f"as known at {week.at.astimezone(week.office.zone):%Y-%m-%d %H:%M}"
    assert now in browser.get("/reports", params={"campaign": 1, "round": 3, "as_of": "now"}).text
    later = browser.get("/reports", params={"campaign": 1, "round": 3, "as_of": "2026-03-10"}).text
    assert "as known at 2026-03-11 00:00" in later
    assert "as_of=2026-03-10" in later  # its files are of the same moment
    for day in ("9999-12-31", "2026-03-20"):  # not over: as of now
        assert now in browser.get("/reports", params={"campaign": 1, "as_of": day}).text
        assert browser.get("/api/campaigns/1/tables", params={"as_of": day}).status_code == 200
    for day in ("yesterday", "2026-02-30", "2026-13-01"):
        assert browser.get("/reports", params={"campaign": 1, "as_of": day}).status_code == 422
        assert browser.get("/api/campaigns/1/tables", params={"as_of": day}).status_code == 422
