"""Chunks in real time: pace, pause, caps, a changed roster, a store that is locked, full or gone, clocks that jump."""

import shutil
import sqlite3
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text, update

from campaigns.campaign import CampaignError, campaigns_where, create, find, plan_of
from campaigns.chunk import Chunk
from campaigns.crew import Crew, CutOff
from campaigns.lifecycle import cancel, ends_at, pause, resume, schedule, set_pace, start
from campaigns.lines import Lines
from campaigns.notify import notifier
from campaigns.plan_file import make_plan
from campaigns.progress import progress
from campaigns.runner import Tried
from records.notices import waiting
from records.residents import add_do_not_call
from records.store import Store
from records.tables import Attempt, Campaign, Notice, Record, Resident
from tests.campaigns.kill import PLAN, settle

ONCE = {**PLAN, "retry": {}}


def now():
    return datetime.now(UTC)


class Telephone:
    """A line on which nobody answers; it keeps the moment of every dial."""

    def __init__(self, seconds=0.01, outcome="no_answer"):
        self.seconds, self.outcome, self.dials = seconds, outcome, []

    def call(self, attempt, try_):
        self.dials.append((time.monotonic(), try_.phone))
        time.sleep(self.seconds)
        return Tried(self.outcome, try_.started_at)


def on_thread(store, campaign, telephone, households, lines, clock=now):
    crew = Crew(store, "w", Lines(lines), lambda *_: telephone.call, lambda *_: Tried("interrupted", clock()), clock)
    crew.notify = notifier(store, links=True)
    chunk = Chunk(crew, campaign, plan_of(campaign), 0, 1, range(1, households + 1))

    def run():
        with suppress(CutOff):
            telephone.again_at = chunk.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return crew, thread


@pytest.fixture
def called(store):
    """Plays a campaign of so many households as one chunk on a thread; stops what still runs at the end."""
    running = []

    def play(households, plan=ONCE, telephone=None, lines=10, clock=now, before=lambda campaign: None):
        telephone = telephone or Telephone()
        campaign = settle(store, households, plan)
        start(store, campaign, clock())
        campaign = campaigns_where(store, Campaign.id == campaign.id)[0]
        before(campaign)
        crew, thread = on_thread(store, campaign, telephone, households, lines, clock)
        running.append((crew, thread))
        return campaign, telephone, thread

    yield play
    for crew, thread in running:
        crew.leaving.set()
        thread.join(10)
        crew.lines.close()


def dispositions(store):
    with store.reading() as tx:
        rows = tx.execute(select(Record.disposition, func.count()).where(Record.final).group_by(Record.disposition))
        return dict(tuple(row) for row in rows)


def test_everybody_is_called_once_and_gets_a_disposition(store, called):
    _, telephone, thread = called(60)
    thread.join(20)
    assert not thread.is_alive()
    assert dispositions(store) == {"non_contact": 60}
    assert set(Counter(phone for _, phone in telephone.dials).values()) == {1}
    with store.reading() as tx:
        assert tx.execute(select(func.count()).where(Attempt.ended_at.is_(None))).scalar_one() == 0


def test_pace_is_never_above_its_limit(store, called):
    campaign, telephone, thread = called(40, before=lambda c: set_pace(store, c, 20))
    thread.join(20)
    moments = sorted(at for at, _ in telephone.dials)
    most = max(sum(at <= other < at + 1 for other in moments) for at in moments)
    assert len(moments) == 40
    assert most <= 20 * 1.25  # a slot may be used a quarter of a second late; ten seconds hold 200 at most
    assert moments[-1] - moments[0] > 1.5
    assert progress(store, campaign, now()).done == 40


def test_paused_campaign_dials_no_more_and_goes_on_when_resumed(store, called):
    campaign, telephone, thread = called(200, telephone=Telephone(0.2), lines=5)
    while len(telephone.dials) < 10:
        time.sleep(0.01)
    pause(store, campaign)
    paused = time.monotonic()
    thread.join(10)
    assert not thread.is_alive()
    assert max(at for at, _ in telephone.dials) - paused < 2
    assert progress(store, campaign, now()).state == "paused"
    resume(store, campaign)
    with pytest.raises(CampaignError, match="is running: resume needs one that is paused"):
        resume(store, campaign)
    assert campaigns_where(store)[0].layout == 2


def test_cancelled_campaign_closes_whoever_was_not_called(store, called):
    campaign, telephone, thread = called(200, telephone=Telephone(0.2), lines=5)
    while len(telephone.dials) < 10:
        time.sleep(0.01)
    cancel(store, campaign, now())
    cancelled = time.monotonic()
    thread.join(10)
    assert max(at for at, _ in telephone.dials) - cancelled < 2
    assert campaigns_where(store)[0].state == "cancelled"


def test_cancelled_before_it_began_leaves_nobody_open(store):
    campaign = settle(store, 5, ONCE)
    start(store, campaign, now())
    cancel(store, campaign, now())
    assert dispositions(store) == {"unknown": 5}


def test_roster_that_changes_under_a_running_campaign_is_followed(store, called):
    def change(campaign):
        with store.transaction() as tx:
            tx.execute(update(Resident).where(Resident.id == 1).values(ineligible="moved"))
            tx.execute(update(Resident).where(Resident.id == 2).values(phone="+8611199999999"))
            add_do_not_call(tx, ["+8611100000003"], "asked", now())

    _, telephone, thread = called(5, before=change)
    thread.join(10)
    assert sorted(phone for _, phone in telephone.dials) == ["+8611100000004", "+8611100000005", "+8611199999999"]
    assert dispositions(store) == {"ineligible": 1, "non_contact": 3, "unknown": 1}


def test_number_is_called_no_more_often_a_day_than_the_plan_allows(store, called):
    plan = {**PLAN, "calls_a_day": 2, "retry": {"no_answer": [0.001] * 9}}
    _, telephone, thread = called(5, plan, lines=2)
    thread.join(10)
    assert set(Counter(phone for _, phone in telephone.dials).values()) == {2}


def test_two_campaigns_at_once_ring_a_number_no_more_often_a_day_than_the_plan_allows(store):
    plan, telephone = {**ONCE, "calls_a_day": 1}, Telephone(0.02)
    settle(store, 40, plan)
    settle_again(store, plan)
    running = []
    for name in ("drill", "other"):
        start(store, find(store, name), now())
    for campaign in campaigns_where(store):
        running.append(on_thread(store, campaign, telephone, 40, lines=20))
    for crew, thread in running:
        thread.join(20)
        assert not thread.is_alive()
        crew.lines.close()
    assert Counter(phone for _, phone in telephone.dials) == {f"+86111{n:08d}": 1 for n in range(1, 41)}


def test_network_errors_pause_the_campaign(store, called):
    _, telephone, thread = called(100, telephone=Telephone(0.01, "network_error"), lines=2)
    thread.join(10)
    assert campaigns_where(store)[0].state == "paused"
    assert len(telephone.dials) < 20


def test_quota_begins_no_more_calls_than_may_still_count(store, called):
    _, telephone, _ = called(20, {**ONCE, "quota": 3}, telephone=Telephone(1.0))
    time.sleep(0.7)
    assert len(telephone.dials) == 3


def test_whoever_is_not_reached_is_written_to_and_stays_open_till_the_round_ends(store, called):
    later = timedelta(0)
    plan, telephone = {**ONCE, "fallback": "notice"}, Telephone()
    campaign, _, thread = called(5, plan, telephone, clock=lambda: now() + later)
    thread.join(10)
    with store.transaction() as tx:
        assert len(waiting(tx, "outbox", now())) == 5
        assert tx.execute(select(func.count()).where(Record.final)).scalar_one() == 0
    seen = progress(store, campaign, now())
    assert (seen.done, seen.waiting, seen.written) == (0, 5, 5)
    assert telephone.again_at == ends_at(plan_of(campaign), campaign.starts_at, {})
    assert len(telephone.dials) == 5
    for later, final in ((timedelta(0), 0), (timedelta(days=3), 5)):
        crew, thread = on_thread(store, campaign, telephone, 5, 2, clock=lambda later=later: now() + later)
        thread.join(10)
        crew.lines.close()
        with store.reading() as tx:
            assert tx.execute(select(func.count()).where(Record.final)).scalar_one() == final
            assert tx.execute(select(func.count()).select_from(Notice)).scalar_one() == 5
    assert len(telephone.dials) == 5
    assert dispositions(store) == {"non_contact": 5}


@pytest.mark.parametrize("hours", [-5, 5])
def test_clock_that_jumps_loses_nobody(store, called, hours):
    jumped = timedelta(0)
    _, telephone, thread = called(30, telephone=Telephone(0.1), lines=5, clock=lambda: now() + jumped)
    while len(telephone.dials) < 10:
        time.sleep(0.01)
    jumped = timedelta(hours=hours)
    thread.join(20)
    assert sum(dispositions(store).values()) == 30
    with store.reading() as tx:
        assert not tx.execute(select(func.count()).where(Attempt.ended_at < Attempt.started_at)).scalar_one()


@pytest.fixture
def impatient(empty_sqlite, tmp_path):
    """A store on SQLite that waits a tenth of a second for a lock."""
    path = tmp_path / "store.sqlite"
    shutil.copy(empty_sqlite, path)
    store = Store(f"sqlite:///{path}")
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=100"))
    store.engine.dispose()
    yield store
    store.close()


def harassed(store, harass, caplog, fitting=0, seconds=1.5):
    """Plays 40 households, with trouble for a second and a half, or longer, in the middle."""
    telephone = Telephone(0.05)
    campaign = settle(store, 40, {**ONCE, "retry": {"interrupted": [0.001] * 9}})
    start(store, campaign, now())
    campaign = campaigns_where(store)[0]
    crew, thread = on_thread(store, campaign, telephone, 40, lines=4)
    while len(telephone.dials) < 8:
        time.sleep(0.01)
    with harass():
        time.sleep(0.4)
        dialled = len(telephone.dials)
        time.sleep(seconds - 0.4)
        assert len(telephone.dials) <= dialled + fitting  # without a store no number is dialled
    thread.join(20)
    crew.lines.close()
    assert not thread.is_alive()
    assert dispositions(store) == {"non_contact": 40}
    assert "no number is dialled" in caplog.text


class Locked:
    """Another process that writes and does not end its transaction."""

    def __init__(self, store):
        self.other = sqlite3.connect(store.engine.url.database, isolation_level=None, check_same_thread=False)

    def __enter__(self):
        self.other.execute("PRAGMA busy_timeout=5000")
        self.other.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        self.other.execute("ROLLBACK")
        self.other.close()


class Full:
    """A disk without a page to spare, as every new connection finds it."""

    def __init__(self, store):
        self.store, self.on = store, True
        event.listen(store.engine, "checkout", self.limit)

    def limit(self, connection, *_):
        connection.execute(f"PRAGMA max_page_count={1 if self.on else 1_000_000}").fetchall()

    def __enter__(self):
        self.on = True

    def __exit__(self, *_):
        self.on = False


class Gone:
    """A PostgreSQL that ends all sessions and takes no new ones."""

    def __init__(self, store):
        self.admin = store.engine.url.set(database="postgres")
        self.name = store.engine.url.database

    def do(self, *statements):
        from sqlalchemy import create_engine

        engine = create_engine(self.admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def __enter__(self):
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"
        self.do(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false", end)

    def __exit__(self, *_):
        self.do(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


def test_store_that_is_locked_is_waited_for(impatient, caplog):
    harassed(impatient, lambda: Locked(impatient), caplog)


@pytest.mark.slow
def test_store_that_is_locked_for_a_minute_is_waited_for(sqlite_store, caplog):
    harassed(sqlite_store, lambda: Locked(sqlite_store), caplog, fitting=4, seconds=60)


@pytest.mark.slow
@pytest.mark.postgresql
def test_database_that_is_gone_for_a_minute_is_waited_for(store, caplog):
    if store.is_sqlite:
        pytest.skip("a file is not gone")
    harassed(store, lambda: Gone(store), caplog, seconds=60)


def test_disk_that_is_full_is_waited_for(impatient, caplog):
    harassed(impatient, lambda: Full(impatient), caplog, fitting=15)  # what needs no new page is still kept


@pytest.mark.postgresql
def test_database_that_is_gone_is_waited_for(store, caplog):
    if store.is_sqlite:
        pytest.skip("a file is not gone")
    harassed(store, lambda: Gone(store), caplog)


def test_fault_that_waiting_cannot_mend_pauses_the_campaign(store, called, caplog):
    def rename(name, to):
        with store.transaction() as tx:
            tx.execute(text(f"ALTER TABLE {name} RENAME TO {to}"))

    telephone = Telephone(0.1)
    _, _, thread = called(40, telephone=telephone, lines=4)
    while len(telephone.dials) < 8:
        time.sleep(0.01)
    rename("do_not_call", "away")
    try:
        thread.join(10)
        assert not thread.is_alive()
    finally:
        rename("away", "do_not_call")
    assert campaigns_where(store)[0].state == "paused"
    assert "campaign drill is paused by a fault: " in caplog.text
    assert "dialling.py" in caplog.text
    with store.reading() as tx:
        assert tx.execute(select(func.count()).where(Attempt.ended_at.is_(None))).scalar_one() == 0


def test_zero_lines_are_refused():
    with pytest.raises(ValueError, match="at least one line, not 0"):
        Lines(0)


def test_time_that_cannot_come_is_refused(store):
    campaign = settle(store, 1, {"windows": {"mon": []}, "holidays": {"2020-01-01": ["08:00-09:00"]}})
    with pytest.raises(CampaignError, match="no window opens within 60 days"):
        schedule(store, campaign, now())
    with pytest.raises(CampaignError, match="needs at least one time"):
        schedule(store, settle_again(store), now(), {"times": [], "days": 3})
    with pytest.raises(CampaignError, match="pace must be above zero"):
        set_pace(store, campaign, -1)


def settle_again(store, plan=ONCE):
    return create(store, "other", script="drill", version=1, plan=make_plan(plan), now=now())
