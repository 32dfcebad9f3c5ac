"""The durable engine: attempts a second, CPU and memory, launch, pause and cancel, beside one workflow a call."""

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import insert, make_url
from sqlalchemy.exc import OperationalError

from campaigns.campaign import create, find
from campaigns.engine import ChunkEngine
from campaigns.lifecycle import cancel, pause, resume, start
from campaigns.plan_file import make_plan
from campaigns.runner import Tried
from campaigns.steward import Steward
from campaigns.worker import Worker
from records.store import Store
from records.tables import Community, Household, Resident
from tests.bench.measure import clock, peak_mb, tell
from tests.campaigns.kill import PLAN, busiest, database, dialled, settle

ATTEMPTS = int(os.environ.get("WENAN_BENCH_ATTEMPTS", "6000"))
RESIDENTS = int(os.environ.get("WENAN_BENCH_RESIDENTS", "1000000"))
LINES = 150
HOLD = 0.05  # seconds that a call takes


def ring(dials, attempt, try_):
    """A call that nobody answers."""
    dials.append(time.monotonic())
    time.sleep(HOLD)
    return Tried("no_answer", try_.started_at)


def joined(store, dials):
    """A worker on a thread."""
    stop = threading.Event()
    worker = Worker(store, lambda *_: partial(ring, dials), lambda *_: Tried("interrupted", now()), lines=LINES)
    thread = threading.Thread(target=worker.run, args=(stop.is_set,))
    thread.start()

    def leave():
        stop.set()
        thread.join()
        worker.leave()
        worker.engine.close()

    return leave


def now():
    return datetime.now(UTC)


def attempts(kind, folder):
    """A campaign of calls of 50 ms through one worker, in chunks; then pause and cancel."""
    url, drop = database(kind, folder)
    store, dials = Store(url), []
    campaign = settle(store, ATTEMPTS, {**PLAN, "retry": {}})
    leave = joined(store, dials)
    with clock() as took:
        start(store, campaign, now())
        while find(store, campaign.name).state != "completed":
            time.sleep(0.2)
    rate, cpu = len(dials) / (dials[-1] - dials[0]), took.cpu / len(dials) * 1000
    told = {
        "cpu": took.cpu,
        "wall": took.wall,
        "beside": f"{len(dials):,} calls of {HOLD * 1000:.0f} ms, {LINES} lines",
    }
    tell(f"attempts a second, {kind}", rate, "/s", goal=">= 800", met=rate >= 800, **told)
    tell(f"CPU an attempt, {kind}", cpu, "ms", goal="<= 0.4", met=cpu <= 0.4, **told)
    for what, stop in (("pause", pause), ("cancel", lambda s, c: cancel(s, c, now()))):
        store.engine.dispose()
        latency = stopped(store, dials, stop)
        tell(f"last dial after {what}, {kind}", latency, "s", goal="< 2", met=latency < 2)
    leave()
    store.close()
    drop()


def stopped(store, dials, stop):
    """Seconds from the wish to stop a running campaign to its last dial."""
    campaign = find(store, "drill")
    if campaign.state == "paused":
        resume(store, campaign)
    else:
        start(store, campaign, now())
    before = len(dials)
    while len(dials) < before + 300:
        time.sleep(0.02)
    stop(store, campaign)
    wished = time.monotonic()
    time.sleep(2.5)
    return max(0.0, dials[-1] - wished)


def one_workflow_a_call(kind, folder):
    """The same calls with a workflow for each: a chunk of one household."""
    url, drop = database(kind, folder)
    count, done = ATTEMPTS // 10, []

    def call(campaign, round, layout, households):
        time.sleep(HOLD)
        done.append(time.monotonic())

    import campaigns.engine

    campaigns.engine.HOUSEHOLDS = 1
    engine = ChunkEngine(url, "bench", call, 16)
    with clock() as took:
        engine.lay_out(1, 0, 1, range(count))
        while len(done) < count:
            time.sleep(0.1)
    campaigns.engine.HOUSEHOLDS = 100
    engine.close()
    tell(f"one workflow a call, {kind}", count / (done[-1] - done[0]), "/s", cpu=took.cpu, wall=took.wall,
         beside=f"{took.cpu / count * 1000:.1f} ms CPU a call, 16 threads")  # fmt: skip
    drop()


def procrastinate(folder):
    """The same calls, each a job of Procrastinate, with as many at once as there are lines."""
    import asyncio

    from procrastinate import App, PsycopgConnector

    url, drop = database("postgresql", folder)
    count, done = ATTEMPTS // 10, []
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = App(connector=PsycopgConnector(conninfo=plain))

    @app.task(queue="calls")
    async def call(number):
        await asyncio.sleep(HOLD)
        done.append(time.monotonic())

    async def run():
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await call.batch_defer_async(*({"number": n} for n in range(count)))
            with clock() as took:
                await app.run_worker_async(queues=["calls"], concurrency=LINES, wait=False)
            return took

    took = asyncio.run(run())
    tell("one job of Procrastinate a call, postgresql", count / (done[-1] - done[0]), "/s", cpu=took.cpu,
         wall=took.wall, beside=f"{took.cpu / count * 1000:.1f} ms CPU a call, {LINES} at once")  # fmt: skip
    drop()


def pace(folder, workers=3, a_second=20.0):
    """Dials in the busiest ten seconds of a campaign with a limit, over several workers on PostgreSQL."""
    moments = dialled("postgresql", folder, round(a_second * 25), workers, a_second)
    seconds = Counter(int(at - moments[0]) for at in moments)
    shown = " ".join(str(seconds[n]) for n in range(max(seconds) + 1))
    most, goal = busiest(moments, 10), a_second * 10
    tell(f"dials in the busiest 10 s, {workers} workers at {a_second:.0f}/s", most, "", goal=f"<= {goal:.0f}",
         met=most <= goal, beside=f"by second: {shown}")  # fmt: skip


def launch(folder):
    """A campaign of a million residents: launched, and laid out in chunks."""
    url = f"sqlite:///{folder}/million.sqlite"
    if os.fork() == 0:  # the making of the roster is not measured
        million(Store(url))
        os._exit(0)
    os.wait()
    store = Store(url)
    engine = ChunkEngine(url, "bench", lambda *_: time.sleep(3600), 1)
    with clock() as took:
        count = start(store, find(store, "million"), now())
        Steward(store, engine, now).tick()
    told = {"cpu": took.cpu, "wall": took.wall}
    tell(f"launch of {count:,} residents", took.wall, "s", goal="< 60", met=took.wall < 60, **told)
    tell("memory with them queued", peak_mb(), "MB", goal="<= 100", met=peak_mb() <= 100)


def million(store):
    """A roster of households of three, and a campaign for them."""
    homes = RESIDENTS // 3 + 1
    with store.transaction() as tx:
        tx.execute(insert(Community), {"district": "d", "subdistrict": "s", "name": "c"})
        for first in range(1, homes + 1, 10_000):
            ids = range(first, min(first + 10_000, homes + 1))
            tx.execute(insert(Household), [{"community_id": 1, "unit": str(n)} for n in ids])
            tx.execute(insert(Resident), [resident(n, m) for n in ids for m in range(3)])
    create(store, "million", script="drill", version=1, plan=make_plan(PLAN), now=now())


def resident(household, member):
    return {"household_id": household, "name": "居民", "phone": f"+86111{household * 3 + member:08d}",
            "birth_year": 1930 + (household * 7 + member * 29) % 80, "imported_at": now()}  # fmt: skip


def main():
    """Each part in a process of its own, since an engine is one in a process and memory is measured."""
    parts = [partial(launch)] + [partial(part, kind) for kind in ("sqlite", "postgresql")
                                 for part in (attempts, one_workflow_a_call)]  # fmt: skip
    parts += [partial(procrastinate), partial(pace)]
    for part in parts:
        pid = os.fork()
        if pid == 0:
            with tempfile.TemporaryDirectory() as folder, contextlib.suppress(OperationalError):
                part(folder)
            os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.exit(main())
