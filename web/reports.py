"""The reports page: every table of a choice of campaign, days, round and place, and the files of the same tables."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from reports.definitions import definitions_table
from reports.feedback import NoRound, feedback
from reports.figures import LEVELS, Scope, newest_scope
from reports.follow_up import follow_up_table
from reports.given import read_given
from reports.late import closing, end_of
from reports.line_list import line_list
from reports.report import about, campaign_tables, last_day, write_public
from reports.table import Label, Table
from reports.writers.csv_file import write_csv
from reports.writers.docx import write_docx
from reports.writers.fhir import write_fhir
from reports.writers.flow_results import write_flow_results
from reports.writers.html import write_html
from reports.writers.json_file import write_json
from reports.writers.parquet import parquet_there, write_parquet
from reports.writers.xlsx import write_xlsx
from web.access import FULL_NUMBERS, Rooms, Visitor, Worker, campaigns_for, note
from web.office import Office
from web.overview import Number, View, place_names, view_of
from web.pages import page

MOST = 200  # rows of a table on the page; the files have all of them

router = APIRouter(include_in_schema=False)
Day = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a report is of: the view, the days, and the scope; `newest` when no round was named.

    `asked` is as of when it was asked for: a day, "now", or blank, which is the end of its last day. `as_of` is that
    moment, None where it is now.
    """

    view: View
    first: date | None
    last: date | None
    newest: bool
    asked: str = ""
    as_of: datetime | None = None

    @property
    def scope(self) -> Scope:
        """Of which records the tables are."""
        scope = self.view.scope
        round = None if self.newest else scope.round
        return Scope(scope.campaign_id, self.first, self.last, round, scope.place, self.as_of)

    @property
    def query(self) -> dict[str, Any]:
        """The parameters that lead here again."""
        kept = {"campaign": self.view.campaign.id, "round": "" if self.newest else self.view.round}
        return {**kept, "first": self.first or "", "last": self.last or "", "as_of": self.asked, **self.view.asked}


@dataclass(frozen=True, slots=True)
class Made:
    """What a file is made from: the choice, its tables, and where to write it; `full` with whole numbers."""

    office: Office
    visitor: Visitor
    chosen: Chosen
    tx: Any
    path: Path
    full: bool

    @property
    def language(self) -> str:
        """The language of the file."""
        return self.visitor.language

    @property
    def tables(self) -> list[Table]:
        """All tables of the choice, as on the page."""
        return campaign_tables(self.tx, self.chosen.scope, self.office.fever_c, self.office.zone)[1]

    @property
    def now(self) -> Scope:
        """The round that the lists are of."""
        return newest_scope(self.tx, self.chosen.scope)

    @property
    def people(self) -> Table:
        """The line list of the round."""
        return line_list(self.tx, self.now, full_phones=self.full, zone=self.office.zone)

    @property
    def title(self) -> Label:
        """The name of the campaign."""
        return Label(self.chosen.view.campaign.name, self.chosen.view.campaign.name)


def chosen_of(
    request: Request,
    office: Office,
    visitor: Visitor,
    campaign: int | None,
    round: int | None,
    first: str,
    last: str,
    as_of: str,
) -> Chosen | None:
    """The choice that a request asks for; None when there is no campaign; 422 for what is no day."""
    view = view_of(request, office, visitor, campaign, round)
    if view is None:
        return None
    chosen = Chosen(view, _day(first), _day(last), round is None, as_of)
    return replace(chosen, as_of=moment_of(office, chosen.scope, as_of))


def moment_of(office: Office, scope: Scope, as_of: str) -> datetime | None:
    """As of when: "now", the end of a day (YYYY-MM-DD), or blank, the end of the days of the scope. None is now."""
    if as_of == "now":
        return None
    if day := _day(as_of):
        return end_of(day, office.zone) if day < office.clock().astimezone(office.zone).date() else None
    with office.store.reading() as tx:
        return closing(tx, scope, office.clock(), office.zone)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(422, "input") from None


def _round(request: Request) -> int | None:
    """The round named; a blank one is the newest."""
    text = request.query_params.get("round", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


@router.get("/reports")
def reports(
    request: Request, office: Rooms, visitor: Worker, campaign: Number = None, first: Day = "", last: Day = "",
    as_of: Day = "", script: str = "",
) -> Response:  # fmt: skip
    """All tables of the choice with their charts, and what can be downloaded of them."""
    mine = campaigns_for(office, visitor.member)
    scripts = sorted({each.script for each in mine})
    mine = [each for each in mine if script in ("", each.script)]
    if script and mine and campaign not in {each.id for each in mine}:
        campaign = next((each.id for each in mine if each.state != "draft"), mine[0].id)
    chosen = chosen_of(request, office, visitor, campaign, _round(request), first, last, as_of)
    if chosen is None:
        return page(request, "nothing_yet.html")
    with office.store.past(chosen.as_of) as tx:
        scope, tables = campaign_tables(tx, chosen.scope, office.fever_c, office.zone)
        said = about(tx, scope, office.fever_c, office.zone, office.clock())
    note(office, visitor, "saw figures", f"campaign {scope.campaign_id}", f"report, round {(scope.round or 0) + 1}")
    whole = View(chosen.view.campaign, scope.round or 0, chosen.view.rounds, chosen.view.asked, scope)
    return page(
        request,
        "reports.html",
        chosen=chosen,
        view=whole,
        tables=tables,
        about=said,
        most=MOST,
        level_names=LEVELS,
        first_rows=lambda table, most: replace(table, rows=table.rows[:most]),
        campaigns=mine,
        scripts=scripts,
        script=script,
        places=place_names(office, visitor),
        definitions=definitions_table(tables),
        may_full=visitor.member.may(FULL_NUMBERS),
        parquet=parquet_there(),
    )


@router.get("/reports/files/{name}")
def file(
    request: Request, office: Rooms, visitor: Worker, name: str, campaign: Number = None, first: Day = "",
    last: Day = "", as_of: Day = "", full: bool = False, table: str = "",
) -> Response:  # fmt: skip
    """A file of the choice; whole numbers only for whoever may see them. Every download is in the trail."""
    if name not in FILES:
        raise HTTPException(404, "nothing")
    if full and not visitor.member.may(FULL_NUMBERS):
        raise HTTPException(403, "role")
    chosen = chosen_of(request, office, visitor, campaign, _round(request), first, last, as_of)
    if chosen is None:
        raise HTTPException(404, "nothing")
    kind, make = FILES[name]
    with office.store.past(chosen.as_of) as tx, tempfile.TemporaryDirectory() as folder:
        made = Made(office, visitor, chosen, tx, Path(folder) / name, full)
        try:
            content = (_one(made, table) if name == "table.csv" else make(made)).read_bytes()
            day = last_day(tx, made.now)
        except (KeyError, NoRound):
            raise HTTPException(404, "nothing") from None
    detail = f"{name} {table}".strip() + (" with whole numbers" if full else "")
    note(office, visitor, "downloaded", f"campaign {chosen.view.campaign.id}", detail)
    shown = re.sub(r"[^\w.-]+", "_", f"{chosen.view.campaign.name}_{day}_{f'{table}.csv' if table else name}")
    disposition = f"attachment; filename*=UTF-8''{quote(shown)}"
    return Response(content, media_type=kind, headers={"content-disposition": disposition})


def _one(made: Made, key: str) -> Path:
    """One of the tables; KeyError when there is none of that key."""
    return write_csv(made.path, {table.key: table for table in made.tables}[key], made.language)


def _about(made: Made) -> Label:
    return about(made.tx, made.now, made.office.fever_c, made.office.zone, made.office.clock())


def _xlsx(made: Made) -> Path:
    return write_xlsx(made.path, made.tables, made.language, made.title, _about(made))


def _docx(made: Made) -> Path:
    return write_docx(made.path, made.title, _about(made), (), made.tables, made.language)


def _html(made: Made) -> Path:
    return write_html(made.path, made.tables, made.language, made.title, _about(made))


def _zipped(path: Path, files: Sequence[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in files:
            archive.write(each, each.name)
    return path


def _csv(made: Made) -> Path:
    folder = made.path.parent
    return _zipped(made.path, [write_csv(folder / f"{t.key}.csv", t, made.language) for t in made.tables])


def _json(made: Made) -> Path:
    return _zipped(made.path, [write_json(made.path.parent / f"{t.key}.json", t) for t in made.tables])


def _parquet(made: Made) -> Path:
    if not parquet_there():
        raise HTTPException(404, "nothing")
    folder = made.path.parent
    return _zipped(made.path, [write_parquet(folder / f"{t.key}.parquet", t, made.language) for t in made.tables])


def _fhir(made: Made) -> Path:
    return write_fhir(made.path, made.chosen.view.campaign.name, read_given(made.tx, made.now))


def _flow_results(made: Made) -> Path:
    campaign = made.chosen.view.campaign
    given = read_given(made.tx, made.now)
    return _zipped(made.path, write_flow_results(made.path.parent, campaign.name, campaign.created_at, given))


def _people_csv(made: Made) -> Path:
    return write_csv(made.path, made.people, made.language)


def _people_xlsx(made: Made) -> Path:
    return write_xlsx(made.path, [made.people], made.language, made.title, _about(made))


def _work_csv(made: Made) -> Path:
    tasks = follow_up_table(made.tx, made.now, full_phones=made.full, zone=made.office.zone)
    return write_csv(made.path, tasks, made.language)


def _public(made: Made) -> Path:
    write_public(made.tx, made.now, made.path.parent, made.language, made.office.fever_c)
    return made.path


def _feedback(made: Made) -> Path:
    day = last_day(made.tx, made.now)
    scope = Scope(made.now.campaign_id, place=made.now.place, as_of=made.now.as_of)
    office = made.office
    report = feedback(made.tx, scope, day, fever_c=office.fever_c, zone=office.zone, now=office.clock())
    if made.path.suffix == ".docx":
        return write_docx(made.path, report.title, report.about, report.paragraphs, report.tables, made.language)
    return write_html(made.path, report.tables, made.language, report.title, report.about, report.paragraphs)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML, CSV, ZIP = "text/html; charset=utf-8", "text/csv; charset=utf-8", "application/zip"
FILES: Mapping[str, tuple[str, Callable[[Made], Path]]] = {
    "report.xlsx": (XLSX, _xlsx),
    "report.docx": (DOCX, _docx),
    "report.html": (HTML, _html),
    "table.csv": (CSV, _csv),
    "tables.csv.zip": (ZIP, _csv),
    "tables.json.zip": (ZIP, _json),
    "tables.parquet.zip": (ZIP, _parquet),
    "line_list.csv": (CSV, _people_csv),
    "line_list.xlsx": (XLSX, _people_xlsx),
    "follow_up.csv": (CSV, _work_csv),
    "fhir.json": ("application/fhir+json", _fhir),
    "flow_results.zip": (ZIP, _flow_results),
    "public.xlsx": (XLSX, _public),
    "public.html": (HTML, _public),
    "feedback.docx": (DOCX, _feedback),
    "feedback.html": (HTML, _feedback),
}
