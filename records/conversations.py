"""Conversations: each turn kept at once, with the dialog's memory; two writers at once are found by the revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from dialogs.events import Event, from_json, to_json
from records.statements import Prepared
from records.tables import Attempt, Conversation, Turn

OPEN = Prepared(
    insert(Conversation).returning(Conversation.id),
    *("attempt_id", "channel", "address", "script", "script_version", "memory", "revision", "over", "opened_at"),
    "updated_at",
)
KEEP = Prepared(
    update(Conversation).where(
        Conversation.id == bindparam("of_conversation"), Conversation.revision == bindparam("expected")
    ),
    *("memory", "over", "revision", "updated_at"),
)
ADD_TURNS = Prepared(insert(Turn), "conversation_id", "number", "events", "happened_at", "recorded_at")
LOAD = select(
    *(Conversation.id, Conversation.attempt_id, Conversation.channel, Conversation.address, Conversation.script),
    *(Conversation.script_version, Conversation.memory, Conversation.revision, Conversation.over),
    *(Conversation.opened_at, Attempt.campaign_id, Attempt.round, Attempt.household_id, Attempt.residents),
    Attempt.phone,
).join(Attempt, Attempt.id == Conversation.attempt_id)
BY_ID = LOAD.where(Conversation.id == bindparam("wanted")).limit(1)
BY_ADDRESS = (
    LOAD.where(
        Conversation.channel == bindparam("channel"), Conversation.address == bindparam("address"), ~Conversation.over
    )
    .order_by(Conversation.id.desc())
    .limit(1)
)
JUST_OVER = (
    LOAD.where(
        Conversation.channel == bindparam("channel"),
        Conversation.address == bindparam("address"),
        Conversation.over,
        Conversation.updated_at > bindparam("since"),
    )
    .order_by(Conversation.id.desc())
    .limit(1)
)
BY_ATTEMPT = LOAD.where(Conversation.attempt_id == bindparam("attempt")).order_by(Conversation.id.desc()).limit(1)
OF_ROUND = (
    LOAD.where(
        Attempt.campaign_id == bindparam("campaign"),
        Attempt.round == bindparam("of_round"),
        Attempt.household_id == bindparam("household"),
        Conversation.over,
    )
    .order_by(Conversation.id.desc())
    .limit(1)
)
TURNS = (
    select(Turn.number, Turn.happened_at, Turn.recorded_at, Turn.events)
    .where(Turn.conversation_id == bindparam("wanted"))
    .order_by(Turn.number)
)


class Stale(RuntimeError):
    """Somebody else kept a turn of this conversation meanwhile: load it again and repeat the turn."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it is kept, with what the attempt it belongs to says; `revision` counts its turns."""

    id: int
    attempt_id: int
    channel: str
    address: str
    script: str
    script_version: int
    memory: dict[str, Any]
    revision: int
    over: bool
    opened_at: datetime
    campaign_id: int
    round: int
    household_id: int
    residents: tuple[int, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """What happened in one turn, in its order."""

    number: int
    happened_at: datetime
    recorded_at: datetime
    events: tuple[Event, ...]


NewTurn = tuple[datetime, Sequence[Event]]  # when it happened, and what


def open_conversation(
    tx: Connection, *, attempt_id: int, channel: str, address: str, script: str, script_version: int, now: datetime
) -> int:
    """A new conversation of an attempt, at revision 0 and without a turn; returns its id."""
    row = {
        "attempt_id": attempt_id, "channel": channel, "address": address, "script": script,
        "script_version": script_version, "memory": {}, "revision": 0, "over": False, "opened_at": now,
        "updated_at": now,
    }  # fmt: skip
    return int(OPEN.execute(tx, row).scalar_one())


def keep_turns(
    tx: Connection,
    conversation_id: int,
    revision: int,
    memory: Mapping[str, Any],
    over: bool,
    turns: Sequence[NewTurn],
    now: datetime,
) -> int:
    """Adds turns to a conversation that stands at `revision`, with the dialog's memory after them.

    Returns the new revision, which counts the turns kept. Raises Stale, and has written nothing, when the
    conversation stands elsewhere.
    """
    after = revision + len(turns)
    keys = {"of_conversation": conversation_id, "expected": revision}
    kept = KEEP.execute(tx, {**keys, "memory": memory, "over": over, "revision": after, "updated_at": now})
    if kept.rowcount != 1:
        raise Stale(f"conversation {conversation_id} no longer stands at revision {revision}")
    rows = [
        {
            "conversation_id": conversation_id,
            "number": number,
            "events": [to_json(event) for event in events],
            "happened_at": happened_at,
            "recorded_at": now,
        }
        for number, (happened_at, events) in enumerate(turns, start=revision)
    ]
    if rows:
        ADD_TURNS.execute(tx, rows if len(rows) > 1 else rows[0])
    return after


def load_conversation(tx: Connection, conversation_id: int) -> Kept:
    """The conversation of this id; KeyError when there is none."""
    found = _kept(tx, BY_ID, {"wanted": conversation_id})
    if found is None:
        raise KeyError(f"there is no conversation {conversation_id}")
    return found


def conversation_at(tx: Connection, channel: str, address: str) -> Kept | None:
    """The newest conversation at an address that is not over, for channels where words arrive at any time."""
    return _kept(tx, BY_ADDRESS, {"channel": channel, "address": address})


def just_over(tx: Connection, channel: str, address: str, since: datetime) -> Kept | None:
    """The newest conversation at an address that came to its end after a moment."""
    return _kept(tx, JUST_OVER, {"channel": channel, "address": address, "since": since})


def conversation_of(tx: Connection, attempt_id: int) -> Kept | None:
    """The newest conversation of an attempt, over or not."""
    return _kept(tx, BY_ATTEMPT, {"attempt": attempt_id})


def last_of(tx: Connection, campaign_id: int, round: int, household_id: int) -> Kept | None:
    """The newest conversation with a household in a round that came to its end, or broke off."""
    return _kept(tx, OF_ROUND, {"campaign": campaign_id, "of_round": round, "household": household_id})


def transcript(tx: Connection, conversation_id: int) -> list[KeptTurn]:
    """All turns of a conversation in their order; an unknown conversation has none."""
    rows = tx.execute(TURNS, {"wanted": conversation_id})
    return [KeptTurn(n, happened, recorded, tuple(map(from_json, events))) for n, happened, recorded, events in rows]


def events_of(tx: Connection, conversation_id: int) -> list[Event]:
    """All events of a conversation in their order, as the folds want them."""
    return [event for turn in transcript(tx, conversation_id) for event in turn.events]


def _kept(tx: Connection, query: Any, wanted: Mapping[str, Any]) -> Kept | None:
    row = tx.execute(query, wanted).one_or_none()
    return None if row is None else Kept(**{**row._mapping, "residents": tuple(row.residents)})
