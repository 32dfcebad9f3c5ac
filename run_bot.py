#!/usr/bin/env python3
"""Start here: `run_bot.py --help` lists what Wen'an does 问安：运行 run_bot.py --help 查看全部命令."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias

from commands import (
    campaigns,
    channels,
    codes,
    data,
    dialogs,
    feedback,
    follow_ups,
    notices,
    residents,
    simulation,
    speaking,
    staff,
    web,
    workers,
)
from commands.arguments import Arguments
from commands.house import House
from commands.settings import Settings, read_settings
from records.errors import Mendable

Command = Callable[[House, argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
OURS = ("bots.", "campaigns.", "commands.", "dialogs.", "records.", "reports.", "simulator.")


def parser() -> argparse.ArgumentParser:
    """All commands, with help in both languages."""
    top = Arguments(
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
    _feedback(commands)
    _follow_up(commands)
    _notice(commands)
    _simulate(commands)
    _dialog(commands)
    _chat(commands)
    _spoken(commands)
    _understand(commands)
    _data(commands)
    _code(commands)
    _telegram(commands)
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
    sub.add_argument("--voice", type=_voice, default=100, metavar="N|all",
                     help="so many residents by full audio 至少多少人走真实语音 (default 默认 100)")  # fmt: skip
    _lines_and_seed(sub, lines=50)


def _residents(commands: Commands) -> None:
    group = _group(commands, "residents", "the roster 名册")
    sub = _add(group, "import", residents.load, "read a roster, CSV or XLSX 导入名册")
    sub.add_argument("file", help="CSV (UTF-8, GB18030) or XLSX")
    sub.add_argument("--rejected", help="where the rejected rows go 退回行写到哪里")
    _add(group, "list", residents.count, "how many residents in which community 各社区人数")
    sub = _add(group, "invite", residents.invite, "one-time links to the bot, as a list and to print 邀请链接与二维码")
    sub.add_argument("resident", nargs="?", help="number on the line list 编号; none: all without a chat 全部")
    sub.add_argument("--community", help="only this one 只限此社区")
    sub.add_argument("--bot", help="user name of the bot 机器人用户名 (default 默认: chat_link)")
    sub.add_argument("--out", default="out/invitations", help="folder 写到哪个目录")


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
    again = _add(group, "reread", campaigns.reread, "understand its stored words again 用今天的词库重新理解")
    again.add_argument("name", help="of the campaign 任务名")
    again.add_argument("--round", type=_count, help="which (default: the newest) 第几轮，默认最近一轮")
    again.add_argument("--apply", metavar="MARK", help="apply what was shown under this mark 应用所预览的更改")
    status = _add(group, "status", campaigns.status, "how it stands 进度")
    status.add_argument("name", nargs="?", help="of the campaign 任务名; none: all of them 不写则列出全部")
    status.add_argument("--watch", action="store_true", help="follow it 实时显示")


def _when(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--real-time", action="store_true", help="not in virtual time 实时外呼")
    _speed(sub)
    sub.add_argument("--voice", action="store_true", help="by full audio 走真实语音")
    sub.add_argument("--again", action="store_true", help="another round of one that is over 再打一轮")
    sub.add_argument("--at", type=_moment, help="by workers, from then on 定时 (YYYY-MM-DDTHH:MM)")
    sub.add_argument("--daily", action="append", metavar="HH:MM", help="every day at this time 每天定时 (repeatable)")
    sub.add_argument("--days", type=_count, help="for so many days 连续天数 (default 默认 14)")


def _speed(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--speed", type=_speed_of, default=1.0, help="60 plays a minute of talk in a second 通话加速")


def _worker(commands: Commands) -> None:
    sub = _add(commands, "worker", workers.worker, "make calls, with others on one PostgreSQL 外呼工作进程")
    sub.add_argument("--lines", type=_count, default=20, help="telephone lines of this worker 线路数")
    _speed(sub)
    sub.add_argument("--voice", action="store_true", help="by full audio 走真实语音")


def _report(commands: Commands) -> None:
    sub = _add(commands, "report", campaigns.report, "the tables of a campaign 任务报表")
    sub.add_argument("name", help="of the campaign 任务名")
    sub.add_argument("--out", help="folder 写到哪个目录")
    sub.add_argument("--first", type=_day, help="first day 起始日期 (YYYY-MM-DD)")
    sub.add_argument("--last", type=_day, help="last day 截止日期")
    sub.add_argument("--as-of", type=_as_of, metavar="DAY|now",
                     help="as known at the end of this day 按哪天结束时所知 (default 默认: its own)")  # fmt: skip
    sub.add_argument("--place", action="append", metavar="LEVEL=NAME", help="only there 只看某地: community=桂园社区")
    sub.add_argument("--also", action="append", choices=("json", "parquet", "fhir", "flow-results"), help="另存为")
    sub.add_argument(
        "--public", action="store_true", help="what may be published: small counts hidden 公开版，隐去小数"
    )


def _feedback(commands: Commands) -> None:
    sub = _add(commands, "feedback", feedback.feedback, "the daily report in words, DOCX and HTML 每日反馈报告")
    sub.add_argument("name", help="of the campaign 任务名")
    sub.add_argument("--day", type=_day, help="YYYY-MM-DD (default: the newest 默认最近一天)")
    sub.add_argument("--out", help="folder 写到哪个文件夹")
    sub.add_argument(
        "--to", action="append", metavar="ADDRESS", help="send it by e-mail 发送到邮箱 (mail_server, mail_from)"
    )
    sub.add_argument("--daily", type=_hour, metavar="HH:MM", help="every day at this time 每天定时")


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


def _notice(commands: Commands) -> None:
    group = _group(commands, "notice", "messages to whom no call has reached 打不通后的文字通知")
    sub = _add(group, "list", notices.show, "who was written to, and who answered 已通知与已答复")
    sub.add_argument("--campaign", help="of this campaign 任务名")
    sub = _add(group, "export", notices.export, "those that a message gateway is to send 导出待发短信")
    sub.add_argument("file", help="a new CSV file 新文件")


def _simulate(commands: Commands) -> None:
    sub = _add(commands, "simulate", simulation.simulate, "can we do it today? a made-up town 试算：今天打得完吗")
    sub.add_argument("--residents", type=_count, default=2000, help="how many 人数")
    sub.add_argument("--hours", type=_hours, help="stop after so many hours 几小时后停止")
    sub.add_argument("--script", default="daily_check", help="话术")
    sub.add_argument("--plan", default="default", help="外呼计划")
    sub.add_argument("--voice", action="store_true", help="by full audio 走真实语音")
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


def _spoken(commands: Commands) -> None:
    sub = _add(commands, "call", speaking.call, "talk to the robot aloud 和机器人通一次话")
    sub.add_argument("script", nargs="?", default="daily_check", help="name or file 名称或文件")
    source = sub.add_mutually_exclusive_group()
    source.add_argument("--microphone", action="store_true", help="with this machine's sound card 用本机麦克风（默认）")
    source.add_argument("--wav", metavar="FOLDER", help="its WAV files answer in order 用目录里的 WAV 依次回答")
    sub.add_argument("--talk-lang", choices=["zh-Hans", "en"], help="language of the resident 居民语言")
    sub.add_argument("--name", help="of the resident 居民姓名")
    sub.add_argument("--record", metavar="FILE.wav", help="keep the recording and its transcript 保存录音和文字")
    group = _group(commands, "models", "speech models 语音模型")
    for name, help in (
        ("list", "those in use 正在使用的"),
        ("add", "a folder, or an official Vosk model by name 目录，或 Vosk 官方模型名"),
        ("check", "load one and try it 加载并试用"),
        ("build-graph", "teach one the phrases of scripts, in seconds 为话术补充词句"),
    ):
        sub = _add(group, name, speaking.models, help)
        if name != "list":
            sub.add_argument("--language", choices=["zh", "en"], default="zh", help="语言")
        if name == "add":
            sub.add_argument("model", help="folder or name 目录或名称")
        elif name != "list":
            sub.add_argument("--model", help="folder 目录 (default: the one in use 默认正在使用的)")
        if name == "build-graph":
            sub.add_argument("scripts", nargs="*", help="names or files 话术; none: all 不写则全部")
            sub.add_argument("--python", help="the interpreter that has pynini 装有 pynini 的解释器")


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


def _staff(commands: Commands) -> None:
    group = _group(commands, "staff", "accounts of those who work here 工作人员账号")
    for name, run, help in (
        ("add", staff.add, "make an account; its password is asked for 新建账号"),
        ("change", staff.change, "change an account 修改账号"),
        ("close", staff.close, "close an account 关闭账号"),
        ("invite", staff.invite, "a one-time link to work from a chat 发工作聊天的一次性链接"),
        ("unlink", staff.unlink, "take their chats away 解除其聊天"),
    ):
        sub = _add(group, name, run, help)
        sub.add_argument("login", help="the name to sign in with 登录名")
        if name == "invite":
            sub.add_argument("--bot", help="name of the bot 机器人用户名 (default 默认: chat_link)")
        if name not in ("add", "change"):
            continue
        sub.add_argument("--name", help="their name 姓名")
        roles, usual = ["worker", "staff", "administrator"], "worker" if name == "add" else None
        sub.add_argument("--role", choices=roles, default=usual, help="what they may do 角色")
        sub.add_argument("--place", action="append", default=[], metavar="LEVEL=NAME",
                         help="only there 只限: district, subdistrict, community, grid")  # fmt: skip
        sub.add_argument("--generate", action="store_true", help="a password is made up and shown once 生成密码")
        if name == "add":
            sub.add_argument("--chat-only", action="store_true", help="no password: works from a chat 只用聊天")
        if name == "change":
            sub.add_argument("--everywhere", action="store_true", help="no limit of place 不限地点")
            sub.add_argument("--password", action="store_true", help="a new password is asked for 改密码")
    _add(group, "list", staff.show_list, "the accounts 列出账号")


def _code(commands: Commands) -> None:
    group = _group(commands, "code", "health codes 健康码")
    sub = _add(group, "show", codes.show, "the code of a resident 出示某位居民的健康码")
    sub.add_argument("resident", help="number on the line list 明细表中的编号")
    sub.add_argument("--picture", metavar="FILE", help="also as a picture (PNG) 另存为图片")
    sub = _add(group, "check", codes.check, "is a shown code true? 查验健康码")
    sub.add_argument("token", help="what the QR code reads 二维码内容")


def _telegram(commands: Commands) -> None:
    _staff(commands)
    sub = _add(commands, "web", web.web, "the console, residents' pages and API 网页控制台、居民页面与接口")
    sub.add_argument("--listen", default="127.0.0.1:8080", help="HOST:PORT 监听地址 (default 默认 127.0.0.1:8080)")
    sub = _add(commands, "telegram", channels.telegram, "answer residents on Telegram 在 Telegram 上应答居民")
    sub.add_argument("--webhook", metavar="URL", help="let Telegram call this address 由 Telegram 回调的网址 (https)")
    sub.add_argument(
        "--listen", type=channels.address, metavar="HOST:PORT", help="where its reverse proxy hands on 反向代理转到哪里"
    )


def _lines_and_seed(sub: argparse.ArgumentParser, lines: int) -> None:
    sub.add_argument("--lines", type=_count, default=lines, help=f"telephone lines 线路数 (default 默认 {lines})")
    sub.add_argument("--seed", type=int, default=2020, help="the same seed gives the same run 随机种子")
    sub.add_argument("--day", type=_morning, help="day of the simulated calls 模拟哪一天 (YYYY-MM-DD)")


def _hours(text: str) -> float:
    return _number(text, 24 * 60, "hours", "小时数")


def _speed_of(text: str) -> float:
    return _number(text, 10_000, "times as fast as life", "倍数")


def _number(text: str, most: float, of: str, of_zh: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of {of}, above zero and at most {most:g} {of_zh}应大于零且不超过 {most:g}"
        )
    return number


def _as_of(text: str) -> date | str:
    """A day, or "now"."""
    return text if text == "now" else _day(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-03-02 日期应写成 2026-03-02") from None


def _morning(text: str) -> datetime:
    return datetime.combine(_day(text), time())


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 09:00 时间应写成 09:00") from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 2026-03-02T09:00 时间应写成 2026-03-02T09:00"
        ) from None


def _voice(text: str) -> int:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor all 应为整数或 all")
    return -1 if text == "all" else int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero 应为大于零的整数")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; an error of our own says in one line what to mend, any other keeps its traceback."""
    args = parser().parse_args(arguments)
    language = _language(args, "")
    try:
        settings = read_settings(Path("wenan.toml"), os.environ)
        language = _language(args, settings.language)
        return run(args, settings)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not (isinstance(error, OSError) or type(error).__module__.startswith(OURS)):
            raise
        print(f"run_bot.py: {error.read(language) if isinstance(error, Mendable) else error}", file=sys.stderr)
        return 2


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Hands the arguments to their command, in a house built from the settings."""
    house = House(settings, _language(args, settings.language))
    house = house.at(args.store) if args.store else house
    command: Command = args.run
    try:
        return command(house, args)
    finally:
        if "store" in vars(house):  # it was used
            house.store.close()


def _language(args: argparse.Namespace, set_: str) -> str:
    """The language of this screen: as asked for, as set, or of the terminal."""
    return args.lang or set_ or ("zh-Hans" if os.environ.get("LANG", "").startswith("zh") else "en")


if __name__ == "__main__":
    sys.exit(main())
