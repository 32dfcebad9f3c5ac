"""A worker that is cut off from PostgreSQL: it stops dialling, and another goes on in its place, nothing lost."""

import json
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, select

from campaigns.campaign import find
from campaigns.lifecycle import start
from campaigns.seat import HELD_SECONDS
from records.store import Store
from records.tables import Attempt, Worker
from tests.campaigns.kill import FAULTS, PLAN, Drill, audit, settle


class Cable:
    """A TCP proxy in front of a server that can be cut: then nothing goes through, and nobody is told so."""

    def __init__(self, host, port):
        self.server, self.whole = (host, port), threading.Event()
        self.whole.set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.door.accept()
                far = socket.create_connection(self.server)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        with suppress(OSError), one, other:
            while data := one.recv(65_536):
                self.whole.wait()
                other.sendall(data)

    def cut(self):
        self.whole.clear()

    def close(self):
        self.door.close()


def until(holds, what, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.postgresql
def test_worker_that_is_cut_off_stops_dialling_and_another_goes_on(empty_postgresql, tmp_path):
    url = make_url(empty_postgresql)
    cable, store = Cable(url.host, url.port or 5432), Store(empty_postgresql)
    campaign = settle(store, 300, {**PLAN, "calls_per_second": 20.0})
    through = url.set(host="127.0.0.1", port=cable.port).render_as_string(hide_password=False)
    drill = Drill(through, tmp_path, workers=1, lines=5)
    try:
        until(lambda: drill.joined, "the worker behind the cable")
        (cut_off,) = drill.joined
        drill.told = json.dumps({**json.loads(drill.told), "url": empty_postgresql})
        start(store, campaign, datetime.now(UTC))
        until(lambda: drill.log.exists() and drill.log.read_text().count("acknowledged") > 10, "the first answers")
        cable.cut()
        moment = time.time()
        drill.worker()
        until(lambda: gone(store, cut_off), "another to take over")
        until(lambda: find(store, "drill").state == "completed", "the end of the campaign")
    finally:
        drill.close()
        cable.close()
    found = audit(store, drill.log)
    assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert max(dials_of(store, cut_off, drill.log)) < moment + HELD_SECONDS + 0.5
    store.close()


def gone(store, worker):
    with store.reading() as tx:
        return tx.execute(select(Worker.left_at).where(Worker.id == worker)).scalar_one()


def dials_of(store, worker, log):
    """The moments at which a worker dialled, as the line saw it."""
    with store.reading() as tx:
        own = {(a.phone, a.number) for a in tx.execute(select(Attempt.__table__).where(Attempt.worker == worker))}
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [e["at"] for e in events if e["event"] == "dialled" and (e["phone"], e["number"]) in own]
