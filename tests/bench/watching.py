"""200 of the staff watch a campaign live, over 1,000,000 answers, while 5.6 calls a second are recorded.

The server, the calls and the watchers are processes of their own. A call is made by the telephone, the desk and the
store as a worker makes it, only that nobody waits for speech; a change is seen when the figure of those who reported,
in the text that came to a watcher, has reached what the store held after that call.
"""

import asyncio
import os
import re
import statistics
import time
from bisect import bisect_left
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import and_, func, insert, select, update

from bots.desk import Desk, rehearse
from bots.phone import Telephone
from campaigns.campaign import campaigns_where, plan_of
from campaigns.dues import dues_among
from campaigns.runner import Try
from records.dialling import Beginning, Ending, begin_attempts, end_attempts
from records.rounds import dispose
from records.scripts import Scripts
from records.store import Store
from records.tables import Community, Record, Staff, Worker
from tests.bench.measure import tell
from web.access import SESSION

WATCHERS, LIMITED = 200, 4  # every fourth of them sees one district only
CALLS, CALLS_A_SECOND = 220, 5.6
APART = 97  # every so manyth household is still to be called
LATEST = 5  # seconds after the last call; whoever has not seen it by then never will
PAGES = 1.0  # seconds from one look at the overview to the next
SAYS = {
    "greeting": "是的", "temperature": "36.5", "symptoms": "有点咳嗽，别的没有", "onset": "昨天开始的",
    "contact": "没有", "others": "他们都好", "needs": "不用了",
}  # fmt: skip
FIGURE = re.compile(rb'data-told=\\".*?(?:\xe5\xb7\xb2\xe6\x8a\xa5\xe5\x91\x8a|Reported) ([\d,]+)')
OF_ROUND = and_(Record.campaign_id == 1, Record.round == 0)
HAS_REPORTED = and_(OF_ROUND, Record.status.in_(("symptomatic", "asymptomatic")))
UNCALLED = {
    "attempts": 0, "reached": False, "outcome": None, "disposition": None, "final": False, "status": None,
    "reporter": None, "channel": None, "temperature_c": None, "fever": None, "present": 0, "absent": 0,
    "onset_on": None, "contact": None, "needs_help": None, "reported_at": None, "changed_at": Record.due_at,
}  # fmt: skip


def to_be_called(tx, now):
    """Takes back the reports of some households, which are then still to be called, and has a worker sit there."""
    tx.execute(update(Record).where(OF_ROUND, Record.household_id % APART == 0).values(UNCALLED))
    tx.execute(insert(Worker), {"id": "bench", "lines": 10, "joined_at": now})


def staff_who_watch(tx, now):
    """Accounts for all who watch; returns [(number, language, district or blank)]."""
    districts = list(tx.execute(select(Community.district).distinct().order_by(Community.district)).scalars())
    made = []
    for number in range(1001, 1001 + WATCHERS):
        district = districts[number // LIMITED % len(districts)] if number % LIMITED == 0 else ""
        made.append((number, "en" if number % 2 else "zh-Hans", district))
    tx.execute(insert(Staff), [
        {"id": number, "login": f"watcher{number}", "name": "W", "role": "worker", "language": language,
         "place": {"district": [district]} if district else {}, "created_at": now}
        for number, language, district in made
    ])  # fmt: skip
    return made


@dataclass
class Ring:
    outcome: str = "answered_human"
    ring_seconds: float = 6.0


@dataclass
class Spoken:
    text: str
    keys: str | None = None
    hangs_up: bool = False
    seconds: float = 2.0


class Exchange:
    """Everybody picks up, and answers in words."""

    def dial(self, phone, at, number, ring_limit):
        return Ring()

    def pick_up(self, phone, at, number):
        return self

    def answer(self, step, kind, asked):
        return Spoken(SAYS.get(step, "没有"))


def call(path, clock, pipe):
    """Makes the calls, one each 1 / 5.6 s; sends [(monotonic second, district, who reported)] and its CPU seconds."""
    store = Store(f"sqlite:///{path}")
    scripts = Scripts(path.parent / "wordings")
    desk = Desk(store, scripts, clock=clock, facts={"caller": {}, "fever_c": 37.3})
    (campaign,) = campaigns_where(store)
    rehearse(scripts(campaign.script, campaign.script_version))
    plan = plan_of(campaign)
    telephone = Telephone(store, desk, Exchange(), campaign, 0, plan)
    with store.reading() as tx:
        households = list(range(APART, APART * (CALLS + 1), APART))
        dues, _ = dues_among(tx, campaign, 0, households, plan, clock())
    pipe.send(len(dues))
    begins, made, used = pipe.recv(), [], time.process_time()
    for number, due in enumerate(dues):
        time.sleep(max(0.0, begins + number / CALLS_A_SECOND - time.monotonic()))
        residents = make_call(store, telephone, due, clock)
        at = time.monotonic()
        district = select(Community.district).join(Record, Record.community_id == Community.id)
        with store.reading() as tx:
            those = Record.resident_id.in_(residents)
            where = tx.execute(district.where(OF_ROUND, those).limit(1)).scalar_one()
            made.append((at, where, tx.execute(select(func.count()).where(HAS_REPORTED, those)).scalar_one()))
    pipe.send((made, time.process_time() - used))
    pipe.recv()


def make_call(store, telephone, due, clock):
    """One call from its beginning to its end, in the transactions of a worker; returns for whom it was made."""
    phone, residents, now = due.numbers[0], due.answering(due.numbers[0]), clock()
    with store.transaction() as tx:
        beginning = Beginning(due.household_id, residents, phone, 1)
        (attempt,) = begin_attempts(tx, 1, 0, [beginning], channel="phone", worker="bench", now=now)
    tried = telephone.call(attempt, Try(due, phone, 1, now))
    with store.transaction() as tx:
        ended, noted = clock(), {**tried.noted, "call_later_at": tried.call_later_at}
        end_attempts(tx, 1, 0, [Ending(attempt, residents, tried.outcome, ended, noted)])
        dispose(tx, 1, 0, [r for r in residents if r not in tried.dispositions], ended)
    return residents


class Watcher(asyncio.Protocol):
    """One who watches: keeps (monotonic second, those who reported) of each text that came."""

    def __init__(self, port, cookie):
        self.asks = (
            f"GET /campaigns/1/live HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: text/event-stream\r\n"
            f"cookie: {SESSION}={cookie}\r\n\r\n"
        ).encode()
        self.seen, self.rest, self.bytes = [], b"", 0

    def connection_made(self, transport):
        transport.write(self.asks)

    def data_received(self, data):
        self.bytes += len(data)
        self.rest += data
        while b"\n\n" in self.rest:
            text, self.rest = self.rest.split(b"\n\n", 1)
            if figure := FIGURE.search(text):
                self.seen.append((time.monotonic(), int(figure[1].replace(b",", b""))))


def watch(port, cookies, pipe):
    """Watches with all these cookies until told to stop; sends what each saw, the bytes, and its CPU seconds."""

    async def all_of_them():
        loop = asyncio.get_running_loop()
        watchers = [Watcher(port, cookie) for cookie in cookies]
        for watcher in watchers:
            await loop.create_connection(lambda watcher=watcher: watcher, "127.0.0.1", port)
        while not all(watcher.seen for watcher in watchers):
            await asyncio.sleep(0.05)
        pipe.send("all see it")
        used, before = time.process_time(), sum(watcher.bytes for watcher in watchers)
        await loop.run_in_executor(None, pipe.recv)
        received = sum(watcher.bytes for watcher in watchers) - before
        return [watcher.seen for watcher in watchers], received, time.process_time() - used

    pipe.send(asyncio.run(all_of_them()))


def watched(path, port, cpu_of_server, clock, members, cookies, look):
    """All of it together; `look` asks for an overview and returns its seconds. Tells the figures."""
    spawn = get_context("spawn")
    (calls, theirs), (eyes, others) = spawn.Pipe(), spawn.Pipe()
    caller = spawn.Process(target=call, args=(path, clock, theirs), daemon=True)
    watchers = spawn.Process(target=watch, args=(port, cookies, others), daemon=True)
    caller.start()
    assert calls.recv()  # there is somebody to call
    watchers.start()
    assert eyes.recv() == "all see it"
    cpu, began, busy = cpu_of_server(), time.monotonic(), cpu_of_all()
    calls.send(began + 1)
    pages = []
    while not calls.poll():
        time.sleep(max(0.0, began + (len(pages) + 1) * PAGES - time.monotonic()))
        pages.append(look())
    made, of_calls = calls.recv()
    time.sleep(LATEST)
    eyes.send("stop")
    seen, received, of_watchers = eyes.recv()
    cpu, wall, busy = cpu_of_server() - cpu, time.monotonic() - began, cpu_of_all() - busy
    calls.send("stop")
    watchers.join()
    caller.join()
    latencies = sorted(late for (_, _, district), texts in zip(members, seen, strict=True)
                       for late in lateness(made, texts, district))  # fmt: skip
    rate = (len(made) - 1) / (made[-1][0] - made[0][0])
    shares = (
        f"{rate:.1f} calls a second; of a core the server takes {100 * cpu / wall:.0f} %, who calls"
        f" {100 * of_calls / wall:.0f} %, who watch {100 * of_watchers / wall:.0f} %, all else on the machine"
        f" {100 * (busy - cpu - of_calls - of_watchers) / wall:.0f} %; {received / wall / 1e6:.1f} MB/s"
    )
    half, most = statistics.median(latencies), latencies[int(0.95 * len(latencies))]
    tell(f"{len(seen)} people watch: until a change is seen, 95 of 100", most, "s", goal="< 1", met=most < 1, cpu=cpu,
         wall=wall, beside=f"half within {half:.2f} s, the last {latencies[-1]:.2f} s; {shares}")  # fmt: skip
    pages.sort()
    late = pages[int(0.95 * len(pages))]
    tell("overview meanwhile, 95 of 100", 1000 * late, "ms", goal="< 200", met=late < 0.2, wall=wall,
         beside=f"half within {1000 * statistics.median(pages):.0f} ms, {len(pages)} looks")  # fmt: skip


def cpu_of_all():
    """CPU seconds that the machine has used."""
    user, nice, system, _, _, *others = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def lateness(made, texts, district):
    """Seconds from each call, of those in the district (blank: all), to the text that counted its reports.

    The last text must say what the store holds.
    """
    figures, wanted = [figure for _, figure in texts], texts[0][1]
    found = []
    for at, where, reports in made:
        if district in ("", where) and reports:
            wanted += reports
            first = bisect_left(figures, wanted)
            assert first < len(figures), f"{wanted} was never seen: the last was {figures[-1]}"
            found.append(max(0.0, texts[first][0] - at))
    assert figures[-1] == wanted, f"the last text says {figures[-1]}, the store has {wanted}"
    return found
