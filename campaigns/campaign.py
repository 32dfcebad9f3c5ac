"""A campaign from draft to its end: made, looked at beforehand, and one round of it played in virtual time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.orm import Session

from campaigns.dues import dues, dues_if_launched
from campaigns.forecast import Forecast, forecast
from campaigns.notify import NotifyFn, nobody
from campaigns.plan import Plan, fallback, next_open
from campaigns.plan_file import make_plan, plan_data
from campaigns.runner import AttemptFn, Due, Tally, VirtualRound
from records.attempts import calls_since, newest_ended
from records.dialling import close_rest
from records.errors import Mendable
from records.rounds import dispose_each, finish_round, launch_round, launched_if
from records.self_reports import STANDING
from records.staff import Member
from records.store import Store
from records.tables import Campaign, Record

AT_ONCE = 200  # residents given up in virtual time, who share a statement
NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,59}")  # it becomes the name of a folder

HABITS = 2_000  # past calls from which a forecast draws


class CampaignError(Mendable, ValueError):
    """A campaign that is not there, or cannot do what is asked of it now; the message names it and says why."""


STATES = {
    "draft": "为草稿", "scheduled": "已定时", "running": "进行中", "paused": "已暂停", "completed": "已完成",
    "cancelled": "已取消", "exhausted": "已到期",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a round would call, before anybody is: residents and households, and who is skipped, by reason.

    `forecast` says how long it will take; blank when there is nobody to call, or no window opens.
    """

    residents: int
    households: int
    numbers: int
    skipped: Mapping[str, int]
    starts_at: datetime | None
    forecast: Forecast | None = None


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
        raise _about(
            name,
            "a name has 1 to 60 characters, none of / \\ : and no dot in front",
            "名称应为 1 到 60 个字，不含 / \\ :，不以点开头",
        )
    if name == STANDING:
        raise _about(name, "this name is kept for what residents report unasked", "这个名称留给居民主动上报")
    if lines < 1:
        raise _about(name, f"lines: needs at least one line, not {lines}", f"至少要有一条线路，而不是 {lines} 条")
    with store.session() as session:
        if session.scalar(select(Campaign.id).where(Campaign.name == name)):
            raise _about(name, "there is one of this name already; choose another", "已有同名任务，请换个名称")
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
        raise CampaignError(f"there is no campaign {name!r} (there are: {names})", f"没有任务“{name}”（现有：{names}）")
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


def campaigns_of(store: Store, member: Member) -> list[Campaign]:
    """The campaigns of which a member of the staff may see a part, the newest first."""
    return [campaign for campaign in all_campaigns(store) if member.touches(campaign.place)]


def newest_of(store: Store, member: Member) -> Campaign | None:
    """The newest of them that was launched, before those that stand open all the time; None when there is none."""
    begun = [campaign for campaign in campaigns_of(store, member) if campaign.state != "draft"]
    return next((campaign for campaign in begun if campaign.plan), begun[0] if begun else None)


def rounds_so_far(store: Store, campaign: Campaign) -> int:
    """How many rounds were launched."""
    with store.reading() as tx:
        last = tx.execute(select(func.max(Record.round)).where(Record.campaign_id == campaign.id)).scalar()
    return 0 if last is None else int(last) + 1


def plan_of(campaign: Campaign) -> Plan:
    """The plan that the campaign was made with; without hours where it has none, as what residents report unasked."""
    if not campaign.plan:
        return Plan()
    return make_plan(campaign.plan, f"plan of campaign {campaign.name!r}")


def preview(store: Store, campaign: Campaign, at: datetime) -> Preview:
    """Who would be called, who would be skipped and why, and how long it takes; nothing is written."""
    plan = plan_of(campaign)
    with store.reading() as tx:
        launched = launched_if(tx, campaign.place)
        found = dues_if_launched(tx, campaign, plan, at)
        calls = calls_since(tx, [n for due in found for n in due.numbers], _midnight(plan, at))
        habits = newest_ended(tx, campaign.line, HABITS)
    skipped = Counter({"not_eligible": launched.ineligible})
    for due in found:
        if not due.numbers:
            skipped["do_not_call"] += len(due.people)
        elif all(calls.get(number, 0) >= plan.calls_a_day for number in due.numbers):
            skipped["calls_a_day"] += len(due.people)
    numbers = len({number for due in found for number in due.numbers})
    opens = next_open(plan, at)
    played = [due for due in found if due.numbers]
    expected = None
    if opens and played:
        paced = replace(plan, calls_per_second=plan.calls_per_second if campaign.pace is None else campaign.pace)
        expected = forecast(paced, played, habits, lines=campaign.lines, start=opens, calls_today=calls)
    counts = {reason: count for reason, count in skipped.items() if count}
    return Preview(launched.residents, len(found), numbers, counts, opens, expected)


def open_round(tx: Connection, store: Store, campaign: Campaign, at: datetime) -> tuple[int, datetime, int]:
    """Launches the next round at the first window from `at` on: its number, when it opens, how many residents it has.

    CampaignError when no window opens, or nobody is in its place.
    """
    plan, round = plan_of(campaign), rounds_so_far(store, campaign)
    opens = next_open(plan, at)
    if opens is None:
        raise never_opens(campaign, at)
    day = opens.astimezone(plan.zone).date()
    launched = launch_round(tx, campaign.id, round, place=campaign.place, day=day, due_at=opens)
    if not launched.residents:
        where = campaign.place or "the roster", campaign.place or "名册"
        raise _about(campaign.name, f"there is nobody to call in {where[0]}", f"{where[1]} 中没有可呼叫的人")
    return round, opens, launched.residents


def play(
    store: Store,
    campaign: Campaign,
    attempt: Callable[[int], AttemptFn],
    *,
    start: datetime,
    until: datetime | None = None,
    watch: Callable[[Tally], None] = lambda tally: None,
    notify: NotifyFn = nobody,
) -> Tally:
    """Launches the next round of a campaign and plays it in virtual time to its end.

    `attempt` makes the function that makes one attempt in the round of the given number. Afterwards every resident of
    the round has a disposition, unless the circuit breaker stopped it: then the campaign is paused.
    """
    if campaign.state in ("running", "cancelled"):
        raise CampaignError(
            f"campaign {campaign.name!r} is {campaign.state} and cannot be launched",
            f"任务“{campaign.name}”{STATES[campaign.state]}，不能启动",
        )
    plan = plan_of(campaign)
    with store.transaction() as tx:
        round, opens, _ = open_round(tx, store, campaign, start)
    _state(store, campaign, "running", starts_at=opens)
    found = list(dues(store, campaign, round, plan, opens))
    with store.reading() as tx:
        calls = calls_since(tx, [n for due in found for n in due.numbers], _midnight(plan, opens))
    given_up = _GivenUp(store, campaign, round)

    def give_up(due: Due, residents: Sequence[int]) -> None:
        written: Collection[int] = ()
        if fallback(plan, due.past) and driver.now < driver.ends:
            written = notify(campaign, round, due, residents, driver.now, driver.ends)
        given_up.note([resident for resident in residents if resident not in written], driver.now)

    driver = VirtualRound(
        plan, attempt(round), give_up, lines=campaign.lines, start=opens, until=until, calls_today=calls, watch=watch
    )
    tally = driver.run(found)
    given_up.write()
    _end(store, campaign, round, tally.stopped_by, driver.now)
    return tally


class _GivenUp:
    """Residents of a round whom nobody tries any more, and since when; they are written down many at once."""

    def __init__(self, store: Store, campaign: Campaign, round: int) -> None:
        self.store, self.campaign, self.round = store, campaign, round
        self.since: dict[int, datetime] = {}

    def note(self, residents: Sequence[int], at: datetime) -> None:
        """Given up at this moment."""
        self.since.update(dict.fromkeys(residents, at))
        if len(self.since) >= AT_ONCE:
            self.write()

    def write(self) -> None:
        """Gives the residents noted so far their dispositions."""
        with self.store.transaction() as tx:
            dispose_each(tx, self.campaign.id, self.round, self.since)
        self.since.clear()


def _end(store: Store, campaign: Campaign, round: int, stopped_by: str | None, at: datetime) -> None:
    """What becomes of a campaign when its round has ended by itself or was stopped: only a broken line may go on."""
    if stopped_by == "network errors":
        _state(store, campaign, "paused")
        return
    with store.transaction() as tx:
        if stopped_by == "quota":
            close_rest(tx, campaign.id, round, "quota", at)
        else:
            finish_round(tx, campaign.id, round, at)
    _state(store, campaign, "completed" if stopped_by in (None, "quota") else "exhausted", ended_at=at)


def never_opens(campaign: Campaign, at: datetime) -> CampaignError:
    """What to say of a campaign that could not call anybody for two months."""
    return _about(
        campaign.name,
        f"no window opens within 60 days of {at:%Y-%m-%d}",
        f"{at:%Y-%m-%d} 起 60 天内没有可外呼时段",
    )


def _about(name: str, en: str, zh: str) -> CampaignError:
    return CampaignError(f"campaign {name!r}: {en}", f"任务“{name}”：{zh}")


def _midnight(plan: Plan, at: datetime) -> datetime:
    return at.astimezone(plan.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _state(store: Store, campaign: Campaign, state: str, **more: Any) -> None:
    with store.transaction() as tx:
        tx.execute(update(Campaign).where(Campaign.id == campaign.id).values(state=state, **more))
    campaign.state = state
