"""Broadcasts: words of the staff to everybody of a place, each resident's letter with what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, func, insert, literal_column, select, update
from sqlalchemy.orm import aliased

from records.rounds import within
from records.store import batches, new_key
from records.tables import Address, Broadcast, BroadcastLetter, Community, Household, Resident

WAITING, POSTED, SENT = "waiting", "posted", "sent"
UNREACHED = ("no_chat", "stopped", "blocked", "refused", "cancelled")
_STATE = case(
    (Address.address.is_(None), "no_chat"),
    (Address.blocked_at.is_not(None), "blocked"),
    (Address.stopped_at.is_not(None), "stopped"),
    else_=WAITING,
)
_LETTER = (
    BroadcastLetter.broadcast_id == bindparam("of_broadcast"),
    BroadcastLetter.resident_id == bindparam("of_resident"),
)
_CHANGE = update(BroadcastLetter).where(*_LETTER)
_TAKE = (
    select(BroadcastLetter.broadcast_id, BroadcastLetter.resident_id, BroadcastLetter.address, Broadcast.words)
    .add_columns(Broadcast.place, Address.language.label("chosen"), Resident.language.label("listed"))
    .add_columns(_STATE.label("now_is"))
    .join(Broadcast, Broadcast.id == BroadcastLetter.broadcast_id)
    .join(Resident, Resident.id == BroadcastLetter.resident_id)
    .outerjoin(
        Address,
        and_(
            Address.channel == Broadcast.channel,
            Address.address == BroadcastLetter.address,
            Address.resident_id == BroadcastLetter.resident_id,
        ),
    )
    .where(BroadcastLetter.state == literal_column("'waiting'"), Broadcast.channel == bindparam("of_channel"))
    .order_by(BroadcastLetter.broadcast_id, BroadcastLetter.resident_id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True, of=BroadcastLetter)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter that is to be sent now: of which broadcast, to whom, where, and in which language."""

    broadcast_id: int
    resident_id: int
    address: str
    words: str
    place: Mapping[str, Any]
    language: str


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the letters so far, or would: residents by state.

    `alone` of those who are not reached live with nobody who is.
    """

    states: Mapping[str, int]
    alone: int

    def count(self, *states: str) -> int:
        """How many residents are in these states."""
        return sum(self.states.get(state, 0) for state in states)

    @property
    def residents(self) -> int:
        """Everybody."""
        return sum(self.states.values())


def look_ahead(tx: Connection, channel: str, place: Mapping[str, Any]) -> Account:
    """Who of a place would be written to, and who not and why."""
    homes: dict[int, set[str]] = {}
    states: Counter[str] = Counter()
    unreached: Counter[int] = Counter()
    for row in tx.execute(_people(channel, place)):
        states[row.state] += 1
        homes.setdefault(row.household_id, set()).add(row.state)
        unreached[row.household_id] += row.state != WAITING
    alone = sum(unreached[home] for home, found in homes.items() if WAITING not in found)
    return Account(states, alone)


def make_broadcast(
    tx: Connection, channel: str, staff_id: int, place: Mapping[str, Any], words: str, now: datetime
) -> int:
    """Has a letter sent to everybody of a place who can be written to; returns the number of the broadcast."""
    row = {"channel": channel, "staff_id": staff_id, "place": dict(place), "words": words, "made_at": now}
    number = new_key(tx.execute(insert(Broadcast), row))
    found = tx.execute(_people(channel, place))
    for some in batches(found):
        tx.execute(
            insert(BroadcastLetter),
            [
                {"broadcast_id": number, "resident_id": one.id, "address": one.address or "", "state": one.state}
                for one in some
            ],
        )
    return number


def take_letters(tx: Connection, channel: str, now: datetime, limit: int) -> list[Addressed]:
    """The next letters, in hand of whoever posts them in this transaction; who was lost meanwhile is noted."""
    rows = tx.execute(_TAKE, {"of_channel": channel, "at_most": limit}).all()
    changed = [
        {"of_broadcast": row.broadcast_id, "of_resident": row.resident_id, "settled_at": now}
        | {"state": POSTED if row.now_is == WAITING else row.now_is}
        for row in rows
    ]
    if changed:
        tx.execute(_CHANGE, changed)
    return [
        Addressed(row.broadcast_id, row.resident_id, row.address, row.words, row.place, row.chosen or row.listed)
        for row in rows
        if row.now_is == WAITING
    ]


def settle_letters(tx: Connection, letters: Sequence[tuple[int, int, str]], now: datetime) -> None:
    """Notes what became of letters: broadcast, resident, and the state they are in now."""
    if letters:
        rows = [{"of_broadcast": b, "of_resident": r, "state": state, "settled_at": now} for b, r, state in letters]
        tx.execute(_CHANGE, rows)


def end_broadcasts(tx: Connection, channel: str, now: datetime) -> None:
    """Ends the broadcasts of which no letter is left."""
    left = exists().where(BroadcastLetter.broadcast_id == Broadcast.id, BroadcastLetter.state.in_((WAITING, POSTED)))
    over = (Broadcast.channel == channel, Broadcast.ended_at.is_(None), ~left)
    tx.execute(update(Broadcast).where(*over).values(ended_at=now))


def cancel_broadcast(tx: Connection, number: int, now: datetime) -> int:
    """Sends no more letters of a broadcast; returns how many were not sent."""
    waiting = (BroadcastLetter.broadcast_id == number, BroadcastLetter.state == WAITING)
    return tx.execute(update(BroadcastLetter).where(*waiting).values(state="cancelled", settled_at=now)).rowcount


def find_broadcast(tx: Connection, number: int) -> Row[Any] | None:
    """One broadcast, all columns; None when there is none."""
    return tx.execute(select(Broadcast.__table__).where(Broadcast.id == number)).one_or_none()


def account_of(tx: Connection, number: int) -> Account:
    """What became of the letters of a broadcast so far."""
    of = BroadcastLetter.broadcast_id == number
    rows = tx.execute(select(BroadcastLetter.state, func.count()).where(of).group_by(BroadcastLetter.state))
    states = {row[0]: row[1] for row in rows}
    alone = (
        select(func.count())
        .select_from(BroadcastLetter)
        .join(Resident, Resident.id == BroadcastLetter.resident_id)
        .where(of, BroadcastLetter.state.in_(UNREACHED), ~_family(number))
    )
    return Account(states, tx.execute(alone).scalar_one())


def unreached(tx: Connection, number: int) -> Sequence[Row[Any]]:
    """Who got no letter of a broadcast: name, phone, address, why, and whether somebody of the household got it."""
    query = (
        select(Resident.id, Resident.roster_id, Resident.name, Resident.phone, Community.name.label("community"))
        .add_columns(Household.grid, Household.building, Household.unit, BroadcastLetter.state)
        .add_columns(_family(number).label("family"))
        .join(BroadcastLetter, BroadcastLetter.resident_id == Resident.id)
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .where(BroadcastLetter.broadcast_id == number, BroadcastLetter.state.in_(UNREACHED))
        .order_by(Household.community_id, Household.grid, Household.building, Household.unit, Resident.id)
    )
    return tx.execute(query).all()


def _people(channel: str, place: Mapping[str, Any]) -> Any:
    """Each resident with the best that their chats allow: of the states that of the greatest name."""
    chat = func.max(case((_STATE == WAITING, Address.address)))
    return (
        select(Resident.id, Resident.household_id, chat.label("address"), func.max(_STATE).label("state"))
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .outerjoin(Address, and_(Address.resident_id == Resident.id, Address.channel == channel))
        .where(Resident.ineligible == "", *within(place))
        .group_by(Resident.id, Resident.household_id)
        .order_by(Resident.id)
    )


def _family(number: int) -> Any:
    """Whether somebody of the household of a resident got the letter."""
    other, letter = aliased(Resident), aliased(BroadcastLetter)
    return (
        select(letter.resident_id)
        .join(other, other.id == letter.resident_id)
        .where(letter.broadcast_id == number, other.household_id == Resident.household_id)
        .where(letter.state.in_((WAITING, POSTED, SENT)))
        .exists()
    )
