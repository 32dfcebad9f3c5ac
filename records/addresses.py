"""Addresses: which chat belongs to which resident, in which language, and whether they may be written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from records.residents import HEAD
from records.tables import Address, Resident, StaffChat

_AT = (
    select(
        *(Address.resident_id, Address.language.label("chosen"), Address.stopped_at, Address.blocked_at),
        *(Address.hour, Address.ask_at, Address.draft, Resident.household_id, Resident.name, Resident.phone),
        *(Resident.language.label("listed"), Resident.time_zone, Resident.preferred_hour),
        exists().where(StaffChat.channel == Address.channel, StaffChat.address == Address.address).label("works"),
    )
    .join(Resident, Resident.id == Address.resident_id)
    .where(Address.channel == bindparam("channel"), Address.address == bindparam("address"))
)
_CHANGE = update(Address).where(Address.channel == bindparam("of_channel"), Address.address == bindparam("of_address"))


@dataclass(frozen=True, slots=True)
class Linked:
    """A chat with the resident it belongs to; `language` is the one chosen there, else that of the roster.

    `works`: it is a chat of the staff as well. `hour` is the local one of the daily question, None where neither the
    chat nor the roster names one; `asks` whether there is such a question at all. `draft` is what was begun to be
    entered on buttons.
    """

    channel: str
    address: str
    resident_id: int
    household_id: int
    name: str
    phone: str
    language: str
    time_zone: str
    stopped: bool
    blocked: bool
    works: bool
    hour: int | None
    asks: bool
    draft: Mapping[str, Any]


def residents_with(tx: Connection, phone: str) -> list[int]:
    """Whom a number (E.164) is on the roster for: of a family that shares it, the head first."""
    query = (
        select(Resident.id)
        .where(Resident.phone == phone, Resident.ineligible == "")
        .order_by(Resident.relation != HEAD, Resident.id)
    )
    return list(tx.execute(query).scalars())


def link(tx: Connection, channel: str, address: str, resident_id: int, now: datetime, language: str = "") -> Linked:
    """Gives an address to a resident, whoever had it before."""
    unlink(tx, channel, address)
    row = {"channel": channel, "address": address, "resident_id": resident_id, "language": language, "linked_at": now}
    tx.execute(insert(Address), row)
    linked = linked_at(tx, channel, address)
    assert linked is not None
    return linked


def linked_at(tx: Connection, channel: str, address: str) -> Linked | None:
    """Whose address this is; None when it is nobody's."""
    row = tx.execute(_AT, {"channel": channel, "address": address}).one_or_none()
    if row is None:
        return None
    return Linked(
        channel=channel,
        address=address,
        resident_id=row.resident_id,
        household_id=row.household_id,
        name=row.name,
        phone=row.phone,
        language=row.chosen or row.listed,
        time_zone=row.time_zone,
        stopped=row.stopped_at is not None,
        blocked=row.blocked_at is not None,
        works=row.works,
        hour=row.preferred_hour if row.hour is None else row.hour,
        asks=row.ask_at is not None,
        draft=row.draft,
    )


def unlink(tx: Connection, channel: str, address: str) -> None:
    """Forgets whose address this was."""
    tx.execute(delete(Address).where(Address.channel == channel, Address.address == address))


def linked_residents(tx: Connection, channel: str) -> set[int]:
    """All residents who have a chat on a channel."""
    return set(tx.execute(select(Address.resident_id).where(Address.channel == channel)).scalars())


def change_address(tx: Connection, channel: str, address: str, **values: Any) -> None:
    """Notes a `language`, a `draft`, or since when messages are not wished (`stopped_at`) or refused (`blocked_at`).

    The daily question is changed by `check_ins.ask_from`.
    """
    tx.execute(_CHANGE, {"of_channel": channel, "of_address": address, **values})
