"""One bot at work: what comes in is kept, handled in the order of its chat, and answered; the rest goes in rounds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from telegram import BotCommand, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, TypeHandler

from bots.telegram.gathering import Gathering
from bots.telegram.letters import Delivered, Outgoing
from bots.telegram.listening import Listener
from bots.telegram.mailroom import Came, Mailroom, Timed
from bots.telegram.pacing import Pacer
from bots.telegram.polling import ChatOrder, InboxBot
from bots.telegram.requests import QuickRequest
from bots.telegram.sending import Sender, Undelivered, seconds
from bots.telegram.wordings import COMMANDS, wording
from records.inbox import Busy

if TYPE_CHECKING:
    from bots.voices import Voices

AT_ONCE = 8  # transactions, where a store takes several
TOGETHER = 16  # updates of different chats that are handled in one transaction, when so many are there
NOTE_SECONDS, OWN_SECONDS, LOOK_SECONDS, SWEEP_SECONDS = 0.05, 5.0, 1.0, 15.0  # how often this is done
LATE_SECONDS = 0.15  # after its moment something unasked may still leave
CHATS = 1_000  # that wait or are being answered, before more updates are taken
ROOM_SECONDS = 0.05  # until we look again whether there is room
BUSY_SECONDS = 0.1  # until we look again whether another process is done with a chat
PAUSES = (2, 5, 15, 30)  # seconds between tries to reach Telegram at the start

log = logging.getLogger(__name__)
T = TypeVar("T")
TellFn = Callable[[str, str], None]  # the same in Chinese and in English, for whoever started us


class Door(Protocol):
    """How updates come in; `alone` where only one process may serve the bot."""

    alone: bool

    async def open(self, service: Service) -> None:
        """Lets updates in from now on."""

    async def shut(self) -> None:
        """Lets no more in."""


class Service:
    """One bot at work, from its first request to its last. `at_once` transactions answer at the same time."""

    def __init__(
        self,
        mailroom: Mailroom,
        token: str,
        base_url: str | None,
        at_once: int,
        voices: Callable[[], Voices] | None,
        tell: TellFn,
    ) -> None:
        self.mailroom, self.tell = mailroom, tell
        self.refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        self.threads = ThreadPoolExecutor(at_once, "telegram")
        self.requests = (QuickRequest(pool_timeout=60), QuickRequest(connection_pool_size=1))
        server = (base_url or "").rstrip("/")
        root = {"base_url": f"{server}/bot", "base_file_url": f"{server}/file/bot"} if server else {}
        sending, getting = self.requests
        self.bot = InboxBot(self._keep, self._refuse, getting, token=token, request=sending, **root)
        answer = partial(self._in_thread, self.mailroom.handle_all)
        self.counter: Gathering[Came, Outgoing | None] = Gathering(answer, TOGETHER, at_once)
        self.pacer = Pacer()
        self.sender = Sender(self.bot, self.stopping, self.pacer, partial(self._in_thread, self.mailroom.make))
        self.listener = Listener(self.sender, partial(self._in_thread, self.mailroom.attend), voices)
        self.order = ChatOrder()
        builder = Application.builder().bot(self.bot).updater(None).concurrent_updates(self.order)
        self.app = builder.job_queue(None).build()
        self.app.add_handlers([TypeHandler(Update, self._handle), TypeHandler(Outgoing, self._deliver)])
        self.done: list[Delivered] = []
        self.left: list[Timed] = []  # of what another process, or this one before, was to write

    async def work(self, door: Door) -> None:
        """Does what was left undone, listens, and writes of its own accord; waits for a server out of reach."""
        try:
            await self._reach()
            await self._sweep(door.alone)
            await self.app.start()
            await door.open(self)
        except InvalidToken:
            self._refuse()
            return
        self.tell(f"@{self.bot.username} 已上线；按 Ctrl-C 停止", f"@{self.bot.username} answers now; stop with Ctrl-C")
        with suppress(TelegramError, Undelivered):
            await self._show_commands()
        rounds = (
            (NOTE_SECONDS, self._note_done),
            (OWN_SECONDS, self._write),
            (LOOK_SECONDS, self._look),
            (SWEEP_SECONDS, self._sweep),
        )
        await asyncio.gather(*(self._again_and_again(seconds, what) for seconds, what in rounds))

    async def end(self) -> None:
        """Ends in order; what cannot be finished at once is done after the next start."""
        self.stopping.set()
        if self.app.running:
            await self.app.stop()
        await self._note_done()
        await self.app.shutdown()
        for request in self.requests:
            await request.shutdown()
        self.threads.shutdown()
        self.listener.close()

    async def receive(self, data: dict[str, Any]) -> None:
        """Keeps an update that was brought, and has it handled."""
        update = Update.de_json(data, self.bot)
        await self._keep([update], [data])
        self.app.update_queue.put_nowait(update)

    async def _reach(self) -> None:
        """Comes back once Telegram answers; whoever started us is told at once when it does not."""
        pauses = iter(PAUSES)
        while True:
            try:
                await self.app.initialize()
                return
            except RetryAfter as error:
                await asyncio.sleep(seconds(error.retry_after))
            except InvalidToken:
                raise
            except TelegramError as error:
                why = " ".join(f"{type(error).__name__}: {error}".replace(self.bot.token, "***").split())[:100]
                self.tell(f"连不上 Telegram（{why}），稍后再试", f"Telegram cannot be reached ({why}); trying again")
                await asyncio.sleep(next(pauses, PAUSES[-1]))

    async def _show_commands(self) -> None:
        for code, language in ((None, "en"), ("zh", "zh")):
            commands = [BotCommand(name, wording(f"{name}_command", language)) for name in COMMANDS]
            await self.sender.patiently(partial(self.bot.set_my_commands, commands, language_code=code))

    async def _keep(self, updates: Sequence[Update], contents: Sequence[dict[str, Any]]) -> None:
        """Keeps updates in the inbox, once there is room for more: until then they are better off with Telegram."""
        if not updates:
            return
        while self.order.chats > CHATS and not self.stopping.is_set():
            await asyncio.sleep(ROOM_SECONDS)
        await self._in_thread(self.mailroom.keep, updates, contents)

    async def _again_and_again(self, seconds: float, what: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping.is_set():
            await asyncio.sleep(seconds)
            try:
                await what()
            except Exception as error:  # a store that is gone comes back
                log.error("what is to be done again and again failed: %s", type(error).__name__)

    async def _sweep(self, alone: bool = False) -> None:
        asked, unasked = await self._in_thread(self.mailroom.sweep, self.bot, alone)
        for left in asked:
            self.app.update_queue.put_nowait(left)
        self.left += unasked

    async def _write(self) -> None:
        """Sends what we write of our own accord, at its pace."""
        while found := self.left or await self._in_thread(self.mailroom.of_own_accord):
            self.left = []
            while found:
                moment, outgoing = found[0]
                wait = (moment - datetime.now(UTC)).total_seconds()
                if wait < -LATE_SECONDS:  # what comes late would come together with what others send now
                    found = await self._in_thread(self.mailroom.lease, [one for _, one in found])
                    continue
                await asyncio.sleep(wait)
                await self.pacer.turn(outgoing.chat)
                self.app.update_queue.put_nowait(outgoing)
                del found[0]

    async def _look(self) -> None:
        """Brings the messages up to date that follow something."""
        for look, letter, over in await self._in_thread(self.mailroom.looks):
            await self.pacer.turn(int(look.address))
            with suppress(Undelivered):
                there = await self.sender.rewrite(int(look.address), look.message, letter)
                await self._in_thread(self.mailroom.note_look, look, letter.text, over or not there)

    async def _handle(self, update: Update, _context: Any) -> None:
        spoken = await self.listener.listen(update)
        while not self.stopping.is_set():
            try:
                outgoing = await self.counter.ask((update, spoken))
            except Busy:
                earlier = await self._in_thread(self.mailroom.before, update)
                await (self._handle(earlier, None) if earlier else asyncio.sleep(BUSY_SECONDS))
                continue
            if outgoing:
                await self._deliver(outgoing, None)
            return

    async def _deliver(self, outgoing: Outgoing, _context: Any) -> None:
        delivered = Delivered(outgoing, "refused")
        try:
            delivered = await self.sender.send(outgoing)
        except Undelivered as error:
            log.warning("the reply to update %d is sent later: %s", outgoing.update_id, error)
            await self._in_thread(self.mailroom.put_off, outgoing)
            return
        except Exception as error:  # a fault of the library's or ours; once more would bring it again
            log.error("the reply to update %d failed: %s", outgoing.update_id, type(error).__name__)
        self.done.append(delivered)

    async def _note_done(self) -> None:
        """Notes what was sent; should we be killed before, it is sent once more."""
        done, self.done = self.done, []
        if done:
            try:
                await self._in_thread(self.mailroom.note_sent, done)
            except BaseException:  # also when we are being stopped: to note it twice is no harm
                self.done[:0] = done
                raise

    async def _in_thread(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *args)

    def _refuse(self) -> None:
        if not self.refused.done():
            self.refused.set_result(None)
