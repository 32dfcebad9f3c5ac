"""Residents and their households: whom a campaign has still to call, and what a dialog is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, false, or_, select
from sqlalchemy.orm import aliased

from records.health import SYMPTOMATIC
from records.rounds import within
from records.statements import among
from records.store import Store, missing_only
from records.tables import ERASED, Attempt, Community, DoNotCall, Household, Record, Resident

HEAD = "head"
CHUNK = 500  # households at a time


@dataclass(frozen=True, slots=True)
class Member:
    """One resident as campaigns and dialogs see them; `status` is that of their last report before this round."""

    id: int
    name: str
    phone: str
    language: str
    relation: str
    sex: str
    birth_year: int | None
    time_zone: str
    preferred_hour: int | None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt of this round that is over, or (`ended_at` blank) still going on, by a worker of ours or in a chat."""

    id: int
    number: int
    phone: str
    outcome: str | None
    started_at: datetime
    ended_at: datetime | None
    call_later_at: datetime | None
    channel: str
    worker: str | None


@dataclass(frozen=True, slots=True)
class DueHousehold:
    """A household with members whose disposition is not final: they, head first, and its attempts in this round."""

    household_id: int
    community: str
    members: tuple[Member, ...]
    attempts: tuple[PastAttempt, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        """The distinct numbers of the members, the head's first."""
        return tuple(dict.fromkeys(member.phone for member in self.members))

    @property
    def symptomatic(self) -> bool:
        """Whether a member was symptomatic when they last reported."""
        return any(member.status == SYMPTOMATIC for member in self.members)


@dataclass(frozen=True, slots=True)
class Listed:
    """One resident of the roster, with the whole address."""

    id: int
    household_id: int
    name: str
    sex: str
    birth_year: int | None
    phone: str
    language: str
    relation: str
    district: str
    subdistrict: str
    community: str
    grid: str
    building: str
    unit: str


MEMBER = (
    Resident.id, Resident.name, Resident.phone, Resident.language, Resident.relation, Resident.sex,
    Resident.birth_year, Resident.time_zone, Resident.preferred_hour,
)  # fmt: skip
_LISTED = (
    select(
        *(Resident.id, Resident.household_id, Resident.name, Resident.sex, Resident.birth_year, Resident.phone),
        *(Resident.language, Resident.relation, Community.district, Community.subdistrict),
        *(Community.name.label("community"), Household.grid, Household.building, Household.unit),
    )
    .join(Household, Household.id == Resident.household_id)
    .join(Community, Community.id == Household.community_id)
    .order_by(Resident.household_id, Resident.relation != HEAD, Resident.id)
)
_Earlier = aliased(Record)
_LAST_STATUS = (
    select(_Earlier.status)
    .where(_Earlier.resident_id == Record.resident_id, _Earlier.id < Record.id, _Earlier.status.is_not(None))
    .order_by(_Earlier.day.desc(), _Earlier.id.desc())
    .limit(1)
    .scalar_subquery()
)
_NEWEST_STATUS = (
    select(_Earlier.status)
    .where(_Earlier.resident_id == Resident.id, _Earlier.status.is_not(None))
    .order_by(_Earlier.day.desc(), _Earlier.id.desc())
    .limit(1)
    .scalar_subquery()
)
_CALLABLE = (
    select(Resident.household_id, Community.name.label("community"), *MEMBER, _NEWEST_STATUS.label("status"))
    .join(Household, Household.id == Resident.household_id)
    .join(Community, Community.id == Household.community_id)
    .where(Resident.ineligible == "")
    .order_by(Resident.household_id, Resident.relation != HEAD, Resident.id)
)
_DUE = (
    select(Record.household_id, Community.name.label("community"), *MEMBER, _LAST_STATUS.label("status"))
    .join(Resident, Resident.id == Record.resident_id)
    .join(Community, Community.id == Record.community_id)
    .where(Record.campaign_id == bindparam("campaign"), Record.round == bindparam("round"), Record.final == false())
    .order_by(Record.household_id, Resident.relation != HEAD, Resident.id)
)
_OPEN_HOUSEHOLDS = (
    select(Record.household_id)
    .where(
        Record.campaign_id == bindparam("campaign"),
        Record.round == bindparam("round"),
        Record.final == false(),
        Record.household_id > bindparam("after"),
    )
    .distinct()
    .order_by(Record.household_id)
    .limit(bindparam("chunk"))
)
_DUE_BETWEEN = _DUE.where(Record.household_id.between(bindparam("first"), bindparam("last")))
_MEMBERS = select(*MEMBER).where(among(Resident.id, "wanted"))
_COMMUNITY = select(Community.name).join(Household).where(Household.id == bindparam("wanted"))
_PAST = (
    select(
        Attempt.household_id, Attempt.id, Attempt.number, Attempt.phone, Attempt.outcome, Attempt.started_at,
        Attempt.ended_at, Attempt.call_later_at, Attempt.channel, Attempt.worker,
    )
    .where(Attempt.campaign_id == bindparam("campaign"), Attempt.round == bindparam("round"))
    .order_by(Attempt.household_id, Attempt.id)
)  # fmt: skip
_PAST_BETWEEN = _PAST.where(Attempt.household_id.between(bindparam("first"), bindparam("last")))
_DUE_AMONG = _DUE.where(among(Record.household_id, "households"))
_PAST_AMONG = _PAST.where(among(Attempt.household_id, "households"))


def due_households(store: Store, campaign_id: int, round: int, chunk: int = CHUNK) -> Iterator[list[DueHousehold]]:
    """All households of a round with somebody left to call, in chunks, in the order of their ids.

    Each chunk is read by itself, so that no reader stays open while calls are made.
    """
    after = 0
    keys = {"campaign": campaign_id, "round": round}
    while True:
        with store.reading() as tx:
            ids = list(tx.execute(_OPEN_HOUSEHOLDS, {**keys, "after": after, "chunk": chunk}).scalars())
            found = _between(tx, campaign_id, round, ids[0], ids[-1]) if ids else []
        if not ids:
            return
        yield found
        after = ids[-1]


def due_household(tx: Connection, campaign_id: int, round: int, household_id: int) -> DueHousehold | None:
    """One household as it stands now, for a retry; None when nobody of it is left to call."""
    return next(iter(_between(tx, campaign_id, round, household_id, household_id)), None)


def due_among(tx: Connection, campaign_id: int, round: int, households: Sequence[int]) -> list[DueHousehold]:
    """Those of these households with somebody left to call, as they stand now."""
    keys = {"campaign": campaign_id, "round": round, "households": list(households)}
    return _households(tx.execute(_DUE_AMONG, keys), tx.execute(_PAST_AMONG, keys))


def callable_households(tx: Connection, place: Mapping[str, Any]) -> list[DueHousehold]:
    """The households that a round launched now in this place would call, read without launching one."""
    return _households(tx.execute(_CALLABLE.where(*within(place))), ())


def roster(tx: Connection, *, eligible: bool = False) -> Iterator[Listed]:
    """All residents, or those who still live here, household by household, head first."""
    query = _LISTED.where(Resident.ineligible == "" if eligible else Resident.ineligible != ERASED)
    return (Listed(**row._mapping) for row in tx.execute(query))


def search(tx: Connection, words: str, place: Mapping[str, Any], limit: int) -> list[Listed]:
    """Who still lives in a place and goes by these words: a number, a name or a part of it, the end of a phone."""
    asked = words.strip()
    ways = [Resident.roster_id == asked, Resident.name.contains(asked, autoescape=True)]
    if asked.isdecimal():
        ways += [Resident.id == int(asked)] if len(asked) < 10 else []
        ways += [Resident.phone.endswith(asked)] if len(asked) >= 4 else []
    levels = {"district": Community.district, "subdistrict": Community.subdistrict, "community": Community.name,
              "grid": Household.grid}  # fmt: skip
    names = {level: [one] if isinstance(one, str) else list(one) for level, one in place.items()}
    here = [levels[level].in_(wanted) for level, wanted in names.items()]
    query = _LISTED.where(Resident.ineligible == "", or_(*ways), *here).limit(limit) if asked else _LISTED.limit(0)
    return [Listed(**row._mapping) for row in tx.execute(query)]


def load_members(tx: Connection, residents: Sequence[int]) -> list[Member]:
    """These residents, in the order asked for; KeyError names one who is not there."""
    found = {row.id: Member(**row._mapping) for row in tx.execute(_MEMBERS, {"wanted": list(residents)})}
    if missing := [resident for resident in residents if resident not in found]:
        raise KeyError(f"there is no resident {missing[0]}")
    return [found[resident] for resident in residents]


def community_of(tx: Connection, household_id: int) -> str:
    """The name of the community a household belongs to; KeyError when there is no such household."""
    name = tx.execute(_COMMUNITY, {"wanted": household_id}).scalar_one_or_none()
    if name is None:
        raise KeyError(f"there is no household {household_id}")
    return name


def do_not_call(tx: Connection) -> set[str]:
    """All numbers that no campaign may dial."""
    return set(tx.execute(select(DoNotCall.phone)).scalars())


def add_do_not_call(tx: Connection, phones: Iterable[str], reason: str, now: datetime) -> None:
    """Puts numbers on the list of those that no campaign may dial; those already there stay as they are."""
    rows = [{"phone": phone, "reason": reason, "since": now} for phone in phones]
    if rows:
        tx.execute(missing_only(tx, DoNotCall), rows)


def masked(phone: str) -> str:
    """A number for eyes that need not know it: the first and the last digits stay, as in +86111****6401."""
    head = 6 if len(phone) > 10 else 0
    tail = 4 if len(phone) > 7 else 1
    return phone[:head] + "*" * max(0, len(phone) - head - tail) + phone[-tail:]


def _between(tx: Connection, campaign_id: int, round: int, first: int, last: int) -> list[DueHousehold]:
    keys = {"campaign": campaign_id, "round": round, "first": first, "last": last}
    return _households(tx.execute(_DUE_BETWEEN, keys), tx.execute(_PAST_BETWEEN, keys))


def _households(members: Iterable[Any], attempts: Iterable[Any]) -> list[DueHousehold]:
    past: dict[int, list[PastAttempt]] = {}
    for row in attempts:
        past.setdefault(row.household_id, []).append(PastAttempt(*row[1:]))
    return [
        _household(household, list(rows), past.get(household, []))
        for household, rows in groupby(members, key=lambda row: int(row.household_id))
    ]


def _household(household_id: int, rows: Sequence[Any], past: Sequence[PastAttempt]) -> DueHousehold:
    members = tuple(Member(*row[2:]) for row in rows)
    return DueHousehold(household_id, rows[0].community, members, tuple(past))
