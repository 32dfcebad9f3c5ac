"""Where a household, a resident, a conversation or a follow-up belongs: the place by which access is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select

from records.tables import Attempt, Community, Conversation, FollowUp, Household, Record, Resident

Thing = Literal["household", "resident", "conversation", "follow_up"]

_PLACE: Any = select(
    *(Community.district, Community.subdistrict, Community.name.label("community")),
    *(Household.grid, Household.building),
).join(Household, Household.community_id == Community.id)
_OF_RECORD = (Record.campaign_id == FollowUp.campaign_id, Record.round == FollowUp.round)
_OF: Mapping[Thing, Any] = {
    "household": _PLACE.where(Household.id == bindparam("number")),
    "resident": _PLACE.join(Resident, Resident.household_id == Household.id).where(Resident.id == bindparam("number")),
    "conversation": _PLACE.join(Attempt, Attempt.household_id == Household.id)
    .join(Conversation, Conversation.attempt_id == Attempt.id)
    .where(Conversation.id == bindparam("number")),
    "follow_up": _PLACE.join(Record, Record.household_id == Household.id)
    .join(FollowUp, FollowUp.resident_id == Record.resident_id)
    .where(FollowUp.id == bindparam("number"), *_OF_RECORD),
}


def place_of(tx: Connection, thing: Thing, number: int) -> dict[str, str] | None:
    """Where a thing is, by all levels from district to building; None when there is no such thing."""
    row = tx.execute(_OF[thing], {"number": number}).one_or_none()
    return None if row is None else dict(row._mapping)


def grids_of(tx: Connection, place: Mapping[str, str], building: str) -> list[str]:
    """The grids that a building of a community is known to lie in."""
    here = (Community.district == place["district"], Community.subdistrict == place["subdistrict"])
    query = select(Household.grid).join(Community, Community.id == Household.community_id)
    known = query.where(*here, Community.name == place["community"], Household.building == building).distinct()
    return sorted(tx.execute(known).scalars())


def communities(tx: Connection) -> list[dict[str, str]]:
    """All communities, each as a place, in the order of their names."""
    query = select(Community.district, Community.subdistrict, Community.name.label("community"))
    return [dict(row._mapping) for row in tx.execute(query.order_by(*query.selected_columns))]
