"""Gathers what is asked for at the same time, so that many are served by one call: one transaction for many chats."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Gathering(Generic[Asked, Given]):
    """Asks `serve` for what has come while it was at work: at most `most` in a call, `at_once` calls at the same time.

    `serve` gives one result for each, in their order; one that is an exception is raised to whoever asked.
    """

    def __init__(
        self, serve: Callable[[Sequence[Asked]], Awaitable[Sequence[Given | Exception]]], most: int, at_once: int
    ) -> None:
        self.serve, self.most, self.at_once = serve, most, at_once
        self._waiting: deque[tuple[Asked, asyncio.Future[Given]]] = deque()
        self._serving: set[asyncio.Task[None]] = set()

    async def ask(self, what: Asked) -> Given:
        """The result for this one."""
        future: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, future))
        if len(self._serving) < self.at_once:
            task = asyncio.create_task(self._serve())
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        return await future

    async def _serve(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(self.most, len(self._waiting)))]
            try:
                results = await self.serve([what for what, _ in some])
            except Exception as error:
                results = [error] * len(some)
            for (_, future), result in zip(some, results, strict=True):
                _settle(future, result)


def _settle(future: asyncio.Future[Given], result: Given | Exception) -> None:
    if future.done():  # nobody waits any more
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
