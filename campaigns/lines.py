"""The telephone lines of a worker: so many calls at once, each on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]


class Lines:
    """A pool of lines, shared by all chunks of a worker."""

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"lines: a worker needs at least one line, not {count}")
        self.count = self.free = count
        self._freed = threading.Condition()
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def take(self, wanted: int, timeout: float) -> int:
        """Takes up to so many free lines, waiting for the first; returns how many, 0 when none came free in time."""
        with self._freed:
            if wanted > 0 and not self.free:
                self._freed.wait(timeout)
            taken = max(0, min(wanted, self.free))
            self.free -= taken
            return taken

    def give_back(self, count: int) -> None:
        """Frees lines that were taken."""
        if count:
            with self._freed:
                self.free += count
                self._freed.notify(count)

    def call(self, work: Work) -> None:
        """Makes a call on a line that was taken, and frees it afterwards."""
        if len(self._threads) < self.count - self.free:
            self._begin()
        self._work.put(work)

    def close(self) -> None:
        """Waits for the calls in progress."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._serve, daemon=True, name="line")
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while work := self._work.get():
            try:
                work()
            finally:
                self.give_back(1)
