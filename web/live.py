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
MOST = 64  # things kept
ALIVE = 15.0  # seconds after which an idle watcher is told that we are still there
CHECKED = 5.0  # seconds after which it is asked again whether somebody may still watch

T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    value: Any = None
    made: float = float("-inf")
    until: float = float("-inf")
    cost: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def fresh(self) -> bool:
        return time.monotonic() < self.until

    def make(self, make: Callable[[], Any]) -> None:
        began = time.monotonic()
        self.value = make()
        self.made = time.monotonic()
        self.cost = self.made - began
        self.until = self.made + max(EVERY, REST * self.cost)


class Live:
    """Values by key, remade when they are too old and somebody looks. Safe from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "live")

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value as it was a moment ago, or made anew; whoever else wants it meanwhile waits for the same one."""
        kept = self._find(key)
        if not kept.fresh:
            if kept.cost > SLOW and time.monotonic() - kept.made < OLD:
                if kept.lock.acquire(blocking=False):
                    self._maker.submit(self._renew, kept, make)
            else:
                with kept.lock:
                    if not kept.fresh:
                        kept.make(make)
        value: T = kept.value
        return value

    def forget(self) -> None:
        """Has everything made anew: somebody changed something, and will look whether it has changed."""
        with self._lock:
            self._kept.clear()

    async def text(self, key: Hashable, make: Callable[[], str]) -> str:
        """The same for those who watch: only one of them at a time takes up a thread."""
        kept = self._find(key)
        async with kept.turn:
            return kept.value if kept.fresh else await run_in_threadpool(self.get, key, make)

    async def watch(
        self, key: Hashable, make: Callable[[], str], may: Callable[[], bool], every: float | None = None
    ) -> AsyncIterator[str]:
        """Server-Sent Events with the text, whenever it has changed; ends once the watcher `may` no more."""
        last, said, checked = "", time.monotonic(), time.monotonic()
        while True:
            if time.monotonic() - checked > CHECKED:
                if not await run_in_threadpool(may):
                    yield "event: over\ndata:\n\n"
                    return
                checked = time.monotonic()
            text = await self.text(key, make)
            if text != last:
                last, said = text, time.monotonic()
                yield f"data: {json.dumps(text, ensure_ascii=False)}\n\n"
            elif time.monotonic() - said > ALIVE:
                said = time.monotonic()
                yield ": still here\n\n"
            await asyncio.sleep(every or EVERY)

    def _find(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return kept

    @staticmethod
    def _renew(kept: _Kept, make: Callable[[], Any]) -> None:
        try:
            kept.make(make)
        finally:
            kept.lock.release()
