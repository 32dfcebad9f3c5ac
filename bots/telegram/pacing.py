"""The pace of what we write of our own accord: replies go first, and never more leave in a second than are allowed.

Over all processes it is kept by moments that the store leases (`records/pacing.py`); here each process looks after what
it really sends, replies included.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque

ALLOWED = 30  # messages a second to all chats together, by Telegram's rules
SPARE = 4  # of these, for replies that come in between
SECOND = 1.05  # with some room for how long a request is under way


class Pacer:
    """Counts what was sent in the last second; whoever writes many takes turns."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque(maxlen=ALLOWED - SPARE)
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._held = 0.0

    def note(self, chat: int) -> None:
        """A reply is sent, which does not wait."""
        self._count(chat, asyncio.get_running_loop().time())

    def hold(self, seconds: float) -> None:
        """Telegram told us to wait: nothing leaves unasked until then."""
        self._held = max(self._held, asyncio.get_running_loop().time() + seconds)

    async def turn(self, chat: int) -> None:
        """Waits until one more may be sent, to this chat too, and counts it; for one caller at a time."""
        loop = asyncio.get_running_loop()
        while (wait := self._free(chat) - loop.time()) > 0:
            await asyncio.sleep(wait)
        self._count(chat, loop.time())

    def _free(self, chat: int) -> float:
        whole = self._sent[0] + SECOND if len(self._sent) == self._sent.maxlen else 0.0
        return max(whole, self._chats.get(chat, 0.0) + SECOND if chat in self._chats else 0.0, self._held)

    def _count(self, chat: int, now: float) -> None:
        self._sent.append(now)
        self._chats[chat] = now
        self._chats.move_to_end(chat)
        while next(iter(self._chats.values())) < now - SECOND:
            self._chats.popitem(last=False)
