"""The trail: who of the staff saw or did what, and when, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from sqlalchemy import Connection, select

from records.tables import Audit, Staff
from reports.labels import EVENT_LABELS, in_words
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
                row.whom,
                row.detail or None,
            ),
        )
        for row in connection.execute(query)
    )
    return Table("trail", Label("操作记录", "Audit trail"), _COLUMNS, rows, form="list").check()
