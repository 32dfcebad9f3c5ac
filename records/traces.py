"""Where a resident left traces: the attempts made for them, and the conversations of these attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, union

from records.errors import Mendable
from records.residents import masked
from records.store import batches
from records.tables import Attempt, Conversation, Record, Resident

_HOUSEHOLDS = union(
    select(Record.household_id).where(Record.resident_id == bindparam("resident")),
    select(Resident.household_id).where(Resident.id == bindparam("resident")),
)
_CAMPAIGNS = select(Record.campaign_id).where(Record.resident_id == bindparam("resident"))
_ATTEMPTS = (
    select(Attempt.__table__)
    .where(Attempt.campaign_id.in_(_CAMPAIGNS), Attempt.household_id.in_(_HOUSEHOLDS))
    .order_by(Attempt.id)
)
_CONVERSATIONS = (
    select(Conversation.__table__)
    .where(Conversation.attempt_id.in_(bindparam("attempts", expanding=True)))
    .order_by(Conversation.id)
)


class NoResident(Mendable, KeyError):
    """Nobody on the roster is known by this name; it is not repeated in full when it looks like a number."""


@dataclass(frozen=True, slots=True)
class Traces:
    """The attempts that covered a resident, and the conversations that came of them, all columns, by their ids."""

    attempts: dict[int, Row[Any]]
    conversations: dict[int, Row[Any]]

    def shared(self, conversation: Row[Any]) -> bool:
        """Whether the conversation was about others too."""
        return len(self.attempts[conversation.attempt_id].residents) > 1

    def called(self, conversation: Row[Any], resident: int) -> bool:
        """Whether the resident was the one who was called."""
        people = self.attempts[conversation.attempt_id].residents
        return bool(people) and people[0] == resident


def find_resident(tx: Connection, name: str) -> int:
    """The resident known by the roster's own id, or by our number as the line list shows it; NoResident otherwise."""
    found = tx.execute(select(Resident.id).where(Resident.roster_id == name)).scalar_one_or_none()
    if found is None and name.isdecimal() and len(name) < 10:
        found = tx.execute(select(Resident.id).where(Resident.id == int(name))).scalar_one_or_none()
    if found is None:
        shown = masked(name) if sum(letter.isdecimal() for letter in name) > 6 else name
        raise NoResident(
            f"there is no resident {shown!r}: give the number that the line list shows",
            f"没有居民 {shown!r}：请用明细表中的编号",
        )
    return int(found)


def traces(tx: Connection, resident: int) -> Traces:
    """All attempts made for a resident, also those for the whole family, and their conversations."""
    attempts = {row.id: row for row in tx.execute(_ATTEMPTS, {"resident": resident}) if resident in row.residents}
    conversations = {
        row.id: row for batch in batches(attempts) for row in tx.execute(_CONVERSATIONS, {"attempts": batch})
    }
    return Traces(attempts, conversations)
