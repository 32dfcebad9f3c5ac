"""The API: the same tables, lists, follow-ups and campaigns as JSON, for whoever is signed in, under the same rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from campaigns.campaign import CampaignError
from records.follow_ups import FollowUpError
from records.staff import Refused
from records.tables import Campaign
from reports.table import Cell, Label, Ratio, Table
from reports.work import work_table
from web import planning, signing_in, work
from web.access import (
    FORM,
    FULL_NUMBERS,
    Rooms,
    Staff,
    Visitor,
    Worker,
    campaign_or_404,
    campaigns_for,
    note,
    own_form,
)
from web.office import Office

Json = Any


class Problem(BaseModel):
    """What went wrong, in a word or two."""

    detail: str


class Wrong(BaseModel):
    """A part of the call that cannot be read: where it is, and what is wrong with it."""

    where: list[str | int]
    what: str


class Unreadable(BaseModel):
    """The parts of a call that cannot be read, or the word for it."""

    detail: list[Wrong] | str


REFUSED = {401: "sign in first", 403: "not with this role, place or token", 404: "not there, or outside of one's place"}
router = APIRouter(
    prefix="/api",
    tags=["Wen'an"],
    responses={
        **{status: {"description": why, "model": Problem} for status, why in REFUSED.items()},
        422: {"description": "the call cannot be read", "model": Unreadable},
    },
)
NOT_NOW: dict[int | str, dict[str, Any]] = {409: {"description": "not as things stand now", "model": Problem}}
WAIT: dict[int | str, dict[str, Any]] = {429: {"description": "too many wrong passwords from here", "model": Problem}}


AsOf = Annotated[
    str,
    Query(pattern=r"^(now|\d{4}-\d{2}-\d{2})?$", description="the end of a day, or `now`; blank: that of its own day"),
]


class SignIn(BaseModel):
    """Name and password."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1_000)


class SignedIn(BaseModel):
    """Who is signed in, and the token that every changing call carries as X-CSRF-Token."""

    login: str
    name: str
    role: str
    place: dict[str, Json]
    token: str


class CampaignOut(BaseModel):
    """A campaign as it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    script: str
    script_version: int
    state: str
    line: str
    lines: int
    place: dict[str, Json]
    created_at: datetime
    starts_at: datetime | None
    ended_at: datetime | None


class NewCampaign(BaseModel):
    """A campaign to be made; without communities it is for all places that one sees."""

    name: str = Field(min_length=1, max_length=60)
    script: str = "daily_check"
    lines: int = Field(default=10, ge=1, le=10_000)
    communities: list[str] = Field(default=[], max_length=1_000)


class Words(BaseModel):
    """The note, the assignee, or the reason of a step."""

    words: str = Field(default="", max_length=1_000)


class ColumnOut(BaseModel):
    """A column of a table, with the definition of its figure."""

    key: str
    label: dict[str, str]
    kind: str
    definition: dict[str, str]
    numerator: dict[str, str]
    denominator: dict[str, str]


class TableOut(BaseModel):
    """A table: a share is {"value", "numerator", "denominator"}, a wording {"zh", "en"}, blank is null."""

    key: str
    title: dict[str, str]
    note: dict[str, str]
    columns: list[ColumnOut]
    rows: list[list[Json]]
    total: list[Json] | None


@router.post("/sign-in", responses=WAIT)
def sign_in(request: Request, office: Rooms, given: SignIn) -> SignedIn:
    """Begins a session, which is kept in a cookie."""
    try:
        return _signed_in(office, signing_in.enter(request, office, given.login, given.password))
    except Refused:
        raise HTTPException(401) from None
    except signing_in.TooMany:
        raise HTTPException(429) from None


@router.get("/me")
def me(office: Rooms, visitor: Worker) -> SignedIn:
    """Who is signed in."""
    return _signed_in(office, visitor)


@router.get("/campaigns")
def campaigns(office: Rooms, visitor: Worker) -> list[CampaignOut]:
    """All campaigns of which one sees a part, the newest first."""
    return [CampaignOut.model_validate(campaign) for campaign in campaigns_for(office, visitor.member)]


@router.post("/campaigns", dependencies=[Depends(own_form)], status_code=201, responses=NOT_NOW)
def make(office: Rooms, visitor: Staff, new: NewCampaign) -> CampaignOut:
    """Makes a campaign, as a draft."""
    return _out(lambda: planning.make_campaign(office, visitor, new.name, new.script, new.lines, new.communities))


@router.get("/campaigns/{number}")
def campaign(office: Rooms, visitor: Worker, number: int) -> CampaignOut:
    """One campaign."""
    return CampaignOut.model_validate(campaign_or_404(office, visitor.member, number))


@router.post("/campaigns/{number}/{deed}", dependencies=[Depends(own_form)], responses=NOT_NOW)
def change(office: Rooms, visitor: Staff, number: int, deed: str) -> CampaignOut:
    """`launch`, `pause`, `resume` or `cancel`."""
    return _out(lambda: planning.change_campaign(office, visitor, number, deed))


@router.get("/campaigns/{number}/tables")
def tables(office: Rooms, visitor: Worker, number: int, as_of: AsOf = "") -> list[TableOut]:
    """All tables of the newest round, as in its files."""
    campaign = campaign_or_404(office, visitor.member, number)
    note(office, visitor, "saw figures", f"campaign {number}", "api")
    return [table_out(table) for table in planning.tables_of(office, visitor, campaign, as_of)]


@router.get("/campaigns/{number}/tables/{key}")
def table(office: Rooms, visitor: Worker, number: int, key: str, as_of: AsOf = "") -> TableOut:
    """One of the tables."""
    campaign = campaign_or_404(office, visitor.member, number)
    for each in planning.tables_of(office, visitor, campaign, as_of):
        if each.key == key:
            note(office, visitor, "saw figures", f"campaign {number}", f"api: {key}")
            return table_out(each)
    raise HTTPException(404)


@router.get("/campaigns/{number}/line-list")
def people(office: Rooms, visitor: Worker, number: int, full: bool = False, as_of: AsOf = "") -> TableOut:
    """The line list of the newest round; whole numbers only for whoever may see them."""
    campaign = campaign_or_404(office, visitor.member, number)
    if full and not visitor.member.may(FULL_NUMBERS):
        raise HTTPException(403)
    note(office, visitor, "downloaded", f"campaign {number}", f"api: line list{' with whole numbers' if full else ''}")
    return table_out(planning.people_of(office, visitor, campaign, full, as_of))


@router.get("/follow-ups")
def follow_ups(office: Rooms, visitor: Worker, closed: bool = False, kind: str = "") -> TableOut:
    """The follow-ups that one sees, open or closed."""
    chosen = work.chosen_of(visitor, kind, False, False, "closed" if closed else "")
    with office.store.reading() as tx:
        found = work_table(tx, chosen, office.clock(), zone=office.zone)
    note(office, visitor, "saw follow-ups", "follow-ups", f"api: {len(found.rows)} rows")
    return table_out(found)


@router.post("/follow-ups/{number}/{step}", dependencies=[Depends(own_form)], status_code=204, responses=NOT_NOW)
def step(office: Rooms, visitor: Worker, number: int, step: str, given: Words) -> None:
    """`assign`, `note`, `close`, `reopen` or `escalate`."""
    try:
        work.take_step(office, visitor, number, step, given.words)
    except FollowUpError:
        raise HTTPException(409) from None


def table_out(table: Table) -> TableOut:
    """A table as the API gives it."""
    return TableOut(
        key=table.key,
        title=_label(table.title),
        note=_label(table.note),
        columns=[
            ColumnOut(
                key=column.key,
                label=_label(column.label),
                kind=column.kind,
                definition=_label(column.definition),
                numerator=_label(column.numerator),
                denominator=_label(column.denominator),
            )
            for column in table.columns
        ],
        rows=[[_cell(cell) for cell in row.cells] for row in table.rows],
        total=[_cell(cell) for cell in table.total.cells] if table.total else None,
    )


def _cell(cell: Cell) -> Json:
    match cell:
        case Label():
            return _label(cell)
        case Ratio():
            return {"value": cell.value, "numerator": cell.numerator, "denominator": cell.denominator}
        case datetime() | date():
            return cell.isoformat()
    return cell


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _out(make: Any) -> CampaignOut:
    try:
        campaign: Campaign = make()
    except CampaignError:
        raise HTTPException(409) from None
    return CampaignOut.model_validate(campaign)


def _signed_in(office: Office, visitor: Visitor) -> SignedIn:
    member = visitor.member
    token = office.seal.sign(FORM, visitor.nonce)
    return SignedIn(login=member.login, name=member.name, role=member.role, place=dict(member.place), token=token)
