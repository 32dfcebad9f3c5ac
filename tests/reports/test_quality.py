"""Curves, pairs, funnel, questions, break-offs and hours: each figure against a plain count of the rows."""

from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import insert, select, update

from dialogs.events import Ended, to_json
from records.symptoms import names
from records.tables import Answer, Attempt, Conversation, Record, Turn
from reports.figures import Scope, read_figures
from reports.quality import STEPS, break_off_table, funnel_table, hour_table, question_table
from reports.spread import heat_table, onset_table, together_table
from reports.table import Ratio

PLACES = ({}, {"community": "梅里社区"})


def rows_of(tx, table, *where):
    return tx.execute(select(table.__table__).where(*where)).all()


def column(table, key):
    return [table.cell(row, key) for row in table.rows]


def records(tx, round=2):
    return rows_of(tx, Record, Record.round == round)


def test_curve_counts_whoever_began_each_day(town):
    with town.reading() as tx:
        table = onset_table(tx, Scope(1, round=2))
        ill = [row for row in records(tx) if row.present]
    wanted = Counter(row.onset_on for row in ill if row.onset_on)
    days = column(table, "onset")
    assert days == [days[0] + timedelta(n) for n in range(len(days))]
    assert dict(zip(days, column(table, "cases"), strict=True)) == {day: wanted[day] for day in days}
    assert sum(column(table, "cases")) == wanted.total() > 5
    assert sum(column(table, "fever")) == sum(bool(row.fever) for row in ill if row.onset_on)


def test_pairs_of_symptoms_are_counted_both_ways(town):
    with town.reading() as tx:
        table = together_table(tx, Scope(1, round=2))
        wanted = Counter(pair for row in records(tx) for pair in product(names(row.present), repeat=2))
    seen = [row.key[0] for row in table.rows]
    assert len(seen) > 5
    for row, other in product(table.rows, seen):
        assert table.cell(row, other) == wanted[row.key[0], other]


def test_heat_is_the_fever_rate_of_each_place_and_day(town):
    with town.reading() as tx:
        figures = read_figures(tx, Scope(1))
    table = heat_table(figures)
    assert len(table.columns) == 1 + 3
    for number, day in enumerate(figures.days, start=1):
        tallies = figures.only(lambda spot, day=day: spot.day == day).by_level("community")
        for row in table.rows:
            tally = tallies[row.key]
            assert row.cells[number] == Ratio(tally.count(("fever",)), tally.count(("fever_known",)))


def test_funnel_is_the_counts_of_its_steps(town):
    with town.reading() as tx:
        figures = read_figures(tx, Scope(1, round=2))
    table = funnel_table(figures)
    assert column(table, "people") == [figures.whole().count((step,)) for step in STEPS]
    assert column(table, "of_all")[-1].denominator == 240


@pytest.mark.parametrize("place", PLACES)
def test_hours_add_up_to_the_calls(town, place):
    with town.reading() as tx:
        table = hour_table(tx, Scope(1, place=place))
        calls = rows_of(tx, Attempt)
    if not place:
        assert sum(column(table, "dialled")) == len(calls)
        assert sum(column(table, "answered")) == sum(call.outcome == "answered_human" for call in calls)
        assert sum(column(table, "talk")) == pytest.approx(sum(call.talk_seconds or 0 for call in calls) / 60)
    assert all(hour.minute == 0 for hour in column(table, "hour"))
    assert sum(column(table, "dialled")) <= len(calls)


def talk(tx, who, now, *, confidence, confirmed, step=None):
    """A conversation of a resident with one answer, broken off at a step or not."""
    attempt = tx.execute(select(Attempt.id)).scalars().first()
    key = tx.execute(insert(Conversation), {
        "attempt_id": attempt, "channel": "x", "address": "x", "script": "s", "script_version": 1, "memory": {},
        "opened_at": now, "updated_at": now,
    }).inserted_primary_key[0]  # fmt: skip
    tx.execute(insert(Answer), {
        "campaign_id": 1, "round": 2, "conversation_id": key, "resident_id": who, "name": "temperature", "value": 36.5,
        "reporter": "self", "words": "", "confidence": confidence, "how": "words", "confirmed": confirmed,
        "happened_at": now, "recorded_at": now,
    })  # fmt: skip
    if step:
        events = [to_json(Ended("break_off", "hung_up", step))]
        tx.execute(
            insert(Turn), {"conversation_id": key, "number": 1, "events": [], "happened_at": now, "recorded_at": now}
        )
        tx.execute(insert(Turn), {
            "conversation_id": key, "number": 2, "events": events, "happened_at": now, "recorded_at": now,
        })  # fmt: skip
        mine = (Record.round == 2, Record.resident_id == who)
        tx.execute(update(Record).where(*mine).values(conversation_id=key, disposition="break_off"))


@pytest.mark.parametrize("place", PLACES)
def test_questions_and_break_offs(town, now, place):
    with town.transaction() as tx:
        everybody = tx.execute(select(Record.resident_id, Record.community_id).where(Record.round == 2)).all()
        here = [row.resident_id for row in everybody if not place or row.community_id == 3][:3]
        talk(tx, here[0], now, confidence=0.9, confirmed=True)
        talk(tx, here[1], now, confidence=0.6, confirmed=False, step="symptoms")
        talk(tx, here[2], now, confidence=0.6, confirmed=False, step="symptoms")
        scope = Scope(1, round=2, place=place)
        questions, broken = question_table(tx, scope), break_off_table(tx, scope)
    (row,) = questions.rows
    assert (row.key, questions.cell(row, "answers")) == (("temperature",), 3)
    assert questions.cell(row, "confidence").value == pytest.approx(0.7)
    assert questions.cell(row, "confirmed") == Ratio(1, 3)
    assert [(row.key, row.cells[1]) for row in broken.rows] == [(("symptoms",), 2)]
