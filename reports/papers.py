"""The files of a campaign that an office passes on, one at a time, each of what somebody may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from reports.figures import Scope
from reports.follow_up import follow_up_table
from reports.indicators import FEVER_C
from reports.line_list import ZONE, line_list
from reports.report import about, campaign_tables
from reports.table import Label
from reports.writers.csv_file import write_csv
from reports.writers.html import write_html
from reports.writers.xlsx import write_xlsx

PAPERS = ("community.xlsx", "report.html", "line_list.csv", "line_list.xlsx", "follow_up.csv")


def write_paper(
    connection: Connection,
    folder: Path,
    name: str,
    scope: Scope,
    language: str,
    *,
    title: str,
    at: datetime,
    full_phones: bool = False,
    fever_c: float = FEVER_C,
    zone: ZoneInfo = ZONE,
) -> Path:
    """Writes one of `PAPERS` into a folder and returns its path; `title` stands above a report. KeyError if unknown.

    Lists are of the round of the scope, tables of all of its rounds.
    """
    path = folder / name
    match name:
        case "community.xlsx" | "report.html":
            tables = campaign_tables(connection, replace(scope, round=None), fever_c, zone)[1]
            said = about(connection, scope, fever_c, zone, at)
            write = write_xlsx if name == "community.xlsx" else write_html
            return write(path, tables, language, Label(title, title), said)
        case "line_list.csv":
            return write_csv(path, line_list(connection, scope, full_phones=full_phones, zone=zone), language)
        case "line_list.xlsx":
            people = line_list(connection, scope, full_phones=full_phones, zone=zone)
            said = about(connection, scope, fever_c, zone, at)
            return write_xlsx(path, [people], language, Label(title, title), said)
        case "follow_up.csv":
            return write_csv(path, follow_up_table(connection, scope, full_phones=full_phones, zone=zone), language)
    raise KeyError(f"{name!r} is no file of a campaign (known: {', '.join(PAPERS)})")
