"""How complaints spread: by day of onset, by community and day, and which symptoms come together."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from records.symptoms import SYMPTOMS, names
from records.tables import Community, Record
from reports.figures import Figures, Scope
from reports.indicators import Tally
from reports.labels import SYMPTOM_LABELS
from reports.table import Chart, Column, Label, Ratio, Row, Table

LONGEST = 60  # days of a curve; earlier onsets are told in its note


def _records(scope: Scope, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Record)
        .join(Community, Community.id == Record.community_id)
        .where(*scope.conditions())
    )


def onset_table(connection: Connection, scope: Scope) -> Table:
    """The epidemic curve: one row for each day of onset, those in between too; of one round, so nobody counts twice."""
    fever = func.sum(func.coalesce(Record.fever.is_(True).cast(Record.present.type), 0))
    query = _records(scope, Record.onset_on, func.count(), fever)
    found = {
        day: (cases, fevers)
        for day, cases, fevers in connection.execute(
            query.where(Record.present > 0, Record.onset_on.is_not(None)).group_by(Record.onset_on)
        )
    }
    unknown = connection.execute(
        _records(scope, func.count()).where(Record.present > 0, Record.onset_on.is_(None))
    ).scalar_one()
    last = max(found, default=None)
    first = last and max(min(found), last - timedelta(LONGEST - 1))
    days = [first + timedelta(n) for n in range((last - first).days + 1)] if first and last else []
    earlier = sum(cases for day, (cases, _) in found.items() if first and day < first)
    rows = tuple(Row((day.isoformat(),), (day, *found.get(day, (0, 0)))) for day in days)
    note = Label(f"另有 {unknown} 人不知何时开始", f"Of {unknown} more it is not known when it began")
    if earlier:
        note = Label(f"{note.zh}，{earlier} 人更早", f"{note.en}, of {earlier} it was earlier")
    columns = (
        Column("onset", Label("发病日期", "Onset"), "date"),
        Column("cases", Label("有症状", "With symptoms"), "count", _BEGAN),
        Column("fever", Label("其中发热", "Of them with fever"), "count", Label("其中发热的居民", "Those with fever")),
    )
    chart = Chart("columns", Label("流行曲线（按发病日期）", "Epidemic curve by onset"), "onset", ("cases", "fever"))
    title = Label("流行曲线", "Epidemic curve")
    return Table("onset", title, columns, rows, note=note, charts=(chart,) if rows else ()).check()


def together_table(connection: Connection, scope: Scope) -> Table:
    """Which symptoms come together: for each pair, how many residents have both; the diagonal has each alone."""
    pairs: Counter[tuple[str, str]] = Counter()
    query = _records(scope, Record.present, func.count()).where(Record.present > 0).group_by(Record.present)
    for present, people in connection.execute(query):
        found = names(present)
        for one in found:
            for other in found:
                pairs[one, other] += people
    seen = [name for name in SYMPTOMS if pairs[name, name]]
    columns = (
        Column("symptom", Label("症状", "Symptom")),
        *(Column(name, SYMPTOM_LABELS[name], "count", _both(name)) for name in seen),
    )
    rows = tuple(Row((name,), (SYMPTOM_LABELS[name], *(pairs[name, other] for other in seen))) for name in seen)
    return Table("together", Label("症状同时出现", "Symptoms together"), columns, rows).check()


def heat_table(figures: Figures) -> Table:
    """The share with fever, community by day."""
    found = figures.by(lambda spot: (spot.path[:3], spot.day))
    rows = tuple(
        Row(path, (path[-1], *(_fever_share(found.get((path, day))) for day in figures.days)))
        for path in sorted(figures.by_level("community"))
    )
    columns = tuple(
        Column(f"day_{day}", Label(f"{day.month}月{day.day}日", f"{day.day} {day:%b}"), "percent", _FEVER, *_PARTS)
        for day in figures.days
    )
    name = Column("community", Label("社区", "Community"))
    title = Label("各社区每日发热率", "Fever rate by community and day")
    return Table("heat", title, (name, *columns), rows, form="heat").check()


def _fever_share(tally: Tally | None) -> Ratio | None:
    return None if tally is None else Ratio(tally.count(("fever",)), tally.count(("fever_known",)))


_BEGAN = Label("当日开始不适的居民", "Residents whose complaint began that day")
_FEVER = Label("当日已知是否发热者中发热的比例", "Share with fever among those known for it that day")
_PARTS = Label("发热", "With fever"), Label("已知是否发热", "Known for fever")


def _both(name: str) -> Label:
    label = SYMPTOM_LABELS[name]
    return Label(f"同时有{label.zh}的居民", f"Residents who have {label.en.lower()} as well")
