"""The board of follow-ups: whose work it is, what was done, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from records import follow_ups
from records.follow_ups import FollowUpError, find_follow_up
from records.health import default_rules
from records.staff import members, note_deed
from records.store import Tx
from reports.labels import CLOSE_LABELS
from reports.work import Chosen, work_sheet, work_table
from web.access import Rooms, Visitor, Worker, note, own_form, place_or_404
from web.office import Office
from web.pages import go, page

MOST = 60  # cards in a column of the board
LONGEST = 1_000  # characters of a note
COLUMNS = ("waiting", "assigned", "closed")

router = APIRouter(include_in_schema=False)


def chosen_of(visitor: Visitor, kind: str, overdue: bool, mine: bool, column: str) -> Chosen:
    """The follow-ups of one column of the board, within what the visitor may see."""
    return Chosen(
        kind=kind,
        overdue=overdue and column != "closed",
        assignee=visitor.member.name if mine else "",
        assigned={"waiting": False, "assigned": True}.get(column),
        closed=column == "closed",
        place=visitor.member.narrowed({}),
    )


@router.get("/follow-ups")
def board(
    request: Request, office: Rooms, visitor: Worker, kind: str = "", overdue: bool = False, mine: bool = False
) -> Response:
    """All work that is open, and what was done lately."""
    known = default_rules().follow_ups
    kind, now = kind if kind in known else "", office.clock()
    with office.store.reading() as tx:
        columns = {
            column: work_table(
                tx, chosen_of(visitor, kind, overdue, mine, column), now, zone=office.zone,
                limit=MOST if column != "closed" else MOST // 3,
            )
            for column in COLUMNS
        }  # fmt: skip
    seen = sum(len(table.rows) for table in columns.values())
    note(office, visitor, "saw follow-ups", "follow-ups", f"{seen} rows")
    return page(request, "board.html", columns=columns, kind=kind, overdue=overdue, mine=mine, known=list(known))


@router.get("/follow-ups/{number}")
def show(
    request: Request, office: Rooms, visitor: Worker, number: int, phone: bool = False, problem: str = ""
) -> Response:
    """One follow-up with its history and what can be done with it; the whole number only when it is asked for."""
    with office.store.reading() as tx:
        place = place_or_404(tx, visitor.member, "follow_up", number)
        task = find_follow_up(tx, number)
        sheet, history = work_sheet(tx, number, full_phones=phone, zone=office.zone)
        colleagues = [member.name for member in members(tx) if member.sees(place)]
    note(office, visitor, "saw number" if phone else "saw follow-up", f"follow-up {number}")
    return page(
        request,
        "follow_up.html",
        number=number,
        task=task,
        sheet=sheet,
        history=history,
        colleagues=colleagues,
        reasons=CLOSE_LABELS,
        full=phone,
        problem=problem,
    )


def _assign(tx: Tx, number: int, words: str, by: str, office: Office) -> None:
    follow_ups.assign(tx, number, words, by, office.clock())


def _note(tx: Tx, number: int, words: str, by: str, office: Office) -> None:
    follow_ups.note(tx, number, words, by, office.clock())


def _close(tx: Tx, number: int, words: str, by: str, office: Office) -> None:
    follow_ups.close(tx, number, words, by, office.clock())


def _reopen(tx: Tx, number: int, words: str, by: str, office: Office) -> None:
    follow_ups.reopen(tx, number, words, by, office.clock())


def _escalate(tx: Tx, number: int, words: str, by: str, office: Office) -> None:
    follow_ups.escalate(tx, number, by, office.clock())


STEPS: dict[str, Callable[[Tx, int, str, str, Office], None]] = {
    "assign": _assign, "note": _note, "close": _close, "reopen": _reopen, "escalate": _escalate,
}  # fmt: skip
PAST = {"assign": "assigned", "note": "noted", "close": "closed", "reopen": "reopened", "escalate": "escalated"}


def take_step(office: Office, visitor: Visitor, number: int, step: str, words: str) -> None:
    """One step with a follow-up, kept in its history and in the trail; FollowUpError says why it cannot be taken."""
    if step not in STEPS or (not words.strip() and step in ("note", "close")):
        raise HTTPException(404 if step not in STEPS else 422, "nothing")
    with office.store.transaction() as tx:
        place_or_404(tx, visitor.member, "follow_up", number)
        STEPS[step](tx, number, words.strip()[:LONGEST], visitor.member.name, office)
        note_deed(tx, visitor.member, PAST[step], f"follow-up {number}", office.clock())


@router.post("/follow-ups/{number}/{step}", dependencies=[Depends(own_form)])
def step(
    request: Request, office: Rooms, visitor: Worker, number: int, step: str, words: Annotated[str, Form()] = ""
) -> Response:
    """Assigns, notes, closes, opens again or escalates."""
    try:
        take_step(office, visitor, number, step, words)
    except FollowUpError:  # somebody else was quicker; the page shows how it stands now
        return go(f"/follow-ups/{number}", problem=step)
    return go(f"/follow-ups/{number}")
