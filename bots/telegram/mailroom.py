"""The mailroom: keeps what arrives, has it answered once, and knows what a crash left undone."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Bot, Update

from bots.telegram.incoming import chat_of, read
from bots.telegram.letters import Delivered, Letter, Outgoing, Spoken
from bots.telegram.office.errands import CHANNEL
from bots.telegram.reception import Reception
from bots.telegram.wordings import wording
from dialogs.events import Reply
from records.addresses import change_address
from records.broadcasts import settle_letters
from records.check_ins import due_check_ins
from records.follow_ups import escalate_overdue
from records.inbox import (
    Arrival,
    Arrived,
    Busy,
    claim_update,
    claim_updates,
    forget_updates,
    free_before,
    give_back,
    keep_replies,
    keep_updates,
    note_answered,
    post,
    renew,
    sweep,
)
from records.notices import note_sent, send_otherwise, waiting
from records.pacing import forget_slots, lease
from records.store import Passing, Store, Tx, Unusable
from records.watches import Look, due_watches, end_watch, note_message, note_shown

REMEMBERED = timedelta(days=2)  # Telegram gives an update again for one day at most
AT_ONCE = 25  # of what we write of our own accord: a second's worth, so that what is urgent need not wait
TOO_LATE = timedelta(hours=1)  # a reply that could not be sent for so long would only confuse
TRIES = 3
PAUSE = timedelta(seconds=60)  # before another try at what could not be done

log = logging.getLogger(__name__)
Timed = tuple[datetime, Outgoing]  # from when on it may be sent
Came = tuple[Update, Spoken | None]  # with what was understood, if it is a voice message


class Mailroom:
    """What is done about updates in the store. Every method is one transaction, to be called from a thread."""

    def __init__(self, store: Store, reception: Reception) -> None:
        self.store, self.reception, self.office = store, reception, reception.office
        self.name = uuid.uuid4().hex[:12]  # of this process, on what it has in hand

    def keep(self, updates: Sequence[Update], contents: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keeps updates that have just arrived; those that are there already stay as they are.

        `contents` are the same as they came, as far as they are at hand.
        """
        came = {one.get("update_id"): one for one in contents}
        arrivals = [Arrival(one.update_id, chat_of(one), came.get(one.update_id) or one.to_dict()) for one in updates]
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

    def handle_all(self, came: Sequence[Came]) -> list[Outgoing | Busy | None]:
        """Has updates of different chats answered together; what is to be sent, or Busy, for each.

        Where anything goes wrong nothing is done together, and each is handled by itself.
        """
        if len(came) > 1:
            try:
                return self._together(came)
            except Exception as error:  # whichever it was tells when it is by itself
                log.info("%d updates are handled one by one: %s", len(came), _place(error))
        return [self._by_itself(*one) for one in came]

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

    def note_sent(self, done: Sequence[Delivered]) -> None:
        """Nothing more is to be sent about these."""
        now = _now()
        with self.store.transaction() as tx:
            note_answered(tx, CHANNEL, [one.outgoing.update_id for one in done], now)
            settle_letters(tx, [(*one.outgoing.letter, one.state) for one in done if one.outgoing.letter], now)
            for one in done:
                if one.state == "blocked":
                    _note_blocked(tx, one.outgoing, now)
                elif one.outgoing.watch and one.message is not None:
                    note_message(tx, one.outgoing.watch, one.message)

    def put_off(self, what: Update | Outgoing) -> None:
        """What could not be handled or sent now has another try in a while."""
        try:
            with self.store.transaction() as tx:
                give_back(tx, CHANNEL, what.update_id, _now() + PAUSE)
        except Exception as error:  # then at the next start
            log.error("update %d cannot be put off: %s", what.update_id, type(error).__name__)

    def of_own_accord(self) -> list[Timed]:
        """What is to be written now without being asked, the most pressing first, each with the moment to send it at.

        Work to the staff, notices to whom no call has reached, daily questions, reminders, broadcasts. Each is taken by
        one process only, which has it in hand from then on.
        """
        now = _now()
        with self.store.transaction() as tx:
            letters = waiting(tx, CHANNEL, now, AT_ONCE)
            note_sent(tx, [one.id for one in letters], now)
            notices = [Outgoing(0, int(one.address), (self.reception.notice(one),), written=one.id) for one in letters]
            due = due_check_ins(tx, CHANNEL, now, AT_ONCE)
            asked = [Outgoing(0, int(one.linked.address), self.reception.check_in(tx, one, now)) for one in due]
            found = [*self.office.news(tx, now), *notices, *(one for one in asked if one.letters)]
            found += self.office.broadcast(tx, now, AT_ONCE - len(found))
            posted = [self._post(tx, outgoing, now) for outgoing in found]
            return list(zip(lease(tx, CHANNEL, [one.chat for one in posted], now), posted, strict=True))

    def lease(self, unasked: Sequence[Outgoing]) -> list[Timed]:
        """New moments to send these at, for those before them have passed."""
        with self.store.transaction() as tx:
            return list(zip(lease(tx, CHANNEL, [one.chat for one in unasked], _now()), unasked, strict=True))

    def sweep(self, bot: Bot, alone: bool = False) -> tuple[Sequence[Update | Outgoing], list[Timed]]:
        """What nobody has in hand any more, in its order (`alone`: all that is open); the old is forgotten.

        What we wrote of our own accord comes apart, each with a new moment to send it at.
        """
        now = _now()
        with self.store.transaction() as tx:
            renew(tx, CHANNEL, self.name, now)
            arrived = sweep(tx, CHANNEL, self.name, now, alone=alone)
            if alone:
                forget_updates(tx, CHANNEL, now - REMEMBERED)
            forget_slots(tx, CHANNEL, now)
            escalate_overdue(tx, now)
            late = [one for one in arrived if _late(one)]
            note_answered(tx, CHANNEL, [one.update_id for one in late], now)
            lost = [Outgoing.from_json(one.reply).letter for one in late if one.reply]
            settle_letters(tx, [(*letter, "refused") for letter in lost if letter], now)
            left = [_again(one, bot) for one in arrived if not _late(one)]
            unasked = [one for one in left if isinstance(one, Outgoing) and one.unasked]
            moments = lease(tx, CHANNEL, [one.chat for one in unasked], now)
        asked = [one for one in left if not (isinstance(one, Outgoing) and one.unasked)]
        return asked, list(zip(moments, unasked, strict=True))

    def looks(self) -> list[tuple[Look, Letter, bool]]:
        """The messages that follow something and have changed, with what they are to show, and whether it is over."""
        now, changed = _now(), []
        with self.store.transaction() as tx:
            for look in due_watches(tx, CHANNEL, now):
                letter, over = self.office.view(tx, look, now)
                if letter.text != look.shown:
                    changed.append((look, letter, over))
                elif over:
                    end_watch(tx, look.id)
        return changed

    def note_look(self, look: Look, text: str, over: bool) -> None:
        """What a message shows now; `over`: it follows nothing any more."""
        with self.store.transaction() as tx:
            note_shown(tx, look.id, text)
            if over:
                end_watch(tx, look.id)

    def make(self, file: tuple[str, ...]) -> tuple[str, bytes] | None:
        """The name and content of a file that somebody of the staff asked for; None when they may not have it now."""
        with self.store.reading() as tx:
            return self.office.make(tx, file, _now())

    def _together(self, came: Sequence[Came]) -> list[Outgoing | Busy | None]:
        now = _now()
        with self.store.transaction() as tx:
            if not claim_updates(tx, CHANNEL, [update.update_id for update, _ in came], self.name, now):
                raise Busy
            return [*self._answers(tx, came, now)]

    def _by_itself(self, update: Update, spoken: Spoken | None) -> Outgoing | Busy | None:
        try:
            return self.handle(update, spoken)
        except Busy as busy:
            return busy

    def _answer(self, update: Update, spoken: Spoken | None) -> Outgoing | None:
        now = _now()
        with self.store.transaction() as tx:
            if not claim_update(tx, CHANNEL, update.update_id, self.name, now):
                return None
            (outgoing,) = self._answers(tx, [(update, spoken)], now)
        return outgoing

    def _answers(self, tx: Tx, came: Sequence[Came], now: datetime) -> list[Outgoing | None]:
        """What is to be sent in reply to claimed updates, and kept until it is; None for nothing."""
        answers = [self._reply(tx, update, spoken, now) for update, spoken in came]
        keep_replies(tx, CHANNEL, {one.update_id: one.to_json() for one in answers if one})
        silent = [update.update_id for (update, _), one in zip(came, answers, strict=True) if one is None]
        note_answered(tx, CHANNEL, silent, now)
        return answers

    def _reply(self, tx: Tx, update: Update, spoken: Spoken | None, now: datetime) -> Outgoing | None:
        what = read(update, now)
        outgoing = self.reception.answer(tx, update.update_id, what, spoken) if what else None
        return None if outgoing is None or outgoing.empty else outgoing

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
            keep_replies(tx, CHANNEL, {update.update_id: outgoing.to_json()})
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
