"""Messages to the staff that follow something as it goes on: which are to be looked at, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from records.store import new_key
from records.tables import Watch

EVERY = timedelta(seconds=3)  # between two looks; a message is edited only when it has changed
LONGEST = timedelta(hours=24)
AT_ONCE = 50
_DUE = (
    select(Watch.__table__)
    .where(Watch.channel == bindparam("of_channel"), Watch.due_at <= bindparam("now"), Watch.message.is_not(None))
    .order_by(Watch.due_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_CHANGE = update(Watch).where(Watch.id == bindparam("of_watch"))


@dataclass(frozen=True, slots=True)
class Look:
    """A message that is to be looked at: whose, in which chat, about what, and what it shows."""

    id: int
    address: str
    staff_id: int
    what: str
    subject: int
    message: int
    shown: str
    begun_at: datetime


def begin_watch(tx: Connection, channel: str, address: str, staff: int, what: str, subject: int, at: datetime) -> int:
    """Begins to follow something in a message that is still to be sent; an earlier one about the same ends."""
    same = (Watch.channel == channel, Watch.address == address, Watch.what == what, Watch.subject == subject)
    tx.execute(update(Watch).where(*same, Watch.due_at.is_not(None)).values(due_at=None))
    row = {
        "channel": channel, "address": address, "staff_id": staff, "what": what, "subject": subject, "shown": "",
        "begun_at": at, "due_at": at,
    }  # fmt: skip
    return new_key(tx.execute(insert(Watch), row))


def note_message(tx: Connection, watch: int, message: int) -> None:
    """The message was sent under this number."""
    _change(tx, watch, message=message)


def due_watches(tx: Connection, channel: str, now: datetime) -> list[Look]:
    """The messages to be looked at now; each by one process, which looks again after a while."""
    rows = tx.execute(_DUE, {"of_channel": channel, "now": now}).all()
    if rows:
        tx.execute(_CHANGE, [{"of_watch": row.id, "due_at": now + EVERY} for row in rows])
    return [
        Look(row.id, row.address, row.staff_id, row.what, row.subject, row.message, row.shown, row.begun_at)
        for row in rows
    ]


def note_shown(tx: Connection, watch: int, text: str) -> None:
    """What the message shows now."""
    _change(tx, watch, shown=text)


def end_watch(tx: Connection, watch: int) -> None:
    """Nothing is to be followed any more."""
    _change(tx, watch, due_at=None)


def _change(tx: Connection, watch: int, **values: Any) -> None:
    tx.execute(_CHANGE, {"of_watch": watch, **values})
