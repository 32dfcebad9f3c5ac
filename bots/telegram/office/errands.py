"""An errand of one of the staff, and what came of it: the values that all rooms of the office share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bots.telegram.letters import Button, Letter
from bots.telegram.office.wordings import said
from records.staff import Member, note_deed
from records.staff_chats import keep_draft
from records.store import Store, Tx

CHANNEL = "telegram"
WORK = "w"  # the data of all buttons of the office begin with it


@dataclass(frozen=True, slots=True)
class Errand:
    """What a member wants: `rest` is what stands behind the name of a button, `words` what was written or said.

    `draft` is what they are filling in; `at` is aware.
    """

    tx: Tx
    store: Store
    member: Member
    chat: int
    at: datetime
    zone: ZoneInfo
    fever_c: float
    rest: tuple[str, ...] = ()
    words: str = ""
    draft: Mapping[str, Any] | None = None

    @property
    def language(self) -> str:
        """The language that the member reads."""
        return self.member.language

    def say(self, name: str, /, **places: object) -> str:
        """A wording of the office in their language."""
        return said(name, self.language, **places)

    def letter(self, name: str, /, *buttons: Button, columns: int = 1, **places: object) -> Letter:
        """A wording as a letter."""
        return Letter(self.say(name, **places), buttons, columns)

    def number(self, place: int = 0) -> int:
        """A number behind the name of a button; -1 where there is none, which is the number of nothing."""
        text = self.rest[place] if place < len(self.rest) else ""
        return int(text) if text.isdecimal() and len(text) < 18 else -1

    def note(self, what: str, whom: str, detail: str = "") -> None:
        """Adds to the trail what the member saw or did."""
        note_deed(self.tx, self.member, what, whom, self.at, detail)

    def keep(self, form: str, **values: Any) -> None:
        """Keeps what is being filled in, until it is done or given up."""
        keep_draft(self.tx, CHANNEL, str(self.chat), {"form": form, "at": self.at.isoformat(), **values})

    def drop(self) -> None:
        """Nothing is being filled in any more."""
        keep_draft(self.tx, CHANNEL, str(self.chat), {})

    def local(self, at: datetime | None, form: str = "%m-%d %H:%M") -> str:
        """A moment in the office's own time; a dash for none."""
        return f"{at.astimezone(self.zone):{form}}" if at else "-"

    def behind(self, *rest: str) -> Errand:
        """The same errand with something else behind the name of the button."""
        return replace(self, rest=rest)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: letters, or a `board` in the place of the message whose button was pressed.

    `chosen` is the label of that button, which stays where its message is done with. `notice` is shown for a moment,
    or (`alert`) until it is put away. `watch` is the number of what the letter is to follow.
    """

    letters: tuple[Letter, ...] = ()
    board: Letter | None = None
    chosen: str = ""
    notice: str = ""
    alert: bool = False
    watch: int = 0


def button(label: str, deed: str, *rest: object) -> Button:
    """A button that asks for a deed of the office."""
    return ":".join((WORK, deed, *map(str, rest))), label
