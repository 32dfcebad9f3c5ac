"""Commands on campaigns: make, look at beforehand, launch, follow, report."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands.house import House, now
from commands.playing import play_round
from commands.settings import UsageError

if TYPE_CHECKING:
    from records.tables import Campaign


def create(house: House, args: argparse.Namespace) -> int:
    """Makes a campaign, as a draft, and shows whom it would call."""
    place = dict(_place(item) for item in args.place)
    make(house, args.name, args.script, args.plan, lines=args.lines, seed=args.seed, line=args.line, place=place)
    house.say(f"已建立任务“{args.name}”（草稿）", f"Campaign {args.name!r} made, as a draft")
    return preview(house, args)


def make(
    house: House,
    name: str,
    script: str,
    plan: str,
    *,
    lines: int,
    seed: int,
    line: str = "simulated",
    place: dict[str, str] | None = None,
) -> Campaign:
    """A new campaign on the newest version of a script, with a plan by name or file."""
    from campaigns.campaign import create
    from campaigns.plan_file import load_plan
    from dialogs.script import load_script

    version = load_script(script).version
    return create(
        house.store,
        name,
        script=script,
        version=version,
        plan=load_plan(plan),
        place=place,
        line=line,
        lines=lines,
        seed=seed,
        now=now(),
    )


def preview(house: House, args: argparse.Namespace) -> int:
    """Shows whom a campaign would call, and who would be skipped and why."""
    from campaigns.campaign import find, plan_of
    from campaigns.campaign import preview as look

    campaign = find(house.store, args.name)
    seen = look(house.store, campaign, now())
    skipped = ", ".join(f"{reason} {count}" for reason, count in seen.skipped.items()) or "0"
    starts = f"{seen.starts_at.astimezone(plan_of(campaign).zone):%Y-%m-%d %H:%M}" if seen.starts_at else "-"
    house.say(
        f"居民 {seen.residents} 人，{seen.households} 户，{seen.numbers} 个号码；跳过：{skipped}；最早 {starts}",
        f"{seen.residents} residents, {seen.households} households, {seen.numbers} numbers; skipped: {skipped}; "
        f"earliest {starts}",
    )
    if not seen.residents:
        house.say(
            "注意：没有人可打，请检查名册和 --place", "Note: there is nobody to call; look at the roster and --place"
        )
    return 0


def launch(house: House, args: argparse.Namespace) -> int:
    """Calls everybody of a campaign: at once in virtual time, or in real time, or by workers at a time to come."""
    from campaigns.campaign import find
    from commands.workers import in_real_time

    campaign = find(house.store, args.name)
    if campaign.line != "simulated":
        raise UsageError(
            f"campaign {args.name!r} is on the line {campaign.line!r}, which has a service of its own: "
            f"run_bot.py {campaign.line}"
        )
    if campaign.state in ("completed", "exhausted") and not args.again:
        raise UsageError(f"campaign {args.name!r} is {campaign.state}; --again calls everybody in another round")
    if args.at or args.daily:
        return _schedule(house, campaign, args)
    if args.real_time:
        in_real_time(house, campaign, args.speed)
    else:
        play_round(house, campaign, now())
    return write_files(house, campaign, house.out / campaign.name)


def _schedule(house: House, campaign: Campaign, args: argparse.Namespace) -> int:
    from campaigns.campaign import plan_of
    from campaigns.lifecycle import schedule

    zone = plan_of(campaign).zone
    at = args.at.replace(tzinfo=args.at.tzinfo or zone) if args.at else now()
    repeats = {"times": args.daily, "days": args.days} if args.daily else None
    opens = schedule(house.store, campaign, at, repeats).astimezone(zone)
    house.say(
        f"任务“{campaign.name}”将于 {opens:%Y-%m-%d %H:%M} 由 run_bot.py worker 外呼",
        f"Campaign {campaign.name!r} will be called from {opens:%Y-%m-%d %H:%M} on, by run_bot.py worker",
    )
    return 0


def change(house: House, args: argparse.Namespace) -> int:
    """Pauses, resumes or cancels a campaign, or changes its pace."""
    from campaigns import lifecycle
    from campaigns.campaign import find

    campaign = find(house.store, args.name)
    if args.action == "pause":
        lifecycle.pause(house.store, campaign)
    elif args.action == "resume":
        lifecycle.resume(house.store, campaign)
    elif args.action == "cancel":
        lifecycle.cancel(house.store, campaign, now())
    else:
        lifecycle.set_pace(house.store, campaign, args.calls_per_second or None)
    house.say(f"任务“{campaign.name}”：{campaign.state}", f"Campaign {campaign.name!r}: {campaign.state}")
    return 0


def status(house: House, args: argparse.Namespace) -> int:
    """Shows how a campaign stands, or lists all of them."""
    from campaigns.campaign import all_campaigns, find
    from reports.community import overview_table
    from reports.figures import Scope, read_figures

    if not args.name:
        for campaign in all_campaigns(house.store):
            print(
                campaign.name, campaign.state, campaign.line, f"{campaign.script} v{campaign.script_version}", sep="\t"
            )
        return 0
    campaign = find(house.store, args.name)
    if args.watch:
        return _watch(house, campaign)
    house.say(f"任务“{campaign.name}”：{campaign.state}", f"Campaign {campaign.name!r}: {campaign.state}")
    print(_progress(house, campaign))
    with house.store.reading() as tx:
        figures = read_figures(tx, Scope(campaign.id), house.settings.fever_c)
        house.show(overview_table(figures.of_round(figures.newest_round) if figures.days else figures))
    return 0


def _watch(house: House, campaign: Campaign) -> int:
    """One line that follows the campaign until it is over."""
    from rich.live import Live
    from rich.text import Text

    from campaigns.campaign import find

    with Live(Text(_progress(house, campaign)), refresh_per_second=4) as live:
        while find(house.store, campaign.name).state in ("scheduled", "running", "paused"):
            time.sleep(1)
            live.update(Text(_progress(house, campaign)))
    return 0


def _progress(house: House, campaign: Campaign) -> str:
    """Done, in call, waiting, next window, calls an hour, estimated end."""
    from campaigns.campaign import plan_of
    from campaigns.progress import progress

    seen = progress(house.store, campaign, now())
    zone = plan_of(campaign).zone
    opens, ends = (f"{at.astimezone(zone):%m-%d %H:%M}" if at else "-" for at in (seen.opens_at, seen.ends_at))
    figures = f"{seen.done}/{seen.residents}", seen.in_call, seen.waiting, f"{seen.calls_an_hour:,.0f}", opens, ends
    words = (
        ("完成", "通话中", "等待", "每小时", "下一时段", "预计完成")
        if house.chinese
        else ("done", "in call", "waiting", "calls/hour", "next window", "estimated end")
    )
    return f"{seen.state}: " + ", ".join(f"{word} {figure}" for word, figure in zip(words, figures, strict=True))


def report(house: House, args: argparse.Namespace) -> int:
    """Prints the tables of a campaign, and writes its files."""
    from campaigns.campaign import find

    campaign = find(house.store, args.name)
    return write_files(house, campaign, Path(args.out) if args.out else house.out / campaign.name)


def write_files(house: House, campaign: Campaign, folder: Path) -> int:
    """The main tables on the terminal, everything into the folder."""
    from reports.community import community_table, disposition_table, overview_table
    from reports.figures import Scope, read_figures
    from reports.indicators import BRIEF
    from reports.report import write_report

    with house.store.reading() as tx:
        figures = read_figures(tx, Scope(campaign.id), house.settings.fever_c)
        newest = figures.of_round(figures.newest_round)
        brief = community_table(newest, shown=BRIEF)
        for table in (overview_table(newest), brief, disposition_table(newest)):
            house.show(table)
        paths = write_report(tx, campaign.id, folder, house.language, fever_c=house.settings.fever_c)
    house.say("已写出：", "Written:")
    for path in paths:
        print(f"  {path}")
    return 0


def _place(item: str) -> tuple[str, str]:
    from reports.figures import LEVELS

    level, equals, name = item.partition("=")
    if not (equals and name):
        raise UsageError(f"--place {item!r}: write it as LEVEL=NAME, such as community=桂园社区")
    if level not in LEVELS:
        raise UsageError(f"--place {item!r}: {level!r} is not a level of places (known: {', '.join(LEVELS)})")
    return level, name
