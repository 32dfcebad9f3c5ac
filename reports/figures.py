"""Counts the records of a campaign by building, day and round, in one scan; all tables are summed from it.

The database groups the records by building and day and strings their values together (SQLite and PostgreSQL alike), so
that a million answers are about a thousand lines here, with every value that a median needs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from records.health import ASYMPTOMATIC, SYMPTOMATIC
from records.symptoms import BIT, SYMPTOMS
from records.tables import Community, FollowUp, Record
from reports.indicators import FEVER_C, Tally
from reports.labels import DISPOSITION_LABELS, STATUS_LABELS, VISITS

LEVELS = ("district", "subdistrict", "community", "grid", "building")
BLOCK = 1024  # residents


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records: of a campaign, of some days (both ends included), of one round, of a place.

    `place` names any of `LEVELS`, e.g. {"subdistrict": "柳岸街道"}, with one name or several. `as_of` is the moment at
    which the connection looks (`Store.past`); blank is now.
    """

    campaign_id: int
    first_day: date | None = None
    last_day: date | None = None
    round: int | None = None
    place: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    as_of: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a statement that joins `record` and `community`; KeyError names an unknown level."""
        found = [Record.campaign_id == self.campaign_id]
        if self.first_day is not None:
            found.append(Record.day >= self.first_day)
        if self.last_day is not None:
            found.append(Record.day <= self.last_day)
        if self.round is not None:
            found.append(Record.round == self.round)
        return found + self.in_place(_PLACES)

    def in_place(self, columns: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """The conditions of the place, on the columns that hold each level; KeyError names an unknown level."""
        names = {level: [name] if isinstance(name, str) else name for level, name in self.place.items()}
        return [columns[level].in_(wanted) for level, wanted in names.items()]


def in_place(place: Mapping[str, str | Sequence[str]]) -> list[ColumnElement[bool]]:
    """The conditions of a place, for a statement that joins `record` and `community`."""
    return Scope(0, place=place).in_place(_PLACES)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when: the path of a building (district ... building), the day and the round."""

    path: tuple[str, ...]
    day: date
    round: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The tallies of a scope by spot, with the fever threshold (°C) they were counted with.

    `_levels` are sums that are known already, by depth; what is in them is changed no more.
    """

    scope: Scope
    fever_c: float
    spots: Mapping[Spot, Tally]
    _levels: dict[int, dict[tuple[str, ...], Tally]] = field(default_factory=dict, compare=False, repr=False)

    def by_level(self, level: str) -> Mapping[tuple[str, ...], Tally]:
        """The tallies of all places of a level ("district" ... "building") by their path; ValueError if unknown."""
        return self._by_depth(LEVELS.index(level) + 1)

    def _by_depth(self, depth: int) -> dict[tuple[str, ...], Tally]:
        """Each level is summed from the next finer one."""
        if depth not in self._levels:
            finer = self._by_depth(depth + 1) if depth < len(LEVELS) else self.by(lambda spot: spot.path)
            sums: dict[tuple[str, ...], Tally] = {}
            for path, tally in finer.items():
                sums.setdefault(path[:depth], Tally()).add(tally)
            self._levels[depth] = sums
        return self._levels[depth]

    def by(self, key: Callable[[Spot], Any]) -> dict[Any, Tally]:
        """The tallies summed by what `key` says of their spot, in the order of the keys."""
        sums: dict[Any, Tally] = {}
        for spot, tally in self.spots.items():
            sums.setdefault(key(spot), Tally()).add(tally)
        return dict(sorted(sums.items()))

    def whole(self) -> Tally:
        """Everybody in one tally."""
        return self._by_depth(0).get((), Tally())

    def only(self, wanted: Callable[[Spot], bool]) -> Figures:
        """The figures of some spots."""
        return Figures(self.scope, self.fever_c, {spot: t for spot, t in self.spots.items() if wanted(spot)})

    @property
    def days(self) -> tuple[date, ...]:
        """The days there are, in order."""
        return tuple(sorted({spot.day for spot in self.spots}))

    @property
    def newest_round(self) -> int:
        """The latest round in which anybody was called or reported; the first where none was."""
        begun = [spot.round for spot, tally in self.spots.items() if tally.count(("attempted", "reported"))]
        return max(begun) if begun else min((spot.round for spot in self.spots), default=0)

    def within(self, place: Mapping[str, str | Sequence[str]]) -> Figures:
        """The figures of a place; ValueError names an unknown level."""
        if not place:
            return self
        names = {level: {name} if isinstance(name, str) else set(name) for level, name in place.items()}
        asked = [(LEVELS.index(level), wanted) for level, wanted in names.items()]

        def inside(path: tuple[str, ...]) -> bool:
            return all(path[depth] in wanted for depth, wanted in asked)

        known = {
            depth: {path: tally for path, tally in sums.items() if inside(path)}
            for depth, sums in self._levels.items()
            if all(asked_for < depth for asked_for, _ in asked)  # a sum is within the place or without, as a whole
        }
        found = self.only(lambda spot: inside(spot.path))
        return replace(found, scope=replace(self.scope, place=place), _levels=known)

    def of_round(self, number: int) -> Figures:
        """The figures of one round."""
        return self.only(lambda spot: spot.round == number)


def read_figures(connection: Connection, scope: Scope, fever_c: float = FEVER_C) -> Figures:
    """Counts the records of the scope; `fever_c` in °C is the fever threshold."""
    spots: Spots = defaultdict(Tally)
    count_records(connection, scope, fever_c, spots.__getitem__)
    count_follow_ups(connection, scope, spots)
    return named(connection, scope, fever_c, spots)


def named(connection: Connection, scope: Scope, fever_c: float, spots: Spots) -> Figures:
    """The tallies with the names of their places."""
    paths = paths_of(connection)
    return Figures(scope, fever_c, {spot_at(where, paths[where[0]]): tally for where, tally in spots.items()})


def paths_of(connection: Connection) -> dict[int, tuple[str, ...]]:
    """District, sub-district and name of each community by its number."""
    names = select(Community.id, Community.district, Community.subdistrict, Community.name)
    return {row.id: (row.district, row.subdistrict, row.name) for row in connection.execute(names)}


def newest_round(connection: Connection, campaign_id: int) -> int:
    """The latest round of a campaign in which anybody was called or reported, without counting; else its first."""
    rounds = select(Record.round).where(Record.campaign_id == campaign_id)
    latest = connection.execute(rounds.where(was_begun()).order_by(Record.round.desc()).limit(1)).scalar()
    return latest or connection.execute(rounds.order_by(Record.round).limit(1)).scalar() or 0


def newest_scope(connection: Connection, scope: Scope) -> Scope:
    """The scope of the one round that a report shows, without counting all of them."""
    if scope.round is not None:
        return scope
    begun = select(func.max(Record.round)).join(Community, Community.id == Record.community_id)
    latest = connection.execute(begun.where(*scope.conditions(), was_begun())).scalar()
    if latest is None:
        first = select(func.min(Record.round)).join(Community, Community.id == Record.community_id)
        latest = connection.execute(first.where(*scope.conditions())).scalar()
    return replace(scope, round=latest or 0)


def was_begun() -> ColumnElement[bool]:
    """Whose round has begun for them: they were called, or reported."""
    return or_(Record.attempts > 0, _facts(FEVER_C)["reported"])


_PLACES: Mapping[str, Any] = {
    "district": Community.district,
    "subdistrict": Community.subdistrict,
    "community": Community.name,
    "grid": Record.grid,
    "building": Record.building,
}

_WHERE = (Record.community_id, Record.grid, Record.building, Record.day, Record.round)
"""The columns that make a spot; each statement below begins with them."""

_TASKS: Mapping[str, ColumnElement[bool]] = {
    "to_visit": FollowUp.kind.in_(VISITS),
    "to_call": FollowUp.kind.not_in(VISITS),
    "urgent": FollowUp.urgent.is_(True),
}
"""Counts of residents with an open follow-up of this kind."""

_SAME = and_(
    FollowUp.campaign_id == Record.campaign_id,
    FollowUp.round == Record.round,
    FollowUp.resident_id == Record.resident_id,
)

_BETWEEN, _WITHIN = "\x1e", "\x1f"  # the separators that no code of ours can hold

Spots = defaultdict[tuple[Any, ...], Tally]


def spot_at(where: tuple[Any, ...], path: tuple[str, ...]) -> Spot:
    """Where the records of a row of the scan are; `path` is that of its community."""
    _, grid, building, day, number = where
    return Spot((*path, grid, building), day, number)


def _records(scope: Scope, *columns: Any) -> Select[Any]:
    chosen = select(*_WHERE, *columns).select_from(Record).where(*scope.conditions())
    of_community = {"district", "subdistrict", "community"} & set(scope.place)
    return chosen.join(Community, Community.id == Record.community_id) if of_community else chosen


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _facts(fever_c: float) -> dict[str, ColumnElement[bool]]:
    # One bit each: the database packs them into one number to group by.
    return {
        "attempted": Record.attempts > 0,
        "final": Record.final.is_(True),
        "reached": Record.reached.is_(True),
        "reported": or_(
            Record.status.in_((SYMPTOMATIC, ASYMPTOMATIC)),
            and_(Record.status.is_(None), Record.disposition == "complete"),  # a script that asks nothing of health
        ),
        "by_proxy": Record.reporter == "proxy",
        "measured": Record.temperature_c.is_not(None),
        "fever_measured": Record.temperature_c >= fever_c,
        "fever": Record.fever.is_(True),
        "fever_known": Record.fever.is_not(None),
        "contact": Record.contact.is_(True),
        "contact_known": Record.contact.is_not(None),
        "needs_help": Record.needs_help.is_(True),
        "needs_help_known": Record.needs_help.is_not(None),
    }


def counted(name: str, fever_c: float = FEVER_C) -> ColumnElement[bool]:
    """Whose record enters the count of this name, such as "fever" or "has_cough"; KeyError when there is none.

    For a statement on `record`: so a figure is traced to its residents.
    """
    known = _facts(fever_c)
    if name in known:
        return known[name]
    if name in DISPOSITION_LABELS:
        return Record.disposition.is_(None) if name == "pending" else Record.disposition == name
    if name in STATUS_LABELS:
        return Record.status.is_(None) if name == "no_status" else Record.status == name
    if name in _TASKS:
        return exists().where(_SAME, FollowUp.closed_at.is_(None), _TASKS[name])
    if name == "residents":
        return true()
    kind, _, symptom = name.partition("_")
    bits: Any = {"has": Record.present, "knows": Record.present.op("|")(Record.absent)}[kind]
    has: ColumnElement[bool] = bits.op("&")(BIT[symptom]) != 0
    return has


def count_records(
    connection: Connection,
    scope: Scope,
    fever_c: float,
    at: Callable[[tuple[Any, ...]], Tally],
    *more: ColumnElement[bool],
) -> None:
    """One scan: the database strings together what the records of a spot say, one text for each kind of value."""
    facts = _facts(fever_c)
    packed: Any = literal(0)
    for bit, condition in enumerate(facts.values()):
        packed = packed + _flag(condition) * (1 << bit)
    pattern = (packed, Record.present, Record.absent, Record.disposition, Record.status)
    said: Any = literal("")
    for part in pattern:
        said = said + func.coalesce(cast(part, Text), "") + _WITHIN
    strung = (
        func.aggregate_strings(cast(v, Text), _BETWEEN) for v in (said, Record.temperature_c, _seconds(connection))
    )
    names = cache(partial(_names, tuple(facts)))
    for row in connection.execute(_records(scope, *strung).where(*more).group_by(*_WHERE)):
        tally = at(row[:5])
        for text, number in _counted(row[5]):
            for name in names(text):
                tally.counts[name] = tally.counts.get(name, 0) + number
        tally.temperatures = {float(text): number for text, number in _counted(row[6])}
        tally.minutes = {int(text) / 60: number for text, number in _counted(row[7])}


def _counted(strung: str | None) -> Iterable[tuple[str, int]]:
    return Counter(strung.split(_BETWEEN)).items() if strung else ()


def _names(facts: tuple[str, ...], said: str) -> tuple[str, ...]:
    """The counts to which a pattern of answers belongs."""
    numbers, (disposition, status, _) = said.split(_WITHIN)[:3], said.split(_WITHIN)[3:]
    bits, present, absent = map(int, numbers)
    symptoms = tuple(enumerate(SYMPTOMS))
    return (
        "residents",
        disposition or "pending",
        status or "no_status",
        *(name for bit, name in enumerate(facts) if bits >> bit & 1),
        *(f"has_{name}" for bit, name in symptoms if present >> bit & 1),
        *(f"knows_{name}" for bit, name in symptoms if (present | absent) >> bit & 1),
    )


def _seconds(connection: Connection) -> ColumnElement[Any]:
    """Whole seconds from due to reported; the one thing that the two databases write differently."""
    moments = (Record.reported_at, Record.due_at)
    if connection.dialect.name == "sqlite":
        reported, due = (func.strftime("%s", moment, type_=Integer) for moment in moments)
        return reported - due
    reported, due = (func.floor(func.extract("epoch", moment)) for moment in moments)
    return cast(reported - due, Integer)


def count_follow_ups(connection: Connection, scope: Scope, at: Spots) -> None:
    """Adds to the tallies how many residents have open follow-ups."""
    for where, _, tasks in open_follow_ups(connection, scope):
        counts = at[where].counts
        for name, number in tasks.items():
            counts[name] = counts.get(name, 0) + number


def block_of(resident: Any) -> ColumnElement[int]:
    """The block of a resident's number: follow-ups are counted by it, so that few are counted anew."""
    block: ColumnElement[int] = resident // literal_column(str(BLOCK))
    return block


def open_follow_ups(
    connection: Connection, scope: Scope, *only: ColumnElement[bool]
) -> Iterator[tuple[tuple[Any, ...], int, dict[str, int]]]:
    """How many residents have open follow-ups: (where, block of their numbers, counts); `only` some follow-ups."""
    tasks = (
        select(FollowUp.round, FollowUp.resident_id)
        .add_columns(*(func.max(_flag(condition)).label(name) for name, condition in _TASKS.items()))
        .where(FollowUp.campaign_id == scope.campaign_id, FollowUp.closed_at.is_(None), *only)
        .group_by(FollowUp.round, FollowUp.resident_id)
        .subquery()
    )
    same = and_(tasks.c.round == Record.round, tasks.c.resident_id == Record.resident_id)
    sums = (func.sum(tasks.c[name]) for name in _TASKS)
    block = block_of(Record.resident_id)
    statement = _records(scope, block, *sums).join(tasks, same).group_by(*_WHERE, block)
    for row in connection.execute(statement):
        yield row[:5], row[5], {name: int(number) for name, number in zip(_TASKS, row[6:], strict=True)}
