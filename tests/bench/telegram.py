"""Telegram on two cores: updates a second, time to the reply, memory of 10,000 conversations, a broadcast to 3,000.

The Bot API of this bench is a process of its own, as small as can be, that plays the residents: it gives updates to
getUpdates and takes a message to a chat for the reply.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections import deque
from urllib.parse import parse_qs

from sqlalchemy import delete, insert
from sqlalchemy.exc import OperationalError

from bots.telegram import Hook, serve
from commands.house import House, now
from commands.settings import Settings
from records.broadcasts import make_broadcast
from records.rounds import launch_round
from records.seal import Seal
from records.staff import add_member
from records.store import Store, batches, take_stock
from records.tables import Address, Campaign, Community, Household, Resident
from tests.bench.measure import clock, peak_mb, tell
from tests.campaigns.kill import database

SAYS = ("36度5", "没有", "没有", "不用", "/report")
CHATS = 400  # that answer as soon as they are asked
SECONDS = float(os.environ.get("WENAN_BENCH_SECONDS", "20"))
PACE = 100  # updates a second, where time to the reply is measured
MANY = 10_000
WARM = 50  # more chats, which write before anything is measured
LETTERS = int(os.environ.get("WENAN_BENCH_LETTERS", "3000"))  # of a broadcast
ALLOWED, ALLOWED_CHAT = 30, 1.0  # messages in any second, and seconds between two to a chat
FIRST = 5_000_000_000


class Residents:
    """The server: chats that write by themselves, at a pace or as soon as they have their reply."""

    def __init__(self):
        self.waiting, self.asked, self.news, self.there = deque(), {}, asyncio.Event(), asyncio.Event()
        self.update, self.turns, self.delays, self.replies, self.loop = 0, {}, [], 0, False
        self.sent, self.last, self.refused, self.nearest = [], {}, 0, float("inf")

    def write(self, chat):
        """The next words of a chat."""
        self.update += 1
        turn = self.turns[chat] = self.turns.get(chat, -1) + 1
        who = {"id": chat, "type": "private", "first_name": "x", "is_bot": False, "language_code": "zh"}
        words = SAYS[turn % len(SAYS)]
        entities = [{"type": "bot_command", "offset": 0, "length": len(words)}] if words[0] == "/" else []
        message = {"message_id": self.update, "date": int(time.time()), "chat": who, "from": who, "text": words,
                   "entities": entities}  # fmt: skip
        self.waiting.append({"update_id": self.update, "message": message})
        self.asked[chat] = time.perf_counter()
        self.news.set()

    async def updates(self, data):
        """As getUpdates: up to 100, waiting a while for the first."""
        self.there.set()
        offset = int(data.get("offset", ["0"])[0])
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()
        if not self.waiting:
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), 2)
        return [self.waiting[n] for n in range(min(100, len(self.waiting)))]

    def replied(self, chat):
        """A message came to a chat; only the first after its words is their reply."""
        if asked := self.asked.pop(chat, None):
            self.delays.append(time.perf_counter() - asked)
            self.replies += 1
            if self.loop:
                self.write(chat)

    async def answer(self, method, data):
        """The result of a call."""
        if method == "getMe":
            return {"id": 4711, "is_bot": True, "first_name": "b", "username": "b_bot"}
        if method == "getUpdates":
            return await self.updates(data)
        if method != "sendMessage":
            return True
        chat = int(data["chat_id"][0])
        if self.refuses(chat):
            return None
        self.replied(chat)
        return {"message_id": 1, "date": 0, "chat": {"id": chat, "type": "private"}, "text": "x"}

    def refuses(self, chat):
        """Whether this message is one more than Telegram takes; every message is noted."""
        now = time.perf_counter()
        self.nearest = min(self.nearest, now - self.last.get(chat, float("-inf")))
        if self.strict and (sum(then > now - 1 for then in self.sent[-ALLOWED:]) >= ALLOWED or
                            now - self.last.get(chat, 0) < ALLOWED_CHAT):  # fmt: skip
            self.refused += 1
            return True
        self.sent.append(now)
        self.last[chat] = now
        return False

    async def connection(self, reader, writer):
        """One connection, kept open."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(h[15:]) for h in head.lower().split("\r\n") if h.startswith("content-length:")), 0)
                data = parse_qs((await reader.readexactly(length)).decode())
                result = await self.answer(head.split(" ", 2)[1].rsplit("/", 1)[1], data)
                told, status = {"ok": True, "result": result}, "200 OK"
                if result is None:
                    status = "429 Too Many Requests"
                    told = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1",
                            "parameters": {"retry_after": 1}}  # fmt: skip
                body = json.dumps(told).encode()
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        writer.close()


def play(pipe, part):
    """The process of the server: plays one part, and sends what it saw."""
    asyncio.run(_play(pipe, part))


async def _play(pipe, part):
    people = Residents()
    people.strict = part == "cast"
    server = await asyncio.start_server(people.connection, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    if part == "cast":
        pipe.send("warm")
        pipe.send(await cast(people))
        os._exit(0)
    await people.there.wait()
    people.loop = True  # a while of warming up
    for n in range(WARM):
        people.write(FIRST + MANY + n)
    await _replies(people, 6 * WARM)
    people.loop = False
    while people.asked:
        await asyncio.sleep(0.05)
    people.replies, people.delays = 0, []
    pipe.send("warm")
    pipe.send(await {"flood": flood, "pace": pace, "many": many}[part](people))
    people.loop = False
    await asyncio.to_thread(pipe.recv)  # until the bot has ended, as a real server is still there then
    os._exit(0)


async def flood(people):
    """Every chat writes as soon as it has its reply; updates a second, and how many."""
    people.loop = True
    for n in range(CHATS):
        people.write(FIRST + n)
    began = time.perf_counter()
    await asyncio.sleep(SECONDS)
    return people.replies / (time.perf_counter() - began), people.replies


async def pace(people):
    """Chats write in turn at a steady pace; the delays of their replies, seconds."""
    began, count = time.perf_counter(), int(PACE * SECONDS)
    for n in range(count):
        await asyncio.sleep(max(0, began + n / PACE - time.perf_counter()))
        people.write(FIRST + n % MANY)
    await _replies(people, count)
    return sorted(people.delays)


async def many(people):
    """Everybody has begun a conversation and is in the middle of it; how many have."""
    for answered in range(1, 3):
        for n in range(MANY):
            people.write(FIRST + n)
        await _replies(people, answered * MANY)
    return people.replies // answered


async def cast(people):
    """Every letter of a broadcast has come: the most in any second, the nearest two to a chat, and how many refused."""
    while len(people.sent) < LETTERS:
        await asyncio.sleep(0.2)
    sent = people.sent
    most = max(sum(1 for then in sent[n : n + 60] if then < at + 1) for n, at in enumerate(sent))
    doubled = len(sent) - len(people.last)
    return {"most": most, "nearest": people.nearest, "refused": people.refused, "doubled": doubled,
            "seconds": sent[-1] - sent[0]}  # fmt: skip


async def _replies(people, count):
    while people.replies < count:
        await asyncio.sleep(0.05)


def settle(store):
    """Residents with chats, in a campaign of today."""
    at, numbers = now(), range(1, MANY + WARM + 1)
    with store.transaction() as tx:
        tx.execute(insert(Community), {"id": 1, "district": "d", "subdistrict": "s", "name": "c"})
        for some in batches(numbers):
            tx.execute(insert(Household), [{"id": n, "community_id": 1, "unit": str(n)} for n in some])
            people = [{"id": n, "household_id": n, "name": "王芳", "phone": f"+86111{n:08d}"} for n in some]
            tx.execute(insert(Resident), [{**one, "imported_at": at} for one in people])
            chats = [{"address": str(FIRST + n - 1), "resident_id": n} for n in some]
            tx.execute(insert(Address), [{**one, "channel": "telegram", "linked_at": at} for one in chats])
        row = {"id": 1, "name": "bench", "script": "daily_check", "script_version": 1, "plan": {}, "line": "telegram"}
        tx.execute(insert(Campaign), {**row, "state": "running", "created_at": at})
        launch_round(tx, 1, 0, place={}, day=at.astimezone().date(), due_at=at)
        take_stock(tx, Household, Resident, Address)


def desk_of(url):
    """A desk as the program makes it, over a store."""
    return House(Settings(store=url), "en").desk(now)


def serving(url, part):
    """Serves one part from a store of its own; what the server saw, and the clock of this process."""
    store = Store(url)
    settle(store)
    store.close()
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=play, args=(theirs, part))
    server.start()
    stopped, port = threading.Event(), ours.recv()
    desk = desk_of(url)
    options = {"base_url": f"http://127.0.0.1:{port}", "poll_seconds": 2, "stopped": stopped}
    bot = threading.Thread(target=serve, args=(desk.store, desk, Seal("a secret for the bench"), "1:x"), kwargs=options)
    bot.start()
    ours.recv()
    with clock() as took:
        seen = ours.recv()
    stopped.set()
    bot.join()
    ours.send("over")
    server.join()
    desk.store.close()
    return seen, took


def casting(url, part):
    """A broadcast, delivered by one process on SQLite and by two on PostgreSQL; what the server saw."""
    store = Store(url)
    settle(store)
    with store.transaction() as tx:
        member = add_member(tx, "zhang", name="z", role="staff", now=now())
        tx.execute(delete(Address).where(Address.resident_id > LETTERS))
        make_broadcast(tx, "telegram", member.id, {"community": "c"}, "明早八点停水。", now())
    store.close()
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=play, args=(theirs, part))
    server.start()
    port = ours.recv()
    bots = [
        multiprocessing.get_context("spawn").Process(target=deliver, args=(url, port, 18_000 + port % 1000 + n))
        for n in range(1 if url.startswith("sqlite") else 2)
    ]
    for bot in bots:
        bot.start()
    ours.recv()
    with clock() as took:
        seen = ours.recv()
    for bot in bots:
        bot.terminate()
        bot.join()
    server.join()
    return seen, took


def deliver(url, port, listen):
    """One of the processes that serve the bot, by webhook, so that several may."""
    desk = desk_of(url)
    hook = Hook("https://bot.example.org/telegram", ("127.0.0.1", listen))
    serve(desk.store, desk, Seal("a secret for the bench"), "1:x", base_url=f"http://127.0.0.1:{port}", hook=hook)


def measure(kind, part, folder):
    """One figure."""
    url, drop = database(kind, folder)
    try:
        seen, took = (casting if part == "cast" else serving)(url, part)
    finally:
        drop()
    told = {"cpu": took.cpu, "wall": took.wall}
    if part == "flood":
        rate, replies = seen
        beside = f"{took.cpu / replies * 1000:.2f} ms CPU an update, {CHATS} chats, {replies:,} updates"
        tell(f"telegram updates a second, {kind}", rate, "/s", goal=">= 300", met=rate >= 300, beside=beside, **told)
    elif part == "pace":
        p95 = seen[int(len(seen) * 0.95)] * 1000
        beside = f"median {seen[len(seen) // 2] * 1000:.0f} ms, n = {len(seen):,}"
        figure = f"update to reply at {PACE}/s, p95, {kind}"
        tell(figure, p95, "ms", goal="< 300", met=p95 < 300, beside=beside, **told)
    elif part == "cast":
        met = seen["most"] <= ALLOWED and seen["nearest"] >= ALLOWED_CHAT and not (seen["refused"] or seen["doubled"])
        beside = f"{seen['refused']} refused (429), {seen['doubled']} doubled, in {seen['seconds']:.0f} s"
        figure = f"a broadcast to {LETTERS:,}, the most in any second, {kind}"
        tell(figure, seen["most"], "", goal=f"<= {ALLOWED}", met=met, beside=beside, wall=took.wall)
    else:
        tell(f"{seen:,} residents in conversation", peak_mb(), "MB", goal="< 400", met=peak_mb() < 400, **told)


def main(parts):
    """Each in a process of its own, since memory is measured."""
    chosen = parts or [
        "many sqlite", "flood sqlite", "pace sqlite", "cast sqlite", "flood postgresql", "pace postgresql",
        "cast postgresql",
    ]  # fmt: skip
    for name in chosen:
        part, kind = name.split()
        pid = os.fork()
        if pid == 0:
            with tempfile.TemporaryDirectory() as folder, contextlib.suppress(OperationalError):
                measure(kind, part, folder)
            os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
