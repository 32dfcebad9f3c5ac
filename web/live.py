"""What many look at: made once for all of them, kept for a moment, and sent on when it has changed."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

EVERY = 0.25  # seconds between two looks
REST = 2  # times as long as making it took, it is not made again: watching must not slow down the calls
SLOW = 0.2  # seconds; what takes longer to make is shown as it was, while it is made anew
OLD = 30.0  # seconds after which nothing is shown any more as it was
MOST = 256  # things kept
ALIVE = 15.0  # seconds after which an idle watcher is told that we are still there
CHECKED = 5.0  # seconds after which it is asked again whether somebody may still watch
NUDGE = 0.05  # seconds after which it is looked whether what is watched must be made again

T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    value: Any = None
    made: float = float("-inf")
    until: float = float("-inf")
    cost: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def fresh(self) -> bool:
        return time.monotonic() < self.until

    def make(self, make: Callable[[], Any], rest: float | None) -> None:
        began = time.monotonic()
        self.value = make()
        self.made = time.monotonic()
        self.cost = self.made - began
        self.until = self.made + (max(EVERY, REST * self.cost) if rest is None else rest)


@dataclass(slots=True)
class _Feed:
    """What all are sent who watch the same: the event as it goes out, and a bell for each of them."""

    text: str | None = None
    event: str = ""
    bells: set[asyncio.Event] = field(default_factory=set)
    failed: Exception | None = None
    task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        for bell in self.bells:
            bell.set()


class Live:
    """Values by key, remade when they are too old and somebody looks. Safe from several threads.

    `rest` is for how many seconds a value is kept, where that is not by what it costs to make it.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "live")
        self._feeds: dict[Hashable, _Feed] = {}
        self._feeder = ThreadPoolExecutor(1, "feeds")  # one at a time: the pages of others are to be made too

    def get(self, key: Hashable, make: Callable[[], T], rest: float | None = None) -> T:
        """The value as it was a moment ago, or made anew; whoever else wants it meanwhile waits for the same one."""
        kept = self._find(key)
        if kept.fresh or kept.cost <= SLOW or time.monotonic() - kept.made >= OLD:
            return self.newest(key, make, rest)
        if kept.lock.acquire(blocking=False):
            self._maker.submit(self._renew, kept, make, rest)
        value: T = kept.value
        return value

    def newest(self, key: Hashable, make: Callable[[], T], rest: float | None = None) -> T:
        """The same, but waited for, however long it takes to make it."""
        kept = self._find(key)
        if not kept.fresh:
            with kept.lock:
                if not kept.fresh:
                    kept.make(make, rest)
        value: T = kept.value
        return value

    def forget(self) -> None:
        """Has everything made anew: somebody changed something, and will look whether it has changed."""
        with self._lock:
            self._kept.clear()

    async def watch(self, key: Hashable, make: Callable[[], str], may: Callable[[], bool]) -> AsyncIterator[str]:
        """Server-Sent Events with the text, whenever it has changed; ends once the watcher `may` no more."""
        loop, bell = asyncio.get_running_loop(), asyncio.Event()
        feed = self._join(key, make, bell)
        last, said, checked = "", loop.time(), loop.time()
        try:
            while True:
                bell.clear()
                if loop.time() - checked >= CHECKED:
                    if not await run_in_threadpool(may):
                        yield "event: over\ndata:\n\n"
                        return
                    checked = loop.time()
                if feed.failed:
                    raise feed.failed
                if feed.event != last:
                    last, said = feed.event, loop.time()
                    yield last
                elif loop.time() - said > ALIVE:
                    said = loop.time()
                    yield ": still here\n\n"
                timer = loop.call_at(checked + CHECKED, bell.set)
                await bell.wait()
                timer.cancel()
        finally:
            self._leave(key, feed, bell)

    def _join(self, key: Hashable, make: Callable[[], str], bell: asyncio.Event) -> _Feed:
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = _Feed()
            feed.task = asyncio.create_task(self._follow(key, make, feed))
        feed.bells.add(bell)
        return feed

    def _leave(self, key: Hashable, feed: _Feed, bell: asyncio.Event) -> None:
        feed.bells.discard(bell)
        if not feed.bells and feed.task:
            feed.task.cancel()
            self._end(key, feed)

    def _end(self, key: Hashable, feed: _Feed) -> None:
        if self._feeds.get(key) is feed:
            del self._feeds[key]

    async def _follow(self, key: Hashable, make: Callable[[], str], feed: _Feed) -> None:
        """Makes the text again and again while somebody watches it, and rings when it is another."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                text = await loop.run_in_executor(self._feeder, self.newest, key, make)
                if text != feed.text:
                    feed.text, feed.event = text, f"data: {json.dumps(text, ensure_ascii=False)}\n\n"
                    feed.ring()
                while self._find(key).fresh:
                    await asyncio.sleep(NUDGE)
        except Exception as error:  # each of them is told, and whoever comes next tries again
            feed.failed = error
            self._end(key, feed)
            feed.ring()

    def _find(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return kept

    @staticmethod
    def _renew(kept: _Kept, make: Callable[[], Any], rest: float | None) -> None:
        try:
            kept.make(make, rest)
        finally:
            kept.lock.release()
