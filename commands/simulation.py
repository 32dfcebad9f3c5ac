"""Commands on the made-up town: the demonstration, and whether a campaign can be done in time."""

from __future__ import annotations

import argparse
import shutil
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from commands.campaigns import make, write_files
from commands.house import House, now
from commands.playing import ALL, play_round
from commands.residents import import_file
from commands.settings import UsageError

if TYPE_CHECKING:
    from campaigns.runner import Tally
    from records.tables import Campaign


def demo(house: House, args: argparse.Namespace) -> int:
    """The main job: from a list of residents to the community tables."""
    folder = fresh_folder(house.out / args.name)
    house = house.at(f"sqlite:///{folder / 'wenan.sqlite'}")
    house.say(f"1-2 读取、核对名册 {args.residents}", f"1-2 Reading and checking the roster {args.residents}")
    import_file(house, Path(args.residents), folder / "rejected_rows.csv")
    house.say("3   建立外呼任务 daily_check", "3   Making a campaign on the script daily_check")
    campaign = make(house, args.name, "daily_check", "default", lines=args.lines, seed=args.seed, recordings=3)
    house.say("4   逐户拨打（模拟电话网，虚拟时间）", "4   Calling everybody (simulated telephone, virtual time)")
    play_round(house, campaign, opening(campaign, args.day), voice=args.voice)
    house.say("5-6 报表", "5-6 Tables")
    return write_files(house, campaign, folder)


def simulate(house: House, args: argparse.Namespace) -> int:
    """Plays a day of calls to a made-up town: can we do it with these lines?"""
    from simulator.population import make_town
    from simulator.roster import write_roster

    folder = fresh_folder(house.out / "simulate")
    house = house.at(f"sqlite:///{folder / 'wenan.sqlite'}")
    write_roster(make_town(args.residents, args.seed), folder / "residents.csv", args.seed)
    import_file(house, folder / "residents.csv", folder / "rejected_rows.csv")
    campaign = make(house, "simulate", args.script, args.plan, lines=args.lines, seed=args.seed)
    start = opening(campaign, args.day)
    until = start + timedelta(hours=args.hours) if args.hours else None
    tally = play_round(house, campaign, start, until, ALL if args.voice else 0)
    code = write_files(house, campaign, folder)
    verdict(house, tally, campaign.lines)
    return code


def verdict(house: House, tally: Tally, lines: int) -> None:
    """Can it be done: whether every household was called at least once in the time, else with how many lines."""
    if not tally.left:
        house.say(
            f"能打完：{tally.households} 户都打过，共 {tally.calls} 次，"
            f"{lines} 条线路最多同时用到 {tally.most_busy} 条。",
            f"It can be done: all {tally.households} households were called, {tally.calls} calls in all, "
            f"at most {tally.most_busy} of {lines} lines busy at once.",
        )
        return
    called = tally.households - tally.left
    needed = ceil(lines * tally.households / called) if called else None
    house.say(
        f"打不完：{tally.households} 户中有 {tally.left} 户没打到；大约需要 {needed or '更多'} 条线路或更长时间。",
        f"It cannot be done: {tally.left} of {tally.households} households were not called once; "
        f"about {needed or 'many more'} lines would do, or more time.",
    )


def opening(campaign: Campaign, day: datetime | None) -> datetime:
    """The opening of the first window from the morning of a day on (default: of today)."""
    from campaigns.campaign import plan_of
    from campaigns.plan import next_open

    plan = plan_of(campaign)
    at = day.replace(tzinfo=plan.zone) if day else now().astimezone(plan.zone)
    opens = next_open(plan, at.replace(hour=0, minute=0, second=0, microsecond=0))
    if opens is None:
        raise UsageError(f"plan {plan.plan!r}: no window opens within 60 days of {at:%Y-%m-%d}")
    return opens


def fresh_folder(folder: Path) -> Path:
    """An empty folder; what an earlier run left there is removed."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
