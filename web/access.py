"""Who is there: the session in a signed cookie, the token in every form, and what a member may see and do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from campaigns.campaign import campaigns_of, campaigns_where, newest_of
from records.places import Thing, place_of
from records.seal import SealError
from records.staff import Member, StaffError, member_of, note_deed
from records.store import Tx
from records.tables import Campaign
from web.office import Office

SESSION, FORM, LANGUAGE = "wenan_session", "wenan_form", "wenan_language"  # cookies, and purposes of the seal
IDLE, LONGEST = timedelta(hours=2), timedelta(hours=24)  # of a session
RENEWED = timedelta(minutes=5)
FULL_NUMBERS = "staff"  # the role from which on whole telephone numbers are shown


class SignInFirst(Exception):
    """Somebody who is not signed in asked for a page of the staff."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member at this browser; `nonce` is that of their session."""

    member: Member
    nonce: str

    @property
    def language(self) -> str:
        """The language that they read."""
        return self.member.language


def office_of(request: Request) -> Office:
    """The rooms behind the pages."""
    office: Office = request.app.state.office
    return office


def begin_session(request: Request, member: Member, now: datetime) -> Visitor:
    """Signs a member in at this browser, under a new nonce."""
    nonce = secrets.token_urlsafe(16)
    _keep(request, member, nonce, began=now, now=now)
    return Visitor(member, nonce)


def end_session(request: Request) -> None:
    """Takes the session from this browser."""
    set_cookie(request, SESSION, "", 0)


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in at this browser; None when nobody, or the session has ended."""
    office, now = office_of(request), office_of(request).clock()
    try:
        staff_id, number, nonce, began, seen = office.seal.read(SESSION, request.cookies.get(SESSION, ""))
        with office.store.reading() as tx:
            member = member_of(tx, staff_id)
    except (SealError, StaffError, ValueError):
        return None
    since, last = datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(seen, UTC)
    if member.session != number or now - last > IDLE or now - since > LONGEST:
        return None
    if now - last > RENEWED:
        _keep(request, member, nonce, began=since, now=now)
    return Visitor(member, nonce)


def still_there(request: Request) -> bool:
    """Whether the session of a page that stays open is good to this moment; watching does not keep it alive."""
    return visitor_of(request) is not None


def form_token(request: Request) -> str:
    """The token for the forms of a page: good for this session, or for this browser where nobody is signed in."""
    if not (nonce := _nonce(request)):
        nonce = secrets.token_urlsafe(16)
        set_cookie(request, FORM, nonce, int(LONGEST.total_seconds()))
    return office_of(request).seal.sign(FORM, nonce)


async def own_form(request: Request) -> None:
    """Refuses a form, or a call, without the token that our own page gave; 403."""
    given = request.headers.get("x-csrf-token") or (await request.form()).get("csrf")
    nonce = _nonce(request)
    try:
        (signed,) = office_of(request).seal.read(FORM, str(given))
    except (SealError, ValueError):
        raise HTTPException(403, "form") from None
    if not nonce or not secrets.compare_digest(str(signed).encode(), nonce.encode()):
        raise HTTPException(403, "form")


def at_least(role: str) -> Callable[[Request], Visitor]:
    """A dependency: somebody signed in who has this role or a higher one; SignInFirst, or 403."""

    def signed_in(request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInFirst
        request.state.visitor = visitor
        if not visitor.member.may(role):
            raise HTTPException(403, "role")
        return visitor

    return signed_in


async def _rooms(request: Request) -> Office:
    return office_of(request)  # a plain function would be called in another thread


Rooms = Annotated[Office, Depends(_rooms)]
Worker = Annotated[Visitor, Depends(at_least("worker"))]
Staff = Annotated[Visitor, Depends(at_least("staff"))]
Administrator = Annotated[Visitor, Depends(at_least("administrator"))]


def place_or_404(tx: Tx, member: Member, thing: Thing, number: int) -> dict[str, str]:
    """Where a thing is; 404 when it is not there, and likewise when it is outside of what the member sees."""
    place = place_of(tx, thing, number) if number < 1 << 62 else None
    if place is None or not member.sees(place):
        raise HTTPException(404, "nothing")
    return place


def campaign_or_404(office: Office, member: Member, number: int) -> Campaign:
    """A campaign of which at least a part lies within what the member sees; 404 otherwise."""
    found = campaigns_where(office.store, Campaign.id == number) if number < 1 << 62 else []
    if not found or not member.touches(found[0].place):
        raise HTTPException(404, "nothing")
    return found[0]


def campaigns_for(office: Office, member: Member) -> list[Campaign]:
    """The campaigns that a member may look at, the newest first."""
    return campaigns_of(office.store, member)


def newest_for(office: Office, member: Member) -> Campaign | None:
    """The newest campaign that was launched, before those that stand open all the time; None when there is none."""
    return newest_of(office.store, member)


def note(office: Office, visitor: Visitor, what: str, whom: str, detail: str = "") -> None:
    """Adds to the trail what a member saw or did."""
    with office.store.transaction() as tx:
        note_deed(tx, visitor.member, what, whom, office.clock(), detail)


def set_cookie(request: Request, name: str, value: str, seconds: int) -> None:
    """Has a cookie set with the answer, out of reach of scripts and of other sites."""
    cookie: SimpleCookie = SimpleCookie({name: value})
    cookie[name].update({"path": "/", "max-age": str(seconds), "samesite": "Lax"})
    cookie[name]["httponly"] = True
    if request.url.scheme == "https":
        cookie[name]["secure"] = True
    request.state.cookies = [*getattr(request.state, "cookies", ()), cookie[name].OutputString()]


def _nonce(request: Request) -> str:
    try:
        return str(office_of(request).seal.read(SESSION, request.cookies.get(SESSION, ""))[2])
    except (SealError, IndexError):
        return request.cookies.get(FORM, "")


def _keep(request: Request, member: Member, nonce: str, *, began: datetime, now: datetime) -> None:
    fields = member.id, member.session, nonce, int(began.timestamp()), int(now.timestamp())
    set_cookie(request, SESSION, office_of(request).seal.sign(SESSION, *fields), int(LONGEST.total_seconds()))
