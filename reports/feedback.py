"""The daily feedback report: a day in plain words, each sentence from the figures of the tables that follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import Connection, func, select

from records.errors import Mendable
from records.symptoms import SYMPTOMS
from records.tables import Campaign, Community, FollowUp, Record
from reports.attempts import Dials, outcome_table, read_attempts
from reports.community import community_table, day_table, disposition_table, overview_table, symptom_table
from reports.figures import Figures, Scope, read_figures
from reports.indicators import BRIEF, FEVER_C, FEVER_SHARE, REPORTED_SHARE, TEMPERATURES, Indicator, Tally, highest
from reports.labels import COUNT_LABELS, SYMPTOM_LABELS
from reports.line_list import ZONE
from reports.report import about
from reports.standing_out import standing_out, standing_out_table
from reports.table import Label, Ratio, Table

HIGHEST = TEMPERATURES[-1]
MOST = 3  # symptoms, places or buildings named in a sentence
WEEK = timedelta(days=7)


class NoRound(Mendable, ValueError):
    """There is nothing to report on; the message names the campaign and the day."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The report of one day: what it is of, sentences, and the tables that they are taken from."""

    day: date
    title: Label
    about: Label
    paragraphs: tuple[Label, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    """The figures of a day, of the day before, and of the same day a week before."""

    day: date
    now: Figures
    yesterday: Tally
    last_week: Tally


def feedback(
    connection: Connection,
    scope: Scope,
    day: date | None = None,
    *,
    fever_c: float = FEVER_C,
    zone: tzinfo = ZONE,
    now: datetime | None = None,
) -> Feedback:
    """The report of a day (the newest with a round, if none is named), for the campaign and place of the scope.

    It names no person, so that it may be passed on. Of a day that is not over it says as of when it is, if told `now`.

    KeyError names an unknown campaign, NoRound a day without a round.
    """
    name = connection.execute(select(Campaign.name).where(Campaign.id == scope.campaign_id)).scalar_one_or_none()
    if name is None:
        raise KeyError(f"no campaign {scope.campaign_id}")
    day = day or _newest(connection, scope.campaign_id)
    if day is None:
        raise NoRound(f"campaign {name!r} has no round yet", f"任务“{name}”还没有任何一轮")
    fortnight = read_figures(connection, replace(scope, first_day=day - 2 * WEEK, last_day=day), fever_c)
    of = _Day(day, _of(fortnight, day), _of(fortnight, day - timedelta(1)).whole(), _of(fortnight, day - WEEK).whole())
    if not of.now.spots:
        raise NoRound(f"campaign {name!r} has no round on {day}", f"任务“{name}”在 {day} 没有任何一轮")
    today = replace(scope, first_day=day, last_day=day)
    dials = read_attempts(connection, today)
    paragraphs = (
        *_reporting(of),
        *_health(of),
        *_clusters(connection, today),
        *_places(of.now),
        *_work(of.now.whole()),
        *_calls(dials),
    )
    return Feedback(
        day,
        Label(f"{name}：每日反馈", f"{name}: daily feedback"),
        about(connection, today, fever_c, zone, now),
        paragraphs,
        (
            overview_table(of.now),
            standing_out_table(of.now),
            community_table(of.now, shown=(*BRIEF, HIGHEST)),
            *([day_table(fortnight, (*BRIEF, HIGHEST))] if len(fortnight.days) > 1 else []),
            symptom_table(of.now),
            disposition_table(of.now),
            outcome_table(dials),
        ),
    )


def _newest(connection: Connection, campaign_id: int) -> date | None:
    return connection.execute(select(func.max(Record.day)).where(Record.campaign_id == campaign_id)).scalar_one()


def _of(figures: Figures, day: date) -> Figures:
    return figures.only(lambda spot: spot.day == day)


def _reporting(of: _Day) -> Iterator[Label]:
    tally = of.now.whole()
    due, reported, missing = (tally.count((name,)) for name in ("residents", "reported", "non_reporting"))
    share, points, others = _ratio(REPORTED_SHARE, tally), _compared(of, REPORTED_SHARE), due - reported - missing
    rest = Label(f"，其余 {others:,} 人不适用或尚无结论", f", {others:,} are not eligible or not yet known")
    left = rest if others else Label("", "")
    day = of.day
    yield Label(
        f"{day.month}月{day.day}日应报 {due:,} 人，已报 {reported:,} 人，报告率 {share}{points.zh}；"
        f"未报告 {missing:,} 人{left.zh}。",
        f"On {day.day} {day:%B} {due:,} residents were due and {reported:,} reported, a reporting rate of "
        f"{share}{points.en}; {missing:,} did not report{left.en}.",
    )


def _health(of: _Day) -> Iterator[Label]:
    tally = of.now.whole()
    fever, symptomatic = tally.count(("fever",)), tally.count(("symptomatic",))
    share, points = _ratio(FEVER_SHARE, tally), _compared(of, FEVER_SHARE)
    top, common = _hottest(tally), _commonest(tally)
    yield Label(
        f"发热 {fever:,} 人，占已知者 {share}{points.zh}{top.zh}；有症状 {symptomatic:,} 人{common.zh}。",
        f"{fever:,} had fever, {share} of those known for it{points.en}{top.en}; "
        f"{symptomatic:,} had symptoms{common.en}.",
    )


def _hottest(tally: Tally) -> Label:
    top = highest(tally.temperatures)
    return Label("", "") if top is None else Label(f"，最高体温 {top:.1f} °C", f", the highest reading {top:.1f} °C")


def _commonest(tally: Tally) -> Label:
    counts = sorted(((tally.count((f"has_{name}",)), name) for name in SYMPTOMS), key=lambda each: -each[0])
    found = [(SYMPTOM_LABELS[name], number) for number, name in counts[:MOST] if number]
    if not found:
        return Label("", "")
    zh = "、".join(f"{label.zh} {number:,} 人" for label, number in found)
    return Label(f"，最多的是{zh}", ", most often " + ", ".join(f"{label.en.lower()} ({n:,})" for label, n in found))


def _clusters(connection: Connection, scope: Scope) -> Iterator[Label]:
    """Buildings in which the rules found a cluster of fevers, with the fevers reported there on the day."""
    fevers = func.sum(Record.fever.is_(True).cast(Record.present.type))
    kinds = select(FollowUp.resident_id).where(
        FollowUp.campaign_id == scope.campaign_id, FollowUp.kind == "fever_cluster"
    )
    where = (Community.name, Record.building)
    query = (
        select(*where, fevers)
        .join(Community, Community.id == Record.community_id)
        .where(*scope.conditions())
        .group_by(*where)
        .having(func.sum(Record.resident_id.in_(kinds).cast(Record.present.type)) > 0)
        .order_by(fevers.desc(), *where)
    )
    found = connection.execute(query).all()
    if found:
        zh = "、".join(f"{community}{building}（发热 {number} 人）" for community, building, number in found[:MOST])
        en = ", ".join(f"{community} {building} ({number} with fever)" for community, building, number in found[:MOST])
        yield Label(f"有 {len(found)} 栋楼出现发热聚集：{zh}。", f"Fevers cluster in {len(found)} buildings: {en}.")


def _places(figures: Figures) -> Iterator[Label]:
    found = sorted(standing_out(figures, "community"), key=lambda each: each[:3])[:MOST]
    if not found:
        yield Label("没有社区明显高于其他社区。", "No community stands out from the others.")
        return
    parts = [(path[-1], COUNT_LABELS[name], int(here.numerator)) for _, path, name, here, _ in found]
    zh = "、".join(f"{place}{label.zh} {number:,} 人" for place, label, number in parts)
    en = ", ".join(f"{place} ({label.en.lower()}: {number:,})" for place, label, number in parts)
    yield Label(f"需要关注：{zh}。", f"To be watched: {en}.")


def _work(tally: Tally) -> Iterator[Label]:
    visits, urgent, calls, needs = (tally.count((name,)) for name in ("to_visit", "urgent", "to_call", "needs_help"))
    yield Label(
        f"待上门 {visits:,} 人，待回电 {calls:,} 人，其中紧急 {urgent:,} 人；{needs:,} 人表示需要帮助。",
        f"{visits:,} residents are to be visited and {calls:,} to be called, {urgent:,} of them urgently; "
        f"{needs:,} need help.",
    )


def _calls(dials: list[Dials]) -> Iterator[Label]:
    table = outcome_table(dials)
    if table.total is None or not table.total.cells[1]:
        return
    hours = sum(each.talk_seconds for each in dials) / 3600
    answered = next((row for row in table.rows if row.key == ("answered_human",)), None)
    share = table.cell(answered, "share") if answered else None
    rate = _written(share) if isinstance(share, Ratio) else "0"
    total = table.total.cells[1]
    yield Label(
        f"共呼叫 {total:,} 次，接通率 {rate}，通话 {hours:.1f} 小时。",
        f"{total:,} attempts were made, {rate} of them answered; {hours:.1f} hours of talk.",
    )


def _ratio(indicator: Indicator, tally: Tally) -> str:
    cell = indicator.cell(tally)
    assert isinstance(cell, Ratio)
    return _written(cell)


def _written(ratio: Ratio) -> str:
    share = "–" if ratio.value is None else f"{100 * ratio.value:.1f}%"
    return f"{share} ({ratio.numerator:,.0f}/{ratio.denominator:,.0f})"


def _compared(of: _Day, indicator: Indicator) -> Label:
    """How a share has moved since yesterday and a week ago, in points; blank where there is nothing to compare with."""
    now = indicator.cell(of.now.whole())
    zh, en = [], []
    for before, day_zh, day_en in ((of.yesterday, "昨天", "yesterday"), (of.last_week, "上周同日", "a week ago")):
        then = indicator.cell(before)
        if isinstance(now, Ratio) and isinstance(then, Ratio) and now.value is not None and then.value is not None:
            points = round(100 * (now.value - then.value), 1)
            zh.append(
                f"比{day_zh}{'高' if points > 0 else '低'} {abs(points):.1f} 个百分点" if points else f"与{day_zh}持平"
            )
            en.append(
                f"{'up' if points > 0 else 'down'} {abs(points):.1f} points on {day_en}" if points else f"as {day_en}"
            )
    return Label("，" + "，".join(zh) if zh else "", ", " + ", ".join(en) if en else "")
