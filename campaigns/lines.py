"""The telephone lines of a worker: so many calls at once, each on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Lines:
    """A pool of lines, shared by all chunks of a worker."""

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"lines: a worker needs at least one line, not {count}")
        self.count = self.free = count
        self._freed = threading.Condition()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="line")

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
        with self._freed:
            self.free += count
            self._freed.notify(count)

    def call(self, work: Callable[[], None]) -> None:
        """Makes a call on a line that was taken, and frees it afterwards."""
        self._threads.submit(self._call, work)

    def close(self) -> None:
        """Waits for the calls in progress."""
        self._threads.shutdown()

    def _call(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self.give_back(1)
