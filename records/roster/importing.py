"""Puts the rows of a roster into the store: newcomers are added, those known are updated, nobody is doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, String, bindparam, func, insert, select, tuple_, type_coerce, update

from records.roster.rows import Rejected, Row, read_roster
from records.store import Store, missing_only, take_stock
from records.tables import Community, Household, Resident, Unit

CHUNK = 5_000  # rows in one transaction: a running campaign need not wait long for its turn
BY_ROSTER_ID = select(Resident.roster_id, Resident.id).where(
    Resident.roster_id.in_(bindparam("wanted", expanding=True))
)
PLACE = (Household.community_id, Household.grid, Household.building)
BY_PHONE = (
    select(Resident.id, Resident.roster_id, Resident.name, *PLACE, Household.unit, Resident.phone)
    .join(Household, Household.id == Resident.household_id)
    .where(Resident.phone.in_(bindparam("wanted", expanding=True)))
)
KEY = type_coerce(Household.unit, String).label("unit")  # as it is stored
HOUSEHOLD = (*PLACE, KEY)
FAMILIES = (
    select(*HOUSEHOLD, Resident.phone)
    .join(Resident, Resident.household_id == Household.id)
    .where(Resident.phone.in_(bindparam("wanted", expanding=True)), KEY.startswith(Unit.NOT_GIVEN))
    .order_by(Household.id.desc())
)
HOUSEHOLDS = select(Household.id, *HOUSEHOLD).where(tuple_(*HOUSEHOLD).in_(bindparam("wanted", expanding=True)))
ADD = insert(Resident)
UPDATE = update(Resident).where(Resident.id == bindparam("known_as"))

Place = tuple[str, str, str]  # district, subdistrict, community
Door = tuple[int, str, str, str]  # community, grid, building, unit
Person = tuple[str, Door, str]  # name, address as written, phone
Family = tuple[int, str, str, str]  # community, grid, building, phone: a household whose unit is not given


@dataclass(slots=True)
class ImportResult:
    """What became of the rows of a file: residents added, residents known before and updated, rows rejected."""

    added: int = 0
    updated: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Rows that were stored."""
        return self.added + self.updated


def import_roster(
    store: Store, path: str | Path, now: datetime, progress: Callable[[int], None] | None = None
) -> ImportResult:
    """Reads a roster file into the store, 5,000 rows at a time; `progress` is told the rows done so far.

    A resident is known by the roster's id, else by name, address and phone. Raises RosterError for a file that is no
    roster; imported again after that, or after a crash, it goes on where it stood and doubles nobody.
    """
    result = ImportResult()
    communities: dict[Place, int] = {}
    rows = read_roster(path, now.year)
    while chunk := list(islice(rows, CHUNK)):
        good = [row for row in chunk if isinstance(row, Row)]
        with store.transaction() as tx:
            updated = _keep(tx, good, communities, now)
        result.updated += updated
        result.added += len(good) - updated
        result.rejected += [row for row in chunk if isinstance(row, Rejected)]
        if progress:
            progress(result.accepted + len(result.rejected))
    if result.added:
        with store.transaction() as tx:
            take_stock(tx, Household, Resident)
    return result


def enrol(tx: Connection, row: Row, now: datetime) -> tuple[int, bool]:
    """Puts one resident on the roster; their id, and whether they are new there. Who is known already is updated."""
    communities: dict[Place, int] = {}
    updated = _keep(tx, [row], communities, now)
    (resident,) = _known(tx, [row], [(communities[row.place], *row.door)])
    assert resident is not None
    return resident, not updated


def move(tx: Connection, resident: int, to: Row) -> int:
    """Moves a resident to the address of a row, whose phone is theirs; returns their household now."""
    communities: dict[Place, int] = {}
    _add_communities(tx, {to.place}, communities)
    (key,) = _keys(tx, [to], [(communities[to.place], *to.door)])
    home = _households(tx, [key])[key]
    tx.execute(update(Resident).where(Resident.id == resident).values(household_id=home))
    return home


def _keep(tx: Connection, rows: Sequence[Row], communities: dict[Place, int], now: datetime) -> int:
    """Stores good rows; returns how many of them were known before."""
    _add_communities(tx, {row.place for row in rows}, communities)
    doors = [(communities[row.place], *row.door) for row in rows]
    keys = _keys(tx, rows, doors)
    households = _households(tx, keys)
    homes = [households[key] for key in keys]
    known = _known(tx, rows, doors)
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for row, home, resident in zip(rows, homes, known, strict=True):
        values = _values(row, home, now)
        if resident is None:
            new.append(values)
        else:
            old.append({**values, "known_as": resident})
    if new:
        tx.execute(ADD, new)
    for group in _alike(old):
        tx.execute(UPDATE, group)
    return len(old)


def _add_communities(tx: Connection, wanted: set[Place], communities: dict[Place, int]) -> None:
    missing = sorted(wanted - set(communities))
    if not missing:
        return
    names = ("district", "subdistrict", "name")
    tx.execute(missing_only(tx, Community), [dict(zip(names, place, strict=True)) for place in missing])
    query = select(Community.id, Community.district, Community.subdistrict, Community.name)
    communities |= {(row.district, row.subdistrict, row.name): row.id for row in tx.execute(query)}


def _keys(tx: Connection, rows: Sequence[Row], doors: Sequence[Door]) -> list[Door]:
    """The doors, with a key for the unit where none is given: that of who has the same phone in the same place.

    A phone is looked up rather than made part of the key, so that it is nowhere when its owner is erased.
    """
    families: list[Family] = [(*door[:3], row.phone) for row, door in zip(rows, doors, strict=True) if not row.unit]
    if not families:
        return list(doors)
    places = sorted({family[0] for family in families})
    # Another import that runs now must not take the same keys; SQLite lets only one write anyway.
    tx.execute(
        select(Community.id).where(Community.id.in_(places)).order_by(Community.id).with_for_update(key_share=True)
    )
    found = tx.execute(FAMILIES, {"wanted": sorted({family[3] for family in families})})
    keys: dict[Family, str] = {(row.community_id, row.grid, row.building, row.phone): row.unit for row in found}
    last = tx.execute(select(func.coalesce(func.max(Household.id), 0))).scalar_one()
    # Without a gap: so no key is above the highest id afterwards, and none is given out twice.
    new = [family for family in dict.fromkeys(families) if family not in keys]
    keys |= {family: f"{Unit.NOT_GIVEN}{number:09}" for number, family in enumerate(new, start=last + 1)}
    return [
        door if row.unit else (*door[:3], keys[*door[:3], row.phone]) for row, door in zip(rows, doors, strict=True)
    ]


def _households(tx: Connection, doors: Sequence[Door]) -> dict[Door, int]:
    """The ids of the households behind these doors, made where they are not there yet."""
    wanted = list(dict.fromkeys(doors))
    found = _households_there(tx, wanted)
    missing = [door for door in wanted if door not in found]
    if missing:
        names = ("community_id", "grid", "building", "unit")
        tx.execute(missing_only(tx, Household), [dict(zip(names, door, strict=True)) for door in missing])
        found |= _households_there(tx, missing)
    return found


def _households_there(tx: Connection, doors: Sequence[Door]) -> dict[Door, int]:
    found = tx.execute(HOUSEHOLDS, {"wanted": doors})
    return {(row.community_id, row.grid, row.building, row.unit): row.id for row in found}


def _known(tx: Connection, rows: Sequence[Row], doors: Sequence[Door]) -> list[int | None]:
    """The id under which each row's resident is known already, or None for a newcomer."""
    ids = [row.roster_id for row in rows if row.roster_id]
    by_id: dict[str, int] = {row.roster_id: row.id for row in tx.execute(BY_ROSTER_ID, {"wanted": ids})}
    rest = [row.phone for row in rows if row.roster_id not in by_id]
    by_person: dict[Person, tuple[int, str | None]] = {
        (r.name, (r.community_id, r.grid, r.building, r.unit), r.phone): (r.id, r.roster_id)
        for r in tx.execute(BY_PHONE, {"wanted": rest})
    }
    return [
        by_id[row.roster_id] if row.roster_id in by_id else _same_person(row, door, by_person)
        for row, door in zip(rows, doors, strict=True)
    ]


def _same_person(row: Row, door: Door, people: dict[Person, tuple[int, str | None]]) -> int | None:
    """A resident of the same name, address and phone, unless two different ids say that they are two."""
    key, roster_id = people.get((row.name, door, row.phone), (None, None))
    return None if row.roster_id and roster_id else key


def _values(row: Row, home: int, now: datetime) -> dict[str, Any]:
    return {
        "roster_id": row.roster_id or None, "household_id": home, "name": row.name, "phone": row.phone,
        "language": row.language, "sex": row.sex, "birth_year": row.birth_year, "relation": row.relation,
        "time_zone": row.time_zone, "preferred_hour": row.preferred_hour, "ineligible": row.ineligible,
        "imported_at": now,
    }  # fmt: skip


def _alike(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The updates in groups that set the same columns: a row without an id must not wipe out the one that is known."""
    with_id = [row for row in rows if row["roster_id"]]
    without = [{k: v for k, v in row.items() if k != "roster_id"} for row in rows if not row["roster_id"]]
    yield from (group for group in (with_id, without) if group)
