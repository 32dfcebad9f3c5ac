"""The chats of those who work here: whose they are, and what was begun to be filled in there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from records.staff import Member, member_from
from records.tables import Staff, StaffChat

_AT = (
    select(Staff.__table__)
    .join(StaffChat, StaffChat.staff_id == Staff.id)
    .where(
        StaffChat.channel == bindparam("channel"), StaffChat.address == bindparam("address"), Staff.closed_at.is_(None)
    )
)
_HERE = (StaffChat.channel == bindparam("of_channel"), StaffChat.address == bindparam("of_address"))


def link_chat(tx: Connection, staff_id: int, channel: str, address: str, now: datetime) -> None:
    """Gives a chat to somebody who works here, whoever had it before."""
    tx.execute(delete(StaffChat).where(*_HERE), {"of_channel": channel, "of_address": address})
    row = {"channel": channel, "address": address, "staff_id": staff_id, "linked_at": now}
    tx.execute(insert(StaffChat), row)


def member_at(tx: Connection, channel: str, address: str) -> Member | None:
    """Who of us writes from this chat; None when nobody."""
    row = tx.execute(_AT, {"channel": channel, "address": address}).one_or_none()
    return None if row is None else member_from(row, row.id)


def chats_of(tx: Connection, channel: str) -> list[tuple[Member, str]]:
    """Everybody of us who can be written to on a channel, with their chat."""
    query = (
        select(Staff.__table__, StaffChat.address)
        .join(StaffChat, StaffChat.staff_id == Staff.id)
        .where(StaffChat.channel == channel, Staff.closed_at.is_(None))
        .order_by(StaffChat.linked_at)
    )
    return [(member_from(row, row.id), row.address) for row in tx.execute(query)]


def draft_at(tx: Connection, channel: str, address: str) -> dict[str, Any]:
    """What was begun to be filled in in a chat; empty when nothing."""
    query = select(StaffChat.draft).where(*_HERE)
    return tx.execute(query, {"of_channel": channel, "of_address": address}).scalar_one_or_none() or {}


def keep_draft(tx: Connection, channel: str, address: str, draft: Mapping[str, Any]) -> None:
    """Keeps what is being filled in; an empty one ends it."""
    keys = {"of_channel": channel, "of_address": address}
    tx.execute(update(StaffChat).where(*_HERE).values(draft=dict(draft)), keys)
