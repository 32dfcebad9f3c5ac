"""Campaigns in a chat: listed, looked at beforehand, launched, paused, cancelled, and followed in one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bots.telegram.letters import Button, Letter
from bots.telegram.office.errands import CHANNEL, Done, Errand, button
from campaigns import lifecycle
from campaigns.campaign import (
    CampaignError,
    Preview,
    campaigns_of,
    campaigns_where,
    plan_of,
    preview,
    rounds_so_far,
)
from campaigns.progress import Progress, progress, within_place
from records.tables import Campaign
from records.watches import begin_watch, note_shown

LISTED = 8  # campaigns on one page
CELLS = 12  # of the bar
ENDED = ("completed", "cancelled", "exhausted")


def listing(e: Errand) -> Done:
    """The campaigns that the member may see a part of, the newest first, page by page."""
    first = max(0, e.number())
    found = [campaign for campaign in campaigns_of(e.store, e.member) if campaign.plan]
    buttons = [
        button(f"{campaign.name} · {e.say(f'is_{campaign.state}')}", "campaign", campaign.id)
        for campaign in found[first : first + LISTED]
    ]
    if first:
        buttons.append(button(e.say("back_page"), "campaigns", first - LISTED))
    if first + LISTED < len(found):
        buttons.append(button(e.say("next_page"), "campaigns", first + LISTED))
    letter = e.letter("campaigns" if found else "no_campaigns", *buttons)
    return Done(board=letter) if e.rest else Done((letter,))


def card(e: Errand) -> Done:
    """One campaign with what can be done with it, in the place of the list."""
    campaign = _campaign(e)
    return Done(notice=e.say("gone")) if campaign is None else Done(board=_card(e, campaign))


def look(e: Errand) -> Done:
    """Whom a launch would call, and a button to do it."""
    campaign = _campaign(e, whole=True)
    if campaign is None or "launch" not in lifecycle.DEEDS.get(campaign.state, ()):
        return Done(notice=e.say("not_now"), alert=True)
    e.note("looked at", f"campaign {campaign.id}")
    seen = preview(e.store, campaign, e.at)
    go = button(e.say("launch_now"), "launch", campaign.id, rounds_so_far(e.store, campaign))
    buttons = (*([go] if seen.residents else []), button(e.say("back"), "campaign", campaign.id))
    return Done(board=Letter(_preview(e, campaign, seen), buttons, 1))


def launch(e: Errand) -> Done:
    """Launches, and follows it; a button of an earlier round launches nothing."""
    campaign = _campaign(e, whole=True)
    if campaign is None or rounds_so_far(e.store, campaign) != e.number(1):
        return Done(notice=e.say("not_now"), alert=True)
    return _change(e, campaign, "launch", then=_follow)


def change(e: Errand) -> Done:
    """Pauses or resumes at once."""
    campaign = _campaign(e, whole=True)
    deed = e.rest[1] if len(e.rest) > 1 else ""
    if campaign is None or deed not in ("pause", "resume"):
        return Done(notice=e.say("not_now"), alert=True)
    return _change(e, campaign, deed)


def cancel(e: Errand) -> Done:
    """Cancels, after a question back."""
    campaign = _campaign(e, whole=True)
    if campaign is None:
        return Done(notice=e.say("not_now"), alert=True)
    if e.rest[1:] != ("yes",):
        buttons = (
            button(e.say("cancel_yes"), "cancel", campaign.id, "yes"), button(e.say("back"), "campaign", campaign.id)
        )  # fmt: skip
        return Done(board=e.letter("cancel_sure", *buttons, name=campaign.name))
    return _change(e, campaign, "cancel")


def follow(e: Errand) -> Done:
    """A message that follows a campaign."""
    campaign = _campaign(e)
    return Done(notice=e.say("gone")) if campaign is None else _follow(e, campaign)


def shown(e: Errand, number: int) -> tuple[Letter, bool]:
    """What a message that follows a campaign shows now, and whether it is over."""
    campaign = _campaign(e.behind(str(number)))
    if campaign is None:
        return e.letter("gone"), True
    buttons = [button(e.say("table_of"), "table", campaign.id)]
    if e.member.may("staff") and e.member.holds(campaign.place):
        buttons += [_deed(e, deed, campaign) for deed in lifecycle.DEEDS.get(campaign.state, ()) if deed != "launch"]
    return Letter(_pulse(e, campaign), tuple(buttons), 2), campaign.state in ENDED


def _follow(e: Errand, campaign: Campaign) -> Done:
    e.note("watched", f"campaign {campaign.id}")
    letter, _ = shown(e, campaign.id)
    watch = begin_watch(e.tx, CHANNEL, str(e.chat), e.member.id, "campaign", campaign.id, e.at)
    note_shown(e.tx, watch, letter.text)
    return Done((letter,), watch=watch)


def _change(e: Errand, campaign: Campaign, deed: str, then: object = None) -> Done:
    """One deed, which somebody else may have done a moment ago; how it stands is shown either way."""
    try:
        lifecycle.do(e.store, campaign, deed, e.at)
    except CampaignError as error:
        return Done(notice=error.read(e.language)[:190], alert=True)
    e.note(deed, f"campaign {campaign.id}")
    if then is _follow:
        followed = _follow(e, campaign)
        return Done(followed.letters, chosen=e.say("do_launch"), watch=followed.watch)
    return Done(board=_card(e, campaign), notice=e.say(f"is_{campaign.state}"))


def _campaign(e: Errand, whole: bool = False) -> Campaign | None:
    """The campaign of a button, if the member may see a part of it, or (`whole`) decide over it; else None."""
    found = campaigns_where(e.store, Campaign.id == e.number())
    if not found or not found[0].plan or not e.member.touches(found[0].place):
        return None
    return found[0] if not whole or e.member.holds(found[0].place) else None


def _deed(e: Errand, deed: str, campaign: Campaign) -> Button:
    """A button for a deed: a launch is looked at first, and a cancellation asked back."""
    name, *rest = {"launch": ("look",), "cancel": ("cancel",)}.get(deed, ("change", deed))
    return button(e.say(f"do_{deed}"), name, campaign.id, *rest)


def _card(e: Errand, campaign: Campaign) -> Letter:
    goes_on = campaign.state in ("scheduled", "running", "paused")
    buttons = [button(e.say("follow"), "watch", campaign.id)] if goes_on else []
    if e.member.may("staff") and e.member.holds(campaign.place):
        buttons += [_deed(e, deed, campaign) for deed in lifecycle.DEEDS.get(campaign.state, ())]
    if campaign.state not in ("draft", "scheduled"):
        buttons += [
            button(e.say("table_of"), "table", campaign.id),
            button(e.say("missing_of"), "missing", campaign.id, 0),
            button(e.say("papers"), "papers", campaign.id),
        ]
    buttons.append(button(e.say("back"), "campaigns", 0))
    return Letter(_pulse(e, campaign), tuple(buttons), 2)


def _pulse(e: Errand, campaign: Campaign) -> str:
    """State, bar, done, in call, waiting, calls an hour and the end, of what the member may see."""
    seen = progress(e.store, campaign, e.at)
    if e.member.place:
        seen = within_place(e.store, campaign, seen, e.member.narrowed({}))
    lines = [e.say("pulse_head", name=campaign.name, state=e.say(f"is_{campaign.state}"))]
    if seen.residents:
        lines += [_bar(seen), e.say("pulse", done=seen.done, all=seen.residents, calls=seen.in_call, left=seen.waiting)]
        if seen.written:
            lines.append(e.say("pulse_written", count=seen.written))
    if campaign.state == "running":
        lines.append(e.say("pulse_pace", pace=f"{seen.calls_an_hour:,.0f}", ends=e.local(seen.ends_at)))
        if not seen.workers:
            lines.append(e.say("no_workers"))
    if seen.opens_at and campaign.state in ("running", "scheduled", "paused"):
        lines.append(e.say("opens", at=e.local(seen.opens_at)))
    if campaign.state in ENDED:
        lines.append(e.say("ended", at=e.local(campaign.ended_at)))
    return "\n".join(lines)


def _bar(seen: Progress) -> str:
    full = CELLS * seen.done // seen.residents
    return f"{'▓' * full}{'░' * (CELLS - full)} {100 * seen.done // seen.residents}%"


def _preview(e: Errand, campaign: Campaign, seen: Preview) -> str:
    plan = plan_of(campaign)
    lines = [
        e.say("look_head", name=campaign.name, where=_where(e, campaign.place)),
        e.say("look", people=seen.residents, homes=seen.households, numbers=seen.numbers, lines=campaign.lines),
    ]
    lines += [f"· {e.say(f'skipped_{why}')} {count}" for why, count in Counter(seen.skipped).items() if count]
    starts = f"{seen.starts_at.astimezone(plan.zone):%m-%d %H:%M}" if seen.starts_at else "-"
    lines.append(e.say("look_starts", at=starts))
    if seen.forecast and seen.forecast.once_at:
        over = f"{seen.forecast.over_at.astimezone(plan.zone):%m-%d %H:%M}"
        lines.append(e.say("look_ends", calls=seen.forecast.calls, at=over))
    elif seen.forecast:
        lines.append(e.say("look_few", share=f"{seen.forecast.left:.0%}"))
    if not seen.residents:
        lines.append(e.say("look_nobody"))
    return "\n".join(lines)


def _where(e: Errand, place: Mapping[str, object]) -> str:
    names = [name for found in place.values() for name in ([found] if isinstance(found, str) else list(found))]  # type: ignore[call-overload]  # a list of names
    return "、".join(map(str, names)) or e.say("everywhere")


DEEDS = {
    "campaigns": ("worker", listing), "campaign": ("worker", card), "watch": ("worker", follow),
    "look": ("staff", look), "launch": ("staff", launch), "change": ("staff", change), "cancel": ("staff", cancel),
}  # fmt: skip
