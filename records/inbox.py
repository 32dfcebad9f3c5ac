"""The inbox: updates of a channel are kept before they are confirmed, handled once, and answered also after a crash.

An update in hand bears the name of the process that has it, and until when: that process goes on renewing it, and what
was not renewed is taken over by whoever sweeps. What we write of our own accord has a number below zero.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from records.statements import Prepared, among
from records.store import missing_only
from records.tables import Inbox

HELD = timedelta(seconds=60)  # what a process has in hand is left to it for so long after it renewed it last
SWEPT = 200  # taken over at once
_EARLIER = aliased(Inbox)
_OF_CHANNEL = Inbox.channel == bindparam("of_channel")
_THIS = (_OF_CHANNEL, Inbox.update_id == bindparam("of_update"))
_BUSY = (
    select(_EARLIER.update_id)
    .where(
        _EARLIER.channel == Inbox.channel,
        _EARLIER.chat == Inbox.chat,
        _EARLIER.update_id < Inbox.update_id,
        _EARLIER.answered_at.is_(None),
        or_(
            _EARLIER.handled_at.is_(None),
            and_(_EARLIER.taken_until > bindparam("now"), _EARLIER.taken_by != bindparam("me")),
        ),
    )
    .offset(literal_column("0"))  # keeps PostgreSQL from joining all that is open instead of looking at one chat
    .exists()
)
_CLAIM = Prepared(
    update(Inbox).where(_OF_CHANNEL, among(Inbox.update_id, "of_updates"), Inbox.handled_at.is_(None), ~_BUSY),
    *("payload", "handled_at", "taken_by", "taken_until"),
)
_UNHANDLED = select(Inbox.update_id).where(*_THIS, Inbox.handled_at.is_(None))
_CHANGE = update(Inbox).where(*_THIS)
_REPLY = Prepared(_CHANGE, "reply")
_ANSWERED = Prepared(_CHANGE, "reply", "payload", "chat", "handled_at", "answered_at")
_OPEN = select(Inbox.update_id, Inbox.chat, Inbox.payload, Inbox.reply, Inbox.received_at, Inbox.handled_at).where(
    Inbox.channel == bindparam("channel"), Inbox.answered_at.is_(None)
)
_MINE = (
    select(_EARLIER.update_id)
    .where(_EARLIER.channel == bindparam("of_channel"), _EARLIER.answered_at.is_(None))
    .where(_EARLIER.taken_by == bindparam("me"))
    .with_for_update(skip_locked=True)  # what is being written just now need not be renewed
)
_RENEW = update(Inbox).where(_OF_CHANNEL, Inbox.update_id.in_(_MINE))


class Busy(Exception):
    """An earlier update of the same chat is not done with: handle that first, if it is free, or try in a moment."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update as it came: its number, the number of its chat (0: none), and its content."""

    update_id: int
    chat: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update that is not done with: `reply` None means not yet handled, else what is still to be sent."""

    update_id: int
    chat: int
    payload: Mapping[str, Any]
    reply: Mapping[str, Any] | None
    received_at: datetime


def keep_updates(tx: Connection, channel: str, updates: Iterable[Arrival], by: str, now: datetime) -> None:
    """Keeps updates, in hand of the process named `by`; those already there stay as they are."""
    taken = {"channel": channel, "received_at": now, "taken_by": by, "taken_until": now + HELD}
    rows = [{"update_id": one.update_id, "chat": one.chat, "payload": one.payload, **taken} for one in updates]
    if rows:
        tx.execute(missing_only(tx, Inbox), rows)


def claim_update(tx: Connection, channel: str, update_id: int, by: str, now: datetime) -> bool:
    """Takes an update in hand, within the transaction that handles it; False when it was handled before.

    Raises Busy, and has changed nothing, while an earlier one of the same chat is not handled, or another process
    has it in hand.
    """
    if claim_updates(tx, channel, [update_id], by, now):
        return True
    if tx.execute(_UNHANDLED, {"of_channel": channel, "of_update": update_id}).first() is None:
        return False
    raise Busy


def claim_updates(tx: Connection, channel: str, updates: Sequence[int], by: str, now: datetime) -> bool:
    """Takes updates of different chats in hand, within the transaction that handles them.

    False when that could not be done with each of them, after which the transaction must be rolled back.
    """
    taken = {"payload": {}, "handled_at": now, "taken_by": by, "taken_until": now + HELD}
    keys = {"of_channel": channel, "of_updates": updates, "me": by, "now": now}
    return _CLAIM.execute(tx, {**keys, **taken}).rowcount == len(updates)


def free_before(tx: Connection, channel: str, chat: int, update_id: int, by: str, now: datetime) -> Arrived | None:
    """The first unhandled update of a chat before another one, if it is in hand of nobody else."""
    mine = or_(Inbox.taken_until.is_(None), Inbox.taken_until < now, Inbox.taken_by == by)
    query = _OPEN.where(Inbox.chat == chat, Inbox.update_id < update_id, Inbox.handled_at.is_(None))
    first = tx.execute(query.add_columns(mine.label("mine")).order_by(Inbox.update_id).limit(1), {"channel": channel})
    row = first.one_or_none()
    return _arrived(row) if row is not None and row.mine else None


def keep_replies(tx: Connection, channel: str, replies: Mapping[int, Mapping[str, Any]]) -> None:
    """Keeps what is to be sent in reply to updates, by their numbers, until it is noted as answered."""
    if replies:
        rows = [{"of_channel": channel, "of_update": number, "reply": reply} for number, reply in replies.items()]
        _REPLY.execute(tx, rows if len(rows) > 1 else rows[0])


def post(tx: Connection, channel: str, chat: int, reply: Mapping[str, Any], by: str, now: datetime) -> int:
    """Keeps something that we write of our own accord, until it is noted as answered; returns its number."""
    number = -secrets.randbits(62) - 1
    row = {"channel": channel, "update_id": number, "chat": chat, "payload": {}, "received_at": now, "handled_at": now}
    tx.execute(
        insert(Inbox), {**row, "reply": {**reply, "update_id": number}, "taken_by": by, "taken_until": now + HELD}
    )
    return number


def note_answered(tx: Connection, channel: str, updates: Sequence[int], now: datetime) -> None:
    """Nothing is left to do about these updates; of each only the number stays."""
    done = {"reply": {}, "payload": {}, "chat": 0, "handled_at": now, "answered_at": now}
    if updates:
        _ANSWERED.execute(tx, [{"of_channel": channel, "of_update": number, **done} for number in updates])


def give_back(tx: Connection, channel: str, update_id: int, until: datetime) -> None:
    """Lays down an update that cannot be done with now; whoever sweeps after `until` has another try."""
    tx.execute(_CHANGE, {"of_channel": channel, "of_update": update_id, "taken_by": "", "taken_until": until})


def renew(tx: Connection, channel: str, by: str, now: datetime) -> None:
    """All that the process named `by` has in hand is still in good hands."""
    tx.execute(_RENEW, {"of_channel": channel, "me": by, "taken_until": now + HELD})


def sweep(tx: Connection, channel: str, by: str, now: datetime, *, alone: bool = False) -> Sequence[Arrived]:
    """Takes over what nobody has in hand any more, in the order of the ids; with `alone` all that is open."""
    free = or_(Inbox.taken_until.is_(None), Inbox.taken_until < now)
    query = _OPEN.order_by(Inbox.update_id) if alone else _OPEN.where(free).order_by(Inbox.update_id).limit(SWEPT)
    arrived = [_arrived(row) for row in tx.execute(query.with_for_update(skip_locked=True), {"channel": channel})]
    taken = {"of_channel": channel, "taken_by": by, "taken_until": now + HELD}
    if arrived:
        tx.execute(_CHANGE, [{"of_update": one.update_id, **taken} for one in arrived])
    return arrived


def open_updates(tx: Connection, channel: str) -> Sequence[Arrived]:
    """What arrived and is not done with, in the order of the ids."""
    return [_arrived(row) for row in tx.execute(_OPEN.order_by(Inbox.update_id), {"channel": channel})]


def forget_updates(tx: Connection, channel: str, before: datetime) -> int:
    """Removes what was done with before a moment, as no channel sends it again; returns how many."""
    gone = delete(Inbox).where(Inbox.channel == channel, Inbox.received_at < before, Inbox.answered_at.is_not(None))
    return tx.execute(gone).rowcount


def _arrived(row: Any) -> Arrived:
    return Arrived(row.update_id, row.chat, row.payload, row.reply if row.handled_at else None, row.received_at)
