"""Letters: what came from a chat and what goes back to it, as plain values that can be kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["words", "command", "contact", "button", "edited", "attachment", "blocked", "unblocked", "nothing"]
CHOSEN = "chosen"  # the data of a button that only shows what was chosen
Keyboard = Literal["", "ask_contact", "remove"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What somebody did in a chat with us; `words` are the text, the command's name, or the button's own data.

    `phone` is E.164, and `own` tells whether it is proved to be the sender's. `query` and `message` are Telegram's ids
    of a pressed button and of the message it is on. `at` is aware.
    """

    chat: int
    kind: Kind
    at: datetime
    language: str = ""
    words: str = ""
    phone: str = ""
    own: bool = False
    query: str = ""
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a chat: its text, buttons below it as (data, label), and what becomes of the chat's keyboard.

    `ask_contact` shows a button labelled `label` by which the owner shares their own number; `remove` takes it away.
    """

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    keyboard: Keyboard = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that is to be done in reply to one update; `chosen` is the label of the pressed button that stays."""

    update_id: int
    chat: int
    letters: tuple[Letter, ...] = ()
    query: str = ""
    message: int | None = None
    notice: str = ""
    chosen: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be done."""
        return not self.letters and not self.query

    def to_json(self) -> dict[str, Any]:
        """For the inbox."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outgoing:
        """Back from the inbox."""
        letters = tuple(
            Letter(**{**letter, "buttons": tuple((d, label) for d, label in letter["buttons"])})
            for letter in data["letters"]
        )
        return cls(**{**data, "letters": letters})
