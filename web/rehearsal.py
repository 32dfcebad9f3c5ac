"""A campaign is tried out on made-up people: the simulator on a copy of the roster, in a store that is then gone."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from bots.desk import Desk
from bots.phone import Telephone
from campaigns.campaign import create, plan_of, play
from campaigns.plan import next_open
from campaigns.runner import AttemptFn, Tally, fault
from records.rehearsing import Copied, copy_roster
from records.residents import roster
from records.store import Store
from records.tables import Campaign
from reports.definitions import definitions_table
from reports.figures import Scope
from reports.report import campaign_tables
from reports.simulation import lines_table
from reports.table import Label, Table
from simulator.exchange import Exchange
from simulator.listed import town_of
from web.access import Rooms, Staff, Visitor, campaign_or_404, note, own_form
from web.office import Office
from web.pages import go, page

MOST = 1_500  # households played; of more a sample, on as small a part of the lines
KEPT = 8  # results
SHOWN = ("lines", "overview", "by_community", "symptoms", "dispositions", "rates", "funnel", "outcomes", "tries")

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@dataclass(slots=True)
class Rehearsal:
    """How it stands with one: so many calls made, households done; at the end its tables, or that it `failed`."""

    began: datetime
    lines: int
    copied: Copied | None = None
    tally: Tally = field(default_factory=Tally)
    tables: Sequence[Table] = ()
    failed: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return bool(self.tables) or self.failed


class Rehearsals:
    """The newest rehearsal of each campaign, in memory alone; they are played one after the other."""

    def __init__(self) -> None:
        self._found: OrderedDict[int, Rehearsal] = OrderedDict()
        self._lock = threading.Lock()
        self._players = ThreadPoolExecutor(1, "rehearsal")

    def of(self, campaign: int) -> Rehearsal | None:
        """The newest one of a campaign."""
        return self._found.get(campaign)

    def begin(self, office: Office, campaign: Campaign) -> None:
        """Begins one, unless one of this campaign is under way."""
        with self._lock:
            known = self._found.get(campaign.id)
            if known is not None and not known.over:
                return
            begun = self._found[campaign.id] = Rehearsal(office.clock(), campaign.lines)
            self._found.move_to_end(campaign.id)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        self._players.submit(_play, office, campaign, begun)


def _play(office: Office, campaign: Campaign, rehearsal: Rehearsal) -> None:
    """Plays the campaign; whatever goes wrong is logged by kind and place, as anywhere."""
    try:
        with tempfile.TemporaryDirectory(prefix="wenan-rehearsal-") as folder:
            store = Store(f"sqlite:///{Path(folder) / 'copy.sqlite'}")
            try:
                tables = _played(office, store, campaign, rehearsal)
            finally:
                store.close()
        rehearsal.tables = tables
    except Exception as error:
        log.error("the rehearsal of campaign %s failed: %s", campaign.id, fault(error))
        rehearsal.failed = True


def _played(office: Office, store: Store, campaign: Campaign, rehearsal: Rehearsal) -> list[Table]:
    copied = rehearsal.copied = copy_roster(office.store, store, campaign.place, MOST, campaign.seed)
    rehearsal.lines = max(1, round(campaign.lines * copied.households / max(1, copied.of)))
    plan, now = plan_of(campaign), office.clock()
    twin = create(
        store, campaign.name, script=campaign.script, version=campaign.script_version, plan=plan,
        lines=rehearsal.lines, seed=campaign.seed, now=now,
    )  # fmt: skip
    desk = Desk(store, office.desk.scripts, clock=None, each_turn=False, facts=office.desk.facts)
    with store.reading() as tx:
        exchange = Exchange(town_of(roster(tx), campaign.seed), campaign.seed)

    def line(round: int) -> AttemptFn:
        return Telephone(store, desk, exchange, twin, round, plan).attempt

    def watch(tally: Tally) -> None:
        rehearsal.tally = tally

    tally = rehearsal.tally = play(store, twin, line, start=next_open(plan, now) or now, watch=watch)
    with store.reading() as tx:
        tables = campaign_tables(tx, Scope(twin.id), office.fever_c, office.zone)[1]
    figures = [lines_table(tally.figures(rehearsal.lines))] if tally.calls else []
    return [_marked(table) for table in (*figures, *tables) if table.key in SHOWN]


def _marked(table: Table) -> Table:
    """The table, with the word that it is none of real people in its title."""
    return replace(table, title=Label(f"{table.title.zh}（模拟）", f"{table.title.en} (simulated)"))


def campaign_of(office: Office, visitor: Visitor, number: int) -> Campaign:
    """A campaign that lies as a whole within what the visitor may see; 404, 403."""
    campaign = campaign_or_404(office, visitor.member, number)
    if not visitor.member.holds(campaign.place):
        raise HTTPException(403, "place")
    return campaign


@router.post("/campaigns/{number}/simulate", dependencies=[Depends(own_form)])
def simulate(office: Rooms, visitor: Staff, number: int) -> Response:
    """Begins to play the campaign with made-up people."""
    office.rehearsals.begin(office, campaign_of(office, visitor, number))
    note(office, visitor, "simulated", f"campaign {number}")
    return go(f"/campaigns/{number}/simulation")


@router.get("/campaigns/{number}/simulation")
def result(request: Request, office: Rooms, visitor: Staff, number: int) -> Response:
    """How the simulation stands, and afterwards what came of it."""
    campaign = campaign_of(office, visitor, number)
    found = office.rehearsals.of(number)
    tables = found.tables if found else ()
    return page(request, "simulation.html", campaign=campaign, found=found, definitions=definitions_table(tables))
