"""What a purge takes away now and within the next days."""

from __future__ import annotations

from records.retention import Expired
from reports.table import Column, Label, Row, Table

_KINDS = {
    "turn": Label("对话记录（轮次）", "Turns of transcripts"),
    "answer": Label("回答原话", "Answers with their words"),
    "conversation": Label("对话", "Conversations emptied"),
    "recording": Label("通话录音", "Recordings of calls"),
    "record": Label("记录中的自由文字", "Free text of records"),
    "follow_up": Label("跟进任务的原话与备注", "Words and notes of closed follow-ups"),
    "inbox": Label("已处理的来信", "Messages dealt with"),
    "notice": Label("发出通知的地址", "Addresses of notices"),
    "round": Label("整轮任务", "Whole rounds"),
    "round_record": Label("其中的居民记录", "Records of these rounds"),
    "round_attempt": Label("其中的通话", "Attempts of these rounds"),
}


def retention_table(today: Expired, soon: Expired, words_days: int, records_days: int, warned_days: int) -> Table:
    """One row for each kind of row: how many are too old, and how many more will be within `warned_days`."""
    columns = (
        Column("kind", Label("内容", "What")),
        Column("now", Label("已到期", "Too old"), "count"),
        Column("soon", Label(f"{warned_days} 天内到期", f"Within {warned_days} days"), "count"),
    )
    rows = tuple(
        Row((kind,), (label, today.counts[kind], max(0, soon.counts[kind] - today.counts[kind])))
        for kind, label in _KINDS.items()
    )
    kept = sum(1 for round in today.rounds if round.open_work)
    note = Label(
        f"原话保留 {words_days} 天，记录保留 {records_days} 天；{kept} 轮因有待办任务而保留",
        f"Words are kept {words_days} days, records {records_days}; {kept} rounds stay as work in them is open",
    )
    return Table("retention", Label("数据保留", "Retention"), columns, rows, note=note, form="list").check()
