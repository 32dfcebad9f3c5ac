"""The mailroom: keeps what arrives, has it answered once, and knows what a crash left undone."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from telegram import Bot, Update

from bots.telegram.incoming import chat_of, read
from bots.telegram.letters import Letter, Outgoing, Spoken
from bots.telegram.reception import CHANNEL, Reception
from bots.telegram.wordings import wording
from dialogs.events import Reply
from records.addresses import change_address
from records.check_ins import due_check_ins
from records.inbox import (
    Arrival,
    Arrived,
    Busy,
    claim_update,
    forget_updates,
    free_before,
    give_back,
    keep_reply,
    keep_updates,
    note_answered,
    post,
    renew,
    sweep,
)
from records.notices import note_sent, send_otherwise, waiting
from records.store import Passing, Store, Tx, Unusable

REMEMBERED = timedelta(days=2)  # Telegram gives an update again for one day at most
AT_ONCE = 100  # of what we write of our own accord
TOO_LATE = timedelta(hours=1)  # a reply that could not be sent for so long would only confuse
TRIES = 3
PAUSE = timedelta(seconds=60)  # before another try at what could not be done

log = logging.getLogger(__name__)


class Mailroom:
    """What is done about updates in the store. Every method is one transaction, to be called from a thread."""

    def __init__(self, store: Store, reception: Reception) -> None:
        self.store, self.reception = store, reception
        self.name = uuid.uuid4().hex[:12]  # of this process, on what it has in hand

    def keep(self, updates: Sequence[Update]) -> None:
        """Keeps updates that have just arrived; those that are there already stay as they are."""
        arrivals = [Arrival(update.update_id, chat_of(update), update.to_dict()) for update in updates]
        with self.store.transaction() as tx:
            keep_updates(tx, CHANNEL, arrivals, self.name, _now())

    def attend(self, update: Update) -> tuple[Reply, bool] | None:
        """What a voice message is to be understood as an answer to, and whether the talk has just begun for it.

        None when nothing is asked of its sender.
        """
        what = read(update, _now())
        if what is None or what.kind != "voice":
            return None
        with self.store.transaction() as tx:
            return self.reception.attend(tx, what)

    def handle(self, update: Update, spoken: Spoken | None = None) -> Outgoing | None:
        """Has an update answered; None when it was before, or nothing is to be sent. Raises Busy, and nothing else.

        What the store refuses is tried again, now and later; only for a fault of our own we apologise.
        """
        for left in reversed(range(TRIES)):
            try:
                return self._answer(update, spoken)
            except Busy:
                raise
            except Exception as error:
                if left and isinstance(error, Unusable):  # two that wanted the same rows
                    continue
                log.error("update %d could not be handled: %s", update.update_id, _place(error))
                if isinstance(error, Passing):
                    break
            with suppress(*Unusable):
                return self._apologise(update)
            break
        self.put_off(update)
        return None

    def before(self, update: Update) -> Update | None:
        """An earlier update of the same chat that nobody handles, and that is to be handled first."""
        with self.store.reading() as tx:
            free = free_before(tx, CHANNEL, chat_of(update), update.update_id, self.name, _now())
        return Update.de_json(dict(free.payload), update.get_bot()) if free else None

    def note_sent(self, done: Sequence[tuple[Outgoing, bool]]) -> None:
        """Nothing more is to be sent about these; with each, whether the chat takes nothing from us."""
        now = _now()
        with self.store.transaction() as tx:
            note_answered(tx, CHANNEL, [outgoing.update_id for outgoing, _ in done], now)
            for outgoing, blocked in done:
                if blocked:
                    _note_blocked(tx, outgoing, now)

    def put_off(self, what: Update | Outgoing) -> None:
        """What could not be handled or sent now has another try in a while."""
        try:
            with self.store.transaction() as tx:
                give_back(tx, CHANNEL, what.update_id, _now() + PAUSE)
        except Exception as error:  # then at the next start
            log.error("update %d cannot be put off: %s", what.update_id, type(error).__name__)

    def of_own_accord(self) -> list[Outgoing]:
        """What is to be written to residents whom no call has reached, the daily questions, and reminders.

        Each is taken by one process only, which has it in hand from then on.
        """
        now = _now()
        with self.store.transaction() as tx:
            letters = waiting(tx, CHANNEL, now, AT_ONCE)
            note_sent(tx, [one.id for one in letters], now)
            notices = [Outgoing(0, int(one.address), (self.reception.notice(one),), written=one.id) for one in letters]
            due = due_check_ins(tx, CHANNEL, now, AT_ONCE)
            asked = [Outgoing(0, int(one.linked.address), self.reception.check_in(tx, one, now)) for one in due]
            return [self._post(tx, outgoing, now) for outgoing in (*notices, *asked) if outgoing.letters]

    def sweep(self, bot: Bot, alone: bool = False) -> Sequence[Update | Outgoing]:
        """What nobody has in hand any more, in its order (`alone`: all that is open); the old is forgotten."""
        now = _now()
        with self.store.transaction() as tx:
            renew(tx, CHANNEL, self.name, now)
            arrived = sweep(tx, CHANNEL, self.name, now, alone=alone)
            if alone:
                forget_updates(tx, CHANNEL, now - REMEMBERED)
            note_answered(tx, CHANNEL, [one.update_id for one in arrived if _late(one)], now)
        return [_again(one, bot) for one in arrived if not _late(one)]

    def _answer(self, update: Update, spoken: Spoken | None) -> Outgoing | None:
        now = _now()
        with self.store.transaction() as tx:
            if not claim_update(tx, CHANNEL, update.update_id, self.name, now):
                return None
            what = read(update, now)
            outgoing = self.reception.answer(tx, update.update_id, what, spoken) if what else None
            if outgoing is None or outgoing.empty:
                note_answered(tx, CHANNEL, [update.update_id], now)
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
            if not claim_update(tx, CHANNEL, update.update_id, self.name, _now()):
                return None
            keep_reply(tx, CHANNEL, update.update_id, outgoing.to_json())
        return outgoing

    def _post(self, tx: Tx, outgoing: Outgoing, now: datetime) -> Outgoing:
        number = post(tx, CHANNEL, outgoing.chat, outgoing.to_json(), self.name, now)
        return replace(outgoing, update_id=number)


def _note_blocked(tx: Tx, outgoing: Outgoing, now: datetime) -> None:
    if outgoing.written:
        send_otherwise(tx, outgoing.written)
    change_address(tx, CHANNEL, str(outgoing.chat), blocked_at=now)


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
