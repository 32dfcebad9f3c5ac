"""A live line (phone, terminal, simulated resident), and the one talk that serves them all."""

from __future__ import annotations

from typing import Protocol

from bots.desk import Closed, Desk, Visit
from dialogs.events import Heard, Reply


class Line(Protocol):
    """Somebody at the other end, now. Barge-in, end-pointing and keys are the line's own affair."""

    def ask(self, reply: Reply) -> Heard:
        """Says the reply and waits for what comes back: words, keys, silence or a hang-up."""
        ...

    def tell(self, reply: Reply) -> None:
        """Says the reply, to which no answer is expected."""
        ...


def talk(line: Line, desk: Desk, visit: Visit) -> Closed:
    """One conversation from greeting to goodbye."""
    conversation, reply = desk.open(visit)
    while not reply.over:
        reply = desk.hear(conversation, line.ask(reply))
    line.tell(reply)
    return desk.close(conversation)
