"""Who was written to after the last try: how many households by channel, how many messages went, how many answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, func, select

from records.tables import Campaign, Notice, Record
from reports.labels import CHANNEL_LABELS, in_words
from reports.table import Column, Label, Ratio, Row, Table

TOTAL = Label("合计", "Total")
_ANSWERED = exists().where(
    Record.campaign_id == Notice.campaign_id,
    Record.round == Notice.round,
    Record.household_id == Notice.household_id,
    Record.reported_at >= Notice.created_at,
)
_COLUMNS = (
    Column("campaign", Label("任务", "Campaign")),
    Column("round", Label("轮次", "Round"), "count"),
    Column("channel", Label("渠道", "Channel")),
    Column(
        "written",
        Label("已通知", "Written to"),
        "count",
        Label("最后一次呼叫后发了文字通知的住户", "Households left a message after the last try"),
    ),
    Column("sent", Label("已发出", "Sent"), "count", Label("通知已发出的住户", "Households whose message went out")),
    Column(
        "answered",
        Label("已答复", "Answered"),
        "count",
        Label("通知之后有人报告的住户", "Households that reported after it"),
    ),
    Column(
        "answered_share",
        Label("答复率", "Share answered"),
        "percent",
        Label("已通知的住户中之后有人报告的比例", "Share that reported after it, of all written to"),
        Label("已答复", "Answered"),
        Label("已通知", "Written to"),
    ),
)


def notice_table(connection: Connection, campaign_id: int | None = None, round: int | None = None) -> Table:
    """One row for each campaign, round and channel on which households were written to, and the total."""
    counts: tuple[Any, ...] = (func.count(), func.count(Notice.sent_at), func.count().filter(_ANSWERED))
    wanted = [Notice.campaign_id == campaign_id] if campaign_id is not None else []
    wanted += [Notice.round == round] if round is not None else []
    query = (
        select(Campaign.name, Notice.round, Notice.channel, *counts)
        .join(Campaign, Campaign.id == Notice.campaign_id)
        .where(*wanted)
        .group_by(Campaign.id, Campaign.name, Notice.round, Notice.channel)
        .order_by(Campaign.id.desc(), Notice.round.desc(), Notice.channel)
    )
    rows = tuple(
        Row(
            (name, str(number), channel),
            (name, number + 1, in_words(channel, CHANNEL_LABELS), written, sent, answered, Ratio(answered, written)),
        )
        for name, number, channel, written, sent, answered in connection.execute(query)
    )
    written, sent, answered = (sum(row.cells[place] for row in rows) for place in (3, 4, 5))  # type: ignore[misc]  # counts
    total = Row((), (TOTAL, None, None, written, sent, answered, Ratio(answered, written)))
    additive = ("written", "sent", "answered")
    title = Label("最后一次呼叫后的文字通知", "Written to after the last try")
    return Table("notices", title, _COLUMNS, rows, total, additive=additive).check()
