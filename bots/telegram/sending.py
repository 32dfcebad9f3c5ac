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
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bots.telegram.letters import CHOSEN, Delivered, Letter, Outgoing
from bots.telegram.pacing import Pacer
from reports.writers.picture import code_picture

PAUSES = (0.5, 2, 5, 15, 60)  # seconds before the tries after one that failed by network or server
PIECE = 2048  # characters; Telegram takes 4096 of UTF-16's, in which an emoji counts twice
ROW = 24  # characters of labels in one row of buttons
LABEL = 60  # characters of what was chosen

log = logging.getLogger(__name__)
T = TypeVar("T")
MakeFn = Callable[[tuple[str, ...]], Awaitable[tuple[str, bytes] | None]]


class Blocked(Exception):
    """The owner of the chat has blocked us, or is gone."""


class Undelivered(Exception):
    """A reply could not be sent for now: the server does not take it, or we are being stopped."""


class Sender:
    """Sends what is outgoing; once `stopping` is set, nothing is waited for any more.

    `make` makes the file that a letter asks for: its name and content, or None when it is not to be had any more.
    """

    def __init__(self, bot: Bot, stopping: asyncio.Event, pacer: Pacer, make: MakeFn) -> None:
        self.bot, self.stopping, self.pacer, self.make = bot, stopping, pacer, make

    async def send(self, outgoing: Outgoing) -> Delivered:
        """Does all that is to be done in reply to an update. Raises Undelivered, and nothing else."""
        message: int | None = None
        try:
            for letter in outgoing.letters:
                if not outgoing.unasked:  # the others took their turn
                    self.pacer.note(outgoing.chat)
                message = await self._send(outgoing.chat, letter, outgoing.unasked)
        except Blocked:
            return Delivered(outgoing, "blocked")
        if outgoing.query:
            await self._settle_button(outgoing)
        return Delivered(outgoing, "refused" if outgoing.letters and message is None else "sent", message)

    async def rewrite(self, chat: int, message: int, letter: Letter) -> bool:
        """Puts a letter in the place of a message; False when there is no such message any more. Raises Undelivered."""
        edit = partial(self.bot.edit_message_text, letter.text, chat, message, reply_markup=_markup(letter))
        try:
            await self.patiently(edit, unasked=True)
        except BadRequest as error:
            return "not modified" in error.message
        except TelegramError:
            return False
        return True

    async def patiently(self, call: Callable[[], Awaitable[T]], unasked: bool = False) -> T:
        """Calls the server, again when it says so or fails. Raises TelegramError when it refuses, or Undelivered."""
        pauses = list(PAUSES)
        while True:
            try:
                return await call()
            except RetryAfter as error:
                if unasked:
                    self.pacer.hold(seconds(error.retry_after))
                await self._wait(seconds(error.retry_after))
            except BadRequest:
                raise
            except NetworkError as error:
                if not pauses:
                    raise Undelivered(type(error).__name__) from None
                await self._wait(pauses.pop(0))

    async def _send(self, chat: int, letter: Letter, unasked: bool) -> int | None:
        """The id of the message, the last of several; None when it is refused."""
        if letter.code:
            picture = await asyncio.to_thread(code_picture, *letter.code, letter.text.split("\n"))
            return await self._post(partial(self.bot.send_photo, chat, picture, caption=letter.text))
        if letter.file:
            return await self._send_file(chat, letter)
        pieces = [letter.text[i : i + PIECE] for i in range(0, len(letter.text), PIECE)]
        message = None
        for number, piece in enumerate(pieces, start=1):
            markup = _markup(letter) if number == len(pieces) else None
            message = await self._post(partial(self.bot.send_message, chat, piece, reply_markup=markup), unasked)
        return message

    async def _send_file(self, chat: int, letter: Letter) -> int | None:
        made = await self.make(letter.file)
        if made is None:
            return None
        name, content = made
        if name.endswith(".png"):
            return await self._post(partial(self.bot.send_photo, chat, content, caption=letter.text))
        return await self._post(partial(self.bot.send_document, chat, content, caption=letter.text, filename=name))

    async def _post(self, call: Callable[[], Awaitable[Message]], unasked: bool = False) -> int | None:
        try:
            return (await self.patiently(call, unasked)).message_id
        except Forbidden:
            raise Blocked from None
        except InvalidToken:
            raise Undelivered("the token was revoked") from None
        except TelegramError as error:
            log.warning("a reply was refused by Telegram: %s", type(error).__name__)
            return None

    async def _settle_button(self, outgoing: Outgoing) -> None:
        """Ends the waiting of a pressed button; below its message stays what was chosen, or comes what is to be seen.

        Neither is worth a fault.
        """
        try:
            answer = partial(
                self.bot.answer_callback_query, outgoing.query, outgoing.notice or None, outgoing.alert or None
            )
            await self.patiently(answer)
            if outgoing.message is not None and outgoing.board and outgoing.board.text:
                await self.rewrite(outgoing.chat, outgoing.message, outgoing.board)
            elif outgoing.message is not None:
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
