"""The pace of what we write of our own accord, over all processes: each message has a moment leased for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from records.store import missing_only
from records.tables import Slot

GAP = timedelta(milliseconds=42)  # between any two messages: 24 a second, of the 30 that Telegram allows
CHAT_GAP = timedelta(seconds=1.2)  # between two messages to one chat
ALL = 0  # in the place of a chat
_WHOLE = select(Slot.free_at).where(Slot.channel == bindparam("of_channel"), Slot.chat == ALL).with_for_update()
_CHATS = select(Slot.chat, Slot.free_at).where(
    Slot.channel == bindparam("of_channel"), Slot.chat.in_(bindparam("chats", expanding=True))
)


def lease(tx: Connection, channel: str, chats: Sequence[int], now: datetime) -> list[datetime]:
    """The moments at which a message may leave for each of these chats; nobody else gets the same."""
    if not chats:
        return []
    tx.execute(missing_only(tx, Slot), {"channel": channel, "chat": ALL, "free_at": now})
    first = max(now, tx.execute(_WHOLE, {"of_channel": channel}).scalar_one())
    rows = tx.execute(_CHATS, {"of_channel": channel, "chats": list(set(chats) - {ALL})})
    free = {row.chat: row.free_at for row in rows}
    taken: set[int] = set()
    moments = []
    for chat in chats:
        place = max(0, -(-(free.get(chat, first) - first) // GAP))
        while place in taken:
            place += 1
        taken.add(place)
        moments.append(first + place * GAP)
        free[chat] = moments[-1] + CHAT_GAP
    free[ALL] = first + (max(taken) + 1) * GAP
    _keep(tx, [{"channel": channel, "chat": chat, "free_at": free[chat]} for chat in {ALL, *chats}])
    return moments


def forget_slots(tx: Connection, channel: str, now: datetime) -> None:
    """Removes what binds nobody any more."""
    tx.execute(delete(Slot).where(Slot.channel == channel, Slot.chat != ALL, Slot.free_at < now))


def _keep(tx: Connection, rows: Sequence[dict[str, object]]) -> None:
    insert = (sqlite if tx.dialect.name == "sqlite" else postgresql).insert(Slot)
    changed = insert.on_conflict_do_update(
        index_elements=["channel", "chat"], set_={"free_at": insert.excluded.free_at}
    )
    tx.execute(changed, rows)
