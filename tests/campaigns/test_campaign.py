"""Campaigns looked at: a preview that writes nothing, and the standing campaign, which calls nobody."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from campaigns.campaign import CampaignError, create, find, plan_of, preview
from campaigns.lifecycle import cancel, pause, start
from campaigns.plan_file import make_plan
from campaigns.progress import progress
from records.residents import add_do_not_call
from records.self_reports import STANDING, await_self_report
from records.store import Store
from records.tables import Attempt, Campaign, Record, Resident
from tests.campaigns.kill import PLAN, settle


def now():
    return datetime.now(UTC)


def test_preview_sees_what_a_launch_will_do_and_writes_nothing(store):
    campaign = settle(store, 6)
    with store.transaction() as tx:
        tx.execute(update(Resident).where(Resident.id == 1).values(ineligible="moved"))
        tx.execute(update(Resident).where(Resident.id == 2).values(household_id=3))
        add_do_not_call(tx, ["+8611100000004"], "asked", now())
    seen = preview(store, campaign, now())
    assert (seen.residents, seen.households, seen.numbers) == (6, 4, 4)
    assert seen.skipped == {"not_eligible": 1, "do_not_call": 1}
    with store.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Record)).scalar_one() == 0
    assert start(store, campaign, now()) == 6


def test_preview_keeps_no_writer_waiting_and_waits_for_none(sqlite_store):
    campaign = settle(sqlite_store, 3)
    sqlite_store.close()
    writer = sqlite3.connect(sqlite_store.engine.url.database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    store = Store(str(sqlite_store.engine.url))
    assert preview(store, campaign, now()).households == 3
    writer.execute("ROLLBACK")
    writer.close()
    store.close()


def test_campaign_of_what_residents_report_unasked_can_be_looked_at_and_not_stopped(store):
    settle(store, 2)
    with store.transaction() as tx:
        await_self_report(tx, 1, 1, now().date(), "telegram", lambda: 1, now())
    standing = find(store, STANDING)
    assert plan_of(standing).windows == {}
    assert preview(store, standing, now()).starts_at is None
    assert progress(store, standing, now()).state == "running"
    for stop in (lambda: pause(store, standing), lambda: cancel(store, standing, now())):
        with pytest.raises(CampaignError, match="calls nobody, and always runs") as refused:
            stop()
        assert "主动上报" in refused.value.read("zh-Hans")
    assert find(store, STANDING).state == "running"


def test_name_of_the_standing_campaign_is_kept(store):
    with pytest.raises(CampaignError, match="is kept for what residents report"):
        create(store, STANDING, script="drill", version=1, plan=make_plan(PLAN), now=now())


def test_end_is_estimated_while_lines_are_at_work_and_not_while_the_rest_waits_for_another_try(store):
    campaign = settle(store, 4)
    start(store, campaign, now())
    minute = timedelta(minutes=1)
    with store.transaction() as tx:
        tx.execute(update(Campaign).where(Campaign.id == campaign.id).values(state="running", starts_at=now() - minute))
        tx.execute(update(Record).where(Record.resident_id <= 2).values(final=True))
        call = {"campaign_id": campaign.id, "round": 0, "residents": [], "channel": "phone", "number": 1, "worker": "w"}
        call |= {"started_at": now() - minute, "recorded_at": now(), "phone": "+8611100000001"}
        over = {"ended_at": now(), "outcome": "answered_human"}
        tx.execute(insert(Attempt), [{**call, **over, "household_id": number} for number in (1, 2)])
    seen = progress(store, find(store, campaign.name), now())
    assert (seen.state, seen.done, seen.waiting, seen.in_call, seen.ends_at) == ("running", 2, 2, 0, None)
    with store.transaction() as tx:
        tx.execute(insert(Attempt), {**call, "household_id": 3, "ended_at": None, "outcome": None})
    seen = progress(store, find(store, campaign.name), now())
    assert seen.in_call == 1
    assert now() < seen.ends_at < now() + 3 * minute
