"""Serves a Telegram bot until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from telegram.error import InvalidToken

from bots.desk import Desk
from bots.telegram.mailroom import Mailroom
from bots.telegram.polling import Polling
from bots.telegram.reception import Reception
from bots.telegram.service import AT_ONCE, Door, Service, TellFn
from bots.telegram.webhook import Hook, Hooked
from records.errors import Mendable
from records.seal import Seal
from records.store import Store

if TYPE_CHECKING:
    from bots.voices import Voices

NO_TOKEN = (
    "there is no Telegram token: write /newbot to @BotFather in Telegram, and give the token that it answers with as "
    "WENAN_TELEGRAM_TOKEN, or the name of a file that holds it as WENAN_TELEGRAM_TOKEN_FILE (see docs/telegram.md)",
    "没有 Telegram 令牌：在 Telegram 里找 @BotFather，发送 /newbot，把得到的令牌设为 WENAN_TELEGRAM_TOKEN，"
    "或者写入文件，把文件名设为 WENAN_TELEGRAM_TOKEN_FILE（见 docs/telegram.md）",
)
REFUSED = (
    "Telegram does not know this token: it is not copied in full, or was revoked; @BotFather shows the right one when "
    "you write /mybots, choose the bot and press API Token",
    "Telegram 不认识这个令牌：可能没有复制完整，或者已经作废；"
    "在 @BotFather 里发送 /mybots，选中机器人，点 API Token 查看",
)
LOUD = ("telegram", "httpx", "httpcore")  # their lines hold the token, or what residents wrote

log = logging.getLogger(__name__)


class TokenRefused(Mendable):
    """There is no token, or Telegram does not know it; the message says where to get one."""


def _log(_zh: str, en: str) -> None:
    log.info("%s", en)


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
    tell: TellFn = _log,
) -> None:
    """Answers residents until `stopped` is set or, in the main thread, a signal says so.

    `base_url` is the root of a Bot API server that is not Telegram's own, such as http://127.0.0.1:8081; `zone` is the
    local time of residents for whom the roster names none; `poll_seconds` is how long one request waits for updates,
    unless they come by `hook`, of which on PostgreSQL several processes may serve the same. `voices` loads what
    understands voice messages, when the first one comes. `tell` is told in both languages whether Telegram answers.
    Raises TokenRefused or HookRefused.
    """
    if not token.strip():
        raise TokenRefused(*NO_TOKEN)
    at_once = 1 if store.is_sqlite else AT_ONCE
    door = Polling(poll_seconds) if hook is None else Hooked(hook, seal.sign("webhook"))
    mailroom = Mailroom(store, Reception(desk, seal, zone))
    make = partial(Service, mailroom, token.strip(), base_url, at_once, voices, tell)
    with _discreet(), _signals(stopped or threading.Event()) as until:
        asyncio.run(_run(make, door, until))


async def _run(make: Callable[[], Service], door: Door, stopped: threading.Event) -> None:
    try:
        service = make()
    except InvalidToken:  # it has not even the shape of one
        raise TokenRefused(*REFUSED) from None
    told = asyncio.get_running_loop().run_in_executor(None, stopped.wait)
    work = asyncio.create_task(service.work(door))
    try:
        await asyncio.wait((told, work, service.refused), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        if service.refused.done():
            raise TokenRefused(*REFUSED)
    finally:
        stopped.set()
        work.cancel()
        await asyncio.gather(told, work, return_exceptions=True)
        service.stopping.set()
        await door.shut()
        await service.end()


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
def _signals(stopped: threading.Event) -> Iterator[threading.Event]:
    """Lets the interrupt key and the service manager stop us in order, where signals can be had."""
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
