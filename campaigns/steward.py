"""The steward moves campaigns on: starts what is due, lays out chunks, finishes rounds. One worker at a time is it."""

from __future__ import annotations

import logging
import time
from array import array
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, false, select, update

from campaigns.campaign import CampaignError, campaigns_where, plan_of, rounds_so_far
from campaigns.dues import by_rank
from campaigns.engine import ChunkEngine
from campaigns.lifecycle import ends_at, next_time, start
from campaigns.plan import Plan, next_open
from records.dialling import answered, close_rest, in_call
from records.follow_ups import escalate_overdue
from records.rounds import finish_round
from records.store import Store, Tx
from records.tables import Campaign, Record, Worker

log = logging.getLogger(__name__)
SURE_SECONDS = 20.0  # how often it looks whether the engine still knows of every campaign
KEPT = timedelta(days=1)  # how long the engine's own rows, and those of workers, are kept after their end
ESCALATE_SECONDS = 60.0  # how often overdue follow-ups go to the next level


class Steward:
    """Looks after all campaigns of a store, again and again."""

    def __init__(self, store: Store, engine: ChunkEngine, clock: Callable[[], datetime]) -> None:
        self.store, self.engine, self.clock = store, engine, clock
        self._sure_at = self._escalate_at = 0.0

    def tick(self) -> None:
        """One look at every campaign that workers call."""
        sure = time.monotonic() >= self._sure_at
        for campaign in campaigns_where(self.store, Campaign.state.in_(("scheduled", "running", "cancelled"))):
            try:
                self._look_after(campaign, sure)
            except CampaignError as error:
                log.error("%s", error)
        if sure:
            self.engine.purge(self.clock() - KEPT)
            with self.store.transaction() as tx:
                tx.execute(delete(Worker).where(Worker.left_at < self.clock() - KEPT))
            self._sure_at = time.monotonic() + SURE_SECONDS
        if time.monotonic() >= self._escalate_at:
            self._escalate()
            self._escalate_at = time.monotonic() + ESCALATE_SECONDS

    def _escalate(self) -> None:
        """Gives overdue follow-ups to the next level, so that nobody need run a command for it."""
        with self.store.transaction() as tx:
            raised = escalate_overdue(tx, self.clock())
        if raised:
            log.info("%s overdue follow-ups were escalated", len(raised))

    def _look_after(self, campaign: Campaign, sure: bool) -> None:
        if campaign.state == "scheduled":
            if campaign.starts_at and campaign.starts_at <= self.clock():
                start(self.store, campaign, self.clock())
        elif campaign.layout:  # others are played in virtual time by the process that launched them
            round = rounds_so_far(self.store, campaign) - 1
            if campaign.state == "cancelled":
                self._close(campaign, round)
            elif not self._finish(campaign, round):
                self._keep_going(campaign, round, sure)

    def _keep_going(self, campaign: Campaign, round: int, sure: bool) -> None:
        if campaign.laid_out < campaign.layout:
            households = self._open_households(campaign, round)
            count = self.engine.lay_out(campaign.id, round, campaign.layout, households)
            log.info("campaign %s, round %s: %s chunks laid out", campaign.name, round, count)
            self._set(campaign, laid_out=campaign.layout)
        elif sure and not self.engine.works_on(campaign.id, round, campaign.layout):
            with self.store.reading() as tx:
                idle = not in_call(tx, campaign.id)
            if idle:  # the engine's tables were lost, or came back older than the store's
                self._set(campaign, layout=campaign.layout + 1)

    def _open_households(self, campaign: Campaign, round: int) -> array[int]:
        with self.store.reading() as tx:
            return by_rank(tx, campaign.id, round, plan_of(campaign), self.clock())

    def _finish(self, campaign: Campaign, round: int) -> bool:
        """Finishes the round if everybody has a final disposition, the quota is reached, or its time is over."""
        plan, now = plan_of(campaign), self.clock()
        starts_at = campaign.starts_at or now
        over = now >= ends_at(plan, starts_at, campaign.repeats)
        with self.store.transaction() as tx:
            if in_call(tx, campaign.id):
                return False
            if self._anybody_left(tx, campaign, round):
                if plan.quota is not None and answered(tx, campaign.id, round) >= plan.quota:
                    close_rest(tx, campaign.id, round, "quota", now)
                    over = False
                elif over:
                    finish_round(tx, campaign.id, round, now)
                else:
                    return False
            else:
                over = False
            self._next(tx, campaign, plan, "exhausted" if over else "completed", now)
        return True

    def _next(self, tx: Tx, campaign: Campaign, plan: Plan, state: str, now: datetime) -> None:
        """What a campaign is when a round is over: done, or scheduled for the next."""
        following = next_time(campaign.repeats, plan.zone, campaign.starts_at or now)
        opens = following and next_open(plan, following)
        values = {"state": state, "ended_at": now}
        if opens:
            values = {"state": "scheduled", "starts_at": opens}
        running = Campaign.state == "running"  # it may have been paused or cancelled a moment ago
        tx.execute(update(Campaign).where(Campaign.id == campaign.id, running).values(**values))

    def _close(self, campaign: Campaign, round: int) -> None:
        with self.store.transaction() as tx:
            if self._anybody_left(tx, campaign, round) and not in_call(tx, campaign.id):
                close_rest(tx, campaign.id, round, "cancelled", self.clock())

    def _anybody_left(self, tx: Tx, campaign: Campaign, round: int) -> bool:
        left = select(Record.id).where(
            Record.campaign_id == campaign.id, Record.round == round, Record.final == false()
        )
        return tx.execute(left.limit(1)).first() is not None

    def _set(self, campaign: Campaign, **values: int) -> None:
        with self.store.transaction() as tx:
            tx.execute(update(Campaign).where(Campaign.id == campaign.id).values(**values))
