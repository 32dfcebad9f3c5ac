"""The accounts of those who work here, for administrators: made, changed, locked, closed, invited to a chat."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from records import invitations
from records.places import communities
from records.staff import (
    ROLES,
    Member,
    StaffError,
    add_member,
    change_member,
    chats_by_member,
    close_member,
    end_sessions,
    lock_member,
    locked_members,
    member_of,
    members,
    note_deed,
    unlink_chats,
)
from records.store import Tx
from web.access import Administrator, Rooms, Visitor, note, own_form
from web.office import Office
from web.pages import go, page

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
LINK_GOOD = timedelta(days=2)
LEVELS = ("district", "subdistrict", "community")

router = APIRouter(include_in_schema=False)


def _theirs(tx: Tx, visitor: Visitor, number: int) -> Member:
    """An account whose place lies as a whole within that of the administrator; 404 otherwise."""
    try:
        member = member_of(tx, number) if number < 1 << 62 else None
    except StaffError:
        member = None
    if member is None or not visitor.member.holds(member.place):
        raise HTTPException(404, "nothing")
    return member


def _place(visitor: Visitor, chosen: dict[str, Sequence[str]], grid: str) -> dict[str, Any]:
    """The place given in a form, within that of the administrator; blank is all of theirs, 403 what reaches further."""
    place: dict[str, Any] = {level: list(names) for level, names in chosen.items() if names}
    if grid.strip():
        place["grid"] = [name.strip() for name in grid.replace("，", ",").replace("、", ",").split(",") if name.strip()]
    narrowed = visitor.member.narrowed(place)
    if any(list(narrowed[level]) != names for level, names in place.items()):
        raise HTTPException(403, "place")
    return narrowed


@router.get("/accounts")
def accounts(request: Request, office: Rooms, visitor: Administrator) -> Response:
    """All accounts of the place of the administrator, and the form for a new one."""
    note(office, visitor, "saw accounts", "staff")
    return _list(request, office, visitor)


def _list(request: Request, office: Office, visitor: Visitor, problem: str = "", **given: Any) -> Response:
    with office.store.reading() as tx:
        mine = [member for member in members(tx) if visitor.member.holds(member.place)]
        locked, chats = locked_members(tx, office.clock()), chats_by_member(tx)
    return page(
        request, "accounts.html", status=422 if problem else 200, mine=mine, locked=locked, chats=chats, roles=ROLES,
        problem=problem, given=given, choices=_choices(office, visitor),
    )  # fmt: skip


def _choices(office: Office, visitor: Visitor) -> dict[str, list[str]]:
    """The places to choose from, of those that the administrator sees."""
    with office.store.reading() as tx:
        seen = [each for each in communities(tx) if visitor.member.sees({**each, "grid": "", "building": ""})]
    return {level: list(dict.fromkeys(each[level] for each in seen)) for level in LEVELS}


@router.post("/accounts", dependencies=[Depends(own_form)])
def add(
    request: Request,
    office: Rooms,
    visitor: Administrator,
    login: Annotated[str, Form(max_length=60)] = "",
    name: Annotated[str, Form(max_length=60)] = "",
    role: Annotated[str, Form()] = "worker",
    district: Annotated[Sequence[str], Form()] = (),
    subdistrict: Annotated[Sequence[str], Form()] = (),
    community: Annotated[Sequence[str], Form()] = (),
    grid: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Makes an account with a password that is made up, and shown this once."""
    chosen = {"district": district, "subdistrict": subdistrict, "community": community}
    place, password = _place(visitor, chosen, grid), secrets.token_urlsafe(12)
    try:
        with office.store.transaction() as tx:
            made = add_member(
                tx, login.strip(), name=name.strip(), role=role, place=place, password=password, now=office.clock(),
                language=visitor.language,
            )  # fmt: skip
            note_deed(tx, visitor.member, "made account", f"staff {made.id}", office.clock(), role)
    except StaffError as error:
        return _list(request, office, visitor, str(error), login=login, name=name)
    return _one(request, office, visitor, made.id, password=password)


@router.get("/accounts/{number}")
def show(request: Request, office: Rooms, visitor: Administrator, number: int) -> Response:
    """One account, and what can be done with it."""
    return _one(request, office, visitor, number)


def _one(
    request: Request, office: Office, visitor: Visitor, number: int, *, password: str = "", link: str = "",
    problem: str = "",
) -> Response:  # fmt: skip
    with office.store.reading() as tx:
        theirs = _theirs(tx, visitor, number)
        locked, chats = number in locked_members(tx, office.clock()), chats_by_member(tx).get(number, 0)
    return page(
        request, "account_of.html", status=422 if problem else 200, theirs=theirs, locked=locked, chats=chats,
        password=password, link=link, problem=problem, roles=ROLES, choices=_choices(office, visitor),
        own=number == visitor.member.id, can_invite=bool(office.bot_link),
    )  # fmt: skip


@router.post("/accounts/{number}", dependencies=[Depends(own_form)])
def change(
    request: Request,
    office: Rooms,
    visitor: Administrator,
    number: int,
    name: Annotated[str, Form(max_length=60)] = "",
    role: Annotated[str, Form()] = "",
    district: Annotated[Sequence[str], Form()] = (),
    subdistrict: Annotated[Sequence[str], Form()] = (),
    community: Annotated[Sequence[str], Form()] = (),
    grid: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Changes name, role and place; nobody changes their own role or place, lest no administrator be left."""
    chosen = {"district": district, "subdistrict": subdistrict, "community": community}
    try:
        with office.store.transaction() as tx:
            theirs = _theirs(tx, visitor, number)
            values: dict[str, Any] = {"name": name.strip() or theirs.name}
            if number != visitor.member.id:
                place = _place(visitor, chosen, grid)
                values |= {"role": role} if role != theirs.role else {}
                values |= {"place": place} if place != dict(theirs.place) else {}
            change_member(tx, number, **values)
            note_deed(tx, visitor.member, "changed account", f"staff {number}", office.clock(), ", ".join(values))
    except StaffError as error:
        return _one(request, office, visitor, number, problem=str(error))
    return go(f"/accounts/{number}", changed=1)


def _lock(tx: Tx, number: int, office: Office) -> None:
    lock_member(tx, number, FOR_EVER)


def _unlock(tx: Tx, number: int, office: Office) -> None:
    lock_member(tx, number, None)


def _end(tx: Tx, number: int, office: Office) -> None:
    end_sessions(tx, number)


def _close(tx: Tx, number: int, office: Office) -> None:
    close_member(tx, number, office.clock())


def _unlink(tx: Tx, number: int, office: Office) -> None:
    unlink_chats(tx, number, office.clock())


STEPS: dict[str, tuple[str, Callable[[Tx, int, Office], None]]] = {
    "lock": ("locked account", _lock), "unlock": ("unlocked account", _unlock), "end": ("ended sessions", _end),
    "close": ("closed account", _close), "unlink": ("unlinked chats", _unlink),
}  # fmt: skip


@router.post("/accounts/{number}/password", dependencies=[Depends(own_form)])
def password(request: Request, office: Rooms, visitor: Administrator, number: int) -> Response:
    """A new password is made up, and shown this once; their sessions end."""
    made = secrets.token_urlsafe(12)
    with office.store.transaction() as tx:
        _theirs(tx, visitor, number)
        change_member(tx, number, password=made)
        note_deed(tx, visitor.member, "changed account", f"staff {number}", office.clock(), "password")
    return _one(request, office, visitor, number, password=made)


@router.post("/accounts/{number}/invite", dependencies=[Depends(own_form)])
def invite(request: Request, office: Rooms, visitor: Administrator, number: int) -> Response:
    """A link, good once, that makes a chat one of theirs; earlier ones are good no more."""
    if not office.bot_link:
        raise HTTPException(404, "nothing")
    with office.store.transaction() as tx:
        _theirs(tx, visitor, number)
        code = invitations.invite(tx, office.seal, invitations.Invited(staff_id=number), office.clock(), LINK_GOOD)
        note_deed(tx, visitor.member, "invited", f"staff {number}", office.clock())
    return _one(request, office, visitor, number, link=office.bot_link.replace("{token}", code))


@router.post("/accounts/{number}/{step}", dependencies=[Depends(own_form)])
def step(office: Rooms, visitor: Administrator, number: int, step: str) -> Response:
    """Locks, unlocks, ends sessions, takes chats away, or closes; nobody locks or closes their own account."""
    if step not in STEPS:
        raise HTTPException(404, "nothing")
    what, take = STEPS[step]
    with office.store.transaction() as tx:
        _theirs(tx, visitor, number)
        if number == visitor.member.id and step in ("lock", "close"):
            raise HTTPException(403, "role")
        take(tx, number, office)
        note_deed(tx, visitor.member, what, f"staff {number}", office.clock())
    return go("/accounts" if step == "close" else f"/accounts/{number}", changed=1)
