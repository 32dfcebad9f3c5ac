"""Addresses of residents, and the round that they report in when they write of themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from records.addresses import change_address, link, linked_at, residents_with
from records.self_reports import STANDING, await_self_report, awaited, covered, tries
from records.tables import Campaign, Record, Resident
from tests.records.town import BABY, FAMILY, FLAT, LI, WANG, ZHAO

LINE = "telegram"


@pytest.fixture
def running(town):
    with town.store.transaction() as tx:
        tx.execute(update(Campaign).values(state="running"))
    return town


def test_shared_number_is_known_by_the_head_and_none_by_who_has_left(town):
    with town.store.reading() as tx:
        assert residents_with(tx, "+8611100000001") == [WANG, LI]
        assert residents_with(tx, "+8611100000003") == [BABY]
        assert residents_with(tx, "+8611100000004") == []
        assert residents_with(tx, "8611100000001") == []


def test_address_belongs_to_whom_it_was_linked_last(town, now):
    with town.store.transaction() as tx:
        assert linked_at(tx, LINE, "7") is None
        link(tx, LINE, "7", WANG, now)
        change_address(tx, LINE, "7", language="en", blocked_at=now, stopped_at=now)
        first = linked_at(tx, LINE, "7")
        second = link(tx, LINE, "7", LI, now)
        assert linked_at(tx, "web", "7") is None
    assert (first.resident_id, first.language, first.blocked, first.stopped) == (WANG, "en", True, True)
    assert (second.resident_id, second.language, second.blocked, second.stopped) == (LI, "zh-Hans", False, False)


def test_open_record_of_a_running_campaign_is_awaited(running, now):
    with running.store.transaction() as tx:
        found = awaited(tx, WANG, now.date(), LINE)
        assert (found.campaign_id, found.script, found.version, found.done) == (1, "daily_check", 1, False)
        assert covered(tx, found, LI) == [LI, WANG, BABY]
        assert tries(tx, found) == 0
        tx.execute(update(Record).where(Record.resident_id == WANG).values(final=True))
        assert covered(tx, found, LI) == [LI, BABY]
        assert awaited(tx, WANG, now.date(), LINE).done
        assert awaited(tx, WANG, now.date() + timedelta(days=1), LINE) is None
        assert awaited(tx, LI, now.date() + timedelta(days=1), LINE).done is False


def test_draft_awaits_nobody(town, now):
    with town.store.reading() as tx:
        assert awaited(tx, WANG, now.date(), LINE) is None


def test_standing_campaign_has_a_round_each_day_for_who_writes(town, now):
    today, tomorrow = now.date(), now.date() + timedelta(days=1)
    with town.store.transaction() as tx:
        first = await_self_report(tx, WANG, FAMILY, today, LINE, lambda: 4, now)
        again = await_self_report(tx, LI, FAMILY, today, LINE, lambda: 5, now)
        next_day = await_self_report(tx, WANG, FAMILY, tomorrow, LINE, lambda: 6, now + timedelta(days=1))
    assert (first.round, again.round, next_day.round) == (1, 1, 2)
    assert {one.version for one in (first, again, next_day)} == {4}
    standing = next(row for row in town.rows(Campaign) if row.name == STANDING)
    records = [row for row in town.rows(Record) if row.campaign_id == standing.id]
    assert sorted((row.round, row.resident_id) for row in records) == [
        (r, who) for r in (1, 2) for who in (WANG, LI, BABY)
    ]


def test_campaign_goes_before_the_standing_one(town, now):
    with town.store.transaction() as tx:
        standing = await_self_report(tx, WANG, FAMILY, now.date(), LINE, lambda: 1, now)
        tx.execute(update(Campaign).where(Campaign.id == 1).values(state="running"))
        assert awaited(tx, WANG, now.date(), LINE).campaign_id == 1 != standing.campaign_id


def test_who_has_left_is_done_and_a_stranger_to_the_household_is_named(town, now):
    with town.store.transaction() as tx:
        assert await_self_report(tx, ZHAO, FLAT, now.date(), LINE, lambda: 1, now).done
        tx.execute(update(Resident).where(Resident.id == LI).values(household_id=FLAT))
        with pytest.raises(KeyError, match=f"resident {LI} is not of household {FAMILY}"):
            await_self_report(tx, LI, FAMILY, now.date(), LINE, lambda: 1, now)


def test_report_of_a_day_before_the_standing_campaign_is_not_lost(town, now):
    """West of Greenwich it is still the day before; and what was written before is handled late."""
    with town.store.transaction() as tx:
        days = [now.date() - timedelta(days=n) for n in (0, 1, 9)]
        rounds = [await_self_report(tx, WANG, FAMILY, day, LINE, lambda: 4, now) for day in days]
    assert [one.round for one in rounds] == [1, 0, 0]
