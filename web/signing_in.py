"""Signing in and out, the language of the pages, and one's own password."""

from __future__ import annotations

import time
from collections import deque
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from records.staff import Refused, StaffError, change_member, end_sessions, note_deed, sign_in
from web.access import (
    LANGUAGE,
    LONGEST,
    Rooms,
    Visitor,
    Worker,
    begin_session,
    end_session,
    office_of,
    own_form,
    set_cookie,
    visitor_of,
)
from web.office import Office
from web.pages import LANGUAGES, go, local, page

FAILURES, WITHIN = 20, 300.0  # wrong passwords from one address in so many seconds, after which it has to wait
LONGEST_PASSWORD = 1_000

router = APIRouter(include_in_schema=False)


class Failures:
    """Wrong passwords by the address that they came from; a lock-out of accounts alone would not slow down a guesser
    who tries one password on many names."""

    def __init__(self) -> None:
        self._at: dict[str, deque[float]] = {}

    def too_many(self, address: str) -> bool:
        """Whether this address has to wait."""
        at = self._at.get(address, deque())
        while at and at[0] < time.monotonic() - WITHIN:
            at.popleft()
        if not at:
            self._at.pop(address, None)
        return len(at) >= FAILURES

    def add(self, address: str) -> None:
        """Notes one more."""
        self._at.setdefault(address, deque(maxlen=FAILURES)).append(time.monotonic())


class TooMany(Exception):
    """This address has given too many wrong passwords."""


def enter(request: Request, office: Office, login: str, password: str) -> Visitor:
    """Signs somebody in at this browser; Refused, or TooMany. Wrong passwords are counted, and noted in the trail."""
    failures: Failures = request.app.state.failures
    address = request.client.host if request.client else ""
    if failures.too_many(address):
        raise TooMany
    now, refused = office.clock(), None
    with office.store.transaction() as tx:
        try:
            member = sign_in(tx, login.strip(), password[:LONGEST_PASSWORD], now)
            note_deed(tx, member, "signed in", "staff", now)
        except Refused as why:
            refused = why
            note_deed(tx, None, "refused", "staff", now, "locked" if why.until else "")
    if refused:
        failures.add(address)
        raise refused
    return begin_session(request, member, now)


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """The form; whoever is signed in already goes on."""
    chosen = request.query_params.get("language", "")
    if chosen in LANGUAGES:
        set_cookie(request, LANGUAGE, chosen, int(LONGEST.total_seconds()) * 365)
    if visitor_of(request):
        return go("/")
    return page(request, "sign_in.html", next=local(request, next), login="", refused="")


@router.post("/sign-in", dependencies=[Depends(own_form)])
def sign_in_here(
    request: Request,
    office: Rooms,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Takes name and password."""
    next = local(request, next)
    try:
        enter(request, office, login, password)
    except Refused as why:
        refused = "locked" if why.until else "wrong"
        return page(request, "sign_in.html", status=401, next=next, login=login, refused=refused)
    except TooMany:
        return page(request, "sign_in.html", status=429, next=next, login=login, refused="wait")
    return go(next)


@router.post("/sign-out", dependencies=[Depends(own_form)])
def sign_out(request: Request, office: Rooms, visitor: Worker) -> Response:
    """Ends the sessions of the member, at all browsers: a copy of the cookie is good for nothing afterwards."""
    with office.store.transaction() as tx:
        end_sessions(tx, visitor.member.id)
        note_deed(tx, visitor.member, "signed out", "staff", office.clock())
    end_session(request)
    return go("/sign-in")


@router.post("/language", dependencies=[Depends(own_form)])
def language(
    request: Request,
    office: Rooms,
    visitor: Worker,
    language: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Changes the language of the pages."""
    if language in LANGUAGES:
        with office.store.transaction() as tx:
            change_member(tx, visitor.member.id, language=language)
        set_cookie(request, LANGUAGE, language, int(LONGEST.total_seconds()) * 365)
    return go(local(request, next))


@router.get("/account")
def account(request: Request, visitor: Worker) -> Response:
    """One's own account."""
    return page(request, "account.html", refused="")


@router.post("/account", dependencies=[Depends(own_form)])
def new_password(
    request: Request,
    office: Rooms,
    visitor: Worker,
    password: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
) -> Response:
    """Changes one's password, for who knows the old one; all other sessions end."""
    refused = ""
    with office.store.transaction() as tx:
        try:
            sign_in(tx, visitor.member.login, password[:LONGEST_PASSWORD], office.clock())
            member = change_member(tx, visitor.member.id, password=new[:LONGEST_PASSWORD])
            note_deed(tx, member, "changed password", "staff", office.clock())
        except Refused:
            refused = "wrong"
        except StaffError:
            refused = "short"
    if refused:
        return page(request, "account.html", status=400, refused=refused)
    begin_session(request, member, office_of(request).clock())
    return go("/account", changed=1)
