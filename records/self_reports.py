"""Reports that residents give of themselves: in a running campaign that waits for them, else in the standing one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, false, func, or_, select

from records.residents import HEAD
from records.rounds import join_round
from records.store import missing_only
from records.tables import Attempt, Campaign, Record, Resident

STANDING = "self_reports"  # the name of the campaign that is always there; each of its rounds is a day
SCRIPT = "daily_check"
RUNNING = "running"

_AWAITED = (
    select(Record.campaign_id, Record.round, Record.final, Record.household_id, Campaign.script)
    .add_columns(Campaign.script_version)
    .join(Campaign, Campaign.id == Record.campaign_id)
    .where(
        Record.resident_id == bindparam("resident"),
        Campaign.state == RUNNING,
        Record.day <= bindparam("day"),
        or_(Record.final.is_(False), Record.day == bindparam("day")),
    )
    .order_by(Record.final, Campaign.name == STANDING, Campaign.line != bindparam("line"), Record.id.desc())
    .limit(1)
)
_HOME = (
    Record.campaign_id == bindparam("campaign"),
    Record.round == bindparam("round"),
    Record.household_id == bindparam("household"),
)
_MEMBERS = (
    select(Record.resident_id)
    .join(Resident, Resident.id == Record.resident_id)
    .where(  # both in full, since each is found by an index of its own
        or_(
            and_(*_HOME, Record.final == false()),
            and_(*_HOME, Record.resident_id == bindparam("resident")),
        )
    )
    .order_by(Record.resident_id != bindparam("resident"), Resident.relation != HEAD, Resident.id)
)
_TRIES = select(func.count()).where(
    Attempt.campaign_id == bindparam("campaign"),
    Attempt.round == bindparam("round"),
    Attempt.household_id == bindparam("household"),
)


@dataclass(frozen=True, slots=True)
class Awaited:
    """The round in which a resident reports today; `done` when their report of that round is in already."""

    campaign_id: int
    round: int
    household_id: int
    script: str
    version: int
    done: bool


def awaited(tx: Connection, resident_id: int, day: date, line: str) -> Awaited | None:
    """The running round that a resident is in on that day: an open one first, and a campaign on this line first."""
    row = tx.execute(_AWAITED, {"resident": resident_id, "day": day, "line": line}).one_or_none()
    if row is None:
        return None
    return Awaited(row.campaign_id, row.round, row.household_id, row.script, row.script_version, row.final)


def await_self_report(
    tx: Connection, resident_id: int, household_id: int, day: date, line: str, version: Callable[[], int], now: datetime
) -> Awaited:
    """Opens today's round of the standing campaign for a household, which is made when it is not there yet.

    `version` gives the version of the script that a new standing campaign is pinned to.
    """
    campaign, began = _standing(tx, line, version, now)
    first = began.date() - timedelta(days=1)  # somewhere it was still the day before
    day = max(day, first)
    join_round(tx, campaign, (day - first).days, household_id, day, now)
    found = awaited(tx, resident_id, day, line)
    if found is None:
        raise KeyError(f"resident {resident_id} is not of household {household_id}")
    return found


def reported_since(tx: Connection, resident_id: int, day: date) -> Sequence[Row[Any]]:
    """What a resident reported since a day, the earlier first: all columns of their records."""
    query = select(Record.__table__).where(
        Record.resident_id == resident_id, Record.day >= day, Record.reported_at.is_not(None)
    )
    return tx.execute(query.order_by(Record.reported_at, Record.id)).all()


def covered(tx: Connection, round: Awaited, resident_id: int) -> list[int]:
    """Whom a report covers: the resident, and those of the household who have not reported in this round."""
    keys = {"campaign": round.campaign_id, "round": round.round, "household": round.household_id}
    return list(tx.execute(_MEMBERS, {**keys, "resident": resident_id}).scalars())


def tries(tx: Connection, round: Awaited) -> int:
    """How many attempts the household had in this round."""
    keys = {"campaign": round.campaign_id, "round": round.round, "household": round.household_id}
    return int(tx.execute(_TRIES, keys).scalar_one())


def _standing(tx: Connection, line: str, version: Callable[[], int], now: datetime) -> tuple[int, datetime]:
    query = select(Campaign.id, Campaign.created_at).where(Campaign.name == STANDING)
    found = tx.execute(query).one_or_none()
    if found is None:
        row = {"name": STANDING, "script": SCRIPT, "script_version": version(), "plan": {}, "place": {}, "line": line,
               "state": RUNNING, "created_at": now, "starts_at": now}  # fmt: skip
        tx.execute(missing_only(tx, Campaign), row)
        found = tx.execute(query).one()
    return found.id, found.created_at
