"""Plays a round over the simulated telephone, with live progress, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from commands.house import House
from commands.notices import chat_link

if TYPE_CHECKING:
    from campaigns.plan import Plan
    from campaigns.runner import AttemptFn, Tally
    from records.tables import Campaign
    from reports.table import Table
    from simulator.people import Town


ALL = -1  # residents to be called by voice: everybody


def play_round(
    house: House, campaign: Campaign, start: datetime, until: datetime | None = None, voice: int = 0
) -> Tally:
    """Calls everybody in virtual time with live progress; then lines, time, and the score against the truth.

    Households with at least `voice` residents together are called by voice, and scored apart.
    """
    from bots.phone import SimulatedLine, Telephone
    from campaigns.campaign import plan_of, play
    from campaigns.notify import notifier
    from commands.speaking import aloud, speaking
    from records.residents import roster
    from reports.simulation import lines_table
    from simulator.exchange import Exchange
    from simulator.listed import town_of

    with house.store.reading() as tx:
        town = town_of(roster(tx), campaign.seed)
    heard = aloud(town, voice, campaign.seed)
    exchange, desk, plan = Exchange(town, campaign.seed, aloud=heard), house.desk(), plan_of(campaign)
    connect = speaking(house, campaign) if heard else SimulatedLine

    def line(round: int) -> AttemptFn:
        return Telephone(house.store, desk, exchange, campaign, round, plan, connect).attempt

    with progress(house, plan) as watch:
        notify = notifier(house.store, links=bool(chat_link(house)))
        tally = play(house.store, campaign, line, start=start, until=until, watch=watch, notify=notify)
    if tally.stopped_by:
        house.say(f"提前停止：{tally.stopped_by}", f"Stopped early: {tally.stopped_by}")
    house.show(lines_table(tally.figures(campaign.lines)))
    for way in ("voice", "text") if 0 < len(heard) < len(town.households) else ("",):
        people = {p.id for p in town.residents if not way or (p.household in heard) == (way == "voice")}
        house.show(score_table(house, campaign, town, exchange.told, people, way))
    return tally


@contextmanager
def progress(house: House, plan: Plan) -> Iterator[Callable[[Tally], None]]:
    """A bar that moves with the households done, and shows the clock of the simulated day."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    title, figures = ("外呼", "拨打 {} 次，占线 {}") if house.chinese else ("Calling", "{} calls, {} lines busy")
    shown = TextColumn("{task.fields[clock]}  {task.fields[figures]}")
    with Progress(TextColumn(title), BarColumn(), MofNCompleteColumn(), shown, TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=None, clock="", figures="")

        def watch(tally: Tally) -> None:
            if tally.calls % 50 and tally.busy:
                return
            clock = f"{tally.now.astimezone(plan.zone):%m-%d %H:%M}" if tally.now else ""
            figure = figures.format(tally.calls, tally.busy)
            bar.update(task, total=tally.households, completed=tally.finished, clock=clock, figures=figure)

        yield watch


def score_table(
    house: House, campaign: Campaign, town: Town, told: set[str], people: Container[str], way: str = ""
) -> Table:
    """The newest round of the campaign against the truth of these people; `way` they were called: "voice", "text"."""
    from records.rounds import newest_records
    from records.symptoms import names
    from reports.simulation import truth_table
    from simulator.scoring import Found, Share, score

    with house.store.reading() as tx:
        found = [
            Found(
                person=str(record.resident_id),
                reported=record.status in ("symptomatic", "asymptomatic"),
                non_reporting=record.status == "non_reporting",
                temperature_c=record.temperature_c,
                present=frozenset(names(record.present)),
                absent=frozenset(names(record.absent)),
                fever=record.fever,
            )
            for record in newest_records(tx, campaign.id)
            if str(record.resident_id) in people
        ]
    result = score(town.by_id, found, told)
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    shares = {name: (value.count, value.of) for name, value in values.items() if isinstance(value, Share)}
    return truth_table(shares, result.temperature_error_c, way)
