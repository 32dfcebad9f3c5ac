"""Notices: written to a household after the last try, in the chat that is known, else by a link to its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, bindparam, exists, false, func, select, update

from records.store import missing_only
from records.tables import Address, Campaign, Notice, Record, Resident

PURPOSE = "notice"  # of the seal on the number of a notice, which makes a link that nobody can guess
OUTBOX = Notice.OUTBOX
_THERE = select(Notice.id).where(
    Notice.campaign_id == bindparam("campaign"),
    Notice.round == bindparam("of_round"),
    Notice.household_id == bindparam("household"),
)
_CHATS = (
    select(Address.resident_id, Address.channel, Address.address)
    .where(
        Address.resident_id.in_(bindparam("residents", expanding=True)),
        Address.stopped_at.is_(None),
        Address.blocked_at.is_(None),
    )
    .order_by(Address.linked_at.desc())
)
_LETTERS: Select[Any] = (
    select(Notice.id, Notice.address, Notice.expires_at, Campaign.plan)
    .add_columns(Resident.name, Resident.language, Resident.time_zone)
    .join(Resident, Resident.id == Notice.resident_id)
    .join(Campaign, Campaign.id == Notice.campaign_id)
    .where(Notice.sent_at.is_(None), Notice.expires_at > bindparam("now"), Notice.channel == bindparam("of_channel"))
    .order_by(Notice.id)
)
_SENT = update(Notice).where(Notice.id == bindparam("of_notice"))
_GOOD = select(Notice.resident_id).where(Notice.id == bindparam("wanted"), Notice.expires_at > bindparam("now"))


@dataclass(frozen=True, slots=True)
class Unreached:
    """A household to be written to in a round: its members still to report, with the number of each, blank if dead."""

    campaign_id: int
    round: int
    household_id: int
    numbers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice to be sent: to which chat or number, to whom, and until when it is good, in their own time."""

    id: int
    address: str
    name: str
    language: str
    until: datetime


def leave_notice(tx: Connection, home: Unreached, now: datetime, expires_at: datetime, *, links: bool) -> bool:
    """Leaves one notice for a household, to the chat of a member, else (with `links`) to a number.

    False when it can be written to in neither way; one that is there already counts as left.
    """
    keys = {"campaign": home.campaign_id, "of_round": home.round, "household": home.household_id}
    if tx.execute(_THERE, keys).first() is not None:
        return True
    to = _chat(tx, home) or (_number(home) if links else None)
    if to is None:
        return False
    resident, channel, address = to
    row = {
        "campaign_id": home.campaign_id, "round": home.round, "household_id": home.household_id,
        "resident_id": resident, "channel": channel, "address": address, "created_at": now, "expires_at": expires_at,
    }  # fmt: skip
    tx.execute(missing_only(tx, Notice), row)
    return True


def waiting(tx: Connection, channel: str, now: datetime, limit: int | None = None) -> list[Letter]:
    """The notices still to be sent on a channel, and still good; locked, so that no other process has them too."""
    query = _LETTERS.limit(limit).with_for_update(skip_locked=True, of=Notice)
    return [
        Letter(row.id, row.address, row.name, row.language, row.expires_at.astimezone(_zone(row)))
        for row in tx.execute(query, {"of_channel": channel, "now": now})
    ]


def awaited(tx: Connection, campaign_id: int, round: int) -> int:
    """How many households were written to in a round and still have somebody who has not answered."""
    answer = exists().where(
        Record.campaign_id == campaign_id,
        Record.round == round,
        Record.household_id == Notice.household_id,
        Record.final == false(),
    )
    query = select(func.count()).select_from(Notice)
    return int(tx.execute(query.where(Notice.campaign_id == campaign_id, Notice.round == round, answer)).scalar_one())


def note_sent(tx: Connection, notices: Sequence[int], now: datetime) -> None:
    """These notices are sent, and not to be sent again."""
    if notices:
        tx.execute(_SENT, [{"of_notice": notice, "sent_at": now} for notice in notices])


def resident_of(tx: Connection, notice: int, now: datetime) -> int | None:
    """Whom a notice was for, while it is good; None afterwards."""
    return tx.execute(_GOOD, {"wanted": notice, "now": now}).scalar_one_or_none()


def send_otherwise(tx: Connection, notice: int) -> None:
    """A chat takes nothing from us: the notice goes to the number instead."""
    phone = select(Resident.phone).where(Resident.id == Notice.resident_id).scalar_subquery()
    tx.execute(update(Notice).where(Notice.id == notice).values(channel=OUTBOX, address=phone, sent_at=None))


def _chat(tx: Connection, home: Unreached) -> tuple[int, str, str] | None:
    found = tx.execute(_CHATS, {"residents": list(home.numbers)}).first()
    return None if found is None else (found.resident_id, found.channel, found.address)


def _number(home: Unreached) -> tuple[int, str, str] | None:
    return next(((resident, OUTBOX, phone) for resident, phone in home.numbers.items() if phone), None)


def _zone(row: Row[Any]) -> ZoneInfo:
    return ZoneInfo(row.time_zone or row.plan.get("time_zone", "UTC"))
