"""Serves a Telegram bot: what comes in is kept, handled in the order of its chat, and answered."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from telegram import BotCommand, Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, TypeHandler
from telegram.request import HTTPXRequest

from bots.desk import Desk
from bots.telegram.letters import Outgoing
from bots.telegram.mailroom import Mailroom
from bots.telegram.polling import ChatOrder, InboxBot
from bots.telegram.reception import Reception
from bots.telegram.sending import Blocked, Sender, Undelivered
from bots.telegram.wordings import COMMANDS, wording
from records.store import Store

NO_TOKEN = (
    "there is no Telegram token: write /newbot to @BotFather in Telegram, and give the token that it answers with as "
    "WENAN_TELEGRAM_TOKEN or in a file (see docs/telegram.md)\n"
    "没有 Telegram 令牌：在 Telegram 里找 @BotFather，发送 /newbot，"
    "把得到的令牌设为 WENAN_TELEGRAM_TOKEN 或写入文件（见 docs/telegram.md）"
)
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
LOUD = ("telegram", "httpx", "httpcore")  # their lines hold the token, or what residents wrote

log = logging.getLogger(__name__)
T = TypeVar("T")


class TokenRefused(ValueError):
    """There is no token, or Telegram does not know it; the message says where to get one."""


def serve(
    store: Store,
    desk: Desk,
    token: str,
    *,
    base_url: str | None = None,
    zone: str = "Asia/Shanghai",
    poll_seconds: float = 30,
    stopped: threading.Event | None = None,
) -> None:
    """Answers residents until `stopped` is set or, in the main thread, a signal says so. Raises TokenRefused.

    `base_url` is the root of a Bot API server that is not Telegram's own, such as http://127.0.0.1:8081; `zone` is the
    local time of residents for whom the roster names none; `poll_seconds` is how long one request waits for updates.
    """
    if not token.strip():
        raise TokenRefused(NO_TOKEN)
    stopped = stopped or threading.Event()
    with _discreet(), _signals(stopped):
        asyncio.run(_run(store, desk, token.strip(), base_url, zone, poll_seconds, stopped))


async def _run(
    store: Store, desk: Desk, token: str, base_url: str | None, zone: str, poll: float, stopped: threading.Event
) -> None:
    service = _Service(Mailroom(store, Reception(desk, zone)), token, base_url, poll, 1 if store.is_sqlite else 8)
    told = asyncio.get_running_loop().run_in_executor(None, stopped.wait)
    work = asyncio.create_task(service.begin())
    try:
        await asyncio.wait((told, work, service.refused), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
            await asyncio.wait((told, service.refused), return_when=asyncio.FIRST_COMPLETED)
        if service.refused.done():
            raise TokenRefused(f"Telegram refuses the token\n{NO_TOKEN}")
    finally:
        stopped.set()
        work.cancel()
        await asyncio.gather(told, work, return_exceptions=True)
        await service.end()


class _Service:
    """One bot at work, from its first request to its last. `threads` write to the store at the same time."""

    def __init__(self, mailroom: Mailroom, token: str, base_url: str | None, poll: float, threads: int) -> None:
        self.mailroom, self.poll = mailroom, timedelta(seconds=poll)
        self.refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        self.threads = ThreadPoolExecutor(threads, "telegram")
        self.requests = (HTTPXRequest(pool_timeout=60), HTTPXRequest(connection_pool_size=1))
        root = {"base_url": f"{base_url.rstrip('/')}/bot"} if base_url else {}
        sending, getting = self.requests
        self.bot = InboxBot(self._keep, self._refuse, token=token, request=sending, get_updates_request=getting, **root)
        self.sender = Sender(self.bot, self.stopping)
        self.app = Application.builder().bot(self.bot).concurrent_updates(ChatOrder()).job_queue(None).build()
        self.app.add_handlers([TypeHandler(Update, self._handle), TypeHandler(Outgoing, self._deliver)])

    async def begin(self) -> None:
        """Does what was left undone, and begins to listen; waits for a server that cannot be reached yet."""
        try:
            while not await self._reached():
                log.warning("Telegram cannot be reached; trying again")
        except InvalidToken:
            self._refuse()
            return
        for left in await self._in_thread(self.mailroom.left_over, self.bot):
            self.app.update_queue.put_nowait(left)
        await self.app.start()
        assert self.app.updater is not None
        await self.app.updater.start_polling(
            timeout=self.poll, bootstrap_retries=-1, allowed_updates=WANTED, error_callback=_note
        )
        with suppress(TelegramError, Undelivered):
            await self._show_commands()

    async def end(self) -> None:
        """Ends in order; what cannot be finished at once is done after the next start."""
        self.stopping.set()
        assert self.app.updater is not None
        with suppress(TelegramError):
            if self.app.updater.running:
                await self.app.updater.stop()
        if self.app.running:
            await self.app.stop()
        await self.app.shutdown()
        for request in self.requests:
            await request.shutdown()
        self.threads.shutdown()

    async def _reached(self) -> bool:
        try:
            await self.sender.patiently(self.app.initialize)
        except Undelivered:
            return False
        return True

    async def _show_commands(self) -> None:
        for code, language in ((None, "en"), ("zh", "zh")):
            commands = [BotCommand(name, wording(f"{name}_command", language)) for name in COMMANDS]
            await self.sender.patiently(partial(self.bot.set_my_commands, commands, language_code=code))

    async def _keep(self, updates: Sequence[Update]) -> None:
        if updates:
            await self._in_thread(self.mailroom.keep, {update.update_id: update.to_dict() for update in updates})

    async def _handle(self, update: Update, _context: Any) -> None:
        outgoing = await self._in_thread(self.mailroom.handle, update)
        if outgoing:
            await self._deliver(outgoing, None)

    async def _deliver(self, outgoing: Outgoing, _context: Any) -> None:
        blocked = False
        try:
            await self.sender.send(outgoing)
        except Blocked:
            blocked = True
        except Undelivered as error:
            log.warning("the reply to update %d is sent after the next start: %s", outgoing.update_id, error)
            return
        except Exception as error:  # a fault of the library's or ours; once more would bring it again
            log.error("the reply to update %d failed: %s", outgoing.update_id, type(error).__name__)
        try:
            await self._in_thread(self.mailroom.note_sent, outgoing, blocked)
        except Exception as error:
            log.error("the reply to update %d may be sent twice: %s", outgoing.update_id, type(error).__name__)

    async def _in_thread(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *args)

    def _refuse(self) -> None:
        if not self.refused.done():
            self.refused.set_result(None)


def _note(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("another program asks Telegram for the updates of this bot: stop one of the two")
    else:
        log.warning("Telegram gave no updates: %s; trying again", type(error).__name__)


@contextmanager
def _discreet() -> Iterator[None]:
    """Silences the libraries' own log, and has the library give times as it will from its next version on."""
    loggers = [logging.getLogger(name) for name in LOUD]
    before = [logger.level for logger in loggers]
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _signals(stopped: threading.Event) -> Iterator[None]:
    """Lets the interrupt key and the service manager stop us in order, where signals can be had."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
