"""Attempts: one row for each number dialled, begun before the line is touched and ended with what the network said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, literal_column, or_, select, update

from records.statements import Prepared, among, never_back
from records.tables import Attempt, Record

BEGIN = Prepared(
    insert(Attempt).returning(Attempt.id),
    *("campaign_id", "round", "household_id", "residents", "phone", "channel", "number", "started_at", "recorded_at"),
)
NOTE = (
    update(Record)
    .where(
        Record.campaign_id == bindparam("of_campaign"),
        Record.round == bindparam("of_round"),
        among(Record.resident_id, "of_residents"),
    )
    .values(changed_at=never_back(Record.changed_at))
)
COUNT = NOTE.values(attempts=Record.attempts + literal_column("1"))
END = Prepared(
    update(Attempt).where(Attempt.id == bindparam("of_attempt")),
    *("outcome", "answered_at", "ended_at", "ring_seconds", "talk_seconds", "hangup_by"),
    *("last_prompt_completed", "call_later_at", "recording"),
)
ABOUT = select(Attempt.campaign_id, Attempt.round, Attempt.residents).where(Attempt.id == bindparam("of_attempt"))
CALLS = (
    select(Attempt.phone, func.count().label("calls"))
    .where(
        among(Attempt.phone, "wanted"),
        Attempt.started_at >= bindparam("since"),
        or_(Attempt.outcome.is_(None), Attempt.outcome != "not_dialled"),
    )
    .group_by(Attempt.phone)
)
HUMAN = "answered_human"
_ENDED = (
    select(Attempt.outcome, Attempt.started_at, Attempt.ended_at)
    .where(
        Attempt.channel == bindparam("on"),
        Attempt.ended_at.is_not(None),
        Attempt.outcome.not_in(("interrupted", "not_dialled")),
    )
    .order_by(Attempt.id.desc())
    .limit(bindparam("most"))
)


def begin_attempt(
    tx: Connection,
    *,
    campaign_id: int,
    round: int,
    household_id: int,
    residents: Sequence[int],
    phone: str,
    channel: str,
    number: int,
    started_at: datetime,
    now: datetime,
) -> int:
    """Notes that a number is about to be dialled for these residents, and counts it to them; returns the attempt's id.

    `number` counts the tries of the household from 1. Commit before dialling: a crash must not make it forgotten.
    """
    row = {
        "campaign_id": campaign_id, "round": round, "household_id": household_id, "residents": list(residents),
        "phone": phone, "channel": channel, "number": number, "started_at": started_at, "recorded_at": now,
    }  # fmt: skip
    attempt_id = int(BEGIN.execute(tx, row).scalar_one())
    keys = {"of_campaign": campaign_id, "of_round": round, "of_residents": list(residents)}
    tx.execute(COUNT, {**keys, "channel": channel, "now": now})
    return attempt_id


def end_attempt(
    tx: Connection,
    attempt_id: int,
    *,
    outcome: str,
    ended_at: datetime,
    answered_at: datetime | None = None,
    ring_seconds: float | None = None,
    talk_seconds: float | None = None,
    hangup_by: str | None = None,
    last_prompt_completed: bool | None = None,
    call_later_at: datetime | None = None,
    recording: str = "",
) -> None:
    """Notes the network's outcome of an attempt, also on the records of the residents it was made for.

    KeyError when there is no such attempt.
    """
    about = tx.execute(ABOUT, {"of_attempt": attempt_id}).one_or_none()
    if about is None:
        raise KeyError(f"there is no attempt {attempt_id}")
    ended = {
        "outcome": outcome, "answered_at": answered_at, "ended_at": ended_at, "ring_seconds": ring_seconds,
        "talk_seconds": talk_seconds, "hangup_by": hangup_by, "last_prompt_completed": last_prompt_completed,
        "call_later_at": call_later_at, "recording": recording,
    }  # fmt: skip
    END.execute(tx, {"of_attempt": attempt_id, **ended})
    reached = {"reached": True} if outcome == HUMAN else {}
    keys = {"of_campaign": about.campaign_id, "of_round": about.round, "of_residents": about.residents}
    tx.execute(NOTE, {**keys, "outcome": outcome, "now": ended_at, **reached})


def interrupt_attempts(tx: Connection, campaign_id: int, now: datetime) -> list[int]:
    """Ends the attempts that a crash of ours cut off, as "interrupted"; returns their ids."""
    cut = select(Attempt.id).where(Attempt.campaign_id == campaign_id, Attempt.ended_at.is_(None))
    attempts = list(tx.execute(cut).scalars())
    for attempt_id in attempts:
        end_attempt(tx, attempt_id, outcome="interrupted", ended_at=now)
    return attempts


def calls_since(tx: Connection, phones: Iterable[str], since: datetime) -> dict[str, int]:
    """How many times each number was dialled since then, over all campaigns; numbers never dialled are left out."""
    return {row.phone: row.calls for row in tx.execute(CALLS, {"wanted": set(phones), "since": since})}


def newest_ended(tx: Connection, channel: str, most: int) -> list[tuple[str, float]]:
    """How the newest calls of a channel ended: their outcome, and the seconds from the dial to the end."""
    rows = tx.execute(_ENDED, {"on": channel, "most": most})
    return [(row.outcome, (row.ended_at - row.started_at).total_seconds()) for row in rows]
