"""Commands on campaigns: make, look at beforehand, launch, follow, report."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta, tzinfo
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from commands.dialogs import check_follow_ups
from commands.house import House, now
from commands.notices import chat_link
from commands.playing import ALL, play_round
from commands.settings import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.forecast import Forecast
    from records.tables import Campaign
    from reports.figures import Scope

LATE = timedelta(minutes=5)  # who types the time of a moment ago means now


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
    recordings: int | None = None,
) -> Campaign:
    """A new campaign on the newest version of a script, with a plan by name or file; `recordings` goes over its."""
    from campaigns.campaign import create
    from campaigns.plan_file import load_plan

    loaded, rules = house.scripts(script), load_plan(plan)
    check_follow_ups(loaded)
    return create(
        house.store,
        name,
        script=script,
        version=loaded.version,
        plan=rules if recordings is None else replace(rules, recordings=recordings),
        place=place,
        line=line,
        lines=lines,
        seed=seed,
        now=now(),
    )


def preview(house: House, args: argparse.Namespace) -> int:
    """Shows whom a campaign would call, who would be skipped and why, and how long it will take."""
    from campaigns.campaign import find, plan_of
    from campaigns.campaign import preview as look

    campaign = find(house.store, args.name)
    plan, seen = plan_of(campaign), look(house.store, campaign, now())
    skipped = (
        ", ".join(f"{_SKIPPED[reason][not house.chinese]} {count}" for reason, count in seen.skipped.items()) or "0"
    )
    starts = f"{seen.starts_at.astimezone(plan.zone):%Y-%m-%d %H:%M}" if seen.starts_at else "-"
    house.say(
        f"居民 {seen.residents} 人，{seen.households} 户，{seen.numbers} 个号码；跳过：{skipped}；最早 {starts}",
        f"{seen.residents} residents, {seen.households} households, {seen.numbers} numbers; skipped: {skipped}; "
        f"earliest {starts}",
    )
    if seen.forecast:
        _say_forecast(house, seen.forecast, campaign.lines, plan.zone)
    if not seen.residents:
        house.say(
            "注意：没有人可打，请检查名册和 --place", "Note: there is nobody to call; look at the roster and --place"
        )
    if plan.fallback and not chat_link(house):
        house.say(
            "注意：未设置 chat_link，打不通时只能通知已绑定聊天的住户",
            "Note: chat_link is not set, so that only households with a linked chat can be written to",
        )
    return 0


_SKIPPED = {
    "not_eligible": ("不适用", "not eligible"),
    "do_not_call": ("止呼名单", "do not call"),
    "calls_a_day": ("今日已达上限", "called often enough today"),
}


def _say_forecast(house: House, seen: Forecast, lines: int, zone: tzinfo) -> None:
    """When it will be done with these lines, and from what this is known."""
    over = f"{seen.over_at.astimezone(zone):%m-%d %H:%M}"
    basis = (f"按最近 {seen.seen} 次通话", f"by the last {seen.seen} calls")
    if not seen.seen:
        basis = ("按一般经验，尚无足够通话记录", "by what is usual, as few calls were made so far")
    if seen.once_at:
        once = f"{seen.once_at.astimezone(zone):%m-%d %H:%M}"
        house.say(
            f"{lines} 条线路：约 {seen.calls} 次呼叫，{once} 前每户都打过一遍，{over} 全部结束（{basis[0]}）",
            f"{lines} lines: about {seen.calls} calls, every household called once by {once}, all over by {over} "
            f"({basis[1]})",
        )
        return
    needed = ceil(lines / (1 - seen.left)) if seen.left < 1 else "?"
    house.say(
        f"{lines} 条线路不够：到 {over} 约 {seen.calls} 次呼叫，仍有 {seen.left:.0%} 的住户没打到，"
        f"约需 {needed} 条（{basis[0]}）",
        f"{lines} lines are too few: about {seen.calls} calls by {over}, with {seen.left:.0%} of the households not "
        f"called; about {needed} would do ({basis[1]})",
    )


def launch(house: House, args: argparse.Namespace) -> int:
    """Calls everybody of a campaign: at once in virtual time, or in real time, or by workers at a time to come."""
    from campaigns.campaign import STATES, find
    from commands.workers import end_now, in_real_time

    campaign = find(house.store, args.name)
    if campaign.line != "simulated":
        raise UsageError(
            f"campaign {args.name!r} is on the line {campaign.line!r}, which has a service of its own: "
            f"run_bot.py {campaign.line}",
            f"任务“{args.name}”用的是渠道 {campaign.line!r}，由它自己的服务执行：run_bot.py {campaign.line}",
        )
    if campaign.state in ("completed", "exhausted") and not args.again:
        raise UsageError(
            f"campaign {args.name!r} is {campaign.state}; --again calls everybody in another round",
            f"任务“{args.name}”{STATES[campaign.state]}；再打一轮请加 --again",
        )
    _refuse_mixed(args)
    if args.at or args.daily:
        return _schedule(house, campaign, args)
    if args.real_time:
        with following(house, campaign) as look:
            left = in_real_time(house, campaign, args.speed, look, args.voice)
        if left:
            house.say("还没有打完；继续请运行 run_bot.py worker", "Not over: run_bot.py worker goes on with it")
            end_now(write_files(house, campaign, house.out / campaign.name))
    else:
        play_round(house, campaign, now(), voice=ALL if args.voice else 0)
    return write_files(house, campaign, house.out / campaign.name)


def _refuse_mixed(args: argparse.Namespace) -> None:
    """What contradicts itself is not to be guessed at."""
    if args.real_time and (args.at or args.daily):
        raise UsageError(
            "--real-time calls at once and from this process: not with --at or --daily",
            "--real-time 由本进程立即外呼，不能与 --at、--daily 同用",
        )
    if args.days and not args.daily:
        raise UsageError("--days is for how long --daily repeats: give a time with --daily", "--days 须与 --daily 同用")


def _schedule(house: House, campaign: Campaign, args: argparse.Namespace) -> int:
    from campaigns.campaign import plan_of
    from campaigns.lifecycle import schedule

    zone = plan_of(campaign).zone
    at = args.at.replace(tzinfo=args.at.tzinfo or zone) if args.at else now()
    if at < now() - LATE:
        shown = f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        raise UsageError(f"--at {shown} is over", f"--at {shown} 已经过去")
    repeats = {"times": args.daily, "days": args.days or 14} if args.daily else None
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
    house.say(f"任务“{campaign.name}”{_state(house, campaign.state)}", f"Campaign {campaign.name!r}: {campaign.state}")
    return 0


def status(house: House, args: argparse.Namespace) -> int:
    """Shows how a campaign stands, or lists all of them."""
    from campaigns.campaign import all_campaigns, find
    from reports.community import overview_table
    from reports.figures import Scope, read_figures

    if not args.name:
        for campaign in all_campaigns(house.store):
            script = f"{campaign.script} v{campaign.script_version}"
            print(campaign.name, _state(house, campaign.state), campaign.line, script, sep="\t")
        return 0
    campaign = find(house.store, args.name)
    if args.watch:
        return _watch(house, campaign)
    house.say(f"任务“{campaign.name}”{_state(house, campaign.state)}", f"Campaign {campaign.name!r}: {campaign.state}")
    print(_progress(house, campaign))
    with house.store.reading() as tx:
        figures = read_figures(tx, Scope(campaign.id), house.settings.fever_c)
        house.show(overview_table(figures.of_round(figures.newest_round) if figures.days else figures))
    return 0


def _watch(house: House, campaign: Campaign) -> int:
    """One line that follows the campaign until it is over."""
    from campaigns.campaign import find

    with following(house, campaign) as look:
        while find(house.store, campaign.name).state in ("scheduled", "running", "paused"):
            look()
            time.sleep(1)
        look()
    return 0


@contextmanager
def following(house: House, campaign: Campaign) -> Iterator[Callable[[], None]]:
    """A line on the terminal with the progress of a campaign; each look renews it."""
    from rich.live import Live
    from rich.text import Text

    from campaigns.campaign import find

    def text() -> Text:
        return Text(_progress(house, find(house.store, campaign.name)))

    with Live(text(), refresh_per_second=4) as live:
        yield lambda: live.update(text())


def _state(house: House, state: str) -> str:
    from campaigns.campaign import STATES

    return STATES[state] if house.chinese else state


def _progress(house: House, campaign: Campaign) -> str:
    """Done, in call, waiting, next window, calls an hour, estimated end."""
    from campaigns.campaign import plan_of
    from campaigns.progress import progress

    seen = progress(house.store, campaign, now())
    zone = plan_of(campaign).zone
    opens, ends = (f"{at.astimezone(zone):%m-%d %H:%M}" if at else "-" for at in (seen.opens_at, seen.ends_at))
    waiting = f"{seen.waiting}"
    if seen.written:
        waiting += f"（已通知 {seen.written} 户）" if house.chinese else f" ({seen.written} households written to)"
    figures = f"{seen.done}/{seen.residents}", seen.in_call, waiting, f"{seen.calls_an_hour:,.0f}", opens, ends
    words = (
        ("完成", "通话中", "等待", "每小时", "下一时段", "预计完成")
        if house.chinese
        else ("done", "in call", "waiting", "calls/hour", "next window", "estimated end")
    )
    return f"{_state(house, seen.state)}: " + ", ".join(
        f"{word} {figure}" for word, figure in zip(words, figures, strict=True)
    )


def reread(house: House, args: argparse.Namespace) -> int:
    """Reads the stored words of a round again: shows what would change, or applies what was shown."""
    from campaigns.campaign import find
    from records.rereading import apply_again, look_again
    from reports.figures import newest_round
    from reports.rereading import reread_in_words, rereading_table

    campaign = find(house.store, args.name)
    with house.store.reading() as tx:
        round = newest_round(tx, campaign.id) if args.round is None else args.round - 1
    if args.apply:
        done = apply_again(house.store, house.scripts, campaign.id, round, args.apply, now())
        if done is None:
            raise UsageError(
                "something else would change by now: look at it again first, without --apply",
                "此间又有变化，请先不带 --apply 再看一遍",
            )
        house.say(f"已应用 {len(done.changes)} 处更改", f"{len(done.changes)} changes were applied")
        return 0
    with house.store.reading() as tx:
        again = look_again(tx, house.scripts, campaign.id, round)
        table = rereading_table(tx, again)
    if table.rows:
        house.show(table)
    print(reread_in_words(again).read(house.language))
    if again.changes:
        command = f"run_bot.py campaign reread {campaign.name} --round {round + 1} --apply {again.mark}"
        house.say(f"确认后应用：{command}", f"To apply it: {command}")
    return 0


def report(house: House, args: argparse.Namespace) -> int:
    """Prints the tables of a campaign, and writes its files; with --public those that may be published."""
    from campaigns.campaign import find
    from reports.figures import Scope
    from reports.late import closing, end_of
    from reports.line_list import ZONE
    from reports.report import write_also, write_public

    campaign = find(house.store, args.name)
    folder = Path(args.out) if args.out else house.out / campaign.name
    scope = Scope(campaign.id, args.first, args.last, place=dict(_place(item) for item in args.place or ()))
    if args.as_of is None:
        with house.store.reading() as tx:
            at = closing(tx, scope, now())
    else:
        at = end_of(args.as_of) if args.as_of != "now" and args.as_of < now().astimezone(ZONE).date() else None
    scope = replace(scope, as_of=at)
    if not args.public:
        status = write_files(house, campaign, folder, scope)
        if args.also:
            with house.store.past(at) as tx:
                _say_written(house, write_also(tx, scope, folder, args.also, house.language))
        return status
    with house.store.past(at) as tx:
        _say_written(house, write_public(tx, scope, folder, house.language, house.settings.fever_c))
    return 0


def write_files(house: House, campaign: Campaign, folder: Path, scope: Scope | None = None) -> int:
    """The main tables on the terminal, everything into the folder; `scope` narrows them to days or a place."""
    from reports.community import community_table, disposition_table, overview_table
    from reports.figures import Scope, read_figures
    from reports.indicators import BRIEF
    from reports.report import write_report

    scope = scope or Scope(campaign.id)
    if scope.as_of:
        at = f"{scope.as_of:%Y-%m-%d %H:%M}"
        house.say(f"按 {at} 时所知（--as-of now：按现在）", f"As known at {at} (--as-of now: by what is known now)")
    with house.store.past(scope.as_of) as tx:
        figures = read_figures(tx, scope, house.settings.fever_c)
        newest = figures.of_round(figures.newest_round)
        brief = community_table(newest, shown=BRIEF)
        for table in (overview_table(newest), brief, disposition_table(newest)):
            house.show(table)
        fever_c = house.settings.fever_c
        paths = write_report(tx, campaign.id, folder, house.language, scope=scope, fever_c=fever_c)
    _say_written(house, paths)
    return 0


def _say_written(house: House, paths: Iterable[Path]) -> None:
    house.say("已写出：", "Written:")
    for path in paths:
        print(f"  {path}")


def _place(item: str) -> tuple[str, str]:
    from reports.figures import LEVELS

    level, equals, name = item.partition("=")
    if not (equals and name):
        example = "community=桂园社区"
        raise UsageError(
            f"--place {item!r}: write it as LEVEL=NAME, such as {example}", f"--place {item!r}：请写成 {example}"
        )
    if level not in LEVELS:
        names = ", ".join(LEVELS)
        en, zh = f"is not a level of places (known: {names})", f"不是地点级别（可用：{names}）"
        raise UsageError(f"--place {item!r}: {level!r} {en}", f"--place {item!r}：{level!r} {zh}")
    return level, name
