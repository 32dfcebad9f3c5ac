"""The same figure everywhere: every table is read back from each page and each file, and held against the API."""

import io
import json
import shutil
from datetime import date, datetime, timedelta

import docx
import pytest
from sqlalchemy import insert, update

from records.staff import add_member
from records.store import Store
from records.tables import Attempt, Record, Resident
from tests.reports.town import DAY
from tests.web.outputs import READERS, Described, from_page, number
from tests.web.town import GUIYUAN, PASSWORD, Town

PLAIN = {"count", "percent", "celsius", "minutes", "seconds"}


def told(cell, kind, language):
    """A cell of the API as a value: a number, a text, or None."""
    if isinstance(cell, dict):
        return cell[language] if "zh" in cell else cell["value"]
    return cell[:16].replace("T", " ") if kind == "time" and cell else cell


def agrees(seen, cell, column, language):
    """Whether a figure is that of the API, as exactly as it is shown."""
    kind, true = column["kind"], told(cell, column["kind"], language)
    value = seen.value
    if isinstance(value, datetime | date):
        value = f"{value:%Y-%m-%d %H:%M}" if kind == "time" else f"{value:%Y-%m-%d}"
    if value in (None, "", "—") or true in (None, ""):
        return value in (None, "", "—") and true in (None, "")
    if kind == "time":
        return str(value)[:16].replace("T", " ") == true
    if kind not in PLAIN:
        return " ".join(str(value).removeprefix("'").split()) == " ".join(str(true).split())
    if isinstance(value, int | float):
        return value == pytest.approx(true, rel=1e-12)
    digits = len(value.rstrip("%").partition(".")[2])
    read, true = number(value.rstrip("%")), true * (100 if value.endswith("%") else 1)
    return abs(read - true) <= 0.5 * 10**-digits + 1e-9


def pairs(rows, lines, totals):
    """Each row beside its line; a document ends a long table after its first rows, and Parquet has no totals."""
    if len(rows) < len(lines) and totals:
        return [*zip(rows[:-1], lines, strict=False), (rows[-1], lines[-1])]
    return zip(rows, lines, strict=True)


def compare(place, found, described):
    """Holds the tables of a place against the API; returns how many figures, and the shares without their parts."""
    figures, bare, wrong = 0, set(), []
    for key, rows in found.items():
        columns = {column["key"]: (number, column) for number, column in enumerate(described.tables[key]["columns"])}
        plain = place.endswith("parquet.zip")
        lines = described.tables[key]["rows"] if plain else described.lines(key)
        for row, line in pairs(rows, lines, place.endswith("docx")) if lines else ():
            for name, seen in row.items():
                cell, column = line[columns[name][0]], columns[name][1]
                figures += column["kind"] in PLAIN
                if not agrees(seen, cell, column, described.language):
                    wrong.append(f"{place}: {key}, {name}: {seen.value!r} is not {cell!r}")
                if column["kind"] == "percent" and cell and cell["value"] is not None:
                    if not seen.parts:
                        bare.add((key, name))
                    elif seen.parts != pytest.approx((cell["numerator"], cell["denominator"]), abs=0.051):
                        wrong.append(f"{place}: {key}, {name}: {seen.parts} is not {cell!r}")
    assert not wrong, "\n".join(wrong[:20])
    return figures, bare


@pytest.fixture(scope="module")
def two_days(settled, tmp_path_factory):
    """The town with two rounds, some answers missing, names of several scripts; accounts that read both languages."""
    path, first = settled
    folder = tmp_path_factory.mktemp("figures")
    shutil.copy(path, folder / "town.sqlite")
    with Town(Store(f"sqlite:///{folder / 'town.sqlite'}"), folder, people=first.people) as town:
        with town.store.transaction() as tx:
            tx.execute(update(Resident).where(Resident.id == town.people[GUIYUAN]).values(name="=欧阳·Ødegård <b>"))
            records = [dict(row._mapping) for row in town.rows(Record, Record.campaign_id == 1)]
            ago = timedelta(days=1)
            later = [{**row, "round": 1, "day": DAY + ago, "due_at": row["due_at"] + ago,
                      "reported_at": row["reported_at"] and row["reported_at"] + ago} for row in records]  # fmt: skip
            for row in later[::5]:
                row |= {"temperature_c": None, "contact": None, "needs_help": None}
            for row in later[::7]:
                row |= {"status": "non_reporting", "disposition": "non_contact", "reached": False, "fever": None,
                        "present": 0, "absent": 0, "temperature_c": None, "reported_at": None}  # fmt: skip
            tx.execute(insert(Record), [{name: cell for name, cell in row.items() if name != "id"} for row in later])
            calls = [{**row._mapping, "round": 1, "started_at": row.started_at + ago} for row in town.rows(Attempt)]
            tx.execute(insert(Attempt), [{name: cell for name, cell in row.items() if name != "id"} for row in calls])
            mine = {"password": PASSWORD, "now": town.at, "language": "zh-Hans", "place": {"community": [GUIYUAN]}}
            add_member(tx, "zh-gui", name="桂园", role="worker", **mine)
        yield town


PAGES = ("/api/campaigns/1/tables", "/overview?campaign=1&level=community", "/reports?campaign=1", "/campaigns/1",
         "/wall", "/campaigns/1/files/report.html", "/campaigns/1/files/community.xlsx")  # fmt: skip
FILES = ("tables.csv.zip", "tables.json.zip", "tables.parquet.zip", "report.docx", "report.xlsx", "feedback.html",
         "feedback.docx")  # fmt: skip


@pytest.fixture(scope="module", params=[("boss", "en"), ("zh-gui", "zh")], ids=["all", "place in Chinese"])
def seen(request, two_days):
    """Everything that a member can see of the newest round, as it was sent."""
    login, language = request.param
    browser = two_days.browser(login)
    sent = {path: browser.get(path) for path in (*PAGES, *(f"/reports/files/{name}?campaign=1" for name in FILES))}
    assert {answer.status_code for answer in sent.values()} == {200}
    return language, {path: answer.content for path, answer in sent.items()}


@pytest.fixture(scope="module")
def read(seen):
    """What the API says, and the tables of all other places."""
    language, sent = seen
    described, found = Described(json.loads(sent[PAGES[0]]), language), {}
    for path in list(sent)[1:]:
        place = path.partition("?")[0]
        reader = next((read for end, read in READERS.items() if place.endswith(end)), from_page)
        found[place] = reader(described, sent[path])
    return described, found


def test_every_figure_is_the_same_everywhere(read):
    described, found = read
    compared = {place: compare(place, tables, described)[0] for place, tables in found.items()}
    many = len(described.tables["by_community"]["rows"])
    least = {"/campaigns/1": 6, "/wall": 6 + 5 * many, "/overview": 12 * many}
    for place, figures in compared.items():
        assert figures >= least.get(place, 12 * many + 60), place
    assert len(found["/reports/files/tables.json.zip"]) == len(described.tables)


def test_every_share_stands_with_those_of_whom_it_is(seen, read):
    described, found = read
    for place, tables in found.items():
        _, bare = compare(place, tables, described)
        if place.endswith("docx"):  # its cards have them beside; the rest is told at its end
            (_, *rows) = [[cell.text for cell in row.cells] for row in last_grid(seen[1][f"{place}?campaign=1"]).rows]
            told = {row[0] for row in rows if row[2] and row[3]}
            names = {(key, column["key"]): (table if key == "heat" else column)["title" if key == "heat" else "label"]
                     for key, table in described.tables.items() for column in table["columns"]}  # fmt: skip
            bare = {figure for figure in bare if names[figure][described.language] not in told}
        assert not bare, place


def last_grid(content):
    return docx.Document(io.BytesIO(content)).tables[-1]


def test_figure_that_is_changed_is_noticed(read):
    described, found = read
    for place, tables in found.items():
        key = "by_community" if "by_community" in tables else "overview"
        changed = tables[key][0]["reported"]
        true, changed.value = changed.value, number(changed.value) + 1
        with pytest.raises(AssertionError, match=f"{key}, reported: "):
            compare(place, tables, described)
        changed.value = true
