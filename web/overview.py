"""From the figures of all communities down to one conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, Response

from campaigns.campaign import campaigns_where, rounds_so_far
from records.health import default_rules
from records.health_code import code_of
from records.places import communities
from records.recordings import recording_of
from records.tables import Campaign
from reports.clusters import cluster_table
from reports.code import code_lines
from reports.community import community_table, overview_table, symptom_table
from reports.definitions import definitions_table
from reports.figures import LEVELS, Figures, Scope, newest_round
from reports.follow_up import visits_table
from reports.labels import COUNT_LABELS
from reports.line_list import line_list, listed
from reports.resident import resident_tables
from reports.standing_out import standing_out_table
from reports.table import Table
from reports.talk import read_talk
from reports.work import Chosen, work_table
from web.access import (
    FULL_NUMBERS,
    Rooms,
    Visitor,
    Worker,
    campaign_or_404,
    campaigns_for,
    newest_for,
    note,
    place_or_404,
)
from web.office import Office
from web.pages import page

PAGE = 100  # residents on one page of a list
FIRST = "community"  # the level at which one begins to look
COUNTED = 0.2  # seconds for which figures are kept: what is made of them comes a little later anyway
GATHERED = 5.0  # seconds for which clusters are kept, which say themselves up to when they are
LISTED = ("name", "phone", "age", "community", "building", "unit", "status", "temperature_c", "present", "outcome",
          "attempts", "reported_at")  # fmt: skip

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class View:
    """What of a campaign is looked at: its round, and the place that was asked for, narrowed to what may be seen."""

    campaign: Campaign
    round: int
    rounds: int
    asked: dict[str, str]
    scope: Scope

    @property
    def query(self) -> dict[str, Any]:
        """The parameters that lead here again."""
        return {"campaign": self.campaign.id, "round": self.round, **self.asked}


def view_of(request: Request, office: Office, visitor: Visitor, number: int | None, round: int | None) -> View | None:
    """The view that a request asks for, by default the newest round of the newest campaign; None without one."""
    if number is None:
        newest = newest_for(office, visitor.member)
        if newest is None:
            return None
        chosen = newest
    else:
        chosen = campaign_or_404(office, visitor.member, number)
    if round is None:
        with office.store.reading() as tx:
            round = newest_round(tx, chosen.id)
    asked = {level: name for level in LEVELS if (name := request.query_params.get(level))}
    scope = Scope(chosen.id, round=round, place=visitor.member.narrowed(asked))
    return View(chosen, round, rounds_so_far(office.store, chosen), asked, scope)


Number = Annotated[int | None, Query(ge=1, lt=1 << 62)]
RoundNumber = Annotated[int | None, Query(ge=0, lt=1 << 31)]


@router.get("/")
@router.get("/overview")
def overview(
    request: Request,
    office: Rooms,
    visitor: Worker,
    campaign: Number = None,
    round: RoundNumber = None,
    level: str = "",
) -> Response:
    """The figures of all places of a level, and of the whole; each leads on to those whom it counts."""
    view = view_of(request, office, visitor, campaign, round)
    if view is None:
        return page(request, "nothing_yet.html")
    level = level if level in LEVELS else _next_level(view.asked)
    figures, at = figures_of(office, view.scope)
    clusters = _gathered(office, view.scope)
    with office.store.reading() as tx:
        visits = visits_table(tx, view.scope, zone=office.zone)
    tables = [
        overview_table(figures),
        community_table(figures, level),
        standing_out_table(figures, level),
        symptom_table(figures),
        visits,
        clusters,
    ]
    note(office, visitor, "saw figures", f"campaign {view.campaign.id}", _where(view))
    return page(
        request,
        "overview.html",
        view=view,
        level=level,
        finer=_finer(level),
        levels_shown=LEVELS,
        campaigns=campaigns_for(office, visitor.member),
        tables={table.key: table for table in tables},
        by_place=tables[1],
        definitions=definitions_table(tables),
        at=at,
    )


@router.get("/residents")
def residents(
    request: Request,
    office: Rooms,
    visitor: Worker,
    campaign: Number = None,
    round: RoundNumber = None,
    figure: str = "residents",
    first: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
) -> Response:
    """Those whom a figure counts: the line list of one of its parts, with masked numbers."""
    view = view_of(request, office, visitor, campaign, round)
    if view is None:
        return page(request, "nothing_yet.html")
    if figure not in COUNT_LABELS:
        raise HTTPException(404, "nothing")
    with office.store.reading() as tx:
        number = listed(tx, view.scope, figure, office.fever_c)
        table = line_list(
            tx, view.scope, zone=office.zone, limit=PAGE, first=first, figure=figure, fever_c=office.fever_c
        )
    detail = f"{figure}, {len(table.rows)} rows from {first}; {_where(view)}"
    note(office, visitor, "saw residents", f"campaign {view.campaign.id}", detail)
    return page(
        request,
        "residents.html",
        view=view,
        figure=figure,
        label=COUNT_LABELS[figure],
        figures={name: COUNT_LABELS[name] for name in CHOICES},
        campaigns=campaigns_for(office, visitor.member),
        table=table,
        columns=LISTED,
        places=place_names(office, visitor),
        number=number,
        first=first,
        size=PAGE,
    )


CHOICES = ("residents", "symptomatic", "fever", "non_reporting", "needs_help", "to_visit", "to_call", "urgent",
           "reported", "asymptomatic", "refused", "break_off", "by_proxy")  # fmt: skip


@router.get("/residents/{number}")
def resident(request: Request, office: Rooms, visitor: Worker, number: int, phone: bool = False) -> Response:
    """One resident: who it is, their reports, the attempts to reach them, and the work they gave."""
    now, full = office.clock(), phone and visitor.member.may(FULL_NUMBERS)
    with office.store.reading() as tx:
        place = place_or_404(tx, visitor.member, "resident", number)
        person, reports, attempts = resident_tables(tx, number, full_phones=full, zone=office.zone)
        code = code_of(tx, default_rules(), number, now)
        work = [work_table(tx, Chosen(resident=number, closed=done), now, zone=office.zone) for done in (False, True)]
    note(office, visitor, "saw number" if full else "saw resident", f"resident {number}")
    return page(
        request,
        "resident.html",
        number=number,
        place=place,
        person=person,
        reports=reports,
        attempts=attempts,
        work=work,
        full=full,
        may_full=visitor.member.may(FULL_NUMBERS),
        colour=code.colour if code else "",
        code=code_lines(code, now, office.zone) if code else (),
    )


@router.get("/conversations/{number}")
def conversation(request: Request, office: Rooms, visitor: Worker, number: int) -> Response:
    """A conversation: what was said, what was understood, and by which words."""
    with office.store.reading() as tx:
        place_or_404(tx, visitor.member, "conversation", number)
        talk = read_talk(tx, number, office.zone)
        recorded = recording_of(tx, number, office.out) is not None
    note(office, visitor, "saw conversation", f"conversation {number}")
    return page(request, "conversation.html", talk=talk, recorded=recorded)


@router.get("/conversations/{number}/recording")
def recording(request: Request, office: Rooms, visitor: Worker, number: int) -> Response:
    """The sound of a call, or a range of its bytes; for whoever may read the conversation, and noted each time."""
    with office.store.reading() as tx:
        place_or_404(tx, visitor.member, "conversation", number)
        file = recording_of(tx, number, office.out)
    if file is None:
        raise HTTPException(404, "nothing")
    note(office, visitor, "heard recording", f"conversation {number}")
    return FileResponse(file, media_type="audio/wav")


def place_names(office: Office, visitor: Visitor) -> dict[str, list[str]]:
    """The districts, sub-districts and communities to choose from, of those that the visitor may see."""
    with office.store.reading() as tx:
        mine = [each for each in communities(tx) if visitor.member.sees({**each, "grid": "", "building": ""})]
    return {level: list(dict.fromkeys(each[level] for each in mine)) for level in LEVELS[:3]}


def figures_of(office: Office, scope: Scope, *, live: bool = False) -> tuple[Figures, datetime]:
    """The figures of a round in a place, and of which moment they are; the whole round is counted once for all.

    With `live` they are waited for, also where they take long.
    """
    campaign, number = scope.campaign_id, scope.round or 0

    def read() -> tuple[Figures, datetime]:
        with office.store.reading() as tx:
            return office.tallies.read(tx, campaign, number, office.fever_c), office.clock()

    look = office.live.newest if live else office.live.get
    whole, at = look(("figures", campaign, number), read, COUNTED)
    return whole.within(scope.place), at


def look_ahead(office: Office) -> None:
    """Makes what the first page of whoever sees everything will show."""
    begun = [each for each in campaigns_where(office.store) if each.state != "draft" and each.plan]
    newest = max(begun, key=lambda each: each.id, default=None)
    if newest is not None:
        with office.store.reading() as tx:
            scope = Scope(newest.id, round=newest_round(tx, newest.id))
        figures_of(office, scope)
        _gathered(office, scope)


def place_key(scope: Scope) -> str:
    """The same for all who look at the same."""
    return f"{scope.campaign_id} {scope.round} {sorted(scope.place.items())}"


def _gathered(office: Office, scope: Scope) -> Table:
    return office.live.get(("clusters", place_key(scope)), lambda: _clusters(office, scope), GATHERED)


def _clusters(office: Office, scope: Scope) -> Table:
    """Those that stand out; the report has all of them."""
    with office.store.reading() as tx:
        table = cluster_table(tx, scope, office.zone)
    return replace(table, rows=tuple(row for row in table.rows if row.marks))


def _next_level(asked: dict[str, str]) -> str:
    """One level finer than the finest that was asked for."""
    depth = max((LEVELS.index(level) + 1 for level in asked), default=LEVELS.index(FIRST))
    return LEVELS[min(depth, len(LEVELS) - 1)]


def _finer(level: str) -> str:
    place = LEVELS.index(level) + 1
    return LEVELS[place] if place < len(LEVELS) else ""


def _where(view: View) -> str:
    return f"round {view.round + 1} {' '.join(view.asked.values())}".strip()
