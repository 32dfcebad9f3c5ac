"""What the network did: the outcomes of all attempts of a scope, and how each further try fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.sql.elements import ColumnElement

from records.tables import Attempt, Community, Household, Record
from reports.figures import Scope
from reports.labels import OUTCOME_LABELS
from reports.table import Cell, Chart, Column, Label, Ratio, Row, Table

TOTAL = Label("合计", "Total")
NOT_DIALS = ("not_dialled", "in_progress")


@dataclass(frozen=True, slots=True)
class Dials:
    """How many attempts had this number in their round and this outcome, with their seconds of ringing and talk."""

    number: int
    outcome: str
    attempts: int
    ring_seconds: float
    talk_seconds: float


def read_attempts(connection: Connection, scope: Scope) -> list[Dials]:
    """Counts the attempts of the scope; its days are those of the rounds, its place where the household is."""
    seconds: tuple[Any, ...] = tuple(
        func.coalesce(func.sum(column), 0.0) for column in (Attempt.ring_seconds, Attempt.talk_seconds)
    )
    statement = (
        select(Attempt.number, Attempt.outcome, func.count(), *seconds)
        .where(*attempts_of(scope))
        .group_by(Attempt.number, Attempt.outcome)
        .order_by(Attempt.number, Attempt.outcome)
    )
    return [
        Dials(number, outcome or "in_progress", attempts, ring, talk)
        for number, outcome, attempts, ring, talk in connection.execute(statement)
    ]


_PLACES = {
    "district": Community.district,
    "subdistrict": Community.subdistrict,
    "community": Community.name,
    "grid": Household.grid,
    "building": Household.building,
}


def attempts_of(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions of a scope for attempts."""
    found: list[Any] = [Attempt.campaign_id == scope.campaign_id]
    if scope.place:  # not by a join, which a database may begin with the attempts of all places
        there = select(Household.id).join(Community, Community.id == Household.community_id)
        found.append(Attempt.household_id.in_(there.where(*scope.in_place(_PLACES))))
    if scope.round is not None:
        found.append(Attempt.round == scope.round)
    if scope.first_day is not None or scope.last_day is not None:
        days = Scope(scope.campaign_id, scope.first_day, scope.last_day)
        found.append(Attempt.round.in_(select(Record.round).where(*days.conditions()).distinct()))
    return found


def outcome_table(dials: Iterable[Dials]) -> Table:
    """One row for each outcome that occurred; the shares are of all that was dialled."""
    found: Counter[str] = Counter()
    for each in dials:
        found[each.outcome] += each.attempts
    dialled = sum(found.values()) - sum(found[outcome] for outcome in NOT_DIALS)
    rows = tuple(
        Row((outcome,), (OUTCOME_LABELS.get(outcome, outcome), found[outcome], _share(outcome, found, dialled)))
        for outcome in sorted(found, key=_usual_order)
    )
    total = Row((), (TOTAL, found.total(), Ratio(dialled, dialled)))
    chart = Chart("bars", Label("外呼结果", "Outcomes of the attempts"), "outcome", ("attempts",))
    return Table(
        "outcomes",
        Label("外呼结果", "Outcomes of the attempts"),
        (
            Column("outcome", Label("外呼结果", "Outcome")),
            Column(
                "attempts", Label("次数", "Attempts"), "count", Label("以此结果结束的呼叫", "Attempts that ended so")
            ),
            Column("share", Label("占比", "Share"), "percent", _OF_DIALLED, Label("次数", "Attempts"), _DIALLED),
        ),
        rows,
        total,
        note=Label("“接通”一行的占比即接通率", "The share of “Answered” is the connection rate"),
        charts=(chart,),
        additive=("attempts",),
    ).check()


def _share(outcome: str, found: Counter[str], dialled: int) -> Ratio | None:
    return None if outcome in NOT_DIALS else Ratio(found[outcome], dialled)


def _usual_order(outcome: str) -> tuple[int, str]:
    known = list(OUTCOME_LABELS)
    return (known.index(outcome) if outcome in known else len(known), outcome)


def try_table(dials: Sequence[Dials]) -> Table:
    """One row for each first, second, third ... attempt of a round: how many were made, how many answered."""
    numbers = sorted({each.number for each in dials})
    rows = tuple(
        Row((str(number),), (_ordinal(number), *_fared([each for each in dials if each.number == number])))
        for number in numbers
    )
    columns = (
        Column("number", Label("第几次呼叫", "Try")),
        Column("dialled", Label("拨出", "Dialled"), "count", _DIALLED_DEFINITION),
        Column(
            "answered", Label("接通", "Answered"), "count", Label("由人接听的呼叫", "Attempts that a person answered")
        ),
        Column(
            "connection_rate",
            Label("接通率", "Connection rate"),
            "percent",
            Label("拨出的呼叫中由人接听的比例", "Share answered by a person, of all that was dialled"),
            Label("接通", "Answered"),
            _DIALLED,
        ),
        Column("ring", Label("平均振铃（秒）", "Mean ringing (s)"), "seconds", _RING, _SECONDS, _DIALLED),
        Column("talk", Label("平均通话（秒）", "Mean talk (s)"), "seconds", _TALK, _SECONDS, Label("接通", "Answered")),
    )
    return Table(
        "tries",
        Label("各次呼叫", "Try by try"),
        columns,
        rows,
        Row((), (TOTAL, *_fared(dials))),
        charts=(Chart("columns", Label("各次呼叫接通数", "Answered, by try"), "number", ("dialled", "answered")),),
        additive=("dialled", "answered"),
    ).check()


def _ordinal(number: int) -> Label:
    return Label(f"第 {number} 次", f"No. {number}")


def _fared(dials: Iterable[Dials]) -> tuple[Cell, ...]:
    made = [each for each in dials if each.outcome not in NOT_DIALS]
    talks = [each for each in made if each.outcome == "answered_human"]
    dialled, answered = sum(each.attempts for each in made), sum(each.attempts for each in talks)
    ring, talk = fsum(each.ring_seconds for each in made), fsum(each.talk_seconds for each in talks)
    return (
        dialled,
        answered,
        Ratio(answered, dialled),
        ring / dialled if dialled else None,
        talk / answered if answered else None,
    )


_DIALLED = Label("拨出", "Dialled")
_DIALLED_DEFINITION = Label(
    "实际拨出的呼叫（不含未拨出和进行中）", "Attempts dialled (neither held back nor in progress)"
)
_OF_DIALLED = Label("占实际拨出呼叫的比例", "Share of all that was dialled")
_RING = Label("拨出后振铃的平均秒数", "Seconds of ringing, mean of all dialled")
_TALK = Label("接通后通话的平均秒数", "Seconds of talk, mean of all answered")
_SECONDS = Label("秒数之和", "Sum of the seconds")
