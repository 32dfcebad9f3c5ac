"""Clusters: buildings and households with more fevers within 48 hours than the rest of their community explains.

Fisher's exact test, one-sided, of the place against the rest of its community, in the few lines that `standing_out` has
(tested against the exact sums of integers); shared among all places looked at (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, Integer, func, select

from records.tables import Community, Household, Record
from reports.figures import Scope
from reports.line_list import ZONE
from reports.standing_out import CHANCE, chance
from reports.table import Column, Label, Ratio, Row, Table

WITHIN = timedelta(hours=48)
LEAST = 2  # fevers
ANONYMOUS = "*"  # the unit of households that nobody can be found behind
LEVELS = {"building": Label("楼栋", "Building"), "household": Label("住户", "Household")}


@dataclass(frozen=True, slots=True)
class Place:
    """A building or household: where it is, and (fevers, known) here and in the rest of its community."""

    level: str
    community: str
    name: str
    here: Ratio
    elsewhere: Ratio

    @property
    def likely(self) -> float:
        """How likely that many fevers or more would be here by chance, 0..1."""
        fevers = self.here.numerator + self.elsewhere.numerator
        return chance(self.here, Ratio(fevers, self.here.denominator + self.elsewhere.denominator))


def cluster_table(connection: Connection, scope: Scope, zone: tzinfo = ZONE) -> Table:
    """One row for each place with two fevers or more in the 48 hours before the last report of the scope.

    The least likely is first; what is below 5 % for all places together stands out. The window goes over rounds.
    Who was erased counts in their building, and in no household.
    """
    end = _end(connection, scope)
    found, looked_at = _places(_read(connection, scope, end)) if end else ([], 0)
    rows = tuple(_row(place, looked_at) for place in sorted(found, key=lambda p: (p.likely, p.community)))
    until = f"{end.astimezone(zone):%Y-%m-%d %H:%M}" if end else "–"
    note = Label(
        f"截至 {until} 的 48 小时；共比较 {looked_at} 处（至少 2 人已知是否发热），"
        "与同社区其余居民相比，Fisher 精确检验；标红：乘以处数后 p < 0.05",
        f"In the 48 hours to {until}; {looked_at} places looked at (2 known for fever at least), "
        "each against the rest of its community by Fisher's exact test; "
        "marked where p times the number of places is below 0.05",
    )
    return Table("clusters", Label("发热聚集", "Clusters of fever"), _COLUMNS, rows, note=note, form="list").check()


def _end(connection: Connection, scope: Scope) -> datetime | None:
    query = select(func.max(Record.reported_at)).join(Community, Community.id == Record.community_id)
    last: datetime | None = connection.execute(query.where(*scope.conditions())).scalar_one()
    return last


def _read(connection: Connection, scope: Scope, end: datetime) -> Iterable[Any]:
    """(community, its name, building, unit, household, known, fevers): each once, feverish if they ever were."""
    where = replace(scope, round=None, first_day=None, last_day=None).conditions()
    fever = func.max(Record.fever.cast(Integer)).label("fever")
    person = (
        select(Record.resident_id, Record.household_id, Record.community_id, Record.building, fever)
        .join(Community, Community.id == Record.community_id)
        .where(*where, Record.reported_at > end - WITHIN, Record.reported_at <= end, Record.fever.is_not(None))
        .group_by(Record.resident_id, Record.household_id, Record.community_id, Record.building)
        .subquery()
    )
    query = (
        select(person.c.community_id, Community.name, person.c.building, Household.unit, person.c.household_id)
        .add_columns(func.count(), func.sum(person.c.fever))
        .join(Community, Community.id == person.c.community_id)
        .join(Household, Household.id == person.c.household_id)
        .group_by(person.c.community_id, Community.name, person.c.building, Household.unit, person.c.household_id)
    )
    return connection.execute(query)


def _places(rows: Iterable[Any]) -> tuple[list[Place], int]:
    """The places with fevers enough, and how many were looked at: all with enough who are known for fever."""
    whole: dict[Any, list[int]] = {}
    buildings: dict[Any, list[int]] = {}
    households = []
    names: dict[Any, str] = {}
    looked_at = 0
    for community, name, building, unit, _, known, fevers in rows:
        names[community] = name
        for sums, key in ((whole, community), (buildings, (community, building))):
            at = sums.setdefault(key, [0, 0])
            at[0] += fevers
            at[1] += known
        if known >= LEAST and unit not in ("", ANONYMOUS):
            looked_at += 1
            if fevers >= LEAST:
                households.append((community, f"{building} {unit}".strip(), [fevers, known]))
    known_there = [(where, counts) for where, counts in buildings.items() if where[1] and counts[1] >= LEAST]
    found = [
        _place("building", names[community], building, counts, whole[community])
        for (community, building), counts in known_there
        if counts[0] >= LEAST
    ]
    found += [
        _place("household", names[community], name, counts, whole[community]) for community, name, counts in households
    ]
    return found, looked_at + len(known_there)


def _place(level: str, community: str, name: str, here: list[int], whole: list[int]) -> Place:
    rest = Ratio(int(whole[0] - here[0]), int(whole[1] - here[1]))
    return Place(level, community, name, Ratio(int(here[0]), int(here[1])), rest)


def _row(place: Place, places: int) -> Row:
    likely = place.likely
    together = min(1.0, likely * places)
    cells = (
        LEVELS[place.level], place.community, place.name, int(place.here.numerator), place.here, place.elsewhere,
        likely, together,
    )  # fmt: skip
    return Row((place.level, place.community, place.name), cells, frozenset({"fevers"} if together < CHANCE else ()))


_HERE = Label("48 小时内发热的居民", "Residents with fever in 48 hours")
_KNOWN = Label("已知是否发热的居民", "Residents known for fever")
_FEVERS = Label("发热的居民", "Residents with fever")
_COLUMNS = (
    Column("level", Label("类型", "Kind")),
    Column("community", Label("社区", "Community")),
    Column("name", Label("地点", "Place")),
    Column("fevers", Label("发热", "Fevers"), "count", _HERE),
    Column("here", Label("本处", "Here"), "percent", Label("本处发热的比例", "Share with fever here"), _FEVERS, _KNOWN),
    Column("elsewhere", Label("同社区其余", "Rest of the community"), "percent",
           Label("同社区其余居民发热的比例", "Share with fever in the rest of the community"), _FEVERS, _KNOWN),
    Column("likely", Label("偶然概率 p", "p by chance"), "minutes",
           Label("若纯属偶然，本处有这么多或更多发热的概率", "Chance of so many or more here"), digits=4),
    Column("together", Label("校正后 p", "p, all places"), "minutes",
           Label("p 乘以比较的处数，最多为 1", "p times the number of places looked at, 1 at most"), digits=4),
)  # fmt: skip
