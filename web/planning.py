"""Campaigns: made, looked at beforehand, launched and followed as they go on; their files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from campaigns import lifecycle
from campaigns.campaign import CampaignError, Preview, create, plan_of, preview
from campaigns.plan_file import load_plan, plan_names
from campaigns.progress import Progress, progress
from dialogs.script import script_names
from records.errors import Mendable
from records.places import communities
from records.tables import Campaign
from reports.community import community_table
from reports.figures import Figures, Scope, newest_round
from reports.indicators import BRIEF
from reports.line_list import line_list
from reports.papers import write_paper
from reports.pulse import Pulse, read_pulse
from reports.report import campaign_tables
from reports.table import Table
from web.access import (
    FULL_NUMBERS,
    Rooms,
    Staff,
    Visitor,
    Worker,
    campaign_or_404,
    campaigns_for,
    newest_for,
    note,
    own_form,
    still_there,
)
from web.office import Office
from web.overview import COUNTED, figures_of, place_key
from web.pages import go, page, render
from web.reports import moment_of

ESTIMATED = 0.5  # seconds for which the state, the workers and the estimated end are kept
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(include_in_schema=False)


@router.get("/campaigns")
def all_of_them(request: Request, office: Rooms, visitor: Worker) -> Response:
    """The campaigns of which the visitor may see a part."""
    return page(request, "campaigns.html", campaigns=campaigns_for(office, visitor.member))


@router.get("/campaigns/new")
def form(request: Request, office: Rooms, visitor: Staff) -> Response:
    """The form for a new one."""
    return _form(
        request, office, visitor, {"name": "", "script": "", "lines": 10, "plan": "default", "community": []}, ""
    )


def _form(request: Request, office: Office, visitor: Visitor, given: dict[str, Any], problem: str) -> Response:
    with office.store.reading() as tx:
        mine = [place for place in communities(tx) if visitor.member.sees({**place, "grid": "", "building": ""})]
    return page(
        request,
        "campaign_new.html",
        status=422 if problem else 200,
        scripts={name: office.scripts(name) for name in script_names()},
        plans={name: load_plan(name) for name in plan_names()},
        places=mine,
        given=given,
        problem=problem,
    )


@router.post("/campaigns/new", dependencies=[Depends(own_form)])
def make(
    request: Request,
    office: Rooms,
    visitor: Staff,
    name: Annotated[str, Form()] = "",
    script: Annotated[str, Form()] = "",
    lines: Annotated[int, Form(ge=1, le=10_000)] = 10,
    plan: Annotated[str, Form()] = "default",
    community: Annotated[Sequence[str], Form()] = (),
) -> Response:
    """Makes a campaign, as a draft, and shows whom it would call."""
    try:
        made = make_campaign(office, visitor, name.strip(), script, lines, list(community), plan)
    except CampaignError as error:
        given = {"name": name, "script": script, "lines": lines, "plan": plan, "community": list(community)}
        return _form(request, office, visitor, given, _said(error, visitor))
    return go(f"/campaigns/{made.id}")


def make_campaign(
    office: Office, visitor: Visitor, name: str, script: str, lines: int, chosen: list[str], plan: str = "default"
) -> Campaign:
    """A new campaign within what the visitor may see; CampaignError says why it cannot be; 403, 404."""
    if script not in script_names() or plan not in plan_names():
        raise HTTPException(404, "nothing")
    place = visitor.member.narrowed({"community": chosen} if chosen else {})
    if chosen and place["community"] != chosen:
        raise HTTPException(403, "place")
    campaign = create(
        office.store,
        name,
        script=script,
        version=office.scripts(script).version,
        plan=load_plan(plan),
        place=place,
        lines=lines,
        now=office.clock(),
    )
    note(office, visitor, "made", f"campaign {campaign.id}")
    return campaign


@router.get("/campaigns/{number}")
def show(request: Request, office: Rooms, visitor: Worker, number: int, problem: str = "") -> Response:
    """One campaign: before its launch whom it would call, afterwards how it goes."""
    campaign = campaign_or_404(office, visitor.member, number)
    note(office, visitor, "watched", f"campaign {number}")
    mine = visitor.member.holds(campaign.place)
    seen: Preview | None = None
    if campaign.state in ("draft", "scheduled") and mine:
        seen = preview(office.store, campaign, office.clock())
    return page(
        request,
        "campaign.html",
        campaign=campaign,
        seen=seen,
        may=lifecycle.DEEDS.get(campaign.state, ()) if mine and visitor.member.may("staff") else (),
        may_full=visitor.member.may(FULL_NUMBERS),
        may_plan=mine and visitor.member.may("staff"),
        may_reread=campaign.state != "draft" and visitor.member.may("administrator") and not visitor.member.place,
        plan=campaign.plan and plan_of(campaign),
        live=_seen(office, visitor, campaign, wall=False),
        problem=problem,
    )


@router.post("/campaigns/{number}/pace", dependencies=[Depends(own_form)])
def pace(
    office: Rooms, visitor: Staff, number: int, calls_per_second: Annotated[float, Form(ge=0, le=1000)]
) -> Response:
    """Changes how many calls may begin in a second, over all workers; 0 is without a limit."""
    campaign = campaign_or_404(office, visitor.member, number)
    if not visitor.member.holds(campaign.place):
        raise HTTPException(403, "place")
    lifecycle.set_pace(office.store, campaign, calls_per_second or None)
    office.live.forget()
    note(office, visitor, "changed pace", f"campaign {number}", f"{calls_per_second:g}")
    return go(f"/campaigns/{number}")


@router.post("/campaigns/{number}/{deed}", dependencies=[Depends(own_form)])
def change(request: Request, office: Rooms, visitor: Staff, number: int, deed: str) -> Response:
    """Launches, pauses, resumes or cancels."""
    try:
        change_campaign(office, visitor, number, deed)
    except CampaignError:  # somebody else was quicker; the page shows how it stands now
        return go(f"/campaigns/{number}", problem=deed)
    return go(f"/campaigns/{number}")


def change_campaign(office: Office, visitor: Visitor, number: int, deed: str) -> Campaign:
    """One deed with a campaign that lies as a whole within what the visitor may see; CampaignError says why not."""
    campaign = campaign_or_404(office, visitor.member, number)
    if not any(deed in deeds for deeds in lifecycle.DEEDS.values()):
        raise HTTPException(404, "nothing")
    if not visitor.member.holds(campaign.place):
        raise HTTPException(403, "place")
    lifecycle.do(office.store, campaign, deed, office.clock())
    office.live.forget()
    note(office, visitor, deed, f"campaign {number}")
    return campaign


@router.get("/campaigns/{number}/live")
async def live(request: Request, office: Rooms, visitor: Worker, number: int, wall: bool = False) -> Response:
    """How it goes on, as Server-Sent Events: the part of the page that changes, whenever it has changed."""
    campaign = await run_in_threadpool(campaign_or_404, office, visitor.member, number)
    if not wall:
        await run_in_threadpool(note, office, visitor, "watched", f"campaign {number}")
    key = _key(visitor, campaign, wall)

    def made() -> str:  # a campaign goes on while it is watched
        return _pulse(office, visitor, campaign_or_404(office, visitor.member, number), wall)

    events = office.live.watch(key, made, lambda: still_there(request))
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _key(visitor: Visitor, campaign: Campaign, wall: bool) -> str:
    """The same for all who see the same."""
    return f"{wall} {campaign.id} {visitor.language} {sorted(visitor.member.place.items())}"


def _seen(office: Office, visitor: Visitor, campaign: Campaign, *, wall: bool) -> str:
    """The live part as it was a moment ago."""
    return office.live.get(_key(visitor, campaign, wall), lambda: _pulse(office, visitor, campaign, wall))


def _pulse(office: Office, visitor: Visitor, campaign: Campaign, wall: bool = False) -> str:
    """The live part of a campaign's page, for what the visitor may see of it; a wall names places, and no person."""
    now = office.clock()
    seen: Progress | None = None  # one that stands open calls nobody
    if campaign.plan:
        seen = office.live.newest(("progress", campaign.id), lambda: progress(office.store, campaign, now), ESTIMATED)
    scope = _scope(office, visitor, campaign)

    def read() -> tuple[Figures, Pulse]:
        figures, _ = figures_of(office, scope, live=True)
        with office.store.reading() as tx:
            return figures, read_pulse(tx, figures, office.zone)

    figures, pulse = office.live.newest(("pulse", place_key(scope)), read, COUNTED)  # the same in every language
    places = community_table(figures, shown=BRIEF) if wall else None
    query = {"campaign": campaign.id, "round": scope.round}
    return render(
        "pulse.html", visitor.language, campaign=campaign, seen=seen, pulse=pulse, places=places, query=query,
        zone=office.zone,
    )  # fmt: skip


@router.get("/campaigns/{number}/files/{name}")
def file(request: Request, office: Rooms, visitor: Worker, number: int, name: str, full: bool = False) -> Response:
    """A file of the newest round, of what the visitor may see; whole numbers only for whoever may see them."""
    campaign = campaign_or_404(office, visitor.member, number)
    if name not in FILES:
        raise HTTPException(404, "nothing")
    if full and not visitor.member.may(FULL_NUMBERS):
        raise HTTPException(403, "role")
    scope = _as_closed(office, _scope(office, visitor, campaign))
    with office.store.past(scope.as_of) as tx, tempfile.TemporaryDirectory() as folder:
        made = write_paper(
            tx, Path(folder), name, scope, visitor.language, title=campaign.name, at=office.clock(), full_phones=full,
            fever_c=office.fever_c, zone=office.zone,
        )  # fmt: skip
        content = made.read_bytes()
    note(office, visitor, "downloaded", f"campaign {number}", f"{name}{' with whole numbers' if full else ''}")
    shown = quote(re.sub(r"[^\w.-]+", "_", f"{campaign.name}_{name}"))
    return Response(
        content, media_type=FILES[name], headers={"content-disposition": f"attachment; filename*=UTF-8''{shown}"}
    )


def _scope(office: Office, visitor: Visitor, campaign: Campaign) -> Scope:
    with office.store.reading() as tx:
        return Scope(campaign.id, round=newest_round(tx, campaign.id), place=visitor.member.narrowed({}))


def _as_closed(office: Office, scope: Scope, as_of: str = "") -> Scope:
    """A round that is over as at the end of its day, so that its report is the same whenever it is made."""
    return replace(scope, as_of=moment_of(office, scope, as_of))


def tables_of(office: Office, visitor: Visitor, campaign: Campaign, as_of: str = "") -> list[Table]:
    """All tables of the newest round, and the trend, of what the visitor may see; `as_of` as in reports."""
    scope = _as_closed(office, _scope(office, visitor, campaign), as_of)
    with office.store.past(scope.as_of) as tx:
        return campaign_tables(tx, replace(scope, round=None), office.fever_c, office.zone)[1]


def people_of(office: Office, visitor: Visitor, campaign: Campaign, full: bool, as_of: str = "") -> Table:
    """The line list of the newest round; `as_of` as in reports."""
    scope = _as_closed(office, _scope(office, visitor, campaign), as_of)
    with office.store.past(scope.as_of) as tx:
        return line_list(tx, scope, full_phones=full, zone=office.zone)


FILES = {
    "community.xlsx": XLSX, "report.html": "text/html; charset=utf-8", "line_list.csv": "text/csv; charset=utf-8",
    "line_list.xlsx": XLSX, "follow_up.csv": "text/csv; charset=utf-8",
}  # fmt: skip


@router.get("/wall")
def wall(request: Request, office: Rooms, visitor: Worker) -> Response:
    """The leaders' screen: the newest campaign in large figures that follow it by themselves."""
    newest = newest_for(office, visitor.member)
    if newest is None:
        return page(request, "nothing_yet.html")
    return page(request, "wall.html", campaign=newest, live=_seen(office, visitor, newest, wall=True))


def _said(error: Exception, visitor: Visitor) -> str:
    return error.read(visitor.language) if isinstance(error, Mendable) else str(error)
