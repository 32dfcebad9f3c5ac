"""The daily feedback: every figure in its words is a figure of its tables, and it names no person."""

import re
from datetime import date, timedelta

import docx
import pytest
from sqlalchemy import insert, select, update

from records.tables import FollowUp, Record, Resident
from reports.definitions import definitions_table
from reports.feedback import NoRound, feedback
from reports.figures import Scope
from reports.table import shown
from reports.writers.docx import write_docx
from reports.writers.html import page
from tests.reports.town import DAY

LAST = DAY + timedelta(2)
MOVES_DAYS_AND_HOURS = r"(高|低) [\d.]+ 个百分点|(up|down) [\d.]+ points|\d+月\d+日|\d+ [A-Z]\w+|[\d.]+ (小时|hours)"
LANGUAGES = ("zh-Hans", "en")


def figures_of(table, language):
    """Every cell of a table as people read it, with numerators and denominators."""
    for row in table.lines:
        for column, cell in zip(table.columns, row.cells, strict=True):
            yield shown(cell, column, language)
            if column.kind == "percent" and cell is not None:
                yield from (f"{cell.numerator:,.0f}", f"{cell.denominator:,.0f}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_in_the_words_stands_in_the_tables(town, language):
    with town.reading() as tx:
        made = feedback(tx, Scope(1))
    assert made.day == LAST
    known = {figure for table in made.tables for figure in figures_of(table, language)}
    words = " ".join(each.read(language) for each in made.paragraphs)
    words = re.sub(
        r"(高|低) [\d.]+ 个百分点|(up|down) [\d.]+ points|\d+月\d+日|\d+ [A-Z]\w+|[\d.]+ (小时|hours)", "", words
    )
    said = re.findall(r"\d[\d,]*\.?\d*%?", words)
    assert len(said) >= 15
    left = {figure for figure in said if figure.rstrip(".,") not in known}
    overview = made.tables[0]
    due, reported, missing = (
        overview.cell(overview.rows[0], key) for key in ("residents", "reported", "non_reporting")
    )
    assert left <= {f"{due - reported - missing:,}"}  # the rest of a sum


def test_change_since_yesterday_is_in_points(town):
    with town.reading() as tx:
        today, yesterday = feedback(tx, Scope(1)), feedback(tx, Scope(1), LAST - timedelta(1))

    def rate(made):
        return made.tables[0].cell(made.tables[0].rows[0], "reported_share").value

    points = round(100 * (rate(today) - rate(yesterday)), 1)
    wanted = f"{'up' if points > 0 else 'down'} {abs(points):.1f} points on yesterday" if points else "as yesterday"
    assert wanted in today.paragraphs[0].en
    assert "a week ago" not in today.paragraphs[0].en  # there was no round then


def test_cluster_of_fevers_is_named_by_its_building(town):
    with town.transaction() as tx:
        row = tx.execute(select(Record.resident_id, Record.building, Record.day).where(Record.day == LAST)).first()
        same = (Record.building == row.building, Record.day == LAST, Record.community_id == 1)
        tx.execute(update(Record).where(*same).values(fever=True))
        who = tx.execute(select(Record.resident_id).where(*same)).scalars().first()
        when = tx.execute(select(FollowUp.opened_at)).scalars().first()
        tx.execute(insert(FollowUp), {
            "campaign_id": 1, "resident_id": who, "kind": "fever_cluster", "opened_at": when, "due_at": when,
        })  # fmt: skip
        made = feedback(tx, Scope(1))
    (sentence,) = (each for each in made.paragraphs if "Fevers cluster" in each.en)
    assert sentence.en.startswith("Fevers cluster in 1 buildings: ")
    assert row.building in sentence.zh


def test_it_names_no_person(town):
    with town.reading() as tx:
        made = feedback(tx, Scope(1))
        people = tx.execute(select(Resident.name, Resident.phone)).all()
    text = page(made.tables, "zh-Hans", made.title, made.about, made.paragraphs)
    assert not [name for name, phone in people if (len(name) > 2 and name in text) or phone[-8:] in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_document_holds_the_words_and_the_tables(town, tmp_path, language):
    with town.reading() as tx:
        made = feedback(tx, Scope(1))
    path = write_docx(tmp_path / "f.docx", made.title, made.about, made.paragraphs, made.tables, language)
    document = docx.Document(path)
    said = [paragraph.text for paragraph in document.paragraphs]
    assert [each.read(language) for each in made.paragraphs] == said[2 : 2 + len(made.paragraphs)]
    drawn = [table for table in (*made.tables, definitions_table(made.tables)) if table.rows]
    grids = [grid for grid in document.tables if any(cell.text for row in grid.rows for cell in row.cells)]  # no chart
    assert len(grids) == len(drawn)
    for found, table in zip(grids, drawn, strict=True):
        if table.form != "cards":
            rows = [[cell.text for cell in row.cells] for row in found.rows[1:]]
            assert rows == [
                [shown(cell, column, language) for cell, column in zip(row.cells, table.columns, strict=True)]
                for row in table.lines
            ]
    assert len(document.inline_shapes) >= 3


def test_day_or_campaign_that_is_not_there_is_named(town):
    with town.reading() as tx:
        with pytest.raises(NoRound, match="no round on 2020-01-01"):
            feedback(tx, Scope(1), date(2020, 1, 1))
        with pytest.raises(KeyError, match="no campaign 7"):
            feedback(tx, Scope(7))


def test_words_of_a_stranger_stay_text(sqlite_store, tmp_path):
    from reports.table import Column, Label, Row, Table

    table = Table("x", Label("x", "x"), (Column("a", Label("a", "a")),), (Row((), ("<b>\x00\x0b&",)),))
    path = write_docx(tmp_path / "x.docx", Label("<i>", "<i>"), Label("", ""), (), [table], "en")
    assert docx.Document(path).tables[0].rows[1].cells[0].text == "<b>&"
