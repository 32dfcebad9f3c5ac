"""The web, by one server over 1,000,000 answers: the overview, people who watch live, turns of the residents' chat."""

import http.client
import os
import re
import sqlite3
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from sqlalchemy import insert, update

from bots.desk import Desk
from campaigns.plan_file import load_plan, plan_data
from records.notices import PURPOSE
from records.scripts import Scripts
from records.seal import Seal
from records.staff import add_member
from records.store import Store
from records.tables import Campaign, Notice
from tests.bench.answered import ANSWERS_EACH, build
from tests.bench.measure import tell
from tests.bench.watching import staff_who_watch, to_be_called, watched
from web.access import SESSION
from web.app import make_app
from web.office import Office

ANSWERS = 1_000_000
TALKS, TOGETHER, WARM = 420, 4, 20  # chats in all, at the same time, and first ones that do not count
SAYS = ("36.5", "有点咳嗽，别的没有", "昨天开始的", "没有", "不用了")
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=8)
NAME, PASSWORD = "bench", "correct horse battery"
SEAL = Seal("a secret of the bench, long enough")


def clock(began):
    """The moment, as if the bench had begun at noon of its day; `began` in seconds since the epoch."""
    return NOW + timedelta(seconds=time.time() - began)


def stored(path, answers):
    """Builds the store with a member of staff, those who watch, and a link for each chat; returns those who watch."""
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as empty:
        (version,) = empty.execute("select version_num from alembic_version").fetchone()
    build(path, answers)
    with sqlite3.connect(path) as file:
        file.execute("create table alembic_version (version_num varchar(32) not null)")
        file.execute("insert into alembic_version values (?)", (version,))
    with Store(f"sqlite:///{path}").transaction() as tx:
        add_member(tx, NAME, name=NAME, role="administrator", password=PASSWORD, now=NOW, language="en")
        running = {"state": "running", "starts_at": NOW, "plan": plan_data(load_plan("default"))}
        tx.execute(update(Campaign).values(running))
        to_be_called(tx, NOW)
        tx.execute(insert(Notice), [
            {"id": number, "campaign_id": 1, "round": number, "household_id": number, "resident_id": 3 * number - 2,
             "channel": "outbox", "address": "+8611100000000", "created_at": NOW, "expires_at": LATER}
            for number in range(1, TALKS + 1)
        ])  # fmt: skip
        return staff_who_watch(tx, NOW)


def serve(path, now, pipe):
    """The server, in a process of its own; tells its port."""
    store, scripts = Store(f"sqlite:///{path}"), Scripts(path.parent / "wordings")
    name = {"zh-Hans": "居委会", "en": "the office"}
    desk = Desk(store, scripts, clock=now, facts={"caller": name, "fever_c": 37.3})
    office = Office(store, desk, SEAL, now, name, path.parent, out=path.parent, scripts=scripts)
    server = uvicorn.Server(uvicorn.Config(make_app(office), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    pipe.send(server.servers[0].sockets[0].getsockname()[1])
    pipe.recv()
    os._exit(0)


class Browser:
    """A connection that is kept, with its cookies."""

    def __init__(self, port):
        self.line, self.cookies = http.client.HTTPConnection("127.0.0.1", port, timeout=60), {}

    def ask(self, method, path, **form):
        """Status and text of the answer; a redirection is followed."""
        headers = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "accept-language": "en"}
        body = urlencode(form) if form else None
        if method == "POST":
            headers["x-chat"] = "1"  # as the script of the page sends it
            headers["content-type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("set-cookie") or ():
            self.cookies.update([cookie.split(";")[0].split("=", 1)])
        return self.ask("GET", answer.headers["location"]) if answer.status == 303 else (answer.status, text)


def cpu_of(pid):
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def chats(port, numbers, said):
    """Holds the chats of these links one after the other; adds a turn to `said` for each answer that was heard."""
    browser = Browser(port)
    for number in numbers:
        page = f"/r/{SEAL.sign(PURPOSE, number)}"
        status, text = browser.ask("POST", page, language="zh-Hans")
        assert status == 200, (status, text)
        said.append(number)
        for words in SAYS:
            turn = re.search(r'name="turn" value="([^"]+)"', text)
            if turn is None:
                break
            status, text = browser.ask("POST", page, turn=turn[1], words=words)
            assert status == 200, (status, text)
            said.append(number)


def chat_rate(port, pid):
    """Turns a second of several chats at the same time, each with its page read again."""
    chats(port, range(1, WARM + 1), [])
    said, numbers = [], list(range(WARM + 1, TALKS + 1))
    threads = [threading.Thread(target=chats, args=(port, numbers[at::TOGETHER], said)) for at in range(TOGETHER)]
    cpu, wall = cpu_of(pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu, wall = cpu_of(pid) - cpu, time.perf_counter() - wall
    rate = len(said) / cpu
    beside = (
        f"{len(said) / wall:.0f} turns a wall second beside {TOGETHER} clients; a turn is one POST that brings the page"
    )
    tell("web chat, turns of one server a CPU second", rate, "turns/s", goal=">= 300", met=rate >= 300, cpu=cpu,
         wall=wall, beside=beside)  # fmt: skip


def look(browser):
    """Seconds that the overview by community takes, on a connection of its own."""
    browser.line.close()
    began = time.perf_counter()
    status, text = browser.ask("GET", "/overview?level=community&campaign=1")
    assert status == 200, (status, text)
    return time.perf_counter() - began


def page_times(port, pid, answers):
    """The overview by community: the first time, and again; returns the browser, which is signed in."""
    browser = Browser(port)
    token = re.search(r'name="csrf" value="([^"]+)"', browser.ask("GET", "/sign-in")[1])[1]
    assert browser.ask("POST", "/sign-in", csrf=token, login=NAME, password=PASSWORD, next="/account")[0] == 200
    browser.ask("GET", "/account")
    for figure in ("first", "again"):
        cpu = cpu_of(pid)
        wall = look(browser)
        cpu = cpu_of(pid) - cpu
        tell(f"overview over {answers:,} answers, {figure}", 1000 * wall, "ms", goal="< 200", met=wall < 0.2, cpu=cpu,
             wall=wall, beside=f"{answers // ANSWERS_EACH:,} residents")  # fmt: skip
    return browser


def session(member, began):
    """The cookie of somebody who signed in a moment ago."""
    at = int(clock(began).timestamp())
    return SEAL.sign(SESSION, member, 0, "bench", at, at)


def main(answers=ANSWERS):
    """Builds the store, starts the server, and asks it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "web.sqlite"
        members = stored(path, answers)
        began = time.time()
        now = partial(clock, began)
        ours, theirs = get_context("spawn").Pipe()
        server = get_context("spawn").Process(target=serve, args=(path, now, theirs), daemon=True)
        server.start()
        port = ours.recv()
        try:
            browser = page_times(port, server.pid, answers)
            cookies = [session(number, began) for number, *_ in members]
            watched(path, port, partial(cpu_of, server.pid), now, members, cookies, partial(look, browser))
            chat_rate(port, server.pid)
        finally:
            ours.send("stop")
            server.join(10)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
