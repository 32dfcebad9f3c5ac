"""Understanding a round again with the lexicons of today: looked at first, applied only when it is confirmed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from campaigns.campaign import rounds_so_far
from records.rereading import apply_again, conversations_of, look_again
from records.tables import Campaign
from reports.figures import newest_round
from reports.rereading import reread_in_words, rereading_table
from web.access import Administrator, Rooms, Visitor, campaign_or_404, note, own_form
from web.office import Office
from web.pages import page

MOST = 5_000  # conversations that are read while somebody waits; more by `campaign reread`

router = APIRouter(include_in_schema=False)


@router.get("/campaigns/{number}/reread")
def choose(request: Request, office: Rooms, visitor: Administrator, number: int) -> Response:
    """Which round; nothing is read yet."""
    return _page(request, office, visitor, _campaign(office, visitor, number), None)


@router.post("/campaigns/{number}/reread", dependencies=[Depends(own_form)])
def reread(
    request: Request,
    office: Rooms,
    visitor: Administrator,
    number: int,
    round: Annotated[int, Form(ge=0, lt=1 << 31)],
    mark: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Without a mark reads and shows what would change; with the mark of what was shown applies it."""
    campaign = _campaign(office, visitor, number)
    if mark and (done := apply_again(office.store, office.scripts, number, round, mark, office.clock())):
        office.live.forget()
        note(
            office, visitor, "applied reading", f"campaign {number}", f"round {round + 1}: {len(done.changes)} changes"
        )
        return _page(request, office, visitor, campaign, round, applied=len(done.changes))
    note(office, visitor, "read again", f"campaign {number}", f"round {round + 1}")
    return _page(request, office, visitor, campaign, round, stale=bool(mark))


def _campaign(office: Office, visitor: Visitor, number: int) -> Campaign:
    """For administrators without a limit of place: the words of all residents are read."""
    campaign = campaign_or_404(office, visitor.member, number)
    if visitor.member.place:
        raise HTTPException(403, "place")
    return campaign


def _page(
    request: Request, office: Office, visitor: Visitor, campaign: Campaign, round: int | None, *,
    applied: int | None = None, stale: bool = False,
) -> Response:  # fmt: skip
    with office.store.reading() as tx:
        chosen = newest_round(tx, campaign.id) if round is None else round
        talks = conversations_of(tx, campaign.id, chosen)
        looks = round is not None and talks <= MOST
        again = look_again(tx, office.scripts, campaign.id, chosen) if looks else None
        table = rereading_table(tx, again) if again else None
    return page(
        request, "reread.html", campaign=campaign, round=chosen, rounds=rounds_so_far(office.store, campaign),
        talks=talks, most=MOST, again=again, table=table, said=again and reread_in_words(again), applied=applied,
        stale=stale,
    )  # fmt: skip
