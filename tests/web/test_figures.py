"""True figures: what a page shows is what the table, the files and the API say, and leads to those whom it counts."""

import csv
import io
import re
from html import unescape

import openpyxl
import pytest

from reports.community import community_table, overview_table
from reports.figures import LEVELS, Scope, read_figures
from reports.table import shown
from tests.web.town import EVIL, GUIYUAN, SONGYUAN
from web.api import table_out


def figures_on(text, table):
    """The rows of a table on a page, as texts."""
    section = re.search(rf'<section id="{table}".*?</section>', text, re.DOTALL)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in row] for row in cells if row]


def cards_on(text):
    return dict(re.findall(r'data-key="(\w+)">(?:<a[^>]*>)?([^<]*)<', text))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("login", ["boss", "gui-worker"])
def test_page_shows_the_cells_of_the_table(town, login, level):
    place = {} if login == "boss" else {"community": [GUIYUAN]}
    with town.store.reading() as tx:
        figures = read_figures(tx, Scope(1, round=0, place=place))
    text = town.browser(login).get(f"/overview?level={level}").text
    table = community_table(figures, level)
    expected = [
        [shown(cell, column, "en") or ("—" if column.key == level and row is not table.total else "")
         for cell, column in zip(row.cells, table.columns, strict=True)]
        for row in table.lines
    ]  # fmt: skip
    assert figures_on(text, "by_place") == expected
    whole = overview_table(figures)
    cards = {c.key: shown(cell, c, "en") for c, cell in zip(whole.columns, whole.rows[0].cells, strict=True)}
    assert cards.items() <= cards_on(text).items()


def test_files_and_api_say_the_same_as_the_page(town):
    browser = town.browser("staff")
    page = figures_on(browser.get("/overview").text, "by_place")
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/campaigns/1/files/community.xlsx").content))
    (sheet,) = [sheet for sheet in book if sheet.title == "By community"]
    names = [cell.value for cell in sheet[1]]
    residents, reported = names.index("Residents due"), names.index("Reported")
    in_file = {
        row[residents - 1]: (row[residents], row[reported]) for row in sheet.iter_rows(min_row=2, values_only=True)
    }
    api = browser.get("/api/campaigns/1/tables/by_community").json()
    keys = [column["key"] for column in api["columns"]]
    assert len(page) == len(api["rows"]) + 1
    for row, given in zip(page, api["rows"], strict=False):
        name = given[keys.index("community")]
        figures = [given[keys.index("residents")], given[keys.index("reported")]]
        assert name in row
        assert list(in_file[name]) == figures
        assert [str(figure) for figure in figures] == [row[keys.index("residents")], row[keys.index("reported")]]
    report = browser.get("/campaigns/1/files/report.html").text
    assert cards_on(report)["reported"] == cards_on(browser.get("/overview").text)["reported"]


def test_every_linked_figure_lists_as_many_residents(town):
    browser = town.browser("boss")
    text = browser.get("/overview?level=subdistrict").text
    links = set(re.findall(r'<a href="(/residents\?[^"]+)">([\d,]+)</a>', text))
    assert len(links) > 30
    for link, figure in sorted(links)[::3]:
        listed = browser.get(unescape(link)).text
        number = re.search(r'class="number">([\d,]+)<', listed)[1]
        assert number == figure, link


def test_line_list_goes_on_over_pages(town):
    browser = town.browser("boss")
    first, second = (browser.get(f"/residents?first={n}").text for n in (0, 100))
    people = [re.findall(r'href="/residents/(\d+)"', text) for text in (first, second)]
    assert [len(each) for each in people] == [100, 60]
    assert len(set(people[0] + people[1])) == 160
    assert "first=100" in first


def test_names_are_text_on_pages_and_in_files(town):
    from sqlalchemy import update

    from records.tables import Community, FollowUp, Resident

    with town.store.transaction() as tx:
        tx.execute(update(Resident).values(name=EVIL))
        tx.execute(update(Community).where(Community.name == SONGYUAN).values(name='"><img src=x onerror=alert(1)>'))
        tx.execute(update(FollowUp).values(words=f"=cmd|' /C calc'!A0 {EVIL}", note="'><b>"))
    browser = town.browser("boss")
    pages = ["/", "/residents", f"/residents/{town.people[GUIYUAN]}", "/follow-ups", "/campaigns/1", "/wall",
             f"/follow-ups/{town.tasks[GUIYUAN]}", "/campaigns/new", "/overview?level=building",
             f"/conversations/{town.talks[GUIYUAN]}", "/campaigns/1/files/report.html"]  # fmt: skip
    for page in pages:
        text = browser.get(page).text
        assert EVIL not in text, page
        assert "<img src=x" not in text, page
        assert "'><b>" not in text, page
    rows = list(csv.reader(io.StringIO(browser.get("/campaigns/1/files/follow_up.csv").text.removeprefix("\ufeff"))))
    assert all(cell.startswith("'=") for row in rows[1:] for cell in row if "calc" in cell)


def test_api_gives_tables_with_their_definitions_and_shares_with_their_parts(town):
    browser = town.browser("boss")
    tables = {table["key"]: table for table in browser.get("/api/campaigns/1/tables").json()}
    share = dict(zip((c["key"] for c in tables["overview"]["columns"]), tables["overview"]["rows"][0], strict=True))
    rate = share["reported_share"]
    assert rate["numerator"] == share["reported"]
    assert rate["value"] == rate["numerator"] / rate["denominator"]
    with town.store.reading() as tx:
        figures = read_figures(tx, Scope(1, round=0))
    assert tables["by_community"] == table_out(community_table(figures)).model_dump(mode="json")
    described = browser.get("/api/openapi.json").json()
    assert "/api/campaigns/{number}/line-list" in described["paths"]
    assert all(path.startswith("/api/") for path in described["paths"])


def test_api_changes_things_under_the_same_rules(town):
    browser = town.browser()
    assert browser.post("/api/sign-in", json={"login": "staff", "password": "wrong"}).status_code == 401
    signed = browser.post("/api/sign-in", json={"login": "staff", "password": "correct horse battery"}).json()
    form = {"x-csrf-token": signed["token"]}
    made = browser.post("/api/campaigns", json={"name": "by api", "lines": 3}, headers=form)
    assert made.status_code == 201
    path = f"/api/campaigns/{made.json()['id']}"
    assert browser.post(f"{path}/launch", headers=form).json()["state"] == "scheduled"
    assert browser.post(f"{path}/resume", headers=form).status_code == 409
    assert browser.post(f"{path}/fly", headers=form).status_code == 404
    assert browser.post("/api/campaigns", json={"name": "by api"}, headers=form).status_code == 409
    task = f"/api/follow-ups/{town.tasks[SONGYUAN]}"
    assert browser.post(f"{task}/assign", json={"words": "Staff"}, headers=form).status_code == 204
    assert browser.post(f"{task}/close", json={"words": "seen"}, headers=form).status_code == 204
    assert browser.post(f"{task}/close", json={"words": "seen"}, headers=form).status_code == 409
    assert browser.post(f"{task}/note", json={"words": " "}, headers=form).status_code == 422
    closed = browser.get("/api/follow-ups?closed=true").json()
    assert str(town.tasks[SONGYUAN]) in [row[0] for row in closed["rows"]]
