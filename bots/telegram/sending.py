"""Sends replies: at once, in order, with patience for a busy or failing server, and obedient when told to wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bots.telegram.letters import CHOSEN, Letter, Outgoing
from bots.telegram.pacing import Pacer
from reports.writers.picture import code_picture

PAUSES = (0.5, 2, 5, 15, 60)  # seconds before the tries after one that failed by network or server
PIECE = 2048  # characters; Telegram takes 4096 of UTF-16's, in which an emoji counts twice
ROW = 24  # characters of labels in one row of buttons
LABEL = 60  # characters of what was chosen

log = logging.getLogger(__name__)
T = TypeVar("T")


class Blocked(Exception):
    """The owner of the chat has blocked us, or is gone."""


class Undelivered(Exception):
    """A reply could not be sent for now: the server does not take it, or we are being stopped."""


class Sender:
    """Sends what is outgoing; once `stopping` is set, nothing is waited for any more."""

    def __init__(self, bot: Bot, stopping: asyncio.Event, pacer: Pacer) -> None:
        self.bot, self.stopping, self.pacer = bot, stopping, pacer

    async def send(self, outgoing: Outgoing) -> None:
        """Does all that is to be done in reply to an update. Raises Blocked and Undelivered, and nothing else."""
        for letter in outgoing.letters:
            if not outgoing.unasked:  # the others took their turn
                self.pacer.note()
            await self._send(outgoing.chat, letter)
        if outgoing.query:
            await self._settle_button(outgoing)

    async def patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Calls the server, again when it says so or fails. Raises TelegramError when it refuses, or Undelivered."""
        pauses = list(PAUSES)
        while True:
            try:
                return await call()
            except RetryAfter as error:
                await self._wait(seconds(error.retry_after))
            except BadRequest:
                raise
            except NetworkError as error:
                if not pauses:
                    raise Undelivered(type(error).__name__) from None
                await self._wait(pauses.pop(0))

    async def _send(self, chat: int, letter: Letter) -> None:
        if letter.code:
            picture = await asyncio.to_thread(code_picture, *letter.code, letter.text.split("\n"))
            await self._post(partial(self.bot.send_photo, chat, picture, caption=letter.text))
            return
        pieces = [letter.text[i : i + PIECE] for i in range(0, len(letter.text), PIECE)]
        for number, piece in enumerate(pieces, start=1):
            markup = _markup(letter) if number == len(pieces) else None
            await self._post(partial(self.bot.send_message, chat, piece, reply_markup=markup))

    async def _post(self, call: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self.patiently(call)
        except Forbidden:
            raise Blocked from None
        except InvalidToken:
            raise Undelivered("the token was revoked") from None
        except TelegramError as error:
            log.warning("a reply was refused by Telegram: %s", type(error).__name__)

    async def _settle_button(self, outgoing: Outgoing) -> None:
        """Ends the waiting of a pressed button; below its message stays what was chosen, or comes what is to be seen.

        Neither is worth a fault.
        """
        try:
            await self.patiently(partial(self.bot.answer_callback_query, outgoing.query, outgoing.notice or None))
            if outgoing.message is not None:
                edit = partial(self.bot.edit_message_reply_markup, outgoing.chat, outgoing.message)
                await self.patiently(partial(edit, reply_markup=_left(outgoing)))
        except TelegramError as error:  # pressed too long ago, or the message is gone
            log.info("a pressed button could not be settled: %s", type(error).__name__)

    async def _wait(self, time: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), time)
        except TimeoutError:
            return
        raise Undelivered("stopped while waiting")


def seconds(time: float | timedelta) -> float:
    """A time of the library's, which gives timedeltas from its next version on."""
    return time.total_seconds() if isinstance(time, timedelta) else float(time)


def _left(outgoing: Outgoing) -> InlineKeyboardMarkup:
    """The buttons below the message that one was pressed of."""
    if outgoing.board:
        return InlineKeyboardMarkup(_rows(outgoing.board))
    chosen = f"✓ {outgoing.chosen}"[:LABEL]
    return InlineKeyboardMarkup([[InlineKeyboardButton(chosen, callback_data=CHOSEN)]] if outgoing.chosen else [])


def _markup(letter: Letter) -> Any:
    if letter.keyboard == "ask_contact":
        button = KeyboardButton(letter.label, request_contact=True)
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    if letter.keyboard == "remove":
        return ReplyKeyboardRemove()
    return InlineKeyboardMarkup(_rows(letter)) if letter.buttons else None


def _rows(letter: Letter) -> list[list[InlineKeyboardButton]]:
    """So many as wished side by side; else short labels side by side, long ones below each other."""
    buttons = [InlineKeyboardButton(label, callback_data=data) for data, label in letter.buttons]
    if letter.columns:
        return [buttons[at : at + letter.columns] for at in range(0, len(buttons), letter.columns)]
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for button in buttons:
        label = button.text
        room -= len(label) * (2 if label and label[0] > "⺀" else 1) + 4
        if room < 0:
            rows.append([])
            room = ROW
        rows[-1].append(button)
    return rows
