"""Commands on the made-up town: the demonstration, and whether a campaign can be done in time."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from commands.campaigns import make, write_files
from commands.house import House, now
from commands.residents import import_file
from commands.settings import UsageError

if TYPE_CHECKING:
    from campaigns.plan import Plan
    from campaigns.runner import AttemptFn, Tally
    from records.tables import Campaign
    from reports.table import Table
    from simulator.people import Town


def demo(house: House, args: argparse.Namespace) -> int:
    """The main job: from a list of residents to the community tables."""
    folder = fresh_folder(house.out / args.name)
    house = house.at(f"sqlite:///{folder / 'wenan.sqlite'}")
    house.say(f"1-2 读取、核对名册 {args.residents}", f"1-2 Reading and checking the roster {args.residents}")
    import_file(house, Path(args.residents), folder / "rejected_rows.csv")
    house.say("3   建立外呼任务 daily_check", "3   Making a campaign on the script daily_check")
    campaign = make(house, args.name, "daily_check", "default", lines=args.lines, seed=args.seed)
    house.say("4   逐户拨打（模拟电话网，虚拟时间）", "4   Calling everybody (simulated telephone, virtual time)")
    play_round(house, campaign, opening(campaign, args.day))
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
    tally = play_round(house, campaign, start, start + timedelta(hours=args.hours) if args.hours else None)
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


def play_round(house: House, campaign: Campaign, start: datetime, until: datetime | None = None) -> Tally:
    """Calls everybody in virtual time with live progress; then lines, time, and the score against the truth."""
    from bots.phone import Telephone
    from campaigns.campaign import plan_of, play
    from records.residents import roster
    from reports.simulation import lines_table
    from simulator.exchange import Exchange
    from simulator.listed import town_of

    with house.store.reading() as tx:
        town = town_of(roster(tx), campaign.seed)
    exchange, desk, plan = Exchange(town, campaign.seed), house.desk(), plan_of(campaign)

    def line(round: int) -> AttemptFn:
        return Telephone(house.store, desk, exchange, campaign, round, plan).attempt

    with progress(house, plan) as watch:
        tally = play(house.store, campaign, line, start=start, until=until, watch=watch)
    if tally.stopped_by:
        house.say(f"提前停止：{tally.stopped_by}", f"Stopped early: {tally.stopped_by}")
    house.show(lines_table(line_figures(tally, campaign.lines)))
    house.show(score_table(house, campaign, town, exchange.told))
    return tally


@contextmanager
def progress(house: House, plan: Plan) -> Iterator[Callable[[Tally], None]]:
    """A bar that moves with the households done, and shows the clock of the simulated day."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    title, figures = ("外呼", "拨打 {} 次，占线 {}") if house.chinese else ("Calling", "{} calls, {} lines busy")
    shown = TextColumn("{task.fields[clock]}  {task.fields[figures]}")
    with Progress(TextColumn(title), BarColumn(), MofNCompleteColumn(), shown, TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=None, clock="", figures="")

        def watch(tally: Tally) -> None:
            if tally.calls % 50 and tally.busy:
                return
            clock = f"{tally.now.astimezone(plan.zone):%m-%d %H:%M}" if tally.now else ""
            figure = figures.format(tally.calls, tally.busy)
            bar.update(task, total=tally.households, completed=tally.finished, clock=clock, figures=figure)

        yield watch


def line_figures(tally: Tally, lines: int) -> dict[str, float]:
    """What the table of lines shows, from the tally of a round."""
    held = tally.mean_held_seconds
    return {
        "calls": tally.calls,
        "lines": lines,
        "most_busy": tally.most_busy,
        "held": held,
        "per_hour": tally.calls_per_hour,
        "best_hour": tally.best_hour,
        "capacity": lines * 3600 / held if held else 0.0,
        "busy": tally.mean_busy_lines,
        "little": tally.lines_by_little,
    }


def score_table(house: House, campaign: Campaign, town: Town, told: set[str]) -> Table:
    """The newest round of the campaign against the truth of the town."""
    from records.rounds import newest_records
    from records.symptoms import names
    from reports.simulation import truth_table
    from simulator.scoring import Found, Share, score

    with house.store.reading() as tx:
        found = [
            Found(
                person=str(record.resident_id),
                reported=record.status in ("symptomatic", "asymptomatic"),
                non_reporting=record.status == "non_reporting",
                temperature_c=record.temperature_c,
                present=frozenset(names(record.present)),
                absent=frozenset(names(record.absent)),
                fever=record.fever,
            )
            for record in newest_records(tx, campaign.id)
        ]
    result = score(town.by_id, found, told)
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    shares = {name: (value.count, value.of) for name, value in values.items() if isinstance(value, Share)}
    return truth_table(shares, result.temperature_error_c)


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
