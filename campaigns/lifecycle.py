"""The life of a campaign that workers call: scheduled, started, paused, resumed, slowed, cancelled, repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from campaigns.campaign import STATES, CampaignError, never_opens, open_round, plan_of, rounds_so_far
from campaigns.plan import Plan, next_open, round_end
from records.dialling import close_rest, in_call
from records.self_reports import STANDING
from records.store import Store
from records.tables import Campaign

MAY = {
    "schedule": ("draft", "scheduled", "completed", "exhausted"),
    "start": ("draft", "scheduled", "completed", "exhausted"),
    "pause": ("running", "scheduled"),
    "resume": ("paused",),
    "cancel": ("draft", "scheduled", "running", "paused"),
}

# What may be done with a campaign in a state, from a screen: `launch` has it scheduled for this moment.
DEEDS: Mapping[str, Sequence[str]] = {
    "draft": ("launch", "cancel"), "scheduled": ("pause", "cancel"), "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"), "completed": ("launch",), "exhausted": ("launch",), "cancelled": (),
}  # fmt: skip


def do(store: Store, campaign: Campaign, deed: str, now: datetime) -> None:
    """Does one of `DEEDS`. CampaignError says why not; KeyError when it is none of them."""
    if deed == "launch" and campaign.line != "simulated":
        raise CampaignError(
            f"campaign {campaign.name!r} is on the line {campaign.line!r}, which has its own service",
            f"任务“{campaign.name}”用的是渠道 {campaign.line!r}，由它自己的服务执行",
        )
    match deed:
        case "launch":
            schedule(store, campaign, now)
        case "pause":
            pause(store, campaign)
        case "resume":
            resume(store, campaign)
        case "cancel":
            cancel(store, campaign, now)
        case _:
            raise KeyError(f"{deed!r} is nothing to do with a campaign")


def schedule(store: Store, campaign: Campaign, at: datetime, repeats: Mapping[str, Any] | None = None) -> datetime:
    """Has workers launch a campaign at a time; returns when its first number may be dialled.

    `repeats` as in {"times": ["09:00", "16:00"], "days": 14}, checked by `repeating`. CampaignError says why not.
    """
    plan = plan_of(campaign)
    opens = next_open(plan, at)
    if opens is None:
        raise never_opens(campaign, at)
    repeating_ = repeating(repeats, at.astimezone(plan.zone).date()) if repeats else {}
    if repeating_:
        first = next_time(repeating_, plan.zone, at - timedelta(microseconds=1))
        if first is None:
            raise CampaignError(
                f"campaign {campaign.name!r}: none of its times is still to come",
                f"任务“{campaign.name}”：设定的时间都已过去",
            )
        opens = next_open(plan, first) or first
    pace = campaign.pace if campaign.pace is not None else plan.calls_per_second
    _turn(store, campaign, "schedule", "scheduled", starts_at=opens, repeats=repeating_, pace=pace, ended_at=None)
    return opens


def start(store: Store, campaign: Campaign, now: datetime) -> int:
    """Launches the next round now, for workers to call; returns how many residents it has.

    Repeated after a crash it goes on where it stood. CampaignError when nobody is in its place, or no window opens.
    """
    plan = plan_of(campaign)
    with store.transaction() as tx:
        _, opens, residents = open_round(tx, store, campaign, max(now, campaign.starts_at or now))
        pace = campaign.pace if campaign.pace is not None else plan.calls_per_second
        _turn(store, campaign, "start", "running", starts_at=opens, ended_at=None, pace=pace, anew=True)
    return residents


def pause(store: Store, campaign: Campaign) -> None:
    """No new call begins; those in progress are talked to their end."""
    _turn(store, campaign, "pause", "paused")


def resume(store: Store, campaign: Campaign) -> None:
    """Goes on with whoever is still to be called; one that was paused before its time waits for it again."""
    started = campaign.layout > 0 and rounds_so_far(store, campaign) > 0
    _turn(store, campaign, "resume", "running" if started else "scheduled", anew=started)


def cancel(store: Store, campaign: Campaign, now: datetime) -> None:
    """No new call begins, now or later; whoever was not called is closed, and nobody is visited for it."""
    with store.transaction() as tx:
        _turn(store, campaign, "cancel", "cancelled", ended_at=now, repeats={})
        if not in_call(tx, campaign.id):
            close_rest(tx, campaign.id, max(0, rounds_so_far(store, campaign) - 1), "cancelled", now)


def set_pace(store: Store, campaign: Campaign, calls_per_second: float | None) -> None:
    """Changes how many calls may begin in a second, over all workers; None is without a limit."""
    if calls_per_second is not None and not 0 < calls_per_second < inf:
        raise CampaignError(
            f"campaign {campaign.name!r}: pace must be above zero, not {calls_per_second}",
            f"任务“{campaign.name}”：速率应大于零，而不是 {calls_per_second}",
        )
    with store.transaction() as tx:
        row = update(Campaign).where(Campaign.id == campaign.id)
        tx.execute(row.values(pace=calls_per_second, next_slot_at=None))
    campaign.pace = calls_per_second


def repeating(repeats: Mapping[str, Any], since: date) -> dict[str, Any]:
    """The times of a repeating campaign, checked: `times` of the day, for so many `days` from a day on."""
    try:
        times = sorted({time.fromisoformat(str(t)).strftime("%H:%M") for t in repeats["times"]})
        days = int(repeats["days"])
    except (KeyError, TypeError, ValueError) as error:
        given = dict(repeats)
        en, zh = "write times such as 09:00 and a number of days", "时间应写成 09:00，并给出天数"
        raise CampaignError(f"repeats: {given!r}: {en}", f"每天重复 {given!r}：{zh}") from error
    if not times or days < 1:
        en, zh = "needs at least one time and one day", "至少要有一个时间和一天"
        raise CampaignError(f"repeats: {dict(repeats)!r}: {en}", f"每天重复 {dict(repeats)!r}：{zh}")
    return {"times": times, "days": days, "since": since.isoformat()}


def next_time(repeats: Mapping[str, Any], zone: ZoneInfo, after: datetime) -> datetime | None:
    """The next time of a repeating campaign after a moment; None when it was the last. A pure rule."""
    if not repeats:
        return None
    first = date.fromisoformat(repeats["since"])
    times = [time.fromisoformat(t) for t in repeats["times"]]
    days = (first + timedelta(days=n) for n in range(repeats["days"]))
    moments = (datetime.combine(day, at, zone) for day in days for at in times)
    return next((m.astimezone(after.tzinfo) for m in moments if m > after), None)


def ends_at(plan: Plan, starts_at: datetime, repeats: Mapping[str, Any]) -> datetime:
    """The end of a round: that of the plan, or the beginning of the next round of a repeating campaign."""
    following = next_time(repeats, plan.zone, starts_at)
    end = round_end(plan, starts_at)
    return end if following is None else min(end, following)


def _turn(store: Store, campaign: Campaign, what: str, state: str, *, anew: bool = False, **values: Any) -> None:
    """Moves a campaign to a state, if it is in one that allows it; `anew` has its households laid out again."""
    allowed: Sequence[str] = MAY[what]
    if campaign.name == STANDING:
        raise CampaignError(
            f"campaign {STANDING!r} takes what residents report unasked: it calls nobody, and always runs",
            f"任务“{STANDING}”收居民主动上报：它不外呼，一直运行",
        )
    with store.transaction() as tx:
        locked = select(Campaign.state).where(Campaign.id == campaign.id).with_for_update(key_share=True)
        is_ = tx.execute(locked).scalar_one()
        if is_ not in allowed:
            raise CampaignError(
                f"campaign {campaign.name!r} is {is_}: {what} needs one that is {' or '.join(allowed)}",
                f"任务“{campaign.name}”{STATES[is_]}，只有以下状态才能这样做：{'、'.join(STATES[s] for s in allowed)}",
            )
        if anew:
            values["layout"] = Campaign.layout + 1
        tx.execute(update(Campaign).where(Campaign.id == campaign.id).values(state=state, **values))
    campaign.state = state
