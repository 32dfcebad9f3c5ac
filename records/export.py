"""Everything that is kept about one resident, as JSON; what was said about others stays out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from records.past import FOLLOW_UP_PAST, RECORD_PAST
from records.symptoms import names
from records.tables import (
    Address,
    Answer,
    BroadcastLetter,
    Community,
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
from records.traces import Traces, traces

ABOUT = ("answered", "concluded")


def everything_about(tx: Connection, resident: int, now: datetime) -> dict[str, Any]:
    """All rows of all tables about a resident, times as ISO text; the resident must be there (`find_resident`).

    Of talks with the family, who was called gets all words but what they answered for others; the others get what was
    answered for them.
    """
    person = tx.execute(select(Resident.__table__).where(Resident.id == resident)).one()
    household = tx.execute(select(Household.__table__).where(Household.id == person.household_id)).one()
    found = traces(tx, resident)
    before = select(RECORD_PAST).where(RECORD_PAST.c.resident_id == resident).order_by(RECORD_PAST.c.until)
    return {
        "exported_at": _plain(now),
        "resident": _row(person),
        "household": _row(household),
        "community": _row(tx.execute(select(Community.__table__).where(Community.id == household.community_id)).one()),
        "do_not_call": _rows(tx, select(DoNotCall.__table__).where(DoNotCall.phone == person.phone)),
        "addresses": _rows(tx, select(Address.__table__).where(Address.resident_id == resident)),
        "invitations": _rows(tx, select(Invitation.__table__).where(Invitation.resident_id == resident)),
        "notices": _rows(tx, select(Notice.__table__).where(Notice.resident_id == resident).order_by(Notice.id)),
        "broadcasts": _rows(tx, select(BroadcastLetter.__table__).where(BroadcastLetter.resident_id == resident)),
        "records_before": [_record(row) for row in _rows(tx, before)],
        "records": [_record(row) for row in _rows(tx, select(Record.__table__).where(Record.resident_id == resident))],
        "answers": _rows(tx, select(Answer.__table__).where(Answer.resident_id == resident).order_by(Answer.id)),
        "attempts": [_attempt(row, resident) for row in found.attempts.values()],
        "conversations": list(_conversations(tx, found, resident)),
        "follow_ups": list(_follow_ups(tx, resident)),
    }


def _conversations(tx: Connection, found: Traces, resident: int) -> Iterator[dict[str, Any]]:
    for conversation in found.conversations.values():
        mine = not found.shared(conversation) or found.called(conversation, resident)
        turns = _rows(tx, select(Turn.__table__).where(Turn.conversation_id == conversation.id).order_by(Turn.number))
        for turn in turns:
            turn["events"] = [event for event in turn["events"] if _may_see(event, str(resident), mine)]
        row = _row(conversation)
        del row["memory"]  # the machine's own, and of all members at once
        if not mine:
            del row["address"]
        yield {**row, "turns": turns}


def _may_see(event: dict[str, Any], who: str, mine: bool) -> bool:
    return bool(event["who"] == who) if event["event"] in ABOUT else mine


def _follow_ups(tx: Connection, resident: int) -> Iterator[dict[str, Any]]:
    for row in _rows(tx, select(FollowUp.__table__).where(FollowUp.resident_id == resident).order_by(FollowUp.id)):
        events = select(FollowUpEvent.__table__).where(FollowUpEvent.follow_up_id == row["id"])
        past = select(FOLLOW_UP_PAST).where(FOLLOW_UP_PAST.c.follow_up_id == row["id"]).order_by(FOLLOW_UP_PAST.c.until)
        yield {**row, "history": _rows(tx, events.order_by(FollowUpEvent.id)), "before": _rows(tx, past)}


def _record(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "present": names(row["present"]), "absent": names(row["absent"])}


def _attempt(row: Row[Any], resident: int) -> dict[str, Any]:
    """Who was called gets the recording; the others of the family do not, as it holds more than what is theirs."""
    recording = row.recording if row.residents[:1] == [resident] else ""
    return {**_row(row), "residents": len(row.residents), "recording": recording}


def _rows(tx: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [_row(row) for row in tx.execute(query)]


def _row(row: Row[Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row._mapping.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
