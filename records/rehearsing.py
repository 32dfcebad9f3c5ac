"""A copy of the roster for a rehearsal: who lives in a place, in a store of its own; the real one is not used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import insert, select

from records.rounds import within
from records.store import Store, batches
from records.tables import ERASED, Community, DoNotCall, Household, Resident


@dataclass(frozen=True, slots=True)
class Copied:
    """How many households were copied, and of how many."""

    households: int
    of: int


def copy_roster(source: Store, target: Store, place: Mapping[str, Any], most: int, seed: int) -> Copied:
    """Copies the households of a place with all who live there; of more than `most` a sample drawn by the seed."""
    with source.reading() as tx:
        homes = (
            select(Household.id)
            .join(Community, Community.id == Household.community_id)
            .where(*within(place), Household.id.in_(select(Resident.household_id).where(Resident.ineligible != ERASED)))
        )
        found = list(tx.execute(homes.order_by(Household.id)).scalars())
        chosen = sorted(Random(seed).sample(found, most)) if len(found) > most else found
        rows: dict[Any, list[dict[str, Any]]] = {Community: [], Household: [], Resident: [], DoNotCall: []}
        rows[Community] = [dict(row._mapping) for row in tx.execute(select(Community.__table__))]
        for batch in batches(chosen):
            for table, theirs in ((Household, Household.id), (Resident, Resident.household_id)):
                query = select(table.__table__).where(theirs.in_(batch))
                rows[table] += [dict(row._mapping) for row in tx.execute(query)]
        rows[DoNotCall] = [dict(row._mapping) for row in tx.execute(select(DoNotCall.__table__))]
    with target.transaction() as tx:
        for table, values in rows.items():
            if values:
                tx.execute(insert(table), values)
    return Copied(len(chosen), len(found))
