"""The pace of a campaign over all workers: each leases slots, moments at which one call may begin, from one row."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from records.store import Store
from records.tables import Campaign

LATEST = 0.25  # seconds after which a slot is void
# With slots used up to LATEST late, ten seconds hold the slots of ten and a quarter: so many fewer are given out.
SPARED = 10.0 / (10.0 + LATEST)
AHEAD = timedelta(seconds=5)  # a row further ahead than this was written by a clock that has jumped since

_ROW = (
    select(Campaign.pace, Campaign.next_slot_at, Campaign.state)
    .where(Campaign.id == bindparam("wanted"))
    .with_for_update(key_share=True)
)
_LEASE = update(Campaign).where(Campaign.id == bindparam("wanted")).values(next_slot_at=bindparam("next_slot"))


def lease(store: Store, campaign_id: int, wanted: int, now: datetime) -> list[datetime] | None:
    """Up to so many slots of the next second, in their order; None when the campaign has no limit.

    An empty list: all slots of the next second are taken. No campaign that is not running gets any.
    """
    with store.transaction() as tx:
        row = tx.execute(_ROW, {"wanted": campaign_id}).one()
        if row.state != "running":
            return []
        if row.pace is None:
            return None
        slots, after = next_slots(row.next_slot_at, row.pace, wanted, now)
        tx.execute(_LEASE, {"wanted": campaign_id, "next_slot": after})
        return slots


def next_slots(free_from: datetime | None, pace: float, wanted: int, now: datetime) -> tuple[list[datetime], datetime]:
    """Up to so many slots within a second from now on, and the first moment that is then still free. A pure rule."""
    gap = timedelta(seconds=1 / (pace * SPARED))
    if free_from is None or free_from < now or free_from > now + AHEAD + gap:
        free_from = now
    within = now + timedelta(seconds=1)
    slots: list[datetime] = []
    while len(slots) < wanted and free_from < within:
        slots.append(free_from)
        free_from += gap
    return slots, free_from


def wait_for(slot: datetime, clock: Callable[[], datetime]) -> bool:
    """Waits for a slot; False when it is over, so that another must be leased."""
    while (left := (slot - clock()).total_seconds()) > 0:
        time.sleep(min(left, 1.0))
    return left > -LATEST
