"""The report of a campaign: all its tables, and the files that an office keeps and passes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

from sqlalchemy import Connection, func, select

from records.tables import Campaign, Community, Record
from reports.attempts import outcome_table, read_attempts, try_table
from reports.community import (
    community_table,
    day_table,
    disposition_table,
    overview_table,
    rate_table,
    symptom_table,
)
from reports.figures import Scope, read_figures
from reports.follow_up import follow_up_table, visits_table
from reports.indicators import DISPOSITIONS, FEVER_C, RATES, REACH, RESIDENTS, SYMPTOM_COUNTS
from reports.line_list import ZONE, line_list
from reports.standing_out import standing_out_table
from reports.table import Label, Table
from reports.writers.csv_file import write_csv
from reports.writers.html import write_html
from reports.writers.xlsx import write_xlsx


def campaign_tables(
    connection: Connection, scope: Scope, fever_c: float = FEVER_C, zone: tzinfo = ZONE
) -> tuple[Scope, list[Table]]:
    """All tables of a scope in the order of the report, and the scope of one round that all but the trend are of.

    Without a round in the scope that is the newest round that has begun.
    """
    trend = read_figures(connection, scope, fever_c)
    now = replace(scope, round=trend.newest_round if scope.round is None else scope.round)
    figures = trend.of_round(now.round or 0)
    dials = read_attempts(connection, now)
    return now, [
        overview_table(figures),
        standing_out_table(figures),
        visits_table(connection, now, zone=zone),
        community_table(figures),
        *([day_table(trend)] if len(trend.days) > 1 else []),
        symptom_table(figures),
        *(community_table(figures, level) for level in ("district", "subdistrict") if len(figures.by_level(level)) > 1),
        _renamed(community_table(figures, "community", (RESIDENTS, *SYMPTOM_COUNTS)), "symptoms", _SYMPTOMS),
        _renamed(community_table(figures, "community", (*REACH, *DISPOSITIONS, *RATES)), "dispositions", _DISPOSITIONS),
        disposition_table(figures),
        rate_table(figures),
        outcome_table(dials),
        try_table(dials),
        *(community_table(figures, level) for level in ("grid", "building")),
    ]


_SYMPTOMS = Label("各社区症状", "Symptoms by community")
_DISPOSITIONS = Label("各社区处置与应答率", "Dispositions and rates by community")


def _renamed(table: Table, suffix: str, title: Label) -> Table:
    return replace(table, key=f"{table.key}_{suffix}", title=title)


def write_report(
    connection: Connection,
    campaign_id: int,
    folder: Path,
    language: str = "zh-Hans",
    *,
    scope: Scope | None = None,
    fever_c: float = FEVER_C,
    zone: tzinfo = ZONE,
    full_phones: bool = False,
) -> list[Path]:
    """Writes community.xlsx, line_list.csv, follow_up.csv and report.html into `folder` and returns their paths.

    `scope` narrows the campaign to days, a round or a place. KeyError names an unknown campaign.
    """
    name = connection.execute(select(Campaign.name).where(Campaign.id == campaign_id)).scalar_one_or_none()
    if name is None:
        raise KeyError(f"no campaign {campaign_id}")
    now, tables = campaign_tables(connection, scope or Scope(campaign_id), fever_c, zone)
    folder.mkdir(parents=True, exist_ok=True)
    people = line_list(connection, now, full_phones=full_phones, zone=zone)
    tasks = follow_up_table(connection, now, full_phones=full_phones, zone=zone)
    return [
        write_xlsx(folder / "community.xlsx", tables, language),
        write_csv(folder / "line_list.csv", people, language),
        write_csv(folder / "follow_up.csv", tasks, language),
        write_html(folder / "report.html", tables, language, Label(name, name), _about(connection, now, fever_c)),
    ]


def _about(connection: Connection, scope: Scope, fever_c: float) -> Label:
    """Of which days and places a report is, and its fever threshold."""
    first, last = connection.execute(
        select(func.min(Record.day), func.max(Record.day)).join(Community).where(*scope.conditions())
    ).one()
    days = "" if first is None else f"{first}" if first == last else f"{first} – {last}"
    places = ", ".join(name if isinstance(name, str) else ", ".join(name) for name in scope.place.values())
    known = " · ".join(part for part in (days, places) if part)
    return Label(f"{known} · 发热线 {fever_c:g} °C", f"{known} · fever from {fever_c:g} °C")
