"""The line list, the follow-up list and the attempts, on every database."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from records.tables import Attempt, FollowUp, Household, Record, Resident
from reports.attempts import outcome_table, read_attempts, try_table
from reports.figures import Scope, newest_round, read_figures
from reports.follow_up import follow_up_table, visits_table
from reports.indicators import ALL
from reports.line_list import line_list, listed, masked, written
from reports.table import Ratio


def test_one_row_for_each_person_of_a_round(town):
    with town.reading() as connection:
        table = line_list(connection, Scope(1, round=1))
        people = connection.execute(select(Resident.roster_id)).scalars().all()
    assert sorted(table.cell(row, "resident") for row in table.rows) == sorted(people)


def test_phones_are_masked_unless_asked(town):
    with town.reading() as connection:
        for read in (line_list, follow_up_table):
            table = read(connection, Scope(1))
            assert {table.cell(row, "phone")[3:7] for row in table.rows} == {"****"}
            whole = read(connection, Scope(1), full_phones=True)
            assert all(whole.cell(row, "phone").isdecimal() for row in whole.rows)


@pytest.mark.parametrize(
    ("phone", "hidden", "whole"),
    [
        ("+8611155076401", "111****6401", "11155076401"),
        ("+442079460000", "004*******0000", "00442079460000"),
        ("+861234", "****", "1234"),
        ("", "", ""),
    ],
)
def test_numbers_are_written_as_dialled_and_hidden_in_the_middle(phone, hidden, whole):
    assert masked(phone) == hidden
    assert written(phone) == whole


def test_blank_stays_blank_and_never_becomes_no(town):
    with town.reading() as connection:
        table = line_list(connection, Scope(1))
        rows = connection.execute(select(Record, Resident.roster_id).join(Resident)).all()
    known = {(row.roster_id, row.day.isoformat()): row for row in rows}
    blanks = 0
    for row in table.rows:
        record = known[row.key[:2]]
        for key in ("fever", "contact", "needs_help", "temperature_c", "reported_at", "onset_on"):
            assert (table.cell(row, key) is None) == (getattr(record, key) is None)
            blanks += table.cell(row, key) is None
        for key in ("fever", "contact", "needs_help"):
            if getattr(record, key) is not None:
                assert table.cell(row, key).en == ("Yes" if getattr(record, key) else "No")
    assert blanks > 100


def test_times_are_local(town):
    with town.reading() as connection:
        tables = [line_list(connection, Scope(1), zone=ZoneInfo(zone)) for zone in ("Asia/Shanghai", "UTC")]
    shanghai, utc = ({row.key: t.cell(row, "reported_at") for row in t.rows} for t in tables)
    reported = [key for key, moment in utc.items() if moment]
    assert reported
    for key in reported:
        assert shanghai[key] == utc[key]
        assert (shanghai[key].hour - utc[key].hour) % 24 == 8


def test_follow_up_lists_the_open_tasks_the_urgent_first(town):
    with town.transaction() as tx:
        first = tx.execute(select(func.min(FollowUp.id))).scalar_one()
        tx.execute(
            FollowUp.__table__.update().where(FollowUp.id == first).values(state="closed", closed_at=FollowUp.due_at)
        )
        table = follow_up_table(tx, Scope(1))
        open_tasks = tx.execute(
            select(func.count()).select_from(FollowUp).where(FollowUp.closed_at.is_(None))
        ).scalar_one()
    assert len(table.rows) == open_tasks
    assert str(first) not in {row.key[0] for row in table.rows}
    order = [(table.cell(row, "urgent").en == "No", table.cell(row, "due_at")) for row in table.rows]
    assert order == sorted(order)


def test_visits_are_the_first_tasks_for_a_door(town):
    with town.reading() as connection:
        table = visits_table(connection, Scope(1), limit=4)
        whole = follow_up_table(connection, Scope(1))
    visits = [row.key for row in whole.rows if whole.cell(row, "kind").en not in ("Needs help", "Asked for a person")]
    assert [row.key for row in table.rows] == visits[:4]
    assert table.note.en == f"The first 4 of {len(visits)}"


def test_attempts_are_counted_by_outcome_and_by_try(town):
    with town.reading() as connection:
        dials = read_attempts(connection, Scope(1))
        plain = connection.execute(select(Attempt.__table__)).all()
    outcomes, tries = outcome_table(dials), try_table(dials)
    found = Counter(attempt.outcome for attempt in plain)
    assert {row.key[0]: row.cells[1] for row in outcomes.rows} == found
    assert outcomes.total.cells[1] == len(plain)
    for row in tries.rows:
        mine = [attempt for attempt in plain if str(attempt.number) == row.key[0]]
        answered = [attempt for attempt in mine if attempt.outcome == "answered_human"]
        assert tries.cell(row, "connection_rate") == Ratio(len(answered), len(mine))
        assert tries.cell(row, "ring") == pytest.approx(sum(a.ring_seconds for a in mine) / len(mine))
    talks = [attempt.talk_seconds for attempt in plain if attempt.outcome == "answered_human"]
    assert tries.cell(tries.total, "talk") == pytest.approx(sum(talks) / len(talks))


def test_what_was_not_dialled_is_in_no_rate(town):
    with town.transaction() as tx:
        tx.execute(Attempt.__table__.update().where(Attempt.id <= 5).values(outcome="not_dialled"))
        tx.execute(Attempt.__table__.update().where(Attempt.id.in_((6, 7))).values(outcome=None))
        dials = read_attempts(tx, Scope(1))
        number = tx.execute(select(func.count()).select_from(Attempt)).scalar_one()
    outcomes, tries = outcome_table(dials), try_table(dials)
    rows = {row.key[0]: row.cells for row in outcomes.rows}
    assert rows["not_dialled"][1:] == (5, None)
    assert rows["in_progress"][1:] == (2, None)
    assert tries.cell(tries.total, "dialled") == number - 7
    assert rows["answered_human"][2].denominator == number - 7


def test_attempts_of_a_day_and_a_place(town):
    with town.reading() as connection:
        day = connection.execute(select(Record.day).where(Record.round == 1).limit(1)).scalar_one()
        expected = connection.execute(
            select(func.count())
            .select_from(Attempt)
            .join(Household, Household.id == Attempt.household_id)
            .where(Attempt.round == 1, Household.community_id == 3)
        ).scalar_one()
        scope = Scope(1, first_day=day, last_day=day, place={"community": "梅里社区"})
        assert sum(each.attempts for each in read_attempts(connection, scope)) == expected > 0


def test_every_count_is_traced_to_its_residents(town):
    place = {"subdistrict": "望山街道"}
    with town.reading() as connection:
        figures = read_figures(connection, Scope(1, round=1, place=place)).whole()
        for indicator in ALL:
            if indicator.kind == "count":
                name = indicator.key
                assert listed(connection, Scope(1, round=1, place=place), name) == figures.count(indicator.numerator), (
                    name
                )
        fever = line_list(connection, Scope(1, round=1), figure="fever")
        assert {fever.cell(row, "fever").en for row in fever.rows} == {"Yes"}
        again = line_list(connection, Scope(1, round=1), figure="fever", first=2, limit=3)
        assert again.rows == fever.rows[2:5]
        assert newest_round(connection, 1) == read_figures(connection, Scope(1)).newest_round == 2
        with pytest.raises(KeyError):
            line_list(connection, Scope(1), figure="wings")
