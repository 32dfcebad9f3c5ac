"""Attempts begun and ended many at a time, by workers that share the store, and what must hold for a call to begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Float,
    Insert,
    Integer,
    String,
    Update,
    and_,
    bindparam,
    case,
    false,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from records.attempts import HUMAN
from records.health import SYMPTOMATIC
from records.statements import Given, SetBased, among, never_back
from records.tables import Attempt, Campaign, DoNotCall, Record, Resident, Utc

_OF_ROUND = (
    Record.campaign_id == bindparam("of_campaign"),
    Record.round == bindparam("of_round"),
    among(Record.resident_id, "of_residents"),
)
SPACE = 7_305_983  # any fixed number: the numbers about to be dialled among the advisory locks of the database
NOTED = ("answered_at", "ring_seconds", "talk_seconds", "hangup_by", "last_prompt_completed", "call_later_at")
_STANDING = select(Campaign.state, Campaign.layout, Campaign.pace).where(Campaign.id == bindparam("wanted"))
_STANDING_LOCKED = _STANDING.with_for_update(key_share=True)
_OPEN = (
    select(Record.resident_id, Record.attempts)
    .where(*_OF_ROUND, Record.final == false())
    .order_by(Record.resident_id)  # in one order, so that two workers cannot wait for each other
)
_OPEN_LOCKED = _OPEN.with_for_update(key_share=True)
_CHANGE = update(Record).where(*_OF_ROUND).values(changed_at=never_back(Record.changed_at))
_COUNT = _CHANGE.values(attempts=Record.attempts + literal_column("1"))


def _begin(row: Given) -> Insert:
    columns: dict[str, Any] = {
        "campaign_id": bindparam("of_campaign", type_=Integer),
        "round": bindparam("of_round", type_=Integer),
        **{name: row[name] for name in ("household_id", "residents", "phone", "number")},
        "channel": bindparam("of_channel", type_=String),
        "worker": bindparam("of_worker", type_=String),
        "started_at": bindparam("now", type_=Utc),
        "recorded_at": bindparam("now", type_=Utc),
    }
    begun = insert(Attempt).from_select(list(columns), select(*columns.values()), include_defaults=False)
    return begun.returning(Attempt.id, Attempt.household_id)


def _end(row: Given) -> Update:
    values = {name: row[name] for name in ("outcome", "ended_at", *NOTED)}
    values["recording"] = func.coalesce(row["recording"], "")  # most calls have none
    return update(Attempt).where(Attempt.id == row["id"], Attempt.ended_at.is_(None)).values(values)


_BEGIN = SetBased(_begin, household_id=Integer, residents=JSON, phone=String, number=Integer)
_END = SetBased(
    _end, id=Integer, outcome=String, ended_at=Utc, answered_at=Utc, ring_seconds=Float, talk_seconds=Float,
    hangup_by=String, last_prompt_completed=Boolean, call_later_at=Utc, recording=String,
)  # fmt: skip
_NOTE = _CHANGE.values(outcome=bindparam("last"))
_REACHED = _NOTE.values(reached=True)
_ONE_BY_ONE = text(
    "SELECT count(pg_advisory_xact_lock(:space, number)) FROM"
    " (SELECT DISTINCT hashtext(phone) AS number FROM unnest(CAST(:phones AS text[])) AS phone ORDER BY number) AS one"
)
_BARRED = select(DoNotCall.phone).where(among(DoNotCall.phone, "phones"))
_LEFT_OPEN = (
    select(Attempt.id, Attempt.campaign_id, Attempt.round, Attempt.household_id, Attempt.residents)
    .where(Attempt.worker == bindparam("of_worker"), Attempt.ended_at.is_(None))
    .order_by(Attempt.id)
)
_GONE = select(Resident.id).where(among(Resident.id, "of_residents"), Resident.ineligible != "").scalar_subquery()
_Earlier = aliased(Record)
_LAST_STATUS = (
    select(_Earlier.status)
    .where(_Earlier.resident_id == Record.resident_id, _Earlier.id < Record.id, _Earlier.status.is_not(None))
    .order_by(_Earlier.day.desc(), _Earlier.id.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a campaign stands at this moment: its state, how often it was laid out, its calls a second (if limited)."""

    state: str
    layout: int
    pace: float | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """A number about to be dialled for the residents of a household, for the `number`-th time."""

    household_id: int
    residents: tuple[int, ...]
    phone: str
    number: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of an attempt: `noted` as `end_attempt` takes it."""

    attempt_id: int
    residents: tuple[int, ...]
    outcome: str
    ended_at: datetime
    noted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An attempt that has no end yet."""

    id: int
    campaign_id: int
    round: int
    household_id: int
    residents: tuple[int, ...]


def standing(tx: Connection, campaign_id: int, *, lock: bool = False) -> Standing:
    """How the campaign stands, locked until the end of the transaction if so wished; KeyError when there is none."""
    row = tx.execute(_STANDING_LOCKED if lock else _STANDING, {"wanted": campaign_id}).one_or_none()
    if row is None:
        raise KeyError(f"there is no campaign {campaign_id}")
    return Standing(row.state, row.layout, row.pace)


def still_open(
    tx: Connection, campaign_id: int, round: int, residents: Collection[int], *, lock: bool = False
) -> dict[int, int]:
    """Of these residents those without a final disposition, and how many attempts each has had.

    With `lock` they stay so until the end of the transaction: who then reads other numbers than before knows that
    another worker was quicker.
    """
    keys = {"of_campaign": campaign_id, "of_round": round, "of_residents": list(residents)}
    return {row.resident_id: row.attempts for row in tx.execute(_OPEN_LOCKED if lock else _OPEN, keys)}


def begin_attempts(
    tx: Connection,
    campaign_id: int,
    round: int,
    beginnings: Sequence[Beginning],
    *,
    channel: str,
    worker: str,
    now: datetime,
) -> list[int]:
    """Notes that these numbers are about to be dialled, and counts it to the residents; returns the attempts' ids.

    Of a household there may be one number among them.
    """
    if not beginnings:
        return []
    keys = {"of_campaign": campaign_id, "of_round": round}
    rows = [
        {"household_id": b.household_id, "residents": b.residents, "phone": b.phone, "number": b.number}
        for b in beginnings
    ]
    begun = _BEGIN.execute(tx, rows, **keys, of_channel=channel, of_worker=worker, now=now)
    ids = {household: attempt for attempt, household in begun}
    residents = [resident for b in beginnings for resident in b.residents]
    tx.execute(_COUNT, {**keys, "of_residents": residents, "now": now})
    return [ids[b.household_id] for b in beginnings]


def end_attempts(tx: Connection, campaign_id: int, round: int, endings: Sequence[Ending]) -> None:
    """Notes what came of attempts of one round; those that somebody else has ended meanwhile stay as they are."""
    if not endings:
        return
    _END.execute(tx, [{**e.noted, "id": e.attempt_id, "outcome": e.outcome, "ended_at": e.ended_at} for e in endings])
    ended: dict[str, list[int]] = {}
    last = max(ending.ended_at for ending in endings)
    for ending in endings:
        ended.setdefault(ending.outcome, []).extend(ending.residents)
    for outcome, residents in ended.items():
        keys = {"of_campaign": campaign_id, "of_round": round, "of_residents": residents}
        tx.execute(_REACHED if outcome == HUMAN else _NOTE, {**keys, "last": outcome, "now": last})


def left_open(tx: Connection, worker: str) -> list[LeftOpen]:
    """The attempts of a worker that have no end."""
    return [
        LeftOpen(row.id, row.campaign_id, row.round, row.household_id, tuple(row.residents))
        for row in tx.execute(_LEFT_OPEN, {"of_worker": worker})
    ]


def open_households(
    tx: Connection, campaign_id: int, round: int, first: Sequence[str], born_by: int, limit: int | None = None
) -> Iterator[int]:
    """The households with somebody left to call, by the order of `first` (symptomatic, elderly), then by their ids."""
    of_round = (Record.campaign_id == campaign_id, Record.round == round, Record.final == false())
    ever = select(_Earlier.resident_id).where(_Earlier.status == SYMPTOMATIC)  # few: only theirs is looked up
    ill = case((and_(Record.resident_id.in_(ever), _LAST_STATUS == SYMPTOMATIC), 1), else_=0)
    old = case((Resident.birth_year <= born_by, 1), else_=0)
    signs = {"symptomatic": func.max(ill), "elderly": func.max(old)}
    rank = case(*((signs[name] == 1, n) for n, name in enumerate(first)), else_=len(first)) if first else literal(0)
    query = (
        select(Record.household_id)
        .join(Resident, Resident.id == Record.resident_id)
        .where(*of_round)
        .group_by(Record.household_id)
        .order_by(rank, Record.household_id)
        .limit(limit)
    )
    return (row[0] for row in tx.execution_options(yield_per=5_000).execute(query))


def one_by_one(tx: Connection, phones: Collection[str]) -> None:
    """Lets whoever else is about to dial one of these numbers wait until the end of this transaction.

    So the calls of a day are counted rightly over all campaigns and workers. SQLite has one writer anyway.
    """
    if phones and tx.dialect.name == "postgresql":
        tx.execute(_ONE_BY_ONE, {"space": SPACE, "phones": list(phones)})


def barred(tx: Connection, phones: Iterable[str]) -> set[str]:
    """Those of these numbers that no campaign may dial."""
    return set(tx.execute(_BARRED, {"phones": list(phones)}).scalars())


def answered(tx: Connection, campaign_id: int, round: int) -> int:
    """How many residents of a round have given a complete report."""
    complete = select(func.count()).where(
        Record.campaign_id == campaign_id, Record.round == round, Record.disposition == "complete"
    )
    return int(tx.execute(complete).scalar_one())


def in_call(tx: Connection, campaign_id: int) -> int:
    """How many calls of a campaign workers are making now."""
    query = select(func.count()).where(
        Attempt.campaign_id == campaign_id, Attempt.ended_at.is_(None), Attempt.worker.is_not(None)
    )
    return int(tx.execute(query).scalar_one())


def close_ineligible(tx: Connection, campaign_id: int, round: int, residents: Collection[int], now: datetime) -> None:
    """Closes the records of those who moved away or died since the launch, by what the roster says now."""
    reason = select(Resident.ineligible).where(Resident.id == Record.resident_id).scalar_subquery()
    gone = _CHANGE.where(Record.final == false(), Record.resident_id.in_(_GONE))
    values = {"disposition": "ineligible", "reason": reason, "status": "closed", "final": True}
    keys = {"of_campaign": campaign_id, "of_round": round, "of_residents": list(residents)}
    tx.execute(gone.values(values), {**keys, "now": now})


def close_rest(tx: Connection, campaign_id: int, round: int, reason: str, now: datetime) -> int:
    """Closes everybody who is still to be called, as not asked any more and for this reason; returns how many.

    Nobody is visited for it: that they were not reached was our own wish.
    """
    rest = update(Record).where(Record.campaign_id == campaign_id, Record.round == round, Record.final == false())
    closed = rest.values(
        disposition=func.coalesce(Record.disposition, "unknown"),
        reason=func.coalesce(Record.reason, reason),
        status=func.coalesce(Record.status, "closed"),
        final=True,
        changed_at=now,
    )
    return tx.execute(closed).rowcount
