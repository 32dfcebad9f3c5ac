"""A worker: takes its seat, calls chunks over its lines, takes over from the dead, and looks after the campaigns."""

from __future__ import annotations

import logging
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from campaigns.campaign import campaigns_where, plan_of
from campaigns.chunk import Chunk
from campaigns.crew import CallFn, Crew, CutOff, MendFn, mend_all
from campaigns.engine import THREADS, ChunkEngine
from campaigns.lines import Lines
from campaigns.notify import NotifyFn, nobody
from campaigns.plan import Plan
from campaigns.runner import fault
from campaigns.seat import STEWARD, take_seat
from campaigns.steward import Steward
from records.store import Store, passes
from records.tables import Campaign
from records.tables import Worker as WorkerRow

log = logging.getLogger(__name__)
TICK_SECONDS = 0.5
SWITCH_SECONDS = 0.001  # between threads, so that a hundred busy lines do not keep the beat of the seat waiting
SURE_SECONDS = 5.0  # how often it looks whether chunks are held by those who have left
LOOK_SECONDS = 1.0  # between two tries to reach a store that is gone
GIVE_UP_SECONDS = 10.0  # how long a worker that leaves waits for its calls


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


class Worker:
    """One process that makes calls. `calls` makes the function that calls in a round of a campaign."""

    def __init__(
        self,
        store: Store,
        calls: Callable[[Campaign, int, Plan], CallFn],
        mend: MendFn,
        *,
        lines: int,
        notify: NotifyFn = nobody,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.store, self.name, self.clock, self.mend = store, uuid.uuid4().hex[:12], clock, mend
        self.lines = Lines(lines)
        self.seat = take_seat(store, self.name)
        self.crew = Crew(store, self.name, self.lines, calls, mend, clock, self.seat.held, notify)
        self._join()
        url = store.engine.url.render_as_string(hide_password=False)
        at_once = min(THREADS, 2 + lines // 50)
        self.engine = ChunkEngine(url, self.name, self.run_chunk, at_once)
        self.steward = Steward(store, self.engine, clock)
        self._is_steward = False
        self._sure_at = 0.0

    def run(self, done: Callable[[], bool]) -> bool:
        """Works until `done`; False when the worker was cut off, and must begin anew under another name."""
        sys.setswitchinterval(SWITCH_SECONDS)
        for name, look in (("steward", self._steward), ("takeover", self._take_over)):
            threading.Thread(target=self._again_and_again, args=(look, done), daemon=True, name=name).start()
        while not done():
            if not self.seat.held():
                log.warning("worker %s is cut off from the database: no number is dialled", self.name)
                self.crew.leaving.set()
                return False
            time.sleep(0.1)
        return True

    def leave(self) -> None:
        """Begins no call any more, waits a little for those in progress, and gives up the seat."""
        self.crew.leaving.set()
        until = time.monotonic() + GIVE_UP_SECONDS
        while self.lines.free < self.lines.count and time.monotonic() < until:
            time.sleep(0.05)
        self.seat.close()

    def run_chunk(self, campaign_id: int, round: int, layout: int, households: Sequence[int]) -> datetime | None:
        """Calls a chunk; see `Chunk.run`."""
        while True:
            try:
                found = campaigns_where(self.store, Campaign.id == campaign_id)
                break
            except Exception as error:
                if not passes(error):
                    raise
                if not self.seat.held():
                    raise CutOff("this worker has lost its place") from None
                time.sleep(LOOK_SECONDS)
        if not found:
            return None
        return Chunk(self.crew, found[0], plan_of(found[0]), round, layout, households).run()

    def _join(self) -> None:
        with self.store.transaction() as tx:
            row = {"id": self.name, "lines": self.lines.count, "joined_at": self.clock()}
            tx.execute(insert(WorkerRow), row)

    def _again_and_again(self, look: Callable[[], None], done: Callable[[], bool]) -> None:
        while not done() and self.seat.held():
            try:
                look()
            except Exception as error:  # whatever it was, others die later too, and campaigns go on
                if passes(error):
                    log.warning("the store cannot be used: %s", error)
                else:
                    log.error("a look at the other workers and campaigns failed: %s", fault(error))
            time.sleep(TICK_SECONDS)

    def _steward(self) -> None:
        """Looks after the campaigns, if no other worker does."""
        self._is_steward = self._is_steward or self.seat.claim(STEWARD)
        if self._is_steward:
            self.steward.tick()

    def _take_over(self) -> None:
        """Ends the calls that dead workers left open, and puts their chunks back into the queue."""
        with self.store.reading() as tx:
            others = select(WorkerRow.id).where(WorkerRow.left_at.is_(None), WorkerRow.id != self.name)
            names = set(tx.execute(others).scalars())
        if time.monotonic() >= self._sure_at:  # one who was taken for dead may have taken up a chunk since
            names |= self.engine.holders() - {self.name}
            self._sure_at = time.monotonic() + SURE_SECONDS
        for name in names:
            if self.seat.claim(name):
                try:
                    self._bury(name)
                finally:
                    self.seat.release(name)

    def _bury(self, name: str) -> None:
        plans = {campaign.id: plan_of(campaign) for campaign in campaigns_where(self.store, Campaign.layout > 0)}
        cut = mend_all(self.store, name, self.mend, plans, self.clock())
        chunks = self.engine.take_over(name)
        log.warning("worker %s is gone: %s calls were interrupted, %s chunks go on here", name, cut, chunks)
        with self.store.transaction() as tx:
            tx.execute(update(WorkerRow).where(WorkerRow.id == name).values(left_at=self.clock()))
