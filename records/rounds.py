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
    bindparam,
    case,
    exists,
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
from sqlalchemy.sql.dml import Insert, Update

from records.health import CLOSED, NON_REPORTING, FollowUpRule, Rules, default_rules
from records.statements import Prepared, among, never_back
from records.store import missing_only, take_stock
from records.tables import ERASED, Community, FollowUp, Household, Record, Resident

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

MANY = 1_000  # new records, after which the store takes stock
OF_ROUND = (Record.campaign_id == bindparam("of_campaign"), Record.round == bindparam("of_round"))


@dataclass(frozen=True, slots=True)
class Settling:
    """What makes dispositions final: visits still open move to this round, and records are settled."""

    again: Update
    settle: Update


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
    if after.residents - before.residents >= MANY:
        take_stock(tx, Record)
    return Launched(after.residents - before.residents, after.ineligible - before.ineligible)


def join_round(tx: Connection, campaign_id: int, round: int, household: int, day: date, due_at: datetime) -> None:
    """Makes the records of one household in a round, as far as they are not there."""
    tx.execute(_launch(tx, campaign_id, round, {"household": [household]}, day, due_at))


def launched_if(tx: Connection, place: Mapping[str, Any]) -> Launched:
    """What a launch in this place would make, counted without making it."""
    counted = (
        select(func.count(), func.count().filter(Resident.ineligible != ""))
        .select_from(Resident)
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .where(Resident.ineligible != ERASED, *within(place))
    )
    return Launched(*tx.execute(counted).one())


def dispose(
    tx: Connection,
    campaign_id: int,
    round: int,
    residents: Collection[int],
    now: datetime,
    rules: Rules | None = None,
) -> None:
    """Makes the dispositions of these residents final, as no attempt is left for them since this moment.

    Who has none gets one by the last outcome; who did not report is non-reporting, and who was not reached at all is
    to be visited.
    """
    dispose_each(tx, campaign_id, round, dict.fromkeys(residents, now), rules)


def dispose_each(
    tx: Connection, campaign_id: int, round: int, since: Mapping[int, datetime], rules: Rules | None = None
) -> None:
    """As `dispose`, each resident at a moment of their own."""
    if not since:
        return
    rules = rules or default_rules()
    whom = {"of_campaign": campaign_id, "of_round": round, "of_residents": list(since), "now": max(since.values())}
    for kind in rules.unreached:
        rule = rules.due(kind)
        work = {**whom, "of_kind": kind, "unreached": sorted(rule.dispositions)}
        left: dict[int, bool] = {row.resident_id: row.waits for row in tx.execute(_UNREACHED_SOME, work)}
        if any(left.values()):
            tx.execute(_SOME.again, work)
        of_round = {"campaign_id": campaign_id, "round": round}
        rows = [{**of_round, **_visit(who, kind, rule, since[who])} for who, waits in left.items() if not waits]
        if rows:
            _VISIT.execute(tx, rows)
    tx.execute(_SOME.settle, whom)


def _visit(resident: int, kind: str, rule: FollowUpRule, since: datetime) -> dict[str, Any]:
    blank = dict.fromkeys(("words", "note", "assignee", "escalated_to"), "")
    whom = {"resident_id": resident, "kind": kind, "urgent": rule.urgent, "state": "open"}
    return {**blank, **whom, "opened_at": since, "due_at": since + rule.within}


def finish_round(
    tx: Connection, campaign_id: int, round: int, now: datetime, rules: Rules | None = None
) -> dict[str, int]:
    """Gives every resident left their final disposition; returns how many residents have each, all included."""
    rules = rules or default_rules()
    keys = {"of_campaign": campaign_id, "of_round": round, "now": now}
    for kind in rules.unreached:
        rule = rules.due(kind)
        work = {**keys, "of_kind": kind, "unreached": sorted(rule.dispositions)}
        tx.execute(_ALL.again, work)
        tx.execute(_VISIT_ALL, {**work, "is_urgent": rule.urgent, "by": now + rule.within})
    tx.execute(_ALL.settle, keys)
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
        "changed_at": literal(due_at, Record.due_at.type),
    }
    chosen = (
        select(*(value.label(name) for name, value in values.items()))
        .select_from(Resident)
        .join(Household, Household.id == Resident.household_id)
        .join(Community, Community.id == Household.community_id)
        .where(Resident.ineligible != ERASED, *within(place))
        .order_by(Household.community_id, Resident.household_id, Resident.id)
    )
    return missing_only(tx, Record).from_select(list(values), chosen, include_defaults=False)


def within(place: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The conditions of a place, for a statement that joins `household` and `community`; ValueError if unknown."""
    if strange := set(place) - set(PLACES):
        raise ValueError(f"place: {sorted(strange)} cannot be chosen by (known: {', '.join(PLACES)})")
    return [PLACES[key].in_([names] if isinstance(names, str) else list(names)) for key, names in place.items()]


def _count(tx: Connection, campaign_id: int, round: int) -> Launched:
    ineligible = func.count().filter(Record.disposition == "ineligible")
    query = select(func.count(), ineligible).where(Record.campaign_id == campaign_id, Record.round == round)
    return Launched(*tx.execute(query).one())


_LEFT = and_(*OF_ROUND, Record.final == false())
_DISPOSITION = func.coalesce(
    Record.disposition,
    case(
        (Record.outcome.in_(NON_CONTACT), "non_contact"),
        (Record.outcome == "answered_human", "break_off"),
        else_="unknown",
    ),
)
_SILENT = and_(Record.status.is_(None), or_(Record.disposition.is_(None), Record.disposition != "complete"))
_STATUS = case((_SILENT, NON_REPORTING), else_=Record.status)
_UNREACHED = and_(_LEFT, Record.status.is_(None), among(_DISPOSITION, "unreached"))
_WAITING = and_(
    FollowUp.campaign_id == bindparam("of_campaign"),
    FollowUp.kind == bindparam("of_kind"),
    FollowUp.closed_at.is_(None),
)


def _settling(records: ColumnElement[bool], follow_ups: ColumnElement[bool]) -> Settling:
    """The statements that settle those whom the conditions choose, among those not settled yet."""
    unreached = select(Record.resident_id).where(_UNREACHED, records)
    return Settling(
        again=update(FollowUp)
        .where(FollowUp.resident_id.in_(unreached), _WAITING, follow_ups)
        .values(round=bindparam("of_round"), changed_at=never_back(FollowUp.changed_at)),
        settle=update(Record)
        .where(_LEFT, records)
        .values(disposition=_DISPOSITION, status=_STATUS, final=true(), changed_at=never_back(Record.changed_at)),
    )


def _visit_all() -> Insert:
    """Asks for a visit to all those who were not reached and for whom none waits."""
    values: dict[str, Any] = {
        "campaign_id": Record.campaign_id,
        "round": Record.round,
        "resident_id": Record.resident_id,
        "kind": bindparam("of_kind", type_=FollowUp.kind.type),
        "urgent": bindparam("is_urgent", type_=FollowUp.urgent.type),
        "words": literal(""),
        "state": literal("open"),
        "note": literal(""),
        "opened_at": bindparam("now", type_=FollowUp.opened_at.type),
        "due_at": bindparam("by", type_=FollowUp.due_at.type),
    }
    asked = select(*(value.label(name) for name, value in values.items())).where(_UNREACHED, ~_VISITED)
    return insert(FollowUp).from_select(list(values), asked, include_defaults=False)


_VISITED = exists().where(FollowUp.resident_id == Record.resident_id, _WAITING)
_SOME = _settling(among(Record.resident_id, "of_residents"), among(FollowUp.resident_id, "of_residents"))
_ALL = _settling(true(), true())
_UNREACHED_SOME = select(Record.resident_id, _VISITED.label("waits")).where(
    _UNREACHED, among(Record.resident_id, "of_residents")
)
_VISIT = Prepared(insert(FollowUp), "campaign_id", "round", *_visit(0, "", default_rules().due(""), datetime.min))
_VISIT_ALL = _visit_all()
