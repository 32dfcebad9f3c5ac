"""How far a campaign is at this moment, by queries on the store: for screens, whoever makes the calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, false, func, select

from campaigns.campaign import plan_of, rounds_so_far
from campaigns.plan import next_open
from records.dialling import in_call
from records.notices import awaited
from records.rounds import within
from records.store import Store
from records.tables import Attempt, Campaign, Community, Household, Record, Worker

RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Progress:
    """Residents done and waiting, calls now and per hour, when the next window opens (blank: it is open), and the end.

    `written` counts the households that were written to after the last try and may still answer. `ends_at` is an
    estimate from the residents done per hour in the last ten minutes; blank while nobody is, and while no line is at
    work, as where all that is left waits for its next try.
    """

    state: str
    round: int
    residents: int
    done: int
    in_call: int
    waiting: int
    written: int
    calls: int
    calls_an_hour: float
    opens_at: datetime | None
    ends_at: datetime | None
    workers: int
    lines: int


def within_place(store: Store, campaign: Campaign, seen: Progress, place: Mapping[str, Any]) -> Progress:
    """The same with the residents of one place only; calls and workers stay those of the whole campaign."""
    here = select(Household.id).join(Community, Community.id == Household.community_id).where(*within(place))
    of_round = (Record.campaign_id == campaign.id, Record.round == seen.round, Record.household_id.in_(here))
    final = func.coalesce(func.sum(case((Record.final, 1), else_=0)), 0)
    with store.reading() as tx:
        residents, done = tx.execute(select(func.count(), final).where(*of_round)).one()
    return replace(seen, residents=residents, done=done, waiting=residents - done)


def progress(store: Store, campaign: Campaign, now: datetime) -> Progress:
    """The progress of the newest round of a campaign; all zero before the first."""
    round = rounds_so_far(store, campaign) - 1
    if campaign.ended_at:
        now = min(now, campaign.ended_at)
    since = max(now - RECENT, campaign.starts_at or now - RECENT)
    with store.reading() as tx:
        state = tx.execute(select(Campaign.state).where(Campaign.id == campaign.id)).scalar_one()
        of_round = (Record.campaign_id == campaign.id, Record.round == round)
        residents = tx.execute(select(func.count()).where(*of_round)).scalar_one()
        done = residents - tx.execute(select(func.count()).where(*of_round, Record.final == false())).scalar_one()
        dialled = (Attempt.campaign_id == campaign.id, Attempt.round == round)
        calls = tx.execute(select(func.count()).where(*dialled)).scalar_one()
        recent, covered = tx.execute(
            select(func.count(), func.count(Attempt.ended_at)).where(*dialled, Attempt.started_at >= since)
        ).one()
        busy = in_call(tx, campaign.id)
        written = awaited(tx, campaign.id, round)
        here = Worker.left_at.is_(None)
        workers, lines = tx.execute(select(func.count(), func.coalesce(func.sum(Worker.lines), 0)).where(here)).one()
    hours = max((now - since).total_seconds(), 1.0) / 3600
    opens = next_open(plan_of(campaign), now)
    if state == "scheduled" and campaign.starts_at:
        opens = max(now, campaign.starts_at)
    return Progress(
        state,
        round,
        residents,
        done,
        busy,
        residents - done,
        written,
        calls,
        recent / hours,
        None if opens == now else opens,
        _estimate(now, residents, done, calls, covered / hours) if state == "running" and busy else None,
        workers,
        int(lines),
    )


def _estimate(now: datetime, residents: int, done: int, calls: int, calls_an_hour: float) -> datetime | None:
    """When the rest will be done, if it takes as many calls a resident, and they are made as fast, as so far."""
    if not (done and calls and calls_an_hour):
        return None
    return now + timedelta(hours=(residents - done) * calls / done / calls_an_hour)
