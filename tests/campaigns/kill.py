"""The kill test: a campaign of short calls by real processes, workers killed at random, then an audit of every call.

`python -m tests.campaigns.kill --calls 5000 --kills 20 --database postgresql --workers 3`
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, func, insert, select, text

from campaigns.campaign import create, find
from campaigns.lifecycle import start
from campaigns.plan_file import make_plan
from records.store import Store
from records.tables import Answer, Attempt, Community, Conversation, Household, Record, Resident, Turn, Worker

ROOT = Path(__file__).parents[2]
SERVER = os.environ.get("WENAN_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
SOON = [0.005] * 20  # minutes
PLAN = {
    "windows": {"mon-sun": ["00:00-24:00"]},
    "days": 2,
    "max_attempts": 20,
    "calls_a_day": 50,
    "retry": dict.fromkeys(("no_answer", "busy", "answered_machine", "interrupted", "network_error"), SOON),
}


def settle(store, count, plan=PLAN):
    """A roster of so many households of one, and a campaign for them."""
    with store.transaction() as tx:
        tx.execute(insert(Community), {"district": "d", "subdistrict": "s", "name": "c"})
        tx.execute(insert(Household), [{"community_id": 1, "unit": str(n)} for n in range(1, count + 1)])
        now = datetime.now(UTC)
        rows = [
            {"household_id": n, "name": f"居民{n}", "phone": f"+86111{n:08d}", "imported_at": now}
            for n in range(1, count + 1)
        ]
        tx.execute(insert(Resident), rows)
    return create(store, "drill", script="drill", version=1, plan=make_plan(plan), now=datetime.now(UTC))


class Drill:
    """The line and the workers, all processes of their own."""

    def __init__(self, url, folder, workers, lines):
        self.told = json.dumps({"url": url, "address": f"{folder}/line.socket", "lines": lines})
        self.log = Path(folder) / "line.jsonl"
        self.joined, self.killed = {}, []
        self.line = self.run("drill_line", f"{folder}/line.socket", str(self.log))
        self.nursery = self.run("drill_worker")
        threading.Thread(target=self.joins, daemon=True).start()
        for _ in range(workers):
            self.worker()

    def run(self, module, *arguments):
        command = [sys.executable, "-m", f"tests.campaigns.{module}", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True)

    def worker(self):
        self.nursery.stdin.write(self.told + "\n")
        self.nursery.stdin.flush()

    def joins(self):
        for said in self.nursery.stdout:
            name, pid = said.split()
            if name == "cut":  # as run_bot.py does: under a new name
                self.worker()
            else:
                self.joined[name] = int(pid)

    def kill(self, store, rng):
        """Kills a worker in the middle of its calls, and starts another; False when none is in a call."""
        with store.reading() as tx:
            busy = select(Attempt.worker).where(Attempt.ended_at.is_(None)).distinct()
            names = sorted(set(tx.execute(busy).scalars()) & set(self.joined))
        if not names:
            return False
        name = rng.choice(names)
        os.kill(self.joined.pop(name), signal.SIGKILL)
        self.killed.append((name, time.time()))
        self.worker()
        return True

    def close(self):
        for process in (self.nursery, self.line):
            os.killpg(process.pid, signal.SIGKILL)  # the forked workers are of the nursery's own session
            process.wait()
            process.stdin.close()
            process.stdout.close()


def carry_out(store, drill, campaign, kills, seed=1, limit=900.0):
    """Runs the campaign to its end, with kills spread evenly over it; returns the seconds it took."""
    rng, began = random.Random(seed), time.time()
    total = start(store, campaign, datetime.now(UTC))
    marks = sorted(rng.uniform(0.02, 0.95) * total for _ in range(kills))
    done = select(func.count()).where(Record.final)
    while time.time() - began < limit:
        with store.reading() as tx:
            finished = tx.execute(done).scalar_one()
        if marks and finished >= marks[0]:
            if drill.kill(store, rng):
                marks.pop(0)
        elif find(store, campaign.name).state == "completed":
            return time.time() - began
        time.sleep(rng.uniform(0.02, 0.2))
    raise TimeoutError(f"{finished} of {total} residents after {limit} s")


def audit(store, log):
    """What the line saw beside what the store holds; all values but the first four should be zero."""
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    with store.reading() as tx:
        attempts = {(a.phone, a.number): a for a in tx.execute(select(Attempt.__table__))}
        turns = defaultdict(str)
        for attempt, said in tx.execute(select(Conversation.attempt_id, Turn.events).join_from(Turn, Conversation)):
            turns[attempt] += json.dumps(said)
        given = select(Resident.phone, Answer.value).join_from(Answer, Resident).where(Answer.name == "temperature")
        answers = {(a.phone, float(a.value)) for a in tx.execute(given)}
        records = list(tx.execute(select(Record.final, Record.disposition, Record.resident_id)))
        residents = tx.execute(select(func.count(Resident.id))).scalar_one()
        left = {w.id: w.left_at for w in tx.execute(select(Worker.__table__))}
    dialled = Counter((e["phone"], e["number"]) for e in events if e["event"] == "dialled")
    acknowledged = [e for e in events if e["event"] == "acknowledged"]
    lost = sum(
        f'"{e["words"]}"' not in turns[attempts[e["phone"], e["number"]].id]
        or (e["phone"], float(e["words"])) not in answers
        for e in acknowledged
    )
    return {
        "calls": len(dialled),
        "acknowledged": len(acknowledged),
        "interrupted": sum(a.outcome == "interrupted" for a in attempts.values()),
        "workers": len(left),
        "lost": lost,
        "doubled": sum(count - 1 for count in dialled.values()),
        "dialled without an attempt": sum(key not in attempts for key in dialled),
        "dialled after completion": after_completion(events),
        "two calls at once": at_once(events),
        "attempts without an end": sum(a.ended_at is None for a in attempts.values()),
        "residents without one disposition": abs(residents - len({r.resident_id for r in records}))
        + abs(len(records) - residents)
        + sum(not r.final or r.disposition is None for r in records),
    }


def after_completion(events):
    """Dials of a number whose resident had answered before, and been told that it was kept."""
    complete, wrong = set(), 0
    for event in events:
        if event["event"] == "acknowledged":
            complete.add(event["phone"])
        wrong += event["event"] == "dialled" and event["phone"] in complete
    return wrong


def at_once(events):
    """Dials of a number that was in a call."""
    busy, wrong = set(), 0
    for event in events:
        if event["event"] == "dialled":
            wrong += event["phone"] in busy
            busy.add(event["phone"])
        elif event["event"] == "closed":
            busy.discard(event["phone"])
    return wrong


def takeover(store, killed):
    """The longest time from a kill until another worker had taken over, seconds; workers that never joined aside."""
    with store.reading() as tx:
        left = {w.id: w.left_at for w in tx.execute(select(Worker.__table__))}
    times = [left[name].timestamp() - at for name, at in killed if left.get(name)]
    return max(times, default=0.0)


def database(kind, folder):
    """A new, empty database, and how to drop it."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/drill.sqlite", lambda: None
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    name = f"wenan_drill_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))

    def drop():
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()

    return server.url.set(database=name).render_as_string(hide_password=False), drop


def drill(kind, folder, calls, kills, workers, lines, seed=1):
    """One kill test; returns the audit."""
    url, drop = database(kind, folder)
    store = Store(url)
    try:
        campaign = settle(store, calls)
        processes = Drill(url, folder, workers, lines)
        try:
            seconds = carry_out(store, processes, campaign, kills, seed)
            time.sleep(0.5)
        finally:
            processes.close()
        found = audit(store, processes.log)
        return {**found, "kills": len(processes.killed), "seconds": round(seconds, 1),
                "takeover": round(takeover(store, processes.killed), 1)}  # fmt: skip
    finally:
        store.close()
        drop()


def dialled(kind, folder, calls, workers, pace, lines=10):
    """The moments at which the line was dialled in a campaign with a limit of calls a second."""
    url, drop = database(kind, folder)
    store = Store(url)
    try:
        campaign = settle(store, calls, {**PLAN, "retry": {}, "calls_per_second": pace})
        processes = Drill(url, folder, workers, lines)
        try:
            while len(processes.joined) < workers:
                time.sleep(0.1)
            carry_out(store, processes, campaign, kills=0)
        finally:
            processes.close()
        events = [json.loads(line) for line in processes.log.read_text(encoding="utf-8").splitlines()]
        return sorted(e["at"] for e in events if e["event"] == "dialled")
    finally:
        store.close()
        drop()


def busiest(moments, seconds):
    """The most of these moments in any span of so many seconds."""
    return max(bisect_left(moments, at + seconds) - n for n, at in enumerate(moments))


FAULTS = ("lost", "doubled", "dialled without an attempt", "dialled after completion", "two calls at once",
          "attempts without an end", "residents without one disposition")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    faults = 0
    for kind in ("sqlite", "postgresql") if args.database == "both" else (args.database,):
        workers = 1 if kind == "sqlite" else args.workers  # on SQLite one process makes calls
        with tempfile.TemporaryDirectory() as folder:
            found = drill(kind, folder, args.calls, args.kills, workers, args.lines, args.seed)
        print(kind, json.dumps(found))
        faults += sum(found[name] for name in FAULTS)
    print("faults:", faults)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
