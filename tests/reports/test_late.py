"""A report is as of the end of its day: the same whenever it is made, and it says what came later."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text, update

from records.attempts import begin_attempt, end_attempt
from records.erasure import erase
from records.follow_ups import close, reopen
from records.past import RECORD_PAST
from records.tables import Attempt, Campaign, FollowUp, Record, Resident
from reports.figures import Scope
from reports.late import closing, late_table
from reports.line_list import line_list
from reports.quality import WORDS
from reports.report import campaign_tables, write_report
from tests.reports.town import DAY, settle

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 3, 3, tzinfo=ZONE)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
TUESDAY = Scope(1, round=0, as_of=MIDNIGHT)


@pytest.fixture
def town(store):
    with store.transaction() as tx:
        settle(tx)
        if not store.is_sqlite:  # the town gives its own numbers
            for table in ("household", "attempt", "follow_up", "record"):
                tx.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
    return store


def silent(tx, number):
    query = (
        select(Record.resident_id).where(Record.status == "non_reporting").order_by(Record.resident_id).limit(number)
    )
    return list(tx.execute(query).scalars())


def answer(tx, resident, happened_at, recorded_at):
    values = {"status": "symptomatic", "disposition": "complete", "fever": True, "present": 1}
    values |= {"reported_at": happened_at, "recorded_at": recorded_at, "changed_at": recorded_at}
    tx.execute(update(Record).where(Record.resident_id == resident).values(**values))


def report(store, scope=TUESDAY):
    with store.past(scope.as_of) as tx:
        return {table.key: table for table in campaign_tables(tx, scope)[1]}


def without_late(tables, *more):
    return {key: table.lines for key, table in tables.items() if key not in ("late", *more)}


def test_nothing_came_later(town):
    assert "late" not in report(town)
    with town.past(MIDNIGHT) as tx:
        assert late_table(tx, TUESDAY).rows == ()


def test_report_of_the_day_stays_and_says_what_came_later(town):
    with town.transaction() as tx:
        first, second, third = silent(tx, 3)
        answer(tx, first, MIDNIGHT - HOUR, MIDNIGHT - HOUR)  # in time
    then = report(town)
    with town.transaction() as tx:
        answer(tx, second, MIDNIGHT - SECOND, MIDNIGHT + SECOND)  # answered in time, written down later
        answer(tx, third, MIDNIGHT + SECOND, MIDNIGHT + SECOND)  # later
    after = report(town)
    assert without_late(after) == without_late(then)
    (row,) = [row for row in after["late"].rows if row.key == ("fever",)]
    overview = {name: after["overview"].cell(after["overview"].rows[0], name) for name in ("fever", "non_reporting")}
    assert row.cells[1:] == (overview["fever"], 1, 1, 0, overview["fever"] + 2)
    (row,) = [row for row in after["late"].rows if row.key == ("non_reporting",)]
    assert row.cells[1:] == (overview["non_reporting"], 0, 0, 2, overview["non_reporting"] - 2)
    assert "asymptomatic" not in {row.key[0] for row in after["late"].rows}
    assert "2026-03-03 00:00" in after["late"].note.en
    now = report(town, Scope(1, round=0))
    assert now["overview"].cell(now["overview"].rows[0], "fever") == overview["fever"] + 2
    assert "late" not in now


def test_nothing_that_is_done_later_changes_the_report(town, tmp_path):
    then, at = report(town), MIDNIGHT + 3 * HOUR
    with town.transaction() as tx:
        task, other = list(tx.execute(select(FollowUp.id).order_by(FollowUp.id).limit(2)).scalars())
        close(tx, task, "seen", "周护士", at)
        reopen(tx, task, "again", "周护士", at + HOUR)
        close(tx, other, "seen", "周护士", at)
        person = tx.execute(select(Record.__table__).where(Record.status == "non_reporting").limit(1)).one()
        whom = {"campaign_id": 1, "round": 0, "household_id": person.household_id, "residents": [person.resident_id]}
        new = begin_attempt(tx, **whom, phone="+8611100000009", channel="phone", number=4, started_at=at, now=at)
        end_attempt(tx, new, outcome="answered_human", ended_at=at + SECOND, answered_at=at, talk_seconds=9.0)
        answer(tx, person.resident_id, at, at + HOUR)
        quiet = select(FollowUp.resident_id).where(FollowUp.closed_at.is_(None))
        gone = select(Record.resident_id).where(Record.fever.is_(True), Record.resident_id.not_in(quiet))
        feverish = tx.execute(gone.limit(1)).scalar() or silent(tx, 9)[-1]
        for number in tx.execute(select(FollowUp.id).where(FollowUp.resident_id == feverish)).scalars().all():
            close(tx, number, "seen", "周护士", at)
    erase(town, feverish, at + 2 * HOUR)
    after = report(town)
    assert without_late(after, *WORDS) == without_late(then, *WORDS)
    files = [tmp_path / name for name in ("one", "two")]
    for folder in files:
        with town.past(MIDNIGHT) as tx:
            write_report(tx, 1, folder, "en", scope=TUESDAY)
    assert (files[0] / "report.html").read_bytes() == (files[1] / "report.html").read_bytes()
    assert "as known at 2026-03-03 00:00" in (files[0] / "report.html").read_text(encoding="utf-8")
    with town.reading() as tx:  # the past is seen within its block only
        assert tx.execute(select(func.count()).select_from(Attempt).where(Attempt.started_at >= MIDNIGHT)).scalar() == 1


def test_who_was_erased_stays_without_a_trace_in_the_past_too(town):
    with town.transaction() as tx:
        (one,) = silent(tx, 1)
        answer(tx, one, MIDNIGHT + HOUR, MIDNIGHT + HOUR)
        home = tx.execute(select(Record.household_id).where(Record.resident_id == one)).scalar_one()
        tasks = list(tx.execute(select(FollowUp.id).where(FollowUp.resident_id == one)).scalars())
        for task in tasks:
            close(tx, task, "seen", "周护士", MIDNIGHT + HOUR)
    erase(town, one, MIDNIGHT + 2 * HOUR)
    with town.reading() as tx:
        kept = tx.execute(select(RECORD_PAST).where(RECORD_PAST.c.resident_id == one)).all()
        assert kept, "the day is kept"
        assert {row.household_id for row in kept}.isdisjoint({home})
    with town.past(MIDNIGHT) as tx:
        assert str(one) in {row.key[2] for row in line_list(tx, TUESDAY).rows}
        assert tx.execute(select(Resident.name).where(Resident.id == one)).scalar_one() == ""


def test_changes_of_the_day_itself_are_not_kept_twice(town):
    with town.transaction() as tx:
        for hour in range(1, 9):
            answer(tx, silent(tx, 1)[0], MIDNIGHT - (15 + hour) * HOUR, MIDNIGHT - (15 + hour) * HOUR)
        assert tx.execute(select(func.count()).select_from(RECORD_PAST)).scalar_one() == 0


def test_report_is_closed_when_its_days_and_those_of_its_plan_are_over(town):
    scope = Scope(1)
    with town.reading() as tx:
        assert closing(tx, scope, MIDNIGHT - SECOND, ZONE) is None
        assert closing(tx, scope, MIDNIGHT, ZONE) == MIDNIGHT
        berlin = ZoneInfo("Europe/Berlin")
        assert closing(tx, scope, MIDNIGHT, berlin) is None  # it is still that day there
        assert closing(tx, Scope(1, last_day=DAY - timedelta(1)), MIDNIGHT, ZONE) is None  # no round there
    with town.transaction() as tx:
        tx.execute(update(Campaign).values(plan={"days": 2}))
        assert closing(tx, scope, MIDNIGHT + HOUR, ZONE) is None
        assert closing(tx, scope, MIDNIGHT + 24 * HOUR, ZONE) == MIDNIGHT + 24 * HOUR


def test_rounds_of_later_days_are_not_there_yet(town):
    with town.transaction() as tx:
        rows = [dict(row._mapping) for row in tx.execute(select(Record.__table__))]
        later = {"round": 1, "day": DAY + timedelta(1), "changed_at": MIDNIGHT + HOUR}
        tx.execute(insert(Record), [{k: v for k, v in (row | later).items() if k != "id"} for row in rows])
    with town.past(MIDNIGHT) as tx:
        assert campaign_tables(tx, Scope(1, as_of=MIDNIGHT))[0].round == 0
    with town.reading() as tx:
        assert campaign_tables(tx, Scope(1))[0].round == 1


def test_line_list_tells_when_each_report_was_given_and_written_down(town):
    with town.transaction() as tx:
        (one,) = silent(tx, 1)
        answer(tx, one, MIDNIGHT, MIDNIGHT + timedelta(days=2))
        table = line_list(tx, Scope(1, round=0, first_day=DAY), zone=ZONE)
    (row,) = [row for row in table.rows if row.key[2] == str(one)]
    assert table.cell(row, "recorded_at") - table.cell(row, "reported_at") == timedelta(days=2)
