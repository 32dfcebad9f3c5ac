"""Serves a Telegram bot: what comes in is kept, handled in the order of its chat, and answered."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from telegram import BotCommand, Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, TypeHandler, Updater

from bots.desk import Desk
from bots.telegram.gathering import Gathering
from bots.telegram.letters import Delivered, Outgoing, Spoken
from bots.telegram.mailroom import Came, Mailroom, Timed
from bots.telegram.pacing import Pacer
from bots.telegram.polling import ChatOrder, InboxBot
from bots.telegram.reception import Reception
from bots.telegram.requests import QuickRequest
from bots.telegram.sending import Sender, Undelivered, seconds
from bots.telegram.webhook import Webhook
from bots.telegram.wordings import COMMANDS, wording
from dialogs.events import Reply
from records.inbox import Busy
from records.seal import Seal
from records.store import Store

if TYPE_CHECKING:
    from bots.voices import Voices

NO_TOKEN = (
    "there is no Telegram token: write /newbot to @BotFather in Telegram, and give the token that it answers with as "
    "WENAN_TELEGRAM_TOKEN or in a file (see docs/telegram.md)\n"
    "没有 Telegram 令牌：在 Telegram 里找 @BotFather，发送 /newbot，"
    "把得到的令牌设为 WENAN_TELEGRAM_TOKEN 或写入文件（见 docs/telegram.md）"
)
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
NOTE_SECONDS, OWN_SECONDS, LOOK_SECONDS, SWEEP_SECONDS = 0.05, 5.0, 1.0, 15.0  # how often this is done
AT_ONCE = 4  # transactions, where a store takes several
TOGETHER = 16  # updates of different chats that are handled in one transaction, when so many are there
LATE_SECONDS = 0.15  # after its moment something unasked may still leave
CHATS = 1_000  # that wait or are being answered, before more updates are taken
ROOM_SECONDS = 0.05  # until we look again whether there is room
BUSY_SECONDS = 0.1  # until we look again whether another process is done with a chat
KEEP_SECONDS = 30.0  # an update that is not kept by then is brought again
LONGEST, MOST_BYTES = 60, 2_000_000  # seconds and bytes of a voice message
LOUD = ("telegram", "httpx", "httpcore")  # their lines hold the token, or what residents wrote

log = logging.getLogger(__name__)
T = TypeVar("T")


class TokenRefused(ValueError):
    """There is no token, or Telegram does not know it; the message says where to get one."""


@dataclass(frozen=True, slots=True)
class Hook:
    """How updates come in through a reverse proxy: to `url`, which it hands on to `address` (host, port) here."""

    url: str
    address: tuple[str, int]


def serve(
    store: Store,
    desk: Desk,
    seal: Seal,
    token: str,
    *,
    base_url: str | None = None,
    zone: str = "Asia/Shanghai",
    poll_seconds: float = 30,
    hook: Hook | None = None,
    voices: Callable[[], Voices] | None = None,
    stopped: threading.Event | None = None,
) -> None:
    """Answers residents until `stopped` is set or, in the main thread, a signal says so. Raises TokenRefused.

    `base_url` is the root of a Bot API server that is not Telegram's own, such as http://127.0.0.1:8081; `zone` is the
    local time of residents for whom the roster names none; `poll_seconds` is how long one request waits for updates,
    unless they come by `hook`, of which on PostgreSQL several processes may serve the same. `voices` loads what
    understands voice messages, when the first one comes.
    """
    if not token.strip():
        raise TokenRefused(NO_TOKEN)
    stopped = stopped or threading.Event()
    mailroom = Mailroom(store, Reception(desk, seal, zone))
    with _discreet(), _signals(stopped):
        service = partial(_Service, mailroom, token.strip(), base_url, 1 if store.is_sqlite else AT_ONCE, voices)
        come_in = partial(_Polling, poll_seconds) if hook is None else partial(_Hooked, hook, seal.sign("webhook"))
        asyncio.run(_run(service, come_in, stopped))


async def _run(
    make: Callable[[], _Service], come_in: Callable[[_Service], _Polling | _Hooked], stopped: threading.Event
) -> None:
    service = make()
    door = come_in(service)
    told = asyncio.get_running_loop().run_in_executor(None, stopped.wait)
    work = asyncio.create_task(service.work(door))
    try:
        await asyncio.wait((told, work, service.refused), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        if service.refused.done():
            raise TokenRefused(f"Telegram refuses the token\n{NO_TOKEN}")
    finally:
        stopped.set()
        work.cancel()
        await asyncio.gather(told, work, return_exceptions=True)
        service.stopping.set()
        await door.shut()
        await service.end()


class _Polling:
    """Updates are asked for, by one process only."""

    alone = True

    def __init__(self, seconds: float, service: _Service) -> None:
        self.seconds, self.updater = seconds, Updater(service.bot, service.app.update_queue)

    async def open(self) -> None:
        await self.updater.initialize()
        await self.updater.start_polling(
            timeout=timedelta(seconds=self.seconds), bootstrap_retries=-1, allowed_updates=WANTED, error_callback=_note
        )

    async def shut(self) -> None:
        with suppress(TelegramError):
            if self.updater.running:
                await self.updater.stop()


class _Hooked:
    """Updates are brought, to any of several processes."""

    alone = False

    def __init__(self, hook: Hook, secret: str, service: _Service) -> None:
        self.hook, self.secret, self.service = hook, secret, service
        self.webhook: Webhook | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()

        def take(data: dict[str, Any]) -> None:
            asyncio.run_coroutine_threadsafe(self.service.receive(data), loop).result(KEEP_SECONDS)

        self.webhook = Webhook(self.hook.url, self.hook.address, self.secret, take)
        bot = self.service.bot
        hook = partial(bot.set_webhook, self.hook.url, allowed_updates=WANTED, secret_token=self.secret)
        await self.service.sender.patiently(hook)

    async def shut(self) -> None:
        """The webhook stays, so that Telegram keeps what comes until the next start."""
        if self.webhook:
            await asyncio.to_thread(self.webhook.close)


class _Service:
    """One bot at work, from its first request to its last. `at_once` transactions answer at the same time."""

    def __init__(
        self, mailroom: Mailroom, token: str, base_url: str | None, at_once: int, voices: Callable[[], Voices] | None
    ) -> None:
        self.mailroom, self.voices = mailroom, voices
        self.refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        self.threads, self.ears = ThreadPoolExecutor(at_once, "telegram"), ThreadPoolExecutor(1, "ear")
        self.requests = (QuickRequest(pool_timeout=60), QuickRequest(connection_pool_size=1))
        server = (base_url or "").rstrip("/")
        root = {"base_url": f"{server}/bot", "base_file_url": f"{server}/file/bot"} if server else {}
        sending, getting = self.requests
        self.bot = InboxBot(self._keep, self._refuse, getting, token=token, request=sending, **root)
        answer = partial(self._in_thread, self.mailroom.handle_all)
        self.counter: Gathering[Came, Outgoing | None] = Gathering(answer, TOGETHER, at_once)
        self.pacer = Pacer()
        self.sender = Sender(self.bot, self.stopping, self.pacer, partial(self._in_thread, self.mailroom.make))
        self.order = ChatOrder()
        builder = Application.builder().bot(self.bot).updater(None).concurrent_updates(self.order)
        self.app = builder.job_queue(None).build()
        self.app.add_handlers([TypeHandler(Update, self._handle), TypeHandler(Outgoing, self._deliver)])
        self.done: list[Delivered] = []
        self.left: list[Timed] = []  # of what another process, or this one before, was to write

    async def work(self, door: _Polling | _Hooked) -> None:
        """Does what was left undone, listens, and writes of its own accord; waits for a server out of reach."""
        try:
            while not await self._reached():
                log.warning("Telegram cannot be reached; trying again")
        except InvalidToken:
            self._refuse()
            return
        await self._sweep(door.alone)
        await self.app.start()
        await door.open()
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
        self.ears.shutdown()

    async def receive(self, data: dict[str, Any]) -> None:
        """Keeps an update that was brought, and has it handled."""
        update = Update.de_json(data, self.bot)
        await self._keep([update], [data])
        self.app.update_queue.put_nowait(update)

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
        spoken = (
            await self._listen(update) if update.message and (update.message.voice or update.message.audio) else None
        )
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

    async def _listen(self, update: Update) -> Spoken:
        """What is said in a voice message; whatever goes wrong is a trouble that its sender is told of."""
        assert update.message is not None
        voice = update.message.voice or update.message.audio
        if voice is None or self.voices is None:
            return Spoken(trouble="text_only")
        if seconds(voice.duration) > LONGEST or (voice.file_size or 0) > MOST_BYTES:
            return Spoken(trouble="too_long")
        try:
            asked = await self._in_thread(self.mailroom.attend, update)
            if asked is None:
                return Spoken()
            file = await self.sender.patiently(partial(self.bot.get_file, voice.file_id))
            content = bytes(await self.sender.patiently(file.download_as_bytearray))
            understand = partial(self._understand, content, asked[0])
            spoken = await asyncio.get_running_loop().run_in_executor(self.ears, understand)
            return replace(spoken, begun=asked[1])
        except (TelegramError, Undelivered):
            return Spoken(trouble="not_fetched")
        except Exception as error:
            log.error("the voice message of update %d was not heard: %s", update.update_id, type(error).__name__)
            return Spoken(trouble="text_only")

    def _understand(self, content: bytes, reply: Reply) -> Spoken:
        from bots.telegram.listening import understand_voice

        assert self.voices is not None
        return understand_voice(self.voices(), content, reply)

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
            except Exception:
                self.done[:0] = done
                raise

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
