"""The figures of rounds that are looked at again and again: only what has changed is counted anew."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from records.tables import FollowUp, Record
from reports.figures import (
    BLOCK,
    LEVELS,
    Figures,
    Scope,
    Spot,
    Spots,
    block_of,
    count_records,
    open_follow_ups,
    paths_of,
    spot_at,
)
from reports.indicators import FEVER_C, Tally

MANY = 40  # communities or blocks; where more have changed, all are counted in one scan
DEPTH = LEVELS.index("community") + 1
Tasks = dict[tuple[Any, ...], dict[str, int]]


@dataclass(slots=True)
class _There:
    """A community as it was counted: its names, its spots with all that is counted there, and their sum."""

    path: tuple[str, ...]
    spots: dict[Spot, Tally]
    whole: Tally


@dataclass(slots=True)
class _Round:
    """What was counted of a round, each part with the mark by which one sees that it has changed.

    Records are counted by community, open follow-ups by blocks of residents.
    """

    marks: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    counted: dict[int, Spots] = field(default_factory=dict)
    task_marks: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    tasks: dict[int, dict[int, Tasks]] = field(default_factory=dict)  # by block and community
    there: dict[int, _There] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


class Tallies:
    """The figures of rounds that are looked at again and again: only what has changed is counted anew.

    A change shows by `changed_at` of a record or a follow-up, or by their number. Safe from several threads.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._rounds: OrderedDict[tuple[int, int, float], _Round] = OrderedDict()
        self._lock = Lock()

    def read(self, connection: Connection, campaign_id: int, number: int, fever_c: float = FEVER_C) -> Figures:
        """The figures of a round as they are now, as `read_figures` gives them."""
        scope, round = Scope(campaign_id, round=number), self._round((campaign_id, number, fever_c))
        with round.lock:
            changed, more = _renew_records(connection, scope, fever_c, round)
            changed |= _renew_tasks(connection, scope, round, changed, more)
            _put_together(round, changed, paths_of(connection))
            there = sorted(round.there.values(), key=lambda each: each.path)
        spots = {spot: tally for each in there for spot, tally in each.spots.items()}
        return Figures(scope, fever_c, spots, {DEPTH: {each.path: each.whole for each in there}})

    def _round(self, key: tuple[int, int, float]) -> _Round:
        with self._lock:
            found = self._rounds.setdefault(key, _Round())
            self._rounds.move_to_end(key)
            if len(self._rounds) > self._most:
                self._rounds.popitem(last=False)
        return found


def _renew_records(connection: Connection, scope: Scope, fever_c: float, round: _Round) -> tuple[set[int], bool]:
    """Counts the records of those communities anew whose mark has changed; returns which, and if any has more now."""
    marks = _marks_of(connection, Record.community_id, Record.id, Record.changed_at, *scope.conditions())
    changed = _changed(round.marks, marks)
    more = any(marks[place][0] > round.marks.get(place, (0,))[0] for place in changed & marks.keys())
    there = changed & marks.keys()
    if there:
        fresh: defaultdict[int, Spots] = defaultdict(lambda: defaultdict(Tally))
        some = (Record.community_id.in_(there),) if len(there) <= MANY else ()
        count_records(connection, scope, fever_c, lambda at: fresh[at[0]][at], *some)
        round.counted |= fresh
    for community in changed - there:
        del round.counted[community]
    round.marks = marks
    return changed, more


def _renew_tasks(connection: Connection, scope: Scope, round: _Round, records: set[int], more: bool) -> set[int]:
    """Counts the follow-ups anew of blocks that have changed, or have some in communities whose `records` have.

    With `more` there are records that were not there, and may have some: all are counted. Returns in which communities
    there are other ones now.
    """
    open_now = (FollowUp.campaign_id == scope.campaign_id, FollowUp.round == scope.round, FollowUp.closed_at.is_(None))
    block, moment = block_of(FollowUp.resident_id), func.coalesce(FollowUp.changed_at, FollowUp.opened_at)
    marks = _marks_of(connection, block, FollowUp.id, moment, *open_now)
    changed = marks.keys() | round.task_marks.keys() if more else _changed(round.task_marks, marks)
    changed |= {number for number, at in round.tasks.items() if not records.isdisjoint(at)}
    before = {community for number in changed for community in round.tasks.pop(number, ())}
    there = changed & marks.keys()
    if there:
        some = (or_(*(_in_block(number) for number in there)),) if len(there) <= MANY else ()
        for where, number, tasks in open_follow_ups(connection, scope, FollowUp.round == scope.round, *some):
            if number in there:
                round.tasks.setdefault(number, {}).setdefault(where[0], {})[where] = tasks
    round.task_marks = marks
    return before | {community for number in there for community in round.tasks.get(number, ())}


def _in_block(number: int) -> ColumnElement[bool]:
    return FollowUp.resident_id.between(number * BLOCK, (number + 1) * BLOCK - 1)


def _put_together(round: _Round, changed: set[int], paths: Mapping[int, tuple[str, ...]]) -> None:
    """Makes those communities anew in which something was counted anew, or whose name has changed.

    What was given out before stays as it is.
    """
    for community in round.there.keys() - round.counted.keys():
        del round.there[community]
    for community, counted in round.counted.items():
        path = paths[community]
        if community in changed or community not in round.there or round.there[community].path != path:
            tallies = {where: replace(tally, counts=dict(tally.counts)) for where, tally in counted.items()}
            for at in round.tasks.values():
                for where, tasks in at.get(community, {}).items():
                    counts = tallies.setdefault(where, Tally()).counts
                    for name, number in tasks.items():
                        counts[name] = counts.get(name, 0) + number
            whole = Tally()
            for tally in tallies.values():
                whole.add(tally)
            spots = {spot_at(where, path): tally for where, tally in tallies.items()}
            round.there[community] = _There(path, spots, whole)


def _changed(before: Mapping[int, Any], now: Mapping[int, Any]) -> set[int]:
    """What came, went, or has another mark."""
    return {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def _marks_of(connection: Connection, by: Any, key: Any, moment: Any, *where: Any) -> dict[int, tuple[Any, ...]]:
    """For each group the number of its rows, and sums that change whenever one of them is another, or is changed."""
    sums: tuple[Any, ...]
    if connection.dialect.name == "sqlite":  # days to a second, and the seconds of the minute with all their parts
        sums = (func.sum(func.julianday(moment)), func.sum(func.substr(moment, 18)))
    else:
        sums = (func.sum(func.extract("epoch", moment)), literal(0))
    marks: Select[Any] = select(by, func.count(), func.sum(key), *sums).where(*where).group_by(by)
    return {row[0]: tuple(row[1:]) for row in connection.execute(marks)}
