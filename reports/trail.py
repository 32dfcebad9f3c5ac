"""The trail: who of the staff saw or did what, and when, the newest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo

from sqlalchemy import Connection, select

from records.tables import Audit, Staff
from reports.labels import COUNT_LABELS, EVENT_LABELS, in_words
from reports.line_list import ZONE
from reports.table import Column, Label, Row, Table

DEED_LABELS: Mapping[str, Label] = {
    "signed in": Label("登录", "Signed in"),
    "signed out": Label("退出", "Signed out"),
    "refused": Label("登录被拒", "Sign-in refused"),
    "changed password": Label("修改密码", "Changed password"),
    "saw figures": Label("查看统计", "Saw figures"),
    "saw residents": Label("查看居民名单", "Saw a list of residents"),
    "saw resident": Label("查看居民", "Saw a resident"),
    "saw number": Label("查看完整号码", "Saw a whole number"),
    "saw conversation": Label("查看对话", "Read a conversation"),
    "heard recording": Label("收听录音", "Listened to a call"),
    "saw follow-ups": Label("查看跟进任务", "Saw the follow-ups"),
    "saw follow-up": Label("查看一项任务", "Saw a follow-up"),
    "saw trail": Label("查看操作记录", "Saw the trail"),
    "watched": Label("查看任务进展", "Watched a campaign"),
    "downloaded": Label("下载", "Downloaded"),
    "looked through a roster": Label("预览名册", "Looked through a roster"),
    "loaded a roster": Label("导入名册", "Loaded a roster"),
    "made": Label("新建", "Made"),
    "simulated": Label("模拟", "Simulated"),
    "read again": Label("预览重新理解", "Understood again, as a preview"),
    "applied reading": Label("应用重新理解", "Applied a second understanding"),
    "changed pace": Label("调整速率", "Changed the pace"),
    "launch": Label("启动", "Launched"),
    "pause": Label("暂停", "Paused"),
    "resume": Label("继续", "Resumed"),
    "cancel": Label("取消", "Cancelled"),
    "looked at": Label("预览任务", "Looked at a campaign beforehand"),
    "linked chat": Label("接入聊天", "Linked a chat"),
    "unlinked chats": Label("解除聊天", "Unlinked chats"),
    "invited": Label("发放工作链接", "Made a link to a chat"),
    "searched residents": Label("查找居民", "Searched residents"),
    "added resident": Label("添加居民", "Added a resident"),
    "updated resident": Label("更新居民", "Updated a resident"),
    "moved resident": Label("居民搬家", "Moved a resident"),
    "broadcast": Label("发通知", "Sent a broadcast"),
    "stopped broadcast": Label("停发通知", "Stopped a broadcast"),
    "changed wording": Label("修改话术用语", "Changed a wording"),
    "put wording to use": Label("启用话术用语", "Put a wording to use"),
    "locked account": Label("锁定账号", "Locked an account"),
    "unlocked account": Label("解锁账号", "Unlocked an account"),
    "ended sessions": Label("结束会话", "Ended sessions"),
    "saw accounts": Label("查看账号", "Saw the accounts"),
    "made account": Label("新建账号", "Made an account"),
    "changed account": Label("修改账号", "Changed an account"),
    "closed account": Label("关闭账号", "Closed an account"),
    **{name: label for name, label in EVENT_LABELS.items() if name != "opened"},
}

THING_LABELS: Mapping[str, Label] = {
    "campaign": Label("任务", "campaign"),
    "resident": Label("居民", "resident"),
    "conversation": Label("对话", "conversation"),
    "follow-up": Label("跟进任务", "follow-up"),
    "follow-ups": Label("跟进任务", "follow-ups"),
    "staff": Label("账号", "staff"),
    "dialog": Label("话术", "dialog"),
    "roster": Label("名册", "roster"),
    "trail": Label("操作记录", "trail"),
}
DETAILS = (  # what the notes of deeds say, in Chinese
    (r"\bround (\d+)", r"第 \1 轮"),
    (r"(\d+) rows from (\d+)", r"\2 起 \1 行"),
    (r"(\d+) rows\b", r"\1 行"),
    (r"(\d+) changes\b", r"更改 \1 处"),
    (r"(\d+) added, (\d+) updated", r"新增 \1 人，更新 \2 人"),
    (r"\bwith whole numbers\b", "含完整号码"),
    (r"\breport\b(?!\.)", "报表"),
    (r"\bline list\b", "明细表"),
)

_COLUMNS = (
    Column("happened_at", Label("时间", "When"), "time"),
    Column("who", Label("人员", "Who")),
    Column("what", Label("操作", "What")),
    Column("whom", Label("对象", "Whom or what")),
    Column("detail", Label("说明", "Detail")),
)


def trail_table(
    connection: Connection, *, login: str = "", before: int | None = None, limit: int = 100, zone: tzinfo = ZONE
) -> Table:
    """The newest deeds, of one account or all, older than the entry `before`; the key of a row is its number."""
    query = (
        select(Audit.id, Audit.happened_at, Staff.login, Audit.what, Audit.whom, Audit.detail)
        .outerjoin(Staff, Staff.id == Audit.staff_id)
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    if login:
        query = query.where(Staff.login == login)
    if before is not None:
        query = query.where(Audit.id < before)
    rows = tuple(
        Row(
            (str(row.id),),
            (
                row.happened_at.astimezone(zone),
                row.login,
                in_words(row.what, DEED_LABELS),
                _thing(row.whom),
                _detail(row.detail),
            ),
        )
        for row in connection.execute(query)
    )
    return Table("trail", Label("操作记录", "Audit trail"), _COLUMNS, rows, form="list").check()


def _thing(whom: str) -> Label:
    """What a deed was done to, with its number."""
    kind, _, number = whom.partition(" ")
    label = THING_LABELS.get(kind, Label(kind, kind))
    return Label(f"{label.zh} {number}".rstrip(), f"{label.en} {number}".rstrip())


def _detail(text: str) -> Label | None:
    """The note of a deed: names of figures and of what it counts in words, names of files and places as they are."""
    zh = text
    for known, words in DETAILS:
        zh = re.sub(known, words, zh)
    figure, comma, rest = zh.partition(", ")
    if comma and figure in COUNT_LABELS:
        zh = f"{COUNT_LABELS[figure].zh}，{rest}"
    return Label(zh.replace("; ", "；").replace(", ", "，"), text) if text else None
