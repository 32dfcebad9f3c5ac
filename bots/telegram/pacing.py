"""The pace of what we write of our own accord: replies go first, and never more leave in a second than are allowed."""

from __future__ import annotations

import asyncio
from collections import deque

ALLOWED = 30  # messages a second to all chats together, by Telegram's rules
SPARE = 4  # of these, for replies that come in between
SECOND = 1.05  # with some room for how long a request is under way


class Pacer:
    """Counts what was sent in the last second; whoever writes many takes turns."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque(maxlen=ALLOWED - SPARE)

    def note(self) -> None:
        """A reply was sent, which did not wait."""
        self._sent.append(asyncio.get_running_loop().time())

    async def turn(self) -> None:
        """Waits until one more may be sent, and counts it; for one caller at a time."""
        loop = asyncio.get_running_loop()
        while len(self._sent) == self._sent.maxlen and (wait := self._sent[0] + SECOND - loop.time()) > 0:
            await asyncio.sleep(wait)
        self._sent.append(loop.time())
