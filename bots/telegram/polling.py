"""How updates come in: into the inbox before the next are asked for, and on to their handling in order of chat."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import BaseUpdateProcessor, ExtBot, Updater

from bots.telegram.letters import Outgoing
from bots.telegram.requests import QuickRequest

if TYPE_CHECKING:
    from bots.telegram.service import Service

KeepFn = Callable[[Sequence[Update], Sequence[dict[str, Any]]], Awaitable[None]]
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
MANY = 1_000_000  # what is done at once is limited by the order of the chats, not by the library's count

log = logging.getLogger(__name__)


class InboxBot(ExtBot[None]):
    """The library's bot, whose updates are kept, in the order of their ids, before it asks for those after them.

    `refused` is called when Telegram no longer takes the token, at which the library gives up without a word.
    """

    def __init__(self, keep: KeepFn, refused: Callable[[], None], getting: QuickRequest, **options: Any) -> None:
        super().__init__(get_updates_request=getting, **options)
        self._keep, self._refused, self._getting = keep, refused, getting

    async def get_updates(self, *args: Any, **options: Any) -> tuple[Update, ...]:
        """The next updates; NetworkError, after which the library asks again in a while, when they cannot be kept."""
        try:
            updates = sorted(await super().get_updates(*args, **options), key=lambda update: update.update_id)
        except InvalidToken:
            self._refused()
            raise
        try:
            await self._keep(updates, _contents(self._getting.last))
        except Exception as error:
            raise NetworkError(f"the inbox takes no updates: {type(error).__name__}") from None
        return tuple(updates)


class Polling:
    """The door through which updates are asked for, by one process only; one request waits so many seconds for them."""

    alone = True

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.updater: Updater | None = None

    async def open(self, service: Service) -> None:
        """Asks for updates again and again."""
        self.updater = Updater(service.bot, service.app.update_queue)
        await self.updater.initialize()
        await self.updater.start_polling(
            timeout=timedelta(seconds=self.seconds),
            bootstrap_retries=-1,
            allowed_updates=WANTED,
            error_callback=partial(_note, service.tell),
        )

    async def shut(self) -> None:
        """Asks for no more."""
        with suppress(TelegramError):
            if self.updater and self.updater.running:
                await self.updater.stop()


class ChatOrder(BaseUpdateProcessor):
    """Handles the updates of one chat one after another, and those of different chats at the same time."""

    def __init__(self) -> None:
        super().__init__(MANY)
        self._chats: dict[int, tuple[asyncio.Lock, int]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits until the earlier updates of the chat are done with."""
        async with self._turn(_chat(update)):
            await coroutine

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is held."""

    @property
    def chats(self) -> int:
        """How many chats wait or are being answered; whoever writes a hundred times is one of them."""
        return len(self._chats)

    @asynccontextmanager
    async def _turn(self, chat: int) -> AsyncIterator[None]:
        lock, here = self._chats.get(chat) or (asyncio.Lock(), 0)
        self._chats[chat] = lock, here + 1
        try:
            async with lock:  # first come, first served
                yield
        finally:
            lock, here = self._chats.pop(chat)
            if here > 1:
                self._chats[chat] = lock, here - 1


def _contents(answer: bytes) -> list[dict[str, Any]]:
    """Updates as they came: to make them out of the library's objects again is a good part of all the work."""
    try:
        return list(json.loads(answer)["result"])
    except (ValueError, KeyError, TypeError):  # they came over the library's own connection
        return []


def _note(tell: Callable[[str, str], None], error: TelegramError) -> None:
    if isinstance(error, Conflict):
        tell(
            "另一个程序也在收这个机器人的消息：请停掉其中一个",
            "another program asks Telegram for the updates of this bot: stop one of the two",
        )
    else:
        log.warning("Telegram gave no updates: %s; trying again", type(error).__name__)


def _chat(update: object) -> int:
    if isinstance(update, Outgoing):
        return update.chat
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat else 0
