"""A whole campaign day with simulated residents, on every database: nobody lost, nobody twice, all by the rules."""

import shutil
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bots.desk import Desk
from bots.phone import Telephone
from campaigns.campaign import create, find, plan_of, play, preview
from campaigns.plan import is_open
from campaigns.plan_file import load_plan
from dialogs.events import Answered, Ended
from dialogs.script import load_script
from records.conversations import events_of
from records.residents import add_do_not_call, roster
from records.roster import import_roster
from records.store import Store
from records.tables import Answer, Attempt, Conversation, DoNotCall, FollowUp, Record, Resident
from reports.community import community_table, disposition_table
from reports.figures import Scope, read_figures
from simulator.exchange import Exchange
from simulator.listed import town_of
from simulator.population import make_town
from simulator.roster import write_roster

MORNING = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
RESIDENTS = 90


def call_everybody(store, folder, seed=5):
    """Imports a town and plays one round; returns (campaign, tally)."""
    file = folder / "residents.csv"
    write_roster(make_town(RESIDENTS, seed), file, seed)
    import_roster(store, file, MORNING)
    with store.transaction() as tx:
        barred = set(tx.execute(select(Resident.phone).where(Resident.household_id == 1)).scalars())
        add_do_not_call(tx, barred, "asked in person", MORNING)
    version = load_script("daily_check").version
    create(
        store, "day", script="daily_check", version=version, plan=load_plan("default"), lines=4, seed=seed, now=MORNING
    )
    campaign = find(store, "day")
    seen = preview(store, campaign, MORNING)
    assert seen.residents == RESIDENTS
    assert seen.skipped["do_not_call"] >= 1
    with store.reading() as tx:
        town = town_of(roster(tx), seed)
    desk = Desk(store, load_script, clock=None, each_turn=False, facts={"caller": "office", "fever_c": 37.3})
    exchange, plan = Exchange(town, seed), plan_of(campaign)
    tally = play(
        store, campaign, lambda round: Telephone(store, desk, exchange, campaign, round, plan).attempt, start=MORNING
    )
    return campaign, barred, tally


@pytest.fixture
def day(store, tmp_path):
    return store, *call_everybody(store, tmp_path)


def all_rows(store, what):
    with store.session() as session:
        return list(session.scalars(select(what)))


def test_a_day_is_exactly_accounted(day):
    store, campaign, barred, tally = day
    records, attempts = all_rows(store, Record), all_rows(store, Attempt)
    assert len(records) == len({r.resident_id for r in records}) == RESIDENTS
    assert all(r.final and r.disposition and r.status for r in records)
    assert len(attempts) == tally.calls
    assert Counter(a.outcome for a in attempts) == tally.outcomes
    assert "interrupted" not in tally.outcomes
    _check_attempts(campaign, barred, attempts)
    _check_answers(store)
    _check_tables(store, campaign, records)


def _check_attempts(campaign, barred, attempts):
    plan = plan_of(campaign)
    assert all(is_open(plan, a.started_at) and a.started_at <= a.ended_at for a in attempts)
    assert not barred & {a.phone for a in attempts}
    assert max(Counter(a.phone for a in attempts).values()) <= plan.calls_a_day
    assert max(Counter(a.household_id for a in attempts).values()) <= plan.max_attempts
    moments = sorted([(a.started_at, 1) for a in attempts] + [(a.ended_at, -1) for a in attempts])
    busy = most = 0
    for _, step in moments:
        busy += step
        most = max(most, busy)
    assert most <= campaign.lines


def _check_answers(store):
    """What was answered in the conversations is what the answers and the records hold."""
    kept = {(a.conversation_id, a.resident_id, a.name): a.value for a in all_rows(store, Answer)}
    said = {}
    for conversation in all_rows(store, Conversation):
        with store.reading() as tx:
            events = events_of(tx, conversation.id)
        assert sum(isinstance(e, Ended) for e in events) == 1
        assert conversation.over
        for event in events:
            if isinstance(event, Answered) and event.who.isdecimal():
                said[conversation.id, int(event.who), event.name] = event.value
    assert kept == said
    assert len(kept) > RESIDENTS
    names = Counter(name for _, _, name in kept)
    with store.reading() as tx:
        readings = tx.execute(select(func.count(Record.temperature_c))).scalar_one()
    assert 0 < readings <= names["temperature"]


def _check_tables(store, campaign, records):
    with store.reading() as tx:
        figures = read_figures(tx, Scope(campaign.id))
    table, dispositions = community_table(figures), disposition_table(figures)
    assert table.cell(table.total, "residents") == RESIDENTS == dispositions.cell(dispositions.total, "residents")
    assert table.cell(table.total, "fever") == sum(bool(r.fever) for r in records)
    assert table.cell(table.total, "non_reporting") == sum(r.status == "non_reporting" for r in records)
    counted = ("reported", "non_reporting", "ineligible")
    figures_of = {name: figures.whole().counts.get(name, 0) for name in counted}
    assert sum(figures_of.values()) == RESIDENTS, figures_of
    assert all((r.reported_at is not None) == (r.status in ("symptomatic", "asymptomatic")) for r in records)
    unreached = {r.resident_id for r in records if r.disposition in ("non_contact", "unknown") and r.status != "closed"}
    assert {f.resident_id for f in all_rows(store, FollowUp) if f.kind == "not_reached"} <= unreached
    assert all_rows(store, DoNotCall)


def test_the_same_seed_gives_the_same_day(sqlite_store, tmp_path, tmp_path_factory, empty_sqlite):
    second = tmp_path_factory.mktemp("again")
    shutil.copy(empty_sqlite, second / "store.sqlite")
    other = Store(f"sqlite:///{second / 'store.sqlite'}")
    days = []
    for store, folder in ((sqlite_store, tmp_path), (other, second)):
        call_everybody(store, folder)
        columns = [c for c in Record.__table__.columns if c.name != "id"]
        with store.reading() as tx:
            days.append([tuple(row) for row in tx.execute(select(*columns).order_by(Record.resident_id))])
    other.close()
    assert days[0] == days[1]
