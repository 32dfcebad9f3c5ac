"""Counts the records of a campaign by building, day and round, in four grouped queries; all tables are summed from it.

The database does the counting (SQLite and PostgreSQL alike); what comes back is one line per building, day and pattern
of answers, so that a million answers are a few thousand lines here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from dialogs.understanding.understood import SYMPTOMS
from records.tables import Community, FollowUp, Record
from reports.indicators import FEVER_C, Tally

LEVELS = ("district", "subdistrict", "community", "grid", "building")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records: of a campaign, of some days (both ends included), of one round, of a place.

    `place` names any of `LEVELS`, e.g. {"subdistrict": "柳岸街道"}.
    """

    campaign_id: int
    first_day: date | None = None
    last_day: date | None = None
    round: int | None = None
    place: Mapping[str, str] = field(default_factory=dict)

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a statement that joins `record` and `community`; KeyError names an unknown level."""
        found = [Record.campaign_id == self.campaign_id]
        if self.first_day is not None:
            found.append(Record.day >= self.first_day)
        if self.last_day is not None:
            found.append(Record.day <= self.last_day)
        if self.round is not None:
            found.append(Record.round == self.round)
        return found + [_PLACES[level] == name for level, name in self.place.items()]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when: the path of a building (district ... building), the day and the round."""

    path: tuple[str, ...]
    day: date
    round: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The tallies of a scope by spot, with the fever threshold (°C) they were counted with."""

    scope: Scope
    fever_c: float
    spots: Mapping[Spot, Tally]

    def by(self, key: Callable[[Spot], Any]) -> dict[Any, Tally]:
        """The tallies summed by what `key` says of their spot, in the order of the keys."""
        sums: dict[Any, Tally] = {}
        for spot, tally in self.spots.items():
            sums.setdefault(key(spot), Tally()).add(tally)
        return dict(sorted(sums.items()))

    def whole(self) -> Tally:
        """Everybody in one tally."""
        return self.by(lambda spot: ()).get((), Tally())

    def only(self, wanted: Callable[[Spot], bool]) -> Figures:
        """The figures of some spots."""
        return Figures(self.scope, self.fever_c, {spot: t for spot, t in self.spots.items() if wanted(spot)})

    @property
    def days(self) -> tuple[date, ...]:
        """The days there are, in order."""
        return tuple(sorted({spot.day for spot in self.spots}))

    def newest_round(self) -> Figures:
        """The figures of the latest round in which anybody was called or reported; of the first where none was."""
        begun = [spot.round for spot, tally in self.spots.items() if tally.count(("attempted", "reported"))]
        chosen = max(begun) if begun else min((spot.round for spot in self.spots), default=0)
        return self.only(lambda spot: spot.round == chosen)


def read_figures(connection: Connection, scope: Scope, fever_c: float = FEVER_C) -> Figures:
    """Counts the records of the scope; `fever_c` in °C is the fever threshold."""
    names = select(Community.id, Community.district, Community.subdistrict, Community.name)
    communities = {row.id: tuple(row)[1:] for row in connection.execute(names)}
    spots: dict[tuple[Any, ...], Tally] = {}
    for read in (_read_facts, _read_temperatures, _read_minutes, _read_follow_ups):
        for where, add in read(connection, scope, fever_c):
            add(spots.setdefault(where, Tally()))
    return Figures(scope, fever_c, {_spot(where, communities): tally for where, tally in spots.items()})


_PLACES: Mapping[str, Any] = {
    "district": Community.district,
    "subdistrict": Community.subdistrict,
    "community": Community.name,
    "grid": Record.grid,
    "building": Record.building,
}

_WHERE = (Record.community_id, Record.grid, Record.building, Record.day, Record.round)
"""The columns that make a spot; each statement below begins with them."""

_Added = Iterator[tuple[tuple[Any, ...], Callable[[Tally], None]]]


def _spot(where: tuple[Any, ...], communities: Mapping[int, tuple[Any, ...]]) -> Spot:
    community, grid, building, day, number = where
    return Spot((*communities[community], grid, building), day, number)


def _records(scope: Scope, *columns: Any) -> Select[Any]:
    chosen = select(*_WHERE, *columns).select_from(Record).where(*scope.conditions())
    of_community = {"district", "subdistrict", "community"} & set(scope.place)
    return chosen.join(Community, Community.id == Record.community_id) if of_community else chosen


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


# What each record says, one bit per count: the database packs them into one number to group by.
_FEVER_BIT = 1 << SYMPTOMS.index("fever")


def _facts(fever_c: float) -> dict[str, ColumnElement[bool]]:
    said = or_(Record.fever.is_(True), Record.present.op("&")(_FEVER_BIT) != 0)
    told = or_(Record.fever.is_not(None), (Record.present.op("|")(Record.absent)).op("&")(_FEVER_BIT) != 0)
    measured, hot = Record.temperature_c.is_not(None), Record.temperature_c >= fever_c
    return {
        "attempted": Record.attempts > 0,
        "reached": Record.reached.is_(True),
        "reported": Record.reported_at.is_not(None),
        "by_proxy": Record.reporter == "proxy",
        "measured": measured,
        "fever_measured": hot,
        "fever": or_(hot, and_(Record.temperature_c.is_(None), said)),
        "fever_known": or_(measured, told),
        "contact": Record.contact.is_(True),
        "contact_known": Record.contact.is_not(None),
        "needs_help": Record.needs_help.is_(True),
        "needs_help_known": Record.needs_help.is_not(None),
    }


def _read_facts(connection: Connection, scope: Scope, fever_c: float) -> _Added:
    facts = _facts(fever_c)
    packed: Any = literal(0)
    for bit, condition in enumerate(facts.values()):
        packed = packed + _flag(condition) * (1 << bit)
    pattern = (packed.label("facts"), Record.disposition, Record.status, Record.present, Record.absent)
    statement = _records(scope, *pattern, func.count().label("number"))
    for row in connection.execute(statement.group_by(*_WHERE, *pattern[1:], "facts")):
        yield tuple(row[:5]), _Counts(tuple(_names(row, tuple(facts))), row.number)


def _names(row: Row[Any], facts: tuple[str, ...]) -> Iterator[str]:
    yield "residents"
    yield row.disposition or "pending"
    yield row.status or "no_status"
    yield from (name for bit, name in enumerate(facts) if row.facts >> bit & 1)
    if row.present or row.absent:
        for bit, name in enumerate(SYMPTOMS):
            if (row.present | row.absent) >> bit & 1:
                yield f"knows_{name}"
            if row.present >> bit & 1:
                yield f"has_{name}"


@dataclass(frozen=True, slots=True)
class _Counts:
    names: tuple[str, ...]
    number: int

    def __call__(self, tally: Tally) -> None:
        for name in self.names:
            tally.counts[name] = tally.counts.get(name, 0) + self.number


@dataclass(frozen=True, slots=True)
class _Value:
    measure: str
    value: float
    number: int

    def __call__(self, tally: Tally) -> None:
        values: dict[float, int] = getattr(tally, self.measure)
        values[self.value] = values.get(self.value, 0) + self.number


def _read_temperatures(connection: Connection, scope: Scope, fever_c: float) -> _Added:
    statement = _records(scope, Record.temperature_c, func.count()).where(Record.temperature_c.is_not(None))
    for row in connection.execute(statement.group_by(*_WHERE, Record.temperature_c)):
        yield tuple(row[:5]), _Value("temperatures", row[5], row[6])


def _read_minutes(connection: Connection, scope: Scope, fever_c: float) -> _Added:
    statement = _records(scope, _seconds(connection)).where(Record.reported_at.is_not(None))
    for row in connection.execute(statement):
        yield tuple(row[:5]), _Value("minutes", row[5] / 60, 1)


def _seconds(connection: Connection) -> ColumnElement[Any]:
    """Whole seconds from due to reported; the one thing that the two databases write differently."""
    moments = (Record.reported_at, Record.due_at)
    if connection.dialect.name == "sqlite":
        reported, due = (func.strftime("%s", moment, type_=Integer) for moment in moments)
        return reported - due
    return cast(func.floor(func.extract("epoch", moments[0])) - func.floor(func.extract("epoch", moments[1])), Integer)


def _read_follow_ups(connection: Connection, scope: Scope, fever_c: float) -> _Added:
    urgent = func.max(_flag(FollowUp.urgent.is_(True))).label("urgent")
    tasks = (
        select(FollowUp.round, FollowUp.resident_id, urgent)
        .where(FollowUp.campaign_id == scope.campaign_id, FollowUp.closed_at.is_(None))
        .group_by(FollowUp.round, FollowUp.resident_id)
        .subquery()
    )
    same = and_(tasks.c.round == Record.round, tasks.c.resident_id == Record.resident_id)
    statement = _records(scope, func.count(), func.sum(tasks.c.urgent)).join(tasks, same).group_by(*_WHERE)
    for row in connection.execute(statement):
        yield tuple(row[:5]), _Counts(("to_visit",), row[5])
        yield tuple(row[:5]), _Counts(("urgent",), int(row[6]))
