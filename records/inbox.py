"""The inbox: updates of a channel are kept before they are confirmed, handled once, and answered also after a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from records.store import missing_only
from records.tables import Inbox

_THIS = (Inbox.channel == bindparam("of_channel"), Inbox.update_id == bindparam("of_update"))
_CLAIM = update(Inbox).where(*_THIS, Inbox.handled_at.is_(None))
_REPLY = update(Inbox).where(*_THIS)
_OPEN = (
    select(Inbox.update_id, Inbox.payload, Inbox.reply, Inbox.received_at, Inbox.handled_at)
    .where(Inbox.channel == bindparam("channel"), Inbox.answered_at.is_(None))
    .order_by(Inbox.update_id)
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update that is not done with: `reply` None means not yet handled, else what is still to be sent."""

    update_id: int
    payload: Mapping[str, Any]
    reply: Mapping[str, Any] | None
    received_at: datetime


def keep_updates(tx: Connection, channel: str, updates: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    """Keeps updates by their ids; those already there stay as they are."""
    rows = [{"channel": channel, "update_id": n, "payload": p, "received_at": now} for n, p in updates.items()]
    if rows:
        tx.execute(missing_only(tx, Inbox), rows)


def claim_update(tx: Connection, channel: str, update_id: int, now: datetime) -> bool:
    """Takes an update in hand, within the transaction that handles it; False when it was handled before."""
    keys = {"of_channel": channel, "of_update": update_id}
    return tx.execute(_CLAIM, {**keys, "payload": {}, "handled_at": now}).rowcount == 1


def keep_reply(tx: Connection, channel: str, update_id: int, reply: Mapping[str, Any]) -> None:
    """Keeps what is to be sent in reply to an update, until it is noted as answered."""
    tx.execute(_REPLY, {"of_channel": channel, "of_update": update_id, "reply": reply})


def note_answered(tx: Connection, channel: str, update_id: int, now: datetime) -> None:
    """Nothing is left to do about an update."""
    tx.execute(_REPLY, {"of_channel": channel, "of_update": update_id, "reply": {}, "answered_at": now})


def open_updates(tx: Connection, channel: str) -> Sequence[Arrived]:
    """What arrived and is not done with, in the order of the ids; after a crash, what to handle or to send."""
    rows = tx.execute(_OPEN, {"channel": channel})
    return [Arrived(r.update_id, r.payload, r.reply if r.handled_at else None, r.received_at) for r in rows]


def forget_updates(tx: Connection, channel: str, before: datetime) -> int:
    """Removes what was done with before a moment, as no channel sends it again; returns how many."""
    gone = delete(Inbox).where(Inbox.channel == channel, Inbox.received_at < before, Inbox.answered_at.is_not(None))
    return tx.execute(gone).rowcount
