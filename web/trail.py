"""The audit trail, for administrators: who saw and did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from records.staff import members
from reports.trail import trail_table
from web.access import Administrator, Rooms, note
from web.pages import page

PAGE = 100

router = APIRouter(include_in_schema=False)


@router.get("/trail")
def trail(
    request: Request,
    office: Rooms,
    visitor: Administrator,
    login: str = "",
    before: Annotated[int | None, Query(ge=1, lt=1 << 62)] = None,
) -> Response:
    """The newest deeds, or those before one of them."""
    with office.store.reading() as tx:
        table = trail_table(tx, login=login, before=before, limit=PAGE, zone=office.zone)
        logins = [member.login for member in members(tx)]
    note(office, visitor, "saw trail", "trail", login)
    older = table.rows[-1].key[0] if len(table.rows) == PAGE else ""
    return page(request, "trail.html", table=table, login=login, logins=logins, older=older)
