"""The report of a campaign: all its tables, and the files that an office keeps and passes on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, tzinfo
from pathlib import Path

from sqlalchemy import Connection, func, select

from records.tables import Campaign, Community, Record
from reports.attempts import outcome_table, read_attempts, try_table
from reports.clusters import cluster_table
from reports.community import (
    community_table,
    day_table,
    disposition_table,
    overview_table,
    rate_table,
    symptom_table,
)
from reports.comparison import comparison_table
from reports.figures import Figures, Scope, read_figures
from reports.follow_up import follow_up_table, visits_table
from reports.given import read_given
from reports.indicators import DISPOSITIONS, FEVER_C, RATES, REACH, RESIDENTS, SYMPTOM_COUNTS
from reports.late import late_table
from reports.line_list import ZONE, line_list
from reports.notices import notice_table
from reports.public import public_tables
from reports.quality import break_off_table, funnel_table, hour_table, question_table
from reports.spread import heat_table, onset_table, together_table
from reports.standing_out import standing_out_table
from reports.table import Label, Table
from reports.writers.csv_file import write_csv
from reports.writers.fhir import write_fhir
from reports.writers.flow_results import write_flow_results
from reports.writers.html import write_html
from reports.writers.json_file import write_json
from reports.writers.parquet import write_parquet
from reports.writers.xlsx import write_xlsx

ALSO = ("json", "parquet", "fhir", "flow-results")


def campaign_tables(
    connection: Connection, scope: Scope, fever_c: float = FEVER_C, zone: tzinfo = ZONE
) -> tuple[Scope, list[Table]]:
    """All tables of a scope in the order of the report, and the scope of one round that all but the trend are of.

    Without a round in the scope that is the newest round that has begun; the trend is over all of its days.
    """
    trend = read_figures(connection, replace(scope, round=None), fever_c)
    now = replace(scope, round=trend.newest_round if scope.round is None else scope.round)
    figures = trend.of_round(now.round or 0)
    dials = read_attempts(connection, now)
    return now, [
        overview_table(figures),
        *_compared(connection, now, figures, fever_c),
        standing_out_table(figures),
        visits_table(connection, now, zone=zone),
        community_table(figures),
        cluster_table(connection, now, zone),
        *([day_table(trend)] if len(trend.days) > 1 else []),
        *([heat_table(trend)] if len(trend.days) > 1 else []),
        symptom_table(figures),
        onset_table(connection, now),
        together_table(connection, now),
        *(community_table(figures, level) for level in ("district", "subdistrict") if len(figures.by_level(level)) > 1),
        _renamed(community_table(figures, "community", (RESIDENTS, *SYMPTOM_COUNTS)), "symptoms", _SYMPTOMS),
        _renamed(community_table(figures, "community", (*REACH, *DISPOSITIONS, *RATES)), "dispositions", _DISPOSITIONS),
        disposition_table(figures),
        rate_table(figures),
        funnel_table(figures),
        outcome_table(dials),
        try_table(dials),
        hour_table(connection, now, zone),
        question_table(connection, now),
        break_off_table(connection, now),
        *_notices(connection, now),
        *([late] if (late := late_table(connection, now, fever_c, zone)).rows else []),
        *(community_table(figures, level) for level in ("grid", "building")),
    ]


_SYMPTOMS = Label("各社区症状", "Symptoms by community")
_DISPOSITIONS = Label("各社区处置与应答率", "Dispositions and rates by community")


def _compared(connection: Connection, scope: Scope, figures: Figures, fever_c: float) -> list[Table]:
    """The day of the round beside those before it, where there are any."""
    if not figures.days:
        return []
    day = figures.days[-1]
    table = comparison_table(connection, scope, day, fever_c)
    return [table] if table.rows else []


def _notices(connection: Connection, scope: Scope) -> list[Table]:
    """Who was written to, where anybody was; it is counted for a campaign as a whole, and shown for no part of it."""
    table = None if scope.place else notice_table(connection, scope.campaign_id, scope.round)
    return [table] if table and table.rows else []


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
    title, said = Label(name, name), about(connection, now, fever_c, zone)
    return [
        write_xlsx(folder / "community.xlsx", tables, language, title, said),
        write_csv(folder / "line_list.csv", people, language),
        write_csv(folder / "follow_up.csv", tasks, language),
        write_html(folder / "report.html", tables, language, title, said),
    ]


def write_also(
    connection: Connection,
    scope: Scope,
    folder: Path,
    kinds: Collection[str],
    language: str,
    *,
    full_phones: bool = False,
) -> list[Path]:
    """Writes what other programs read into `folder`, of the newest round: any of `ALSO`; returns the paths."""
    now, tables = campaign_tables(connection, scope)
    name, created = connection.execute(
        select(Campaign.name, Campaign.created_at).where(Campaign.id == scope.campaign_id)
    ).one()
    people = line_list(connection, now, full_phones=full_phones)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if "json" in kinds:
        written += [write_json(folder / f"{table.key}.json", table) for table in (*tables, people)]
    if "parquet" in kinds:
        written += [write_parquet(folder / f"{table.key}.parquet", table, language) for table in (*tables, people)]
    if "fhir" in kinds:
        written.append(write_fhir(folder / "fhir.json", name, read_given(connection, now)))
    if "flow-results" in kinds:
        written += write_flow_results(folder, name, created, read_given(connection, now))
    return written


def write_public(
    connection: Connection, scope: Scope, folder: Path, language: str = "zh-Hans", fever_c: float = FEVER_C
) -> list[Path]:
    """Writes public.xlsx and public.html into `folder`, small counts hidden, and returns their paths."""
    figures = read_figures(connection, scope, fever_c)
    now = replace(scope, round=figures.newest_round if scope.round is None else scope.round)
    tables = public_tables(figures.of_round(now.round or 0))
    folder.mkdir(parents=True, exist_ok=True)
    title = Label("社区健康情况（公开版）", "Health in the communities (public)")
    said = about(connection, now, fever_c)
    return [
        write_xlsx(folder / "public.xlsx", tables, language, title, said),
        write_html(folder / "public.html", tables, language, title, said),
    ]


def about(
    connection: Connection, scope: Scope, fever_c: float, zone: tzinfo = ZONE, now: datetime | None = None
) -> Label:
    """Of which days and places a report is, its fever threshold, and as of when: the end of its days, or `now`."""
    first, last = _days(connection, scope)
    days = "" if first is None else f"{first}" if first == last else f"{first} – {last}"
    places = ", ".join(name if isinstance(name, str) else ", ".join(name) for name in scope.place.values())
    known = " · ".join(part for part in (days, places) if part)
    zh, en = f"{known} · 发热线 {fever_c:g} °C", f"{known} · fever from {fever_c:g} °C"
    moment = scope.as_of or now
    if moment is None:
        return Label(zh, en)
    at = f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
    return Label(f"{zh} · 按 {at} 时所知", f"{en} · as known at {at}")


def last_day(connection: Connection, scope: Scope) -> date | None:
    """The last day of the records of a scope; None where it has none."""
    return _days(connection, scope)[1]


def _days(connection: Connection, scope: Scope) -> tuple[date | None, date | None]:
    days = select(func.min(Record.day), func.max(Record.day)).join(Community, Community.id == Record.community_id)
    first, last = connection.execute(days.where(*scope.conditions())).one()
    return first, last
