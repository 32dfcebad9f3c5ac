"""Households that are due, as the rules want them, read from the store with their tries so far."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.plan import Past, Plan, priority
from campaigns.runner import Due
from records.answers import last_answers
from records.dialling import barred, open_households
from records.residents import DueHousehold, Member, callable_households, due_among, due_households
from records.store import Store, Tx, batches
from records.tables import Campaign


def dues(store: Store, campaign: Campaign, round: int, plan: Plan, at: datetime) -> Iterator[Due]:
    """Every household of a launched round that is due, with what its dialogs are told."""
    for chunk in due_households(store, campaign.id, round):
        with store.reading() as tx:
            yield from _dues(tx, chunk, campaign.line, plan, at)


def dues_if_launched(tx: Tx, campaign: Campaign, plan: Plan, at: datetime) -> list[Due]:
    """Every household that a round launched now would call, read without launching one."""
    found = callable_households(tx, campaign.place)
    return [due for some in batches(found) for due in _dues(tx, some, campaign.line, plan, at)]


def dues_among(
    tx: Tx, campaign: Campaign, round: int, households: Sequence[int], plan: Plan, at: datetime
) -> tuple[list[Due], set[int]]:
    """Those of these households that are due, and the ids of those of them that are in a call at this moment."""
    found = due_among(tx, campaign.id, round, households)
    busy = {h.household_id for h in found if any(a.ended_at is None and a.worker for a in h.attempts)}
    return _dues(tx, found, campaign.line, plan, at), busy


def by_rank(tx: Tx, campaign_id: int, round: int, plan: Plan, at: datetime, limit: int | None = None) -> array[int]:
    """Ids of the households with somebody left to call, those to be called first in front."""
    born_by = at.astimezone(plan.zone).year - plan.elderly_from
    return array("q", open_households(tx, campaign_id, round, plan.first, born_by, limit))


def _dues(tx: Tx, chunk: Sequence[DueHousehold], line: str, plan: Plan, at: datetime) -> list[Due]:
    members = [member for household in chunk for member in household.members]
    before = last_answers(tx, [member.id for member in members], at)
    stopped = barred(tx, {member.phone for member in members})
    return [_due(household, line, plan, at, stopped, before) for household in chunk]


def _due(
    household: DueHousehold,
    line: str,
    plan: Plan,
    at: datetime,
    stopped: set[str],
    before: Mapping[int, Mapping[str, Any]],
) -> Due:
    year = at.astimezone(plan.zone).year
    births = [member.birth_year for member in household.members]
    rank = priority(plan, symptomatic=household.symptomatic, birth_years=births, year=year)
    people = {m.id: _facts(m, stopped, before.get(m.id)) for m in household.members}
    first = household.members[0]
    return Due(
        household.household_id,
        people,
        rank,
        past=[
            Past(a.phone, a.outcome or "interrupted", a.ended_at, a.call_later_at)
            for a in household.attempts
            if a.channel == line and a.ended_at is not None
        ],
        time_zone=first.time_zone,
        hour=first.preferred_hour,
    )


def _facts(member: Member, stopped: set[str], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a dialog is told of a resident; a number that must not be called is left out."""
    return {
        "name": member.name,
        "phone": "" if member.phone in stopped else member.phone,
        "language": member.language,
        "relation": member.relation,
        "sex": member.sex,
        "birth_year": member.birth_year,
        "previous": before,
    }
