"""How well the calls went: the funnel, each question, where people broke off, and the hours of work."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Integer, and_, func, select

from records.tables import Answer, Attempt, Community, Record, Turn
from reports.attempts import NOT_DIALS, attempts_of
from reports.figures import Figures, Scope
from reports.labels import ANSWER_LABELS, COUNT_LABELS, STEP_LABELS, in_words
from reports.line_list import ZONE
from reports.table import Cell, Chart, Column, Label, Ratio, Row, Table

STEPS = ("residents", "attempted", "reached", "reported", "complete")
# Words are erased on a resident's wish and after their time; these two tables are the only ones made of words.
WORDS = ("questions", "break_offs")
KEPT = Label("仅统计仍保存的对话，已删除的不计", "Of the conversations still kept; what was erased is not counted")
_REPORTS = and_(
    Record.campaign_id == Answer.campaign_id, Record.round == Answer.round, Record.resident_id == Answer.resident_id
)


def funnel_table(figures: Figures) -> Table:
    """From everybody due to a complete report: how many come that far, of all and of the step before."""
    counts = [figures.whole().count((step,)) for step in STEPS]
    rows = tuple(
        Row((step,), (COUNT_LABELS[step], count, Ratio(count, counts[0]), _part(count, counts[max(number - 1, 0)])))
        for number, (step, count) in enumerate(zip(STEPS, counts, strict=True))
    )
    people, due = Label("走到这一步的居民", "Residents who came to this step"), Label("应报居民", "Residents due")
    before = Label("上一步的居民", "Residents of the step before")
    columns = (
        Column("step", Label("步骤", "Step")),
        Column("people", Label("居民", "Residents"), "count", people),
        Column("of_all", Label("占全部", "Of all"), "percent", people, people, due),
        Column("of_last", Label("占上一步", "Of the step before"), "percent", people, people, before),
    )
    chart = Chart("bars", Label("漏斗", "Funnel"), "step", ("people",))
    return Table("funnel", Label("漏斗", "Funnel"), columns, rows, charts=(chart,)).check()


def _part(part: int, whole: int) -> Cell:
    """A share of the step before; blank where more came to this one, as a report may come without a call."""
    return Ratio(part, whole) if part <= whole else None


def question_table(connection: Connection, scope: Scope) -> Table:
    """One row for each question: how many answers, how sure, how many were read back and confirmed."""
    confirmed = func.sum(Answer.confirmed.cast(Integer))
    query = (
        select(Answer.name, func.count(), func.avg(Answer.confidence), confirmed)
        .join(Record, _REPORTS)
        .join(Community, Community.id == Record.community_id)
        .where(*scope.conditions(), Answer.replaced_at.is_(None))
        .group_by(Answer.name)
        .order_by(func.count().desc(), Answer.name)
    )
    rows = tuple(
        Row(
            (name,),
            (in_words(name, ANSWER_LABELS), answers, Ratio(sure * answers, answers), Ratio(read_back or 0, answers)),
        )
        for name, answers, sure, read_back in connection.execute(query)
    )
    all_answers = Label("答案", "Answers")
    columns = (
        Column("question", Label("问题", "Question")),
        Column("answers", all_answers, "count", Label("记下的答案", "Answers that were noted")),
        Column("confidence", Label("平均把握", "Mean confidence"), "percent",
               Label("识别与理解的平均把握", "Confidence of recognition and understanding, mean"),
               Label("把握之和", "Sum of the confidences"), all_answers),
        Column("confirmed", Label("经确认", "Confirmed"), "percent",
               Label("复述后得到确认的比例", "Share that was read back and confirmed"),
               Label("经确认的答案", "Confirmed answers"), all_answers),
    )  # fmt: skip
    return Table("questions", Label("各问题的质量", "Quality by question"), columns, rows, note=KEPT).check()


def break_off_table(connection: Connection, scope: Scope) -> Table:
    """One row for each step of the dialog at which residents broke off."""
    last = select(Turn.conversation_id, func.max(Turn.number).label("number")).group_by(Turn.conversation_id).subquery()
    query = (
        select(Turn.conversation_id, Turn.events)
        .join(last, and_(last.c.conversation_id == Turn.conversation_id, last.c.number == Turn.number))
        .where(
            Turn.conversation_id.in_(
                select(Record.conversation_id)
                .join(Community, Community.id == Record.community_id)
                .where(*scope.conditions(), Record.disposition == "break_off")
            )
        )
    )
    steps = Counter(_ended_at(events) for _, events in connection.execute(query))
    total = steps.total()
    rows = tuple(
        Row((step,), (in_words(step, STEP_LABELS), talks, Ratio(talks, total))) for step, talks in steps.most_common()
    )
    talks = Label("在此中断的对话", "Conversations broken off here")
    columns = (
        Column("step", Label("步骤", "Step")),
        Column("talks", Label("中断", "Broken off"), "count", talks),
        Column("share", Label("占比", "Share"), "percent", talks, talks, Label("全部中断", "All that were broken off")),
    )
    return Table("break_offs", Label("在哪一步中断", "Where people broke off"), columns, rows, note=KEPT).check()


def _ended_at(events: list[dict[str, Any]]) -> str:
    ended = [event for event in events if event.get("event") == "ended"]
    return str(ended[-1]["step"]) if ended else "?"


def hour_table(connection: Connection, scope: Scope, zone: tzinfo = ZONE) -> Table:
    """One row for each hour in which anybody was dialled: attempts, answered, and hours of talk; times in `zone`."""
    hour = _hour(connection)
    answered = func.sum((Attempt.outcome == "answered_human").cast(Integer))
    query = select(hour, func.count(), answered, func.sum(func.coalesce(Attempt.talk_seconds, 0.0)))
    query = query.where(*attempts_of(scope), func.coalesce(Attempt.outcome, "").not_in((*NOT_DIALS, "")))
    rows = []
    for text, dialled, human, seconds in connection.execute(query.group_by(hour).order_by(hour)):
        at = datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone)
        rows.append(Row((text,), (at, dialled, human or 0, Ratio(human or 0, dialled), (seconds or 0) / 60)))
    talk = Label("通话分钟数之和", "Minutes of talk, summed")
    count, person = Label("拨出的呼叫", "Attempts dialled"), Label("由人接听的呼叫", "Attempts that a person answered")
    columns = (
        Column("hour", Label("时段", "Hour"), "time"),
        Column("dialled", Label("拨出", "Dialled"), "count", count),
        Column("answered", Label("接通", "Answered"), "count", person),
        Column("connection_rate", Label("接通率", "Connection rate"), "percent", person, person, count),
        Column("talk", Label("通话（分）", "Talk (min)"), "minutes", talk),
    )
    chart = Chart("columns", Label("各时段呼叫", "Calls by hour"), "hour", ("dialled", "answered"))
    drawn = (chart,) if len(rows) > 1 else ()
    return Table("hours", Label("各时段工作量", "Work by hour"), columns, tuple(rows), charts=drawn).check()


def _hour(connection: Connection) -> Any:
    """The hour in UTC as a text; the two databases write dates differently."""
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H", Attempt.started_at)
    return func.to_char(Attempt.started_at, "YYYY-MM-DD HH24")
