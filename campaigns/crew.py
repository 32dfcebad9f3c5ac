"""What a worker brings to the chunks it calls: its lines, its clock, how a call is made, and whether it still may."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.lines import Lines
from campaigns.notify import NotifyFn, nobody
from campaigns.plan import Plan, broken
from campaigns.runner import Tried, Try
from records.dialling import Ending, LeftOpen, end_attempts, left_open
from records.store import Store
from records.tables import Campaign

CallFn = Callable[[int, Try], Tried]  # makes the call of an attempt that is begun
MendFn = Callable[[int, Plan, datetime], Tried]  # ends what is left of an attempt that was cut off


class CutOff(RuntimeError):
    """This worker must not dial any more: it lost its place, or is to stop."""


@dataclass(slots=True)
class Crew:
    """A worker's parts. `may_dial` says at any moment whether it holds its place among the workers."""

    store: Store
    worker: str
    lines: Lines
    calls: Callable[[Campaign, int, Plan], CallFn]
    mend: MendFn
    clock: Callable[[], datetime]
    may_dial: Callable[[], bool] = lambda: True
    notify: NotifyFn = nobody
    leaving: threading.Event = field(default_factory=threading.Event)
    _recent: dict[int, deque[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=200))
    )

    def note(self, campaign_id: int, ended_at: datetime, outcome: str, plan: Plan) -> bool:
        """Notes how a call of a campaign ended; returns whether the circuit breaker opens."""
        recent = self._recent[campaign_id]
        recent.append((ended_at, outcome))
        if outcome != "network_error" or not broken(list(recent), plan, ended_at):
            return False
        recent.clear()
        return True


def mend_all(
    store: Store,
    worker: str,
    mend: MendFn,
    plans: Mapping[int, Plan],
    now: datetime,
    of: Callable[[LeftOpen], bool] = lambda attempt: True,
) -> int:
    """Ends the attempts that a worker left open and of which `of` is true; returns how many. `plans` by campaign."""
    with store.reading() as tx:
        cut = [attempt for attempt in left_open(tx, worker) if of(attempt)]
    for attempt in cut:
        with store.transaction() as tx:
            tried = mend(attempt.id, plans[attempt.campaign_id], now)
            noted = {**tried.noted, "call_later_at": tried.call_later_at}
            ending = Ending(attempt.id, attempt.residents, tried.outcome, now, noted)
            end_attempts(tx, attempt.campaign_id, attempt.round, [ending])
    return len(cut)
