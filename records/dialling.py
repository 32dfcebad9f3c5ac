"""Attempts begun and ended many at a time, by workers that share the store, and what must hold for a call to begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, false, func, insert, literal, literal_column, select, update
from sqlalchemy.orm import aliased

from records.attempts import HUMAN
from records.health import SYMPTOMATIC
from records.tables import Attempt, Campaign, DoNotCall, Record, Resident

_OF_ROUND = (
    Record.campaign_id == bindparam("of_campaign"),
    Record.round == bindparam("of_round"),
    Record.resident_id.in_(bindparam("of_residents", expanding=True)),
)
_STANDING = select(Campaign.state, Campaign.layout).where(Campaign.id == bindparam("wanted"))
_STANDING_LOCKED = _STANDING.with_for_update()
_OPEN = (
    select(Record.resident_id, Record.attempts)
    .where(*_OF_ROUND, Record.final == false())
    .order_by(Record.resident_id)  # in one order, so that two workers cannot wait for each other
)
_OPEN_LOCKED = _OPEN.with_for_update()
_COUNT = update(Record).where(*_OF_ROUND).values(attempts=Record.attempts + literal_column("1"))
_BEGIN = insert(Attempt).returning(Attempt.id, sort_by_parameter_order=True)
_END = (
    update(Attempt)
    .where(Attempt.id == bindparam("of_attempt"), Attempt.ended_at.is_(None))
    .values(
        {
            name: bindparam(name)
            for name in (
                "outcome", "ended_at", "answered_at", "ring_seconds", "talk_seconds", "hangup_by",
                "last_prompt_completed", "call_later_at",
            )
        }
    )
)  # fmt: skip
_NOTE = update(Record).where(*_OF_ROUND).values(outcome=bindparam("last"))
_REACHED = update(Record).where(*_OF_ROUND).values(outcome=bindparam("last"), reached=True)
_BARRED = select(DoNotCall.phone).where(DoNotCall.phone.in_(bindparam("phones", expanding=True)))
_LEFT_OPEN = (
    select(Attempt.id, Attempt.campaign_id, Attempt.round, Attempt.household_id, Attempt.residents)
    .where(Attempt.worker == bindparam("of_worker"), Attempt.ended_at.is_(None))
    .order_by(Attempt.id)
)
_GONE = (
    select(Resident.id)
    .where(Resident.id.in_(bindparam("of_residents", expanding=True)), Resident.ineligible != "")
    .scalar_subquery()
)
_Earlier = aliased(Record)
_LAST_STATUS = (
    select(_Earlier.status)
    .where(_Earlier.resident_id == Record.resident_id, _Earlier.id < Record.id, _Earlier.status.is_not(None))
    .order_by(_Earlier.day.desc(), _Earlier.id.desc())
    .limit(1)
    .scalar_subquery()
)
BLANK: Mapping[str, Any] = {
    "answered_at": None, "ring_seconds": None, "talk_seconds": None, "hangup_by": None,
    "last_prompt_completed": None, "call_later_at": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How a campaign stands at this moment: its state, and how often it was laid out."""

    state: str
    layout: int


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
    return Standing(row.state, row.layout)


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
    """Notes that these numbers are about to be dialled, and counts it to the residents; returns the attempts' ids."""
    if not beginnings:
        return []
    rows = [
        {
            "campaign_id": campaign_id, "round": round, "household_id": b.household_id, "residents": list(b.residents),
            "phone": b.phone, "channel": channel, "number": b.number, "started_at": now, "recorded_at": now,
            "worker": worker,
        }
        for b in beginnings
    ]  # fmt: skip
    ids = list(tx.execute(_BEGIN, rows).scalars())
    residents = [resident for b in beginnings for resident in b.residents]
    tx.execute(_COUNT, {"of_campaign": campaign_id, "of_round": round, "of_residents": residents})
    return ids


def end_attempts(tx: Connection, campaign_id: int, round: int, endings: Sequence[Ending]) -> None:
    """Notes what came of attempts of one round; those that somebody else has ended meanwhile stay as they are."""
    if not endings:
        return
    rows = [{**BLANK, **e.noted, "of_attempt": e.attempt_id, "outcome": e.outcome, "ended_at": e.ended_at}
            for e in endings]  # fmt: skip
    tx.execute(_END, rows)
    for outcome, group in groupby(sorted(endings, key=lambda e: e.outcome), key=lambda e: e.outcome):
        residents = [resident for ending in group for resident in ending.residents]
        keys = {"of_campaign": campaign_id, "of_round": round, "of_residents": residents}
        tx.execute(_REACHED if outcome == HUMAN else _NOTE, {**keys, "last": outcome})


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


def close_ineligible(tx: Connection, campaign_id: int, round: int, residents: Collection[int]) -> None:
    """Closes the records of those who moved away or died since the launch, by what the roster says now."""
    reason = select(Resident.ineligible).where(Resident.id == Record.resident_id).scalar_subquery()
    gone = update(Record).where(*_OF_ROUND, Record.final == false(), Record.resident_id.in_(_GONE))
    values = {"disposition": "ineligible", "reason": reason, "status": "closed", "final": True}
    tx.execute(gone.values(values), {"of_campaign": campaign_id, "of_round": round, "of_residents": list(residents)})


def close_rest(tx: Connection, campaign_id: int, round: int, reason: str) -> int:
    """Closes everybody who is still to be called, as not asked any more and for this reason; returns how many.

    Nobody is visited for it: that they were not reached was our own wish.
    """
    rest = update(Record).where(Record.campaign_id == campaign_id, Record.round == round, Record.final == false())
    closed = rest.values(
        disposition=func.coalesce(Record.disposition, "unknown"),
        reason=func.coalesce(Record.reason, reason),
        status=func.coalesce(Record.status, "closed"),
        final=True,
    )
    return tx.execute(closed).rowcount
