"""Letters: what came from a chat and what goes back to it, as plain values that can be kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "words", "command", "contact", "button", "voice", "photo", "forwarded", "edited", "attachment", "blocked",
    "unblocked", "nothing",
]  # fmt: skip
CHOSEN = "chosen"  # the data of a button that only shows what was chosen
Keyboard = Literal["", "ask_contact", "remove"]
Button = tuple[str, str]  # data, label


@dataclass(frozen=True, slots=True)
class Incoming:
    """What somebody did in a chat with us; `words` are the text, the command's name, or the button's own data.

    `rest` is what stands behind a command. `phone` is E.164, and `own` tells whether it is proved to be the sender's.
    `query` and `message` are Telegram's ids of a pressed button and of the message it is on. `at` is aware.
    """

    chat: int
    kind: Kind
    at: datetime
    language: str = ""
    words: str = ""
    rest: str = ""
    phone: str = ""
    own: bool = False
    query: str = ""
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was heard in a voice message, or why nothing could be: `trouble` names a wording.

    `words`, `confidence` and `alternatives` are the recogniser's; `clear` says whether it understood anything, `begun`
    whether the talk began with this message.
    """

    words: str = ""
    confidence: float = 0.0
    alternatives: tuple[str, ...] = ()
    clear: bool = False
    trouble: str = ""
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a chat: its text, buttons below it, and what becomes of the chat's keyboard.

    With `columns` so many buttons stand in a row, else as many as fit. `code` is the token and the colour of a health
    code, shown as a picture with the text below it. `file` says what is to be made and sent when it is (see
    `office/papers.py`), with the text below. `ask_contact` shows a button labelled `label` by which the owner
    shares their own number; `remove` takes it away.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    columns: int = 0
    keyboard: Keyboard = ""
    label: str = ""
    code: tuple[str, str] | None = None
    file: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that is to be done in reply to one update; `chosen` is the label of the pressed button that stays.

    `board` takes the place of the buttons that one was pressed of, and of its message too where it has a text. `notice`
    is what is shown for a moment, or (`alert`) until it is put away. `written` is the id of the notice that this is, if
    it is one and no reply; `letter` the broadcast and the resident of a broadcast's. `watch` is the number of what the
    last letter is to follow.
    """

    update_id: int
    chat: int
    letters: tuple[Letter, ...] = ()
    query: str = ""
    message: int | None = None
    notice: str = ""
    chosen: str = ""
    board: Letter | None = None
    written: int = 0
    alert: bool = False
    letter: tuple[int, int] | None = None
    watch: int = 0

    @property
    def unasked(self) -> bool:
        """Whether we write this of our own accord, and not in reply."""
        return self.update_id < 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be done."""
        return not self.letters and not self.query

    def to_json(self) -> dict[str, Any]:
        """For the inbox."""
        return {**_plain(self), "letters": list(map(_plain, self.letters)), "board": self.board and _plain(self.board)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outgoing:
        """Back from the inbox."""
        board, letter = data.get("board"), data.get("letter")
        letters = tuple(map(_letter, data["letters"]))
        return cls(
            **{**data, "letters": letters, "board": board and _letter(board), "letter": letter and tuple(letter)}
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of something outgoing: sent, blocked (the chat takes nothing), or refused; the last message's id."""

    outgoing: Outgoing
    state: Literal["sent", "blocked", "refused"] = "sent"
    message: int | None = None


def _plain(value: Letter | Outgoing) -> dict[str, Any]:
    """The fields of a value as they are: the library's own way copies all that is in them."""
    return {name: getattr(value, name) for name in value.__slots__}


def _letter(data: Mapping[str, Any]) -> Letter:
    code, buttons = data.get("code"), tuple((d, label) for d, label in data["buttons"])
    return Letter(**{**data, "buttons": buttons, "code": code and tuple(code), "file": tuple(data.get("file", ()))})
