"""The figures of rounds that are looked at again and again: only what has changed is counted anew."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Integer, Select, func, literal, select

from records.tables import Record
from reports.figures import Figures, Scope, Spots, count_follow_ups, count_records, named
from reports.indicators import FEVER_C, Tally

MANY = 40  # communities; where more have changed, all are counted in one scan


@dataclass(slots=True)
class _Round:
    """What was counted of a round: by community with the mark of its records, so that what changed is counted anew."""

    marks: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    counted: dict[int, Spots] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


class Tallies:
    """The figures of rounds that are looked at again and again: only communities that have changed are counted anew.

    A change shows by `changed_at` of a record, or by their number. Safe from several threads.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._rounds: OrderedDict[tuple[int, int, float], _Round] = OrderedDict()
        self._lock = Lock()

    def read(self, connection: Connection, campaign_id: int, number: int, fever_c: float = FEVER_C) -> Figures:
        """The figures of a round as they are now, as `read_figures` gives them."""
        scope, round = Scope(campaign_id, round=number), self._round((campaign_id, number, fever_c))
        with round.lock:
            _renew(connection, scope, fever_c, round)
            spots: Spots = defaultdict(Tally)
            for counted_there in round.counted.values():
                spots |= {at: replace(tally, counts=dict(tally.counts)) for at, tally in counted_there.items()}
        count_follow_ups(connection, scope, spots)
        return named(connection, scope, fever_c, spots)

    def _round(self, key: tuple[int, int, float]) -> _Round:
        with self._lock:
            found = self._rounds.setdefault(key, _Round())
            self._rounds.move_to_end(key)
            if len(self._rounds) > self._most:
                self._rounds.popitem(last=False)
        return found


def _renew(connection: Connection, scope: Scope, fever_c: float, round: _Round) -> None:
    """Counts those communities anew whose mark has changed."""
    marks = {row[0]: tuple(row[1:]) for row in connection.execute(_marks(connection, scope))}
    changed = [community for community, mark in marks.items() if round.marks.get(community) != mark]
    if changed:
        fresh: defaultdict[int, Spots] = defaultdict(lambda: defaultdict(Tally))
        some = (Record.community_id.in_(changed),) if len(changed) <= MANY else ()
        count_records(connection, scope, fever_c, lambda at: fresh[at[0]][at], *some)
        round.counted |= fresh
    for community in round.counted.keys() - marks.keys():
        del round.counted[community]
    round.marks = marks


def _marks(connection: Connection, scope: Scope) -> Select[Any]:
    """For each community the number of its records, and a sum that changes whenever one of them is changed."""
    changed = Record.changed_at
    sums: tuple[Any, ...]
    if connection.dialect.name == "sqlite":  # as text: whole seconds, and the seconds of the minute with their parts
        sums = (func.sum(func.strftime("%s", changed, type_=Integer)), func.sum(func.substr(changed, 18)))
    else:
        sums = (func.sum(func.extract("epoch", changed)), literal(0))
    marks: Select[Any] = select(Record.community_id, func.count(), *sums).where(*scope.conditions())
    return marks.group_by(Record.community_id)
