"""A worker of the drill: the real worker, desk and telephone, on the drill's line."""

import json
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bots.desk import Desk, rehearse
from bots.phone import SimulatedLine, Telephone, mend
from campaigns.worker import Worker
from dialogs.script import load_script
from records.store import Store

SCRIPT = Path(__file__).parent / "drill.yaml"


@dataclass
class Ring:
    outcome: str
    ring_seconds: float


@dataclass
class Spoken:
    text: str | None
    keys: str | None
    hangs_up: bool
    seconds: float


class DrillExchange:
    """Dials over the socket; the thread that dials is the one that talks."""

    def __init__(self, address):
        self.address, self.here = address, threading.local()

    def dial(self, phone, at, number, ring_limit):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        connection.connect(self.address)
        self.here.call = connection.makefile("rw", encoding="utf-8")
        connection.close()  # the file keeps it open
        outcome = self.send(phone=phone, number=number)["outcome"]
        if outcome != "answered_human":
            self.here.call.close()
        return Ring(outcome, 0.05)

    def pick_up(self, phone, at, number):
        return self

    def answer(self, step, kind, asked):
        return Spoken(self.send(said="ask")["words"], None, False, 0.05)

    def send(self, **what):
        self.tell(**what)
        return json.loads(self.here.call.readline())

    def tell(self, **what):
        self.here.call.write(json.dumps(what) + "\n")
        self.here.call.flush()


class DrillLine(SimulatedLine):
    """A line whose last words reach the other side: whoever hears them knows that the answer before was kept."""

    def tell(self, reply):
        super().tell(reply)
        if reply.over:
            self.callee.tell(said="tell")
            self.callee.here.call.close()


def work(url, address, lines):
    """One worker, until it is killed or asked to stop."""
    store = Store(url)
    desk = Desk(store, lambda name, version: load_script(SCRIPT), clock=lambda: datetime.now(UTC))
    exchange = DrillExchange(address)

    def calls(campaign, round, plan):
        return Telephone(store, desk, exchange, campaign, round, plan, DrillLine).call

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = Worker(store, calls, partial(mend, store, desk), lines=lines)
    os.write(1, f"{worker.name} {os.getpid()}\n".encode())  # in one piece: others write there too
    if not worker.run(stop.is_set):
        os.write(1, b"cut off\n")
        os._exit(0)  # which hangs up, before another rings the same people
    worker.leave()
    os._exit(0)


def nursery():
    """Reads what workers need to know from standard input, and forks one for each line: that saves the imports."""
    rehearse(load_script(SCRIPT))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            work(**json.loads(line))


if __name__ == "__main__":
    nursery()
