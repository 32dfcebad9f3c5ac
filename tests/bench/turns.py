"""Turns per second through the desk and SQLite on one core, each turn committed before it is answered."""

import os
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from bots.desk import Desk, Visit
from dialogs.events import Heard
from dialogs.script import load_script
from records.attempts import begin_attempt
from records.rounds import launch_round
from records.store import Store
from records.tables import Campaign, Community, Household, Resident
from tests.bench.measure import clock, tell

TALKS = 420
WARM = 20  # the first talks read lexicons and scripts
SAYS = ("我是", "三十六度五", "有点咳嗽，别的没有", "昨天开始的", "没有", "不用了", "好的")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def prepare(store):
    """A campaign with a household of one for each talk; returns its id."""
    with store.session() as session:
        session.add(Community(id=1, district="d", subdistrict="s", name="c"))
        session.flush()
        session.add_all(Household(id=n, community_id=1, unit=str(n)) for n in range(1, TALKS + 1))
        session.flush()
        session.add_all(
            Resident(id=n, household_id=n, name="王芳", phone=f"+86111{n:08d}", imported_at=NOW)
            for n in range(1, TALKS + 1)
        )
        session.add(Campaign(id=1, name="bench", script="daily_check", script_version=1, plan={}, created_at=NOW))
        session.commit()
    with store.transaction() as tx:
        launch_round(tx, 1, 0, place={}, day=NOW.date(), due_at=NOW)


def visit(store, number):
    """An attempt that reached resident `number`."""
    phone = f"+86111{number:08d}"
    with store.transaction() as tx:
        attempt = begin_attempt(
            tx, campaign_id=1, round=0, household_id=number, residents=[number], phone=phone, channel="simulated",
            number=1, started_at=NOW, now=NOW,
        )  # fmt: skip
    person = {number: {"name": "王芳", "language": "zh-Hans"}}
    return Visit(attempt, 1, 0, number, person, phone, "daily_check", None, "simulated", phone, "phone", NOW)


def talk_all(desk, visits):
    """Every visit talked through; returns the turns kept, the greeting being one."""
    turns = 0
    for one in visits:
        conversation, reply = desk.open(one)
        turns += 1
        for seconds, words in enumerate(cycle(SAYS), start=1):
            reply = desk.hear(conversation, Heard(words, seconds=float(seconds)))
            turns += 1
            if reply.over or seconds > 30:
                break
        desk.close(conversation)
    return turns


def bare_turns(folder, turns):
    """The same two rows a turn written by the sqlite3 module alone, each turn committed: turns per CPU second."""
    file = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for sql in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "CREATE TABLE c (id PRIMARY KEY, r, memory)"):
        file.execute(sql)
    file.execute("CREATE TABLE t (c, n, events, PRIMARY KEY (c, n))")
    file.execute("INSERT INTO c VALUES (1, 0, '')")
    with clock() as took:
        for turn in range(turns):
            file.execute("BEGIN IMMEDIATE")
            file.execute("UPDATE c SET r = ?, memory = ? WHERE id = 1 AND r = ?", (turn + 1, "m" * 900, turn))
            file.execute("INSERT INTO t VALUES (1, ?, ?)", (turn, "e" * 500))
            file.execute("COMMIT")
    return turns / took.cpu


def tell_fresh(folder):
    """How long a fresh file takes until it is a store; the first one reads what the others have then at hand."""
    took = []
    for number in range(4):
        with clock() as opened:
            Store(f"sqlite:///{folder / f'fresh{number}.sqlite'}").close()
        took.append(opened)
    wall = min(opened.wall for opened in took[1:])
    first = f"the first in a process {took[0].wall:.2f} s"
    tell("a fresh SQLite file is a store", 1000 * wall, "ms", goal="< 500", met=wall < 0.5, beside=first)


def main():
    """Measures and tells."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell_fresh(folder)
        store = Store(f"sqlite:///{folder / 'store.sqlite'}")
        prepare(store)
        desk = Desk(store, load_script, clock=lambda: NOW + timedelta(minutes=1))
        visits = [visit(store, number) for number in range(1, TALKS + 1)]
        talk_all(desk, visits[:WARM])
        with clock() as took:
            turns = talk_all(desk, visits[WARM:])
        bare = bare_turns(folder, turns)
        rate = turns / took.cpu
        beside = f"sqlite3 alone {bare:,.0f}/s, ratio {rate / bare:.2f}"
        figure = "turns through the desk and SQLite, each committed, one core"
        tell(figure, rate, "turns/s", goal=">= 1,500", met=rate >= 1500, cpu=took.cpu, wall=took.wall, beside=beside)


if __name__ == "__main__":
    main()
