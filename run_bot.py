#!/usr/bin/env python3
"""Start here: `run_bot.py --help` lists what Wen'an does 问安：运行 run_bot.py --help 查看全部命令."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from commands import campaigns, channels, data, dialogs, follow_ups, residents, simulation, workers
from commands.house import House
from commands.settings import Settings, read_settings

Command = Callable[[House, argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
OURS = ("bots.", "campaigns.", "commands.", "dialogs.", "records.", "reports.", "simulator.")


def parser() -> argparse.ArgumentParser:
    """All commands, with help in both languages."""
    top = argparse.ArgumentParser(
        prog="run_bot.py",
        description="Wen'an phones and messages residents, understands what they say, and makes the community's "
        "tables. 问安：给居民打电话、发消息，听懂回答，汇成社区报表。",
        epilog="Settings 设置: wenan.toml, or 或 WENAN_STORE, WENAN_OUT, WENAN_OFFICE, WENAN_TELEGRAM_TOKEN ...",
    )
    top.add_argument("--store", help="the database 数据库 (default 默认 sqlite:///wenan.sqlite)")
    top.add_argument(
        "--lang", choices=["zh-Hans", "en"], help="language of this screen and of the files 界面与文件语言"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands)
    _residents(commands)
    _campaign(commands)
    _worker(commands)
    _report(commands)
    _follow_up(commands)
    _simulate(commands)
    _dialog(commands)
    _chat(commands)
    _understand(commands)
    _data(commands)
    _add(commands, "telegram", channels.telegram, "answer residents on Telegram 在 Telegram 上应答居民")
    return top


def _add(commands: Commands, name: str, run: Command, help: str) -> argparse.ArgumentParser:
    sub: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    sub.set_defaults(run=run)
    return sub


def _group(commands: Commands, name: str, help: str) -> Commands:
    group: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    return group.add_subparsers(dest="action", required=True, metavar="ACTION")


def _demo(commands: Commands) -> None:
    sub = _add(commands, "demo", simulation.demo, "the main job on the example roster 用示例名册跑一遍主流程")
    sub.add_argument("--residents", default="examples/residents.csv", help="roster 名册")
    sub.add_argument("--name", default="demo", help="name of the campaign 任务名")
    _lines_and_seed(sub, lines=50)


def _residents(commands: Commands) -> None:
    group = _group(commands, "residents", "the roster 名册")
    sub = _add(group, "import", residents.load, "read a roster, CSV or XLSX 导入名册")
    sub.add_argument("file", help="CSV (UTF-8, GB18030) or XLSX")
    sub.add_argument("--rejected", help="where the rejected rows go 退回行写到哪里")
    _add(group, "list", residents.count, "how many residents in which community 各社区人数")


def _campaign(commands: Commands) -> None:
    group = _group(commands, "campaign", "campaigns 外呼任务")
    sub = _add(group, "create", campaigns.create, "make a campaign, as a draft 新建任务（草稿）")
    sub.add_argument("name", help="its name 任务名")
    sub.add_argument("--script", default="daily_check", help="what to ask 话术 (default 默认 daily_check)")
    sub.add_argument("--plan", default="default", help="when to call: name or YAML file 外呼计划")
    sub.add_argument("--line", default="simulated", choices=["simulated", "telegram"], help="channel 渠道")
    sub.add_argument("--place", action="append", default=[], metavar="LEVEL=NAME",
                     help="only here 只限: district, subdistrict, community, grid, building")  # fmt: skip
    _lines_and_seed(sub, lines=10)
    for name, run, help in (
        ("preview", campaigns.preview, "whom it would call 预览会打给谁"),
        ("launch", campaigns.launch, "call everybody over the simulated line 启动（模拟线路）"),
        ("pause", campaigns.change, "begin no new call 暂停"),
        ("resume", campaigns.change, "go on 继续"),
        ("cancel", campaigns.change, "begin no new call, never again 取消"),
        ("pace", campaigns.change, "calls begun in a second, over all workers 调整速率"),
    ):
        sub = _add(group, name, run, help)
        sub.add_argument("name", help="of the campaign 任务名")
        if name == "launch":
            _when(sub)
        elif name == "pace":
            sub.add_argument("calls_per_second", type=float, help="0: no limit 不限")
    status = _add(group, "status", campaigns.status, "how it stands 进度")
    status.add_argument("name", nargs="?", help="of the campaign 任务名; none: all of them 不写则列出全部")
    status.add_argument("--watch", action="store_true", help="follow it 实时显示")


def _when(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--real-time", action="store_true", help="not in virtual time 实时外呼")
    _speed(sub)
    sub.add_argument("--again", action="store_true", help="another round of one that is over 再打一轮")
    sub.add_argument("--at", type=datetime.fromisoformat, help="by workers, from then on 定时 (YYYY-MM-DDTHH:MM)")
    sub.add_argument("--daily", action="append", metavar="HH:MM", help="every day at this time 每天定时 (repeatable)")
    sub.add_argument("--days", type=_count, default=14, help="for so many days 连续天数")


def _speed(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--speed", type=float, default=1.0, help="60 plays a minute of talk in a second 通话加速")


def _worker(commands: Commands) -> None:
    sub = _add(commands, "worker", workers.worker, "make calls, with others on one PostgreSQL 外呼工作进程")
    sub.add_argument("--lines", type=_count, default=20, help="telephone lines of this worker 线路数")
    _speed(sub)


def _report(commands: Commands) -> None:
    sub = _add(commands, "report", campaigns.report, "the tables of a campaign 任务报表")
    sub.add_argument("name", help="of the campaign 任务名")
    sub.add_argument("--out", help="folder 写到哪个目录")


def _follow_up(commands: Commands) -> None:
    group = _group(commands, "follow-up", "work for humans: visits, calls 跟进任务：上门、回电")
    sub = _add(group, "list", follow_ups.show_list, "open work, the urgent first 待办任务，紧急在前")
    for name, help in (
        ("campaign", "of this campaign 任务名"),
        ("community", "社区"),
        ("grid", "网格"),
        ("kind", "such as red_result, not_reached 任务种类"),
        ("assignee", "whose 负责人"),
    ):
        sub.add_argument(f"--{name}", help=help)
    sub.add_argument("--overdue", action="store_true", help="only what is overdue 只列超时")
    sub.add_argument("--closed", action="store_true", help="what is done 列出已办结")
    sub.add_argument("--limit", type=_count, default=50, help="so many at most 最多列出 (default 默认 50)")
    sub.add_argument("--full-phones", action="store_true", help="whole numbers 显示完整号码")
    for name, run, help in (
        ("show", follow_ups.show, "one, with its history 查看一项及其经过"),
        ("assign", follow_ups.assign, "give it to somebody 分派"),
        ("note", follow_ups.note, "add a note 加备注"),
        ("close", follow_ups.close, "done, and why 办结"),
        ("reopen", follow_ups.reopen, "open it again 重新打开"),
        (
            "escalate",
            follow_ups.escalate,
            "to the next level; no number: all overdue 上报；不写编号则上报全部超时",
        ),
    ):
        sub = _add(group, name, run, help)
        sub.add_argument("number", type=_count, nargs="?" if name == "escalate" else None, help="of the list 编号")
        _of_follow_up(sub, name)


def _of_follow_up(sub: argparse.ArgumentParser, name: str) -> None:
    """What one step with a follow-up wants to know besides its number."""
    if name == "show":
        sub.add_argument("--full-phones", action="store_true", help="the whole number 显示完整号码")
        return
    match name:
        case "assign":
            sub.add_argument("assignee", help="to whom 负责人")
        case "note":
            sub.add_argument("text", help="内容")
        case "close":
            sub.add_argument("reason", help="seen, spoken_to, referred, not_needed, not_found ... 办结原因")
            sub.add_argument("--note", help="what was found 情况说明")
        case "reopen":
            sub.add_argument("reason", nargs="?", default="", help="why 原因")
    sub.add_argument("--by", help="who does it 经手人 (default: the user of this machine 默认本机用户)")


def _simulate(commands: Commands) -> None:
    sub = _add(commands, "simulate", simulation.simulate, "can we do it today? a made-up town 试算：今天打得完吗")
    sub.add_argument("--residents", type=_count, default=2000, help="how many 人数")
    sub.add_argument("--hours", type=_hours, help="stop after so many hours 几小时后停止")
    sub.add_argument("--script", default="daily_check", help="话术")
    sub.add_argument("--plan", default="default", help="外呼计划")
    _lines_and_seed(sub, lines=50)


def _dialog(commands: Commands) -> None:
    group = _group(commands, "dialog", "scripts of dialogs 话术")
    sub = _add(group, "check", dialogs.check, "check scripts 检查话术")
    sub.add_argument("scripts", nargs="*", help="names or files 名称或文件; none: all 不写则全部")
    sub = _add(group, "draw", dialogs.draw, "draw a script as a state diagram 画出话术流程图")
    sub.add_argument("script", help="name or file 名称或文件")
    sub.add_argument("--out", help="file: .svg or .mmd (Mermaid) 写到文件")


def _chat(commands: Commands) -> None:
    sub = _add(commands, "chat", dialogs.chat, "talk to a script in this terminal 在终端里试聊")
    sub.add_argument("script", nargs="?", default="daily_check", help="name or file 名称或文件")
    sub.add_argument("--talk-lang", choices=["zh-Hans", "zh-Hant", "en"], help="language of the resident 居民语言")
    sub.add_argument("--name", help="name of the resident 居民姓名")
    sub.add_argument("--phone", action="store_true", help="wording and rules of the telephone 用电话措辞")
    sub.add_argument("--record", metavar="FILE", help="keep the talk as a test case 存成测试用例 (YAML)")


def _understand(commands: Commands) -> None:
    sub = _add(commands, "understand", dialogs.understand, "JSON lines in and out: what words mean 理解语句")
    sub.add_argument("--explain", action="store_true", help="show why 说明原因")


def _data(commands: Commands) -> None:
    group = _group(commands, "data", "retention, export, erasure, backup 数据保留、导出、抹除、备份")
    sub = _add(group, "retention", data.retention, "delete what is too old 删除到期内容")
    sub.add_argument("--dry-run", action="store_true", help="only show it 只预览")
    sub.add_argument("--words-days", type=_count, help="how long words are kept 原话保留天数 (keep_words_days)")
    sub.add_argument("--records-days", type=_count, help="how long records are kept 记录保留天数 (keep_records_days)")
    sub = _add(group, "export", data.export, "everything about one resident, as JSON 导出某位居民的全部数据")
    sub.add_argument("resident", help="number on the line list 明细表中的编号")
    sub.add_argument("--out", help="a new file 新文件; none: to this screen 不写则输出到屏幕")
    sub = _add(group, "erase", data.erase, "erase one resident; counts stay 抹除某位居民，统计数不变")
    sub.add_argument("resident", help="number on the line list 明细表中的编号")
    sub.add_argument("--yes", action="store_true", help="yes, for ever 确认永久抹除")
    sub = _add(group, "backup", data.backup, "copy the store while it is in use 备份数据库")
    sub.add_argument("file", nargs="?", help="a new file 新文件 (default 默认 out/wenan-<time>)")
    sub = _add(group, "restore", data.restore, "put a backup in the place of the store 恢复备份")
    sub.add_argument("file", help="the backup 备份文件")
    sub.add_argument("--replace", action="store_true", help="though the store has residents 覆盖已有数据")


def _lines_and_seed(sub: argparse.ArgumentParser, lines: int) -> None:
    sub.add_argument("--lines", type=_count, default=lines, help=f"telephone lines 线路数 (default 默认 {lines})")
    sub.add_argument("--seed", type=int, default=2020, help="the same seed gives the same run 随机种子")
    sub.add_argument("--day", type=datetime.fromisoformat, help="day of the simulated calls 模拟哪一天 (YYYY-MM-DD)")


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of hours above zero")
    return hours


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; an error of our own says in one line what to mend, any other keeps its traceback."""
    args = parser().parse_args(arguments)
    try:
        return run(args, read_settings(Path("wenan.toml"), os.environ))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not (isinstance(error, OSError) or type(error).__module__.startswith(OURS)):
            raise
        print(f"run_bot.py: {error}", file=sys.stderr)
        return 2


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Hands the arguments to their command, in a house built from the settings."""
    language = args.lang or settings.language or ("zh-Hans" if os.environ.get("LANG", "").startswith("zh") else "en")
    house = House(settings, language)
    command: Command = args.run
    return command(house.at(args.store) if args.store else house, args)


if __name__ == "__main__":
    sys.exit(main())
