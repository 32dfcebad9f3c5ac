"""The fallback after the last try: whoever can be written to is written to, and stays open until they answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from campaigns.plan import NEVER_AGAIN
from campaigns.runner import Due
from records.notices import Unreached, leave_notice
from records.store import Store
from records.tables import Campaign

# Of a campaign and round: writes to these residents of a household until a moment, and returns whom it could write to.
NotifyFn = Callable[[Campaign, int, Due, Sequence[int], datetime, datetime], Collection[int]]


def notifier(store: Store, links: bool) -> NotifyFn:
    """Leaves notices in the store, from which each channel takes its own.

    `links`: there is a page on which whoever has no chat can answer.
    """

    def notify(
        campaign: Campaign, round: int, due: Due, residents: Sequence[int], now: datetime, until: datetime
    ) -> Collection[int]:
        dead = {past.phone for past in due.past if past.outcome in NEVER_AGAIN}
        phones = {resident: str(due.people[resident]["phone"]) for resident in residents}
        numbers = {resident: "" if phone in dead else phone for resident, phone in phones.items()}
        home = Unreached(campaign.id, round, due.household_id, numbers)
        with store.transaction() as tx:
            left = leave_notice(tx, home, now, until, links=links)
        return residents if left else ()

    return notify


def nobody(
    campaign: Campaign, round: int, due: Due, residents: Sequence[int], now: datetime, until: datetime
) -> Collection[int]:
    """A notifier that can write to nobody."""
    return ()
