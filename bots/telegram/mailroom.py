"""The mailroom: keeps what arrives, has it answered once, and knows what a crash left undone."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Bot, Update

from bots.telegram.incoming import read
from bots.telegram.letters import Letter, Outgoing
from bots.telegram.reception import CHANNEL, Reception
from bots.telegram.wordings import wording
from records.addresses import change_address
from records.inbox import (
    Arrived,
    claim_update,
    forget_updates,
    keep_reply,
    keep_updates,
    note_answered,
    open_updates,
)
from records.store import Store

REMEMBERED = timedelta(days=2)  # Telegram gives an update again for one day at most
TOO_LATE = timedelta(hours=1)  # a reply that could not be sent for so long would only confuse

log = logging.getLogger(__name__)


class Mailroom:
    """What is done about updates in the store. Every method is one transaction, to be called from a thread."""

    def __init__(self, store: Store, reception: Reception) -> None:
        self.store, self.reception = store, reception

    def keep(self, updates: Mapping[int, Mapping[str, Any]]) -> None:
        """Keeps updates that have just arrived; those that are there already stay as they are."""
        with self.store.transaction() as tx:
            keep_updates(tx, CHANNEL, updates, _now())

    def handle(self, update: Update) -> Outgoing | None:
        """Has an update answered; None when it was before, or nothing is to be sent. Raises nothing."""
        try:
            return self._answer(update)
        except Exception as error:
            log.error("update %d could not be handled: %s", update.update_id, _place(error))
        try:
            return self._apologise(update)
        except Exception as error:  # it stays in the inbox, and is handled after the next start
            log.error("update %d stays unhandled: %s", update.update_id, _place(error))
        return None

    def note_sent(self, outgoing: Outgoing, blocked: bool = False) -> None:
        """Nothing more is to be sent about an update; `blocked`, as the chat takes nothing from us."""
        with self.store.transaction() as tx:
            note_answered(tx, CHANNEL, outgoing.update_id, _now())
            if blocked:
                change_address(tx, CHANNEL, str(outgoing.chat), blocked_at=_now())

    def left_over(self, bot: Bot) -> Sequence[Update | Outgoing]:
        """What was not done with when we stopped, in its order; what was done long ago is forgotten."""
        with self.store.transaction() as tx:
            forget_updates(tx, CHANNEL, _now() - REMEMBERED)
            arrived = open_updates(tx, CHANNEL)
            for one in arrived:
                if _late(one):
                    note_answered(tx, CHANNEL, one.update_id, _now())
        return [_again(one, bot) for one in arrived if not _late(one)]

    def _answer(self, update: Update) -> Outgoing | None:
        now = _now()
        with self.store.transaction() as tx:
            if not claim_update(tx, CHANNEL, update.update_id, now):
                return None
            what = read(update, now)
            outgoing = self.reception.answer(tx, update.update_id, what) if what else None
            if outgoing is None or outgoing.empty:
                note_answered(tx, CHANNEL, update.update_id, now)
                return None
            keep_reply(tx, CHANNEL, update.update_id, outgoing.to_json())
        return outgoing

    def _apologise(self, update: Update) -> Outgoing | None:
        """An update that we cannot deal with, in words, rather than silence."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return None
        letter = Letter(wording("trouble", user.language_code or "zh"))
        outgoing = Outgoing(update.update_id, chat.id, (letter,))
        with self.store.transaction() as tx:
            if not claim_update(tx, CHANNEL, update.update_id, _now()):
                return None
            keep_reply(tx, CHANNEL, update.update_id, outgoing.to_json())
        return outgoing


def _now() -> datetime:
    return datetime.now(UTC)


def _late(one: Arrived) -> bool:
    return one.reply is not None and one.received_at < _now() - TOO_LATE


def _again(one: Arrived, bot: Bot) -> Update | Outgoing:
    return Update.de_json(dict(one.payload), bot) if one.reply is None else Outgoing.from_json(one.reply)


def _place(error: Exception) -> str:
    """Kind and place of a fault, without its message, which may hold what a resident wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
