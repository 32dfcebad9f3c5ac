"""Erases one resident: an anonymous tombstone stays, so that every count of the past stays true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, select, true, union, update

from records.errors import Mendable
from records.health import CLOSED
from records.past import FOLLOW_UP_PAST, RECORD_PAST
from records.recordings import destroy
from records.store import Store, batches, missing_only
from records.tables import (
    ERASED,
    Address,
    Answer,
    Attempt,
    BroadcastLetter,
    Conversation,
    DoNotCall,
    FollowUp,
    FollowUpEvent,
    Household,
    Invitation,
    Notice,
    Record,
    Resident,
    Turn,
)
from records.thorough import thorough
from records.traces import Traces, traces

WISHED = "erasure"  # the kind of follow-up by which somebody wished this; it is done with now
ANONYMOUS = "*"  # the unit of households that nobody can be found behind
_FORGOTTEN: dict[str, Any] = {"address": "", "household_id": None}  # of notices, which are still counted
JUST_NOW = timedelta(minutes=30)


class ErasureError(Mendable, RuntimeError):
    """A resident who cannot be erased now; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased or made anonymous."""

    records: int
    attempts: int
    conversations: int
    answers: int
    addresses: int
    recordings: int


def erase(store: Store, resident: int, now: datetime, out: Path | None = None) -> Erased:
    """Takes away all that tells who a resident was and what they said; the figures of their records stay.

    Talks with a whole family lose all their words and their recording, as nobody can tell whose they are about. Those
    lie below the folder `out`. ErasureError when they are erased already, have open follow-ups, or are being talked to.
    """
    with store.transaction() as tx, thorough(tx):
        person = tx.execute(select(Resident.__table__).where(Resident.id == resident).with_for_update()).one()
        found = traces(tx, resident)
        _refuse(tx, person, found, now)
        addresses = set(tx.execute(select(Address.address).where(Address.resident_id == resident)).scalars())
        own = _own_phone(tx, person)
        answers = tx.execute(delete(Answer).where(Answer.resident_id == resident)).rowcount
        for conversation in found.conversations.values():
            _erase_words(tx, found, conversation, resident, addresses | {own})
        for attempt in found.attempts.values():
            _erase_attempt(tx, attempt, resident, own)
        records = _erase_records(tx, resident, now)
        _erase_follow_ups(tx, resident, now)
        tx.execute(delete(Address).where(Address.resident_id == resident))
        tx.execute(delete(Invitation).where(Invitation.resident_id == resident))
        tx.execute(update(BroadcastLetter).where(BroadcastLetter.resident_id == resident).values(address=""))
        tx.execute(update(Notice).where(Notice.resident_id == resident).values(_FORGOTTEN | {"expires_at": now}))
        if own:
            tx.execute(update(DoNotCall).where(DoNotCall.phone == own).values(reason=""))
        tx.execute(update(Resident).where(Resident.id == resident).values(_tombstone(tx, person, now)))
        recordings = sum(destroy(tx, out, Attempt.id.in_(batch)) for batch in batches(found.attempts))
    return Erased(records, len(found.attempts), len(found.conversations), answers, len(addresses), recordings)


def _refuse(tx: Connection, person: Row[Any], found: Traces, now: datetime) -> None:
    if person.ineligible == ERASED:
        raise ErasureError(f"resident {person.id} is erased already", f"居民 {person.id} 已经抹除")
    query = select(FollowUp.id).where(
        FollowUp.resident_id == person.id, FollowUp.closed_at.is_(None), FollowUp.kind != WISHED
    )
    if work := list(tx.execute(query.order_by(FollowUp.id)).scalars()):
        numbers = ", ".join(map(str, work))
        raise ErasureError(
            f"resident {person.id} has open follow-ups ({numbers}): close them first",
            f"居民 {person.id} 有未办结的任务（{numbers}），请先办结",
        )
    for attempt in found.attempts.values():
        if attempt.ended_at is None and now - attempt.started_at < JUST_NOW:
            raise ErasureError(
                f"resident {person.id} is being talked to (attempt {attempt.id}): try again afterwards",
                f"居民 {person.id} 正在通话（第 {attempt.id} 次呼叫），请稍后再试",
            )


def _own_phone(tx: Connection, person: Row[Any]) -> str:
    """Their number, unless others have the same; blank then."""
    query = select(func.count()).where(Resident.phone == person.phone, Resident.id != person.id)
    return "" if tx.execute(query).scalar_one() else str(person.phone)


def _erase_words(
    tx: Connection, found: Traces, conversation: Row[Any], resident: int, addresses: Iterable[str]
) -> None:
    turns = (Turn.conversation_id == conversation.id,)
    if not found.shared(conversation):
        tx.execute(delete(Turn).where(*turns))
        tx.execute(delete(Answer).where(Answer.conversation_id == conversation.id))
        tx.execute(delete(Conversation).where(Conversation.id == conversation.id))
        return
    for number, events in tx.execute(select(Turn.number, Turn.events).where(*turns)).all():
        left = list(without_words(events, str(resident)))
        tx.execute(update(Turn).where(*turns, Turn.number == number).values(events=left))
    tx.execute(update(Answer).where(Answer.conversation_id == conversation.id).values(words=""))
    values: dict[str, Any] = {
        "memory": {},
        "over": True,
        "address": "" if conversation.address in addresses else conversation.address,
    }
    tx.execute(update(Conversation).where(Conversation.id == conversation.id).values(values))


def without_words(events: Iterable[Mapping[str, Any]], who: str) -> Iterator[dict[str, Any]]:
    """Events as JSON, without any words, and without those about one person."""
    for event in events:
        if event.get("who") == who:
            continue
        kept = {name: value for name, value in event.items() if name not in ("words", "alternatives", "span")}
        yield {**kept, "text": "", "short": ""} if event["event"] == "said" else kept


def _erase_attempt(tx: Connection, attempt: Row[Any], resident: int, own: str) -> None:
    others = [other for other in attempt.residents if other != resident]
    values: dict[str, Any] = {"residents": others} if others else {"household_id": _anonymous(tx, attempt.household_id)}
    if not others or attempt.phone == own:
        values["phone"] = ""
    tx.execute(update(Attempt).where(Attempt.id == attempt.id).values(values))


def _erase_records(tx: Connection, resident: int, now: datetime) -> int:
    """Keeps what is counted; who was still to be called counts as not eligible."""
    theirs = Record.resident_id == resident
    left = update(Record).where(theirs, ~Record.final)
    tx.execute(
        left.values(
            final=true(),
            reason=case((Record.disposition.is_(None), ERASED), else_=Record.reason),
            status=func.coalesce(Record.status, CLOSED),
            disposition=func.coalesce(Record.disposition, "ineligible"),
            changed_at=now,
        )
    )
    of_theirs = RECORD_PAST.c.resident_id == resident
    homes = union(select(Record.household_id).where(theirs), select(RECORD_PAST.c.household_id).where(of_theirs))
    for household in tx.execute(homes).scalars().all():
        home: dict[str, Any] = {"household_id": _anonymous(tx, household), "conversation_id": None}
        tx.execute(
            update(Record).where(theirs, Record.household_id == household).values({**home, "needs": None, "other": {}})
        )
        tx.execute(update(RECORD_PAST).where(of_theirs, RECORD_PAST.c.household_id == household).values(home))
    return int(tx.execute(select(func.count()).where(theirs)).scalar_one())


def _erase_follow_ups(tx: Connection, resident: int, now: datetime) -> None:
    wished = (FollowUp.resident_id == resident, FollowUp.kind == WISHED, FollowUp.closed_at.is_(None))
    tx.execute(update(FollowUp).where(*wished).values(state="closed", outcome=ERASED, closed_at=now, changed_at=now))
    work = select(FollowUp.id).where(FollowUp.resident_id == resident)
    said = ("noted", "reported", "reopened")
    spoken = update(FollowUpEvent).where(FollowUpEvent.follow_up_id.in_(work), FollowUpEvent.what.in_(said))
    tx.execute(spoken.values(words=""))
    blank = {"words": "", "note": "", "conversation_id": None}
    tx.execute(update(FollowUp).where(FollowUp.resident_id == resident).values(blank))
    past = update(FOLLOW_UP_PAST).where(FOLLOW_UP_PAST.c.resident_id == resident)
    tx.execute(past.values(conversation_id=None))


def _tombstone(tx: Connection, person: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "household_id": _anonymous(tx, person.household_id), "roster_id": None, "name": "", "phone": "", "sex": "",
        "language": "zh-Hans", "birth_year": None, "relation": "", "time_zone": "", "preferred_hour": None,
        "ineligible": ERASED, "imported_at": now,
    }  # fmt: skip


def _anonymous(tx: Connection, household: int) -> int:
    """The household for the erased of the same building, which is made when it is not there yet."""
    home = tx.execute(select(Household.__table__).where(Household.id == household)).one()
    place = {"community_id": home.community_id, "grid": home.grid, "building": home.building, "unit": ANONYMOUS}
    tx.execute(missing_only(tx, Household), place)
    return int(tx.execute(select(Household.id).filter_by(**place)).scalar_one())
