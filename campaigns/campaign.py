"""A campaign from draft to its end: made, looked at beforehand, and one round of it played in virtual time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.orm import Session

from campaigns.dues import dues
from campaigns.plan import Plan, next_open
from campaigns.plan_file import make_plan, plan_data
from campaigns.runner import AttemptFn, Due, Tally, VirtualRound
from records.attempts import calls_since
from records.dialling import close_rest
from records.rounds import dispose, finish_round, launch_round
from records.store import Store
from records.tables import Campaign, Record

NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,59}")  # it becomes the name of a folder


class CampaignError(ValueError):
    """A campaign that is not there, or cannot do what is asked of it now; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a round would call, before anybody is: residents and households, and who is skipped, by reason."""

    residents: int
    households: int
    numbers: int
    skipped: Mapping[str, int]
    starts_at: datetime | None


def create(
    store: Store,
    name: str,
    *,
    script: str,
    version: int,
    plan: Plan,
    now: datetime,
    place: Mapping[str, Any] | None = None,
    line: str = "simulated",
    lines: int = 10,
    seed: int = 0,
) -> Campaign:
    """A new campaign, as a draft. CampaignError when the name is taken, or no line is given."""
    if not NAME.fullmatch(name) or name != name.strip():
        raise CampaignError(f"campaign {name!r}: a name has 1 to 60 characters, none of / \\ : and no dot in front")
    if lines < 1:
        raise CampaignError(f"campaign {name!r}: lines: needs at least one line, not {lines}")
    with store.session() as session:
        if session.scalar(select(Campaign.id).where(Campaign.name == name)):
            raise CampaignError(f"campaign {name!r}: there is one of this name already; choose another")
        campaign = Campaign(
            name=name,
            script=script,
            script_version=version,
            plan=plan_data(plan),
            place=dict(place or {}),
            line=line,
            lines=lines,
            seed=seed,
            state="draft",
            created_at=now,
        )
        session.add(campaign)
        session.commit()
        session.refresh(campaign)
        session.expunge(campaign)
    return campaign


def find(store: Store, name: str) -> Campaign:
    """The campaign of this name; CampaignError lists those there are."""
    found = campaigns_where(store, Campaign.name == name)
    if not found:
        names = ", ".join(campaign.name for campaign in campaigns_where(store)) or "none"
        raise CampaignError(f"there is no campaign {name!r} (there are: {names})")
    return found[0]


def campaigns_where(store: Store, *conditions: ColumnElement[bool]) -> list[Campaign]:
    """The campaigns of which all these conditions hold, by age; read without keeping writers waiting."""
    with store.reading() as tx, Session(bind=tx) as session:
        found = list(session.scalars(select(Campaign).where(*conditions).order_by(Campaign.id)))
        session.expunge_all()
    return found


def all_campaigns(store: Store) -> list[Campaign]:
    """All campaigns, the newest first."""
    return campaigns_where(store)[::-1]


def rounds_so_far(store: Store, campaign: Campaign) -> int:
    """How many rounds were launched."""
    with store.reading() as tx:
        last = tx.execute(select(func.max(Record.round)).where(Record.campaign_id == campaign.id)).scalar()
    return 0 if last is None else int(last) + 1


def plan_of(campaign: Campaign) -> Plan:
    """The plan that the campaign was made with."""
    return make_plan(campaign.plan, f"plan of campaign {campaign.name!r}")


def preview(store: Store, campaign: Campaign, at: datetime) -> Preview:
    """Who would be called and who would be skipped and why, by launching a round that is then taken back."""
    plan, round = plan_of(campaign), rounds_so_far(store, campaign)
    with store.transaction() as tx:
        inner = tx.begin_nested()
        day = at.astimezone(plan.zone).date()
        launched = launch_round(tx, campaign.id, round, place=campaign.place, day=day, due_at=at)
        found = list(dues(store, campaign, round, plan, at))
        calls = calls_since(tx, [n for due in found for n in due.numbers], _midnight(plan, at))
        inner.rollback()
    skipped = Counter({"not_eligible": launched.ineligible})
    for due in found:
        if not due.numbers:
            skipped["do_not_call"] += len(due.people)
        elif all(calls.get(number, 0) >= plan.calls_a_day for number in due.numbers):
            skipped["calls_a_day"] += len(due.people)
    numbers = len({number for due in found for number in due.numbers})
    return Preview(
        launched.residents, len(found), numbers, {k: n for k, n in skipped.items() if n}, next_open(plan, at)
    )


def open_round(tx: Connection, store: Store, campaign: Campaign, at: datetime) -> tuple[int, datetime, int]:
    """Launches the next round at the first window from `at` on: its number, when it opens, how many residents it has.

    CampaignError when no window opens, or nobody is in its place.
    """
    plan, round = plan_of(campaign), rounds_so_far(store, campaign)
    opens = next_open(plan, at)
    if opens is None:
        raise CampaignError(f"campaign {campaign.name!r}: no window opens within 60 days of {at:%Y-%m-%d}")
    day = opens.astimezone(plan.zone).date()
    launched = launch_round(tx, campaign.id, round, place=campaign.place, day=day, due_at=opens)
    if not launched.residents:
        raise CampaignError(f"campaign {campaign.name!r}: there is nobody to call in {campaign.place or 'the roster'}")
    return round, opens, launched.residents


def play(
    store: Store,
    campaign: Campaign,
    attempt: Callable[[int], AttemptFn],
    *,
    start: datetime,
    until: datetime | None = None,
    watch: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Launches the next round of a campaign and plays it in virtual time to its end.

    `attempt` makes the function that makes one attempt in the round of the given number. Afterwards every resident of
    the round has a disposition, unless the circuit breaker stopped it: then the campaign is paused.
    """
    if campaign.state in ("running", "cancelled"):
        raise CampaignError(f"campaign {campaign.name!r} is {campaign.state} and cannot be launched")
    plan = plan_of(campaign)
    with store.transaction() as tx:
        round, opens, _ = open_round(tx, store, campaign, start)
    _state(store, campaign, "running", starts_at=opens)
    found = list(dues(store, campaign, round, plan, opens))
    with store.reading() as tx:
        calls = calls_since(tx, [n for due in found for n in due.numbers], _midnight(plan, opens))

    def give_up(due: Due, residents: Sequence[int]) -> None:
        with store.transaction() as tx:
            dispose(tx, campaign.id, round, residents, driver.now)

    driver = VirtualRound(
        plan,
        attempt(round),
        give_up,
        lines=campaign.lines,
        start=opens,
        until=until,
        calls_today=calls,
        watch=watch,
    )
    tally = driver.run(found)
    if tally.stopped_by == "network errors":
        _state(store, campaign, "paused")
    elif tally.stopped_by == "quota":
        with store.transaction() as tx:
            close_rest(tx, campaign.id, round, "quota")
        _state(store, campaign, "completed", ended_at=driver.now)
    else:
        with store.transaction() as tx:
            finish_round(tx, campaign.id, round, driver.now)
        _state(store, campaign, "exhausted" if tally.stopped_by else "completed", ended_at=driver.now)
    return tally


def _midnight(plan: Plan, at: datetime) -> datetime:
    return at.astimezone(plan.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _state(store: Store, campaign: Campaign, state: str, **more: Any) -> None:
    with store.transaction() as tx:
        tx.execute(update(Campaign).where(Campaign.id == campaign.id).values(state=state, **more))
    campaign.state = state
