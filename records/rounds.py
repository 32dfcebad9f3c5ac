"""Rounds of a campaign: a record for every resident in its place at launch, a final disposition for each at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import Insert

from records.health import CLOSED, NON_REPORTING, Rules, default_rules
from records.store import missing_only
from records.tables import Community, FollowUp, Household, Record, Resident

PLACES = {
    "district": Community.district,
    "subdistrict": Community.subdistrict,
    "community": Community.name,
    "grid": Household.grid,
    "building": Household.building,
    "household": Household.id,
}
# What the network said last becomes the disposition of those who gave none themselves (AAPOR: NC, or unknown).
NON_CONTACT = (
    "no_answer", "busy", "powered_off", "answered_machine", "unreachable", "rejected", "network_error", "interrupted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Launched:
    """What a launch made: how many records, and how many of them are closed from the start (not eligible)."""

    residents: int
    ineligible: int


def launch_round(
    tx: Connection, campaign_id: int, round: int, *, place: Mapping[str, Any], day: date, due_at: datetime
) -> Launched:
    """Makes a record for every resident of the place; repeated, it adds those who came to the roster since.

    `place` maps district, subdistrict, community, grid, building to a name or a list of names, `household` to a list
    of ids; empty means all.
    ValueError names a place that is none of these.
    """
    before = _count(tx, campaign_id, round)
    tx.execute(_launch(tx, campaign_id, round, place, day, due_at))
    after = _count(tx, campaign_id, round)
    return Launched(after.residents - before.residents, after.ineligible - before.ineligible)


def dispose(
    tx: Connection,
    campaign_id: int,
    round: int,
    residents: Collection[int],
    now: datetime,
    rules: Rules | None = None,
) -> dict[int, str]:
    """Makes the dispositions of these residents final, as no attempt is left; returns them all.

    Who has none gets one by the last outcome; who did not report is non-reporting, and who was not reached at all is
    to be visited.
    """
    ids = list(residents)
    _settle(tx, campaign_id, round, Record.resident_id.in_(ids), now, rules or default_rules())
    query = select(Record.resident_id, Record.disposition).where(
        Record.campaign_id == campaign_id, Record.round == round, Record.resident_id.in_(ids)
    )
    return {row.resident_id: row.disposition for row in tx.execute(query)}


def finish_round(
    tx: Connection, campaign_id: int, round: int, now: datetime, rules: Rules | None = None
) -> dict[str, int]:
    """Gives every resident left their final disposition; returns how many residents have each, all included."""
    _settle(tx, campaign_id, round, true(), now, rules or default_rules())
    query = (
        select(Record.disposition, func.count().label("residents"))
        .where(Record.campaign_id == campaign_id, Record.round == round)
        .group_by(Record.disposition)
    )
    return {row.disposition: row.residents for row in tx.execute(query)}


def newest_records(tx: Connection, campaign_id: int) -> list[Row[Any]]:
    """The records of the newest round of a campaign, all columns."""
    newest = select(func.max(Record.round)).where(Record.campaign_id == campaign_id).scalar_subquery()
    query = select(Record.__table__).where(Record.campaign_id == campaign_id, Record.round == newest)
    return list(tx.execute(query.order_by(Record.resident_id)))


def _launch(
    tx: Connection, campaign_id: int, round: int, place: Mapping[str, Any], day: date, due_at: datetime
) -> Insert:
    eligible = Resident.ineligible == ""
    values: dict[str, Any] = {
        "campaign_id": literal(campaign_id),
        "round": literal(round),
        "day": literal(day),
        "resident_id": Resident.id,
        "household_id": Resident.household_id,
        "community_id": Household.community_id,
        "grid": Household.grid,
        "building": Household.building,
        "language": Resident.language,
        "attempts": literal(0),
        "reached": false(),
        "final": case((eligible, false()), else_=true()),
        "disposition": case((eligible, null()), else_="ineligible"),
        "reason": case((eligible, null()), else_=Resident.ineligible),
        "status": case((eligible, null()), else_=CLOSED),
        "present": literal(0),
        "absent": literal(0),
        "other": literal({}, Record.other.type),
        "due_at": literal(due_at, Record.due_at.type),
    }
    chosen = (
        select(*(value.label(name) for name, value in values.items()))
        .select_from(Resident)
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .where(*_within(place))
        .order_by(Household.community_id, Resident.household_id, Resident.id)
    )
    return missing_only(tx, Record).from_select(list(values), chosen, include_defaults=False)


def _within(place: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    if strange := set(place) - set(PLACES):
        raise ValueError(f"place: {sorted(strange)} cannot be chosen by (known: {', '.join(PLACES)})")
    return [PLACES[key].in_([names] if isinstance(names, str) else list(names)) for key, names in place.items()]


def _count(tx: Connection, campaign_id: int, round: int) -> Launched:
    ineligible = func.count().filter(Record.disposition == "ineligible")
    query = select(func.count(), ineligible).where(Record.campaign_id == campaign_id, Record.round == round)
    return Launched(*tx.execute(query).one())


def _settle(
    tx: Connection, campaign_id: int, round: int, whom: ColumnElement[bool], now: datetime, rules: Rules
) -> None:
    left = and_(Record.campaign_id == campaign_id, Record.round == round, Record.final == false(), whom)
    disposition = func.coalesce(
        Record.disposition,
        case((Record.outcome.in_(NON_CONTACT), "non_contact"), (Record.outcome == "answered_human", "break_off"),
             else_="unknown"),
    )  # fmt: skip
    _visit(tx, left, disposition, now, rules)
    silent = and_(Record.status.is_(None), or_(Record.disposition.is_(None), Record.disposition != "complete"))
    status = case((silent, NON_REPORTING), else_=Record.status)
    tx.execute(update(Record).where(left).values(disposition=disposition, status=status, final=True))


def _visit(
    tx: Connection, left: ColumnElement[bool], disposition: ColumnElement[str], now: datetime, rules: Rules
) -> None:
    """Opens a follow-up for each of those about to be settled whom nobody has spoken with."""
    due = rules.due("not_reached")
    values: dict[str, Any] = {
        "campaign_id": Record.campaign_id,
        "round": Record.round,
        "resident_id": Record.resident_id,
        "kind": literal("not_reached"),
        "urgent": literal(due.urgent),
        "words": literal(""),
        "state": literal("open"),
        "note": literal(""),
        "opened_at": literal(now, FollowUp.opened_at.type),
        "due_at": literal(now + due.within, FollowUp.due_at.type),
    }
    unreached = select(*(value.label(name) for name, value in values.items())).where(
        left, Record.status.is_(None), disposition.in_(sorted(rules.not_reached))
    )
    tx.execute(insert(FollowUp).from_select(list(values), unreached, include_defaults=False))
