"""Commands on campaigns: make, look at beforehand, launch, follow, report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.house import House, now
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
    from campaigns.campaign import find
    from campaigns.campaign import preview as look

    seen = look(house.store, find(house.store, args.name), now())
    skipped = ", ".join(f"{reason} {count}" for reason, count in seen.skipped.items()) or "0"
    starts = f"{seen.starts_at.astimezone():%Y-%m-%d %H:%M}" if seen.starts_at else "-"
    house.say(
        f"居民 {seen.residents} 人，{seen.households} 户，{seen.numbers} 个号码；跳过：{skipped}；最早 {starts}",
        f"{seen.residents} residents, {seen.households} households, {seen.numbers} numbers; skipped: {skipped}; "
        f"earliest {starts}",
    )
    return 0


def launch(house: House, args: argparse.Namespace) -> int:
    """Calls everybody of a campaign over the simulated telephone, then writes the tables."""
    from campaigns.campaign import find
    from commands.simulation import play_round

    campaign = find(house.store, args.name)
    if campaign.line != "simulated":
        raise UsageError(
            f"campaign {args.name!r} is on the line {campaign.line!r}, which has a service of its own: "
            f"run_bot.py {campaign.line}"
        )
    play_round(house, campaign, now())
    return write_files(house, campaign, house.out / campaign.name)


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
    house.say(f"任务“{campaign.name}”：{campaign.state}", f"Campaign {campaign.name!r}: {campaign.state}")
    with house.store.reading() as tx:
        house.show(overview_table(read_figures(tx, Scope(campaign.id), house.settings.fever_c)))
    return 0


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
