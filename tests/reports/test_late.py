"""A report says which answers came after its day was over, so that it can be told from what was known then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from records.tables import Record
from reports.figures import Scope, read_figures
from reports.late import late_table
from reports.line_list import line_list
from reports.report import campaign_tables
from tests.reports.town import DAY, settle

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 3, 3, tzinfo=ZONE)


@pytest.fixture
def town(store):
    with store.transaction() as tx:
        settle(tx)
        tx.execute(update(Record).where(Record.reported_at.is_not(None)).values(recorded_at=Record.reported_at))
    return store


def silent(tx, number):
    query = (
        select(Record.resident_id).where(Record.status == "non_reporting").order_by(Record.resident_id).limit(number)
    )
    return list(tx.execute(query).scalars())


def answer(tx, resident, happened_at, recorded_at):
    values = {"status": "symptomatic", "disposition": "complete", "fever": True, "present": 1}
    values |= {"reported_at": happened_at, "recorded_at": recorded_at}
    tx.execute(update(Record).where(Record.resident_id == resident).values(**values))


def test_nothing_came_later(town):
    with town.reading() as tx:
        assert late_table(tx, Scope(1, round=0)).rows == ()
        assert "late" not in {table.key for table in campaign_tables(tx, Scope(1))[1]}


def test_report_of_the_day_is_what_is_known_without_what_came_later(town):
    with town.transaction() as tx:
        then = read_figures(tx, Scope(1, round=0)).whole()
        first, second, third = silent(tx, 3)
        second_past = timedelta(seconds=1)
        answer(tx, first, MIDNIGHT - second_past, MIDNIGHT - second_past)  # in time
        answer(tx, second, MIDNIGHT - second_past, MIDNIGHT + second_past)  # answered in time, written down later
        answer(tx, third, MIDNIGHT + second_past, MIDNIGHT + second_past)  # later
        table = late_table(tx, Scope(1, round=0), zone=ZONE)
        now = read_figures(tx, Scope(1, round=0)).whole()
    rows = {row.key[0]: row.cells[1:] for row in table.rows}
    for figure in ("reported", "fever"):
        count = then.count((figure,))
        assert rows[figure] == (count + 3, count + 1, 1, 1)
        assert now.count((figure,)) == count + 3
    assert "asymptomatic" not in rows
    assert "2026-03-03 00:00" in table.note.en


def test_days_of_another_time_zone_end_at_their_own_midnight(town):
    with town.transaction() as tx:
        (one,) = silent(tx, 1)
        answer(tx, one, MIDNIGHT + timedelta(hours=1), MIDNIGHT + timedelta(hours=1))
        assert late_table(tx, Scope(1, round=0), zone=ZONE).rows
        assert (
            late_table(tx, Scope(1, round=0), zone=ZoneInfo("Europe/Berlin")).rows == ()
        )  # it is still that day there


def test_line_list_tells_when_each_report_was_given_and_written_down(town):
    with town.transaction() as tx:
        (one,) = silent(tx, 1)
        answer(tx, one, MIDNIGHT, MIDNIGHT + timedelta(days=2))
        table = line_list(tx, Scope(1, round=0, first_day=DAY), zone=ZONE)
    (row,) = [row for row in table.rows if row.key[2] == str(one)]
    assert table.cell(row, "recorded_at") - table.cell(row, "reported_at") == timedelta(days=2)
