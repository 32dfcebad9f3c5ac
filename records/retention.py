"""Retention: words are kept for some time, records longer; what is older goes, after it was announced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, delete, exists, func, or_, select, update

from records.past import FOLLOW_UP_PAST, RECORD_PAST
from records.recordings import destroy
from records.store import Store
from records.tables import (
    Answer,
    Attempt,
    Base,
    Broadcast,
    BroadcastLetter,
    Conversation,
    FollowUp,
    FollowUpEvent,
    Inbox,
    Invitation,
    Notice,
    Record,
    StaffChat,
    Told,
    Turn,
    Watch,
)
from records.thorough import thorough

AT_ONCE = 1_000  # conversations in one transaction
SAID = ("noted", "reported", "reopened")


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long: words (transcripts, recordings, answers as spoken, notes), and records with all that made them."""

    words: timedelta
    records: timedelta


@dataclass(frozen=True, slots=True)
class Round:
    """A round of a campaign that is older than its records are kept; `open_work` keeps it all the same."""

    campaign_id: int
    number: int
    day: date
    open_work: int


@dataclass(frozen=True, slots=True)
class Expired:
    """How many rows of each kind are too old at a moment, and which rounds."""

    counts: dict[str, int]
    rounds: tuple[Round, ...]


def expired(tx: Connection, keep: Keep, at: datetime) -> Expired:
    """What a purge at this moment would take away: rows that lose their words, and rows of rounds that go whole."""
    before = at - keep.words
    rounds = tuple(_old_rounds(tx, (at - keep.records).date()))
    gone = [round for round in rounds if not round.open_work]
    old = _old(before)
    words = {
        "turn": select(func.count()).select_from(Turn).join(Conversation).where(*old),
        "answer": select(func.count()).select_from(Answer).join(Conversation).where(*old),
        "conversation": select(func.count()).select_from(Conversation).where(*old, _with_words()),
        "recording": select(func.count()).select_from(Attempt).where(*_recorded(before)),
        "record": select(func.count()).select_from(Record).where(*_old_text(before)),
        "follow_up": select(func.count()).select_from(FollowUp).where(*_done(before)),
        "inbox": select(func.count()).select_from(Inbox).where(*_answered(before)),
        "notice": select(func.count()).select_from(Notice).where(*_addressed(before)),
    }
    counts = {name: _number(tx, query) for name, query in words.items()}
    counts["round"] = len(gone)
    counts["round_record"] = sum(_number(tx, _count_of(Record, round)) for round in gone)
    counts["round_attempt"] = sum(_number(tx, _count_of(Attempt, round)) for round in gone)
    return Expired(counts, rounds)


def purge(store: Store, keep: Keep, at: datetime, out: Path | None = None) -> Expired:
    """Takes away what is too old, and returns what that was; cut off, it goes on where it stopped when repeated.

    Records keep their figures when their words go; a round goes whole, unless work in it is still open. Recordings lie
    below the folder `out`.
    """
    with store.reading() as tx:
        found = expired(tx, keep, at)
    before = at - keep.words
    while _purge_words(store, before):
        pass
    with store.transaction() as tx, thorough(tx):
        destroy(tx, out, *_recorded(before))
        tx.execute(update(Record).where(*_old_text(before)).values(needs=None, other={}))
        done = select(FollowUp.id).where(*_done(before))
        events = update(FollowUpEvent).where(FollowUpEvent.follow_up_id.in_(done), FollowUpEvent.what.in_(SAID))
        tx.execute(events.values(words=""))
        tx.execute(update(FollowUp).where(*_done(before)).values(words="", note=""))
        tx.execute(delete(Inbox).where(*_answered(before)))
        tx.execute(delete(Invitation).where(Invitation.expires_at < before))
        tx.execute(update(Notice).where(*_addressed(before)).values(address=""))
        tx.execute(delete(Watch).where(Watch.begun_at < before))
        tx.execute(update(StaffChat).values(draft={}))  # what somebody is filling in may name a resident
        sent = select(Broadcast.id).where(Broadcast.ended_at < before)
        tx.execute(update(BroadcastLetter).where(BroadcastLetter.broadcast_id.in_(sent)).values(address=""))
        gone = select(Broadcast.id).where(Broadcast.ended_at < at - keep.records)
        tx.execute(delete(BroadcastLetter).where(BroadcastLetter.broadcast_id.in_(gone)))
        tx.execute(delete(Broadcast).where(Broadcast.ended_at < at - keep.records))
    for round in found.rounds:
        if not round.open_work:
            with store.transaction() as tx, thorough(tx):
                _purge_round(tx, round, out)
    return found


def _old(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Conversation.updated_at < before,)


def _with_words() -> ColumnElement[bool]:
    """Conversations that a purge has not emptied yet."""
    return or_(
        Conversation.address != "",
        ~Conversation.over,
        exists().where(Turn.conversation_id == Conversation.id),
        exists().where(Answer.conversation_id == Conversation.id),
    )


def _recorded(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Attempt.started_at < before, Attempt.recording != "")


def _old_text(before: datetime) -> Sequence[ColumnElement[bool]]:
    spoken = or_(Record.needs.is_not(None), cast(Record.other, Text) != "{}")
    return (Record.day < before.date(), Record.final.is_(True), spoken)


def _done(before: datetime) -> Sequence[ColumnElement[bool]]:
    said = exists().where(
        FollowUpEvent.follow_up_id == FollowUp.id, FollowUpEvent.what.in_(SAID), FollowUpEvent.words != ""
    )
    return (FollowUp.closed_at < before, or_(FollowUp.words != "", FollowUp.note != "", said))


def _answered(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Inbox.received_at < before, Inbox.answered_at.is_not(None))


def _addressed(before: datetime) -> Sequence[ColumnElement[bool]]:
    return (Notice.expires_at < before, Notice.address != "")


def _purge_words(store: Store, before: datetime) -> int:
    """Empties some conversations: turns and answers go, the row stays, over and without an address."""
    query = select(Conversation.id).where(*_old(before), _with_words()).limit(AT_ONCE)
    with store.transaction() as tx, thorough(tx):
        some = list(tx.execute(query).scalars())
        tx.execute(delete(Turn).where(Turn.conversation_id.in_(some)))
        tx.execute(delete(Answer).where(Answer.conversation_id.in_(some)))
        emptied = {"memory": {}, "address": "", "over": True}
        tx.execute(update(Conversation).where(Conversation.id.in_(some)).values(emptied))
    return len(some)


def _old_rounds(tx: Connection, before: date) -> Iterator[Round]:
    open_work = (
        select(func.count())
        .where(FollowUp.campaign_id == Record.campaign_id, FollowUp.round == Record.round, FollowUp.closed_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(Record.campaign_id, Record.round, func.max(Record.day), open_work)
        .group_by(Record.campaign_id, Record.round)
        .having(func.max(Record.day) < before)
        .order_by(Record.campaign_id, Record.round)
    )
    return (Round(*row) for row in tx.execute(query))


def _of(table: Any, round: Round) -> ColumnElement[bool]:
    return and_(table.campaign_id == round.campaign_id, table.round == round.number)


def _count_of(table: type[Base], round: Round) -> Select[Any]:
    return select(func.count()).select_from(table).where(_of(table, round))


def _purge_round(tx: Connection, round: Round, out: Path | None) -> None:
    destroy(tx, out, _of(Attempt, round))
    attempts = select(Attempt.id).where(_of(Attempt, round))
    talks = select(Conversation.id).where(Conversation.attempt_id.in_(attempts))
    work = select(FollowUp.id).where(_of(FollowUp, round))
    tx.execute(delete(Answer).where(or_(_of(Answer, round), Answer.conversation_id.in_(talks))))
    tx.execute(delete(Turn).where(Turn.conversation_id.in_(talks)))
    tx.execute(delete(Conversation).where(Conversation.attempt_id.in_(attempts)))
    tx.execute(delete(Attempt).where(_of(Attempt, round)))
    tx.execute(delete(FollowUpEvent).where(FollowUpEvent.follow_up_id.in_(work)))
    tx.execute(delete(Told).where(Told.follow_up_id.in_(work)))
    tx.execute(delete(FOLLOW_UP_PAST).where(FOLLOW_UP_PAST.c.follow_up_id.in_(work)))
    tx.execute(delete(FollowUp).where(_of(FollowUp, round)))
    tx.execute(delete(Notice).where(_of(Notice, round)))
    tx.execute(delete(RECORD_PAST).where(_of(RECORD_PAST.c, round)))
    tx.execute(delete(Record).where(_of(Record, round)))


def _number(tx: Connection, query: Select[Any]) -> int:
    return int(tx.execute(query).scalar_one())
