"""Commands for calls in real time: a worker that joins the others, and a campaign called by this process."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from commands.house import House, now
from commands.notices import chat_link

if TYPE_CHECKING:
    from campaigns.crew import CallFn
    from campaigns.plan import Plan
    from campaigns.worker import Worker
    from records.tables import Campaign

CUT_OFF = "WENAN_CUT_OFF"  # tells the program that begins anew that it must wait for its store
ENDED = ("completed", "cancelled", "exhausted", "paused", "draft")


def worker(house: House, args: argparse.Namespace) -> int:
    """Calls for all campaigns of the store until it is stopped; cut off from the store, it waits and joins again."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    stop = stopping()
    if os.environ.pop(CUT_OFF, ""):
        wait_for_store(house)
    joined = join(house, args.lines, args.speed, args.voice)
    house.say(f"接入：{joined.name}，{args.lines} 条线路", f"Joined as {joined.name} with {args.lines} lines")
    if not joined.run(stop.is_set):
        os.environ[CUT_OFF] = "1"
        # At once, which hangs up before another rings the same people; under a new name: the old one is dead to others.
        os.execv(sys.executable, [sys.executable, *sys.argv])
    joined.leave()
    end_now(0)


def in_real_time(house: House, campaign: Campaign, speed: float, look: Callable[[], None], voice: bool = False) -> bool:
    """Launches a campaign, and calls until it is over, paused or cancelled, or this process is stopped.

    `look` is called again and again meanwhile. Returns whether the campaign is still to go on.
    """
    from campaigns.campaign import find
    from campaigns.lifecycle import start

    joined = join(house, campaign.lines, speed, voice)
    stop = stopping()
    start(house.store, campaign, now())

    def ended() -> bool:
        return find(house.store, campaign.name).state in ENDED

    def done() -> bool:
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.4)
            look()
        return stop.is_set() or ended()

    joined.run(done)
    joined.leave()
    look()
    return not ended()


def end_now(code: int) -> NoReturn:
    """Ends this process at once: a chunk that waits for another worker to take it up never returns."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)


def join(house: House, lines: int, speed: float, voice: bool = False) -> Worker:
    """A worker on the simulated line, in which talking takes its time; with `voice` everybody is heard."""
    from bots.desk import rehearse
    from bots.phone import RealTimeExchange, RealTimeLine, Telephone, mend
    from campaigns.notify import notifier
    from campaigns.worker import Worker
    from commands.playing import ALL
    from commands.speaking import aloud, speaking
    from records.residents import roster
    from simulator.exchange import Exchange
    from simulator.listed import town_of

    desk = house.desk(now)
    exchanges: dict[int, Exchange] = {}
    building = threading.Lock()

    def exchange(campaign: Campaign) -> Exchange:
        with building:
            if campaign.id not in exchanges:
                with house.store.reading() as tx:
                    town = town_of(roster(tx), campaign.seed)
                heard = aloud(town, ALL if voice else 0, campaign.seed)
                exchanges[campaign.id] = Exchange(town, campaign.seed, aloud=heard)
                rehearse(desk.scripts(campaign.script, campaign.script_version))
            return exchanges[campaign.id]

    def calls(campaign: Campaign, round: int, plan: Plan) -> CallFn:
        line = speaking(house, campaign, speed) if voice else partial(RealTimeLine, speed=speed)
        dialled = RealTimeExchange(exchange(campaign), speed)
        return Telephone(house.store, desk, dialled, campaign, round, plan, line).call

    notify = notifier(house.store, links=bool(chat_link(house)))
    return Worker(house.store, calls, partial(mend, house.store, desk), lines=lines, notify=notify)


def wait_for_store(house: House) -> None:
    """Waits until the store can be opened again."""
    from records.store import Store, StoreError

    while True:
        try:
            Store(house.settings.store).close()
            return
        except StoreError as error:
            house.say(f"等待数据库：{error}", f"Waiting for the database: {error}")
            time.sleep(2)


def stopping() -> threading.Event:
    """Is set when this process is asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
