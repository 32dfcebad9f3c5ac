"""Takes updates from Telegram through a reverse proxy, which holds the certificate: one request an update."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram.error import BadRequest

from bots.telegram.polling import WANTED
from records.errors import Mendable

if TYPE_CHECKING:
    from bots.telegram.service import Service

MOST_BYTES = 1_000_000
KEEP_SECONDS = 30.0  # an update that is not kept by then is brought again
IDLE_SECONDS = 75  # a connection of the proxy is closed after
SECRET = "X-Telegram-Bot-Api-Secret-Token"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hook:
    """How updates come in through a reverse proxy: to `url`, which it hands on to `address` (host, port) here."""

    url: str
    address: tuple[str, int]


class HookRefused(Mendable):
    """The webhook cannot be had: our address is taken, or Telegram does not like the URL."""


class Hooked:
    """The door through which updates are brought, to any of several processes."""

    alone = False

    def __init__(self, hook: Hook, secret: str) -> None:
        self.hook, self.secret = hook, secret
        self.webhook: Webhook | None = None

    async def open(self, service: Service) -> None:
        """Listens, and tells Telegram where. Raises HookRefused."""
        loop = asyncio.get_running_loop()

        def take(data: dict[str, Any]) -> None:
            asyncio.run_coroutine_threadsafe(service.receive(data), loop).result(KEEP_SECONDS)

        here = "{}:{}".format(*self.hook.address)
        try:
            self.webhook = Webhook(self.hook.url, self.hook.address, self.secret, take)
        except OSError as error:
            raise HookRefused(f"--listen {here}: {error.strerror}", f"--listen {here}：{error.strerror}") from None
        hook = partial(service.bot.set_webhook, self.hook.url, allowed_updates=WANTED, secret_token=self.secret)
        try:
            await service.sender.patiently(hook)
        except BadRequest as error:
            url, why = self.hook.url, error.message
            raise HookRefused(
                f"Telegram refuses --webhook {url}: {why}", f"Telegram 不接受 --webhook {url}：{why}"
            ) from None

    async def shut(self) -> None:
        """The webhook stays, so that Telegram keeps what comes until the next start."""
        if self.webhook:
            await asyncio.to_thread(self.webhook.close)


class Webhook:
    """Listens at `address` (host, port) for updates to `url`; each is answered once `take` has kept it.

    `take` gets the JSON of an update, from a thread; whatever it raises makes Telegram send the update again.
    OSError when the address cannot be listened at.
    """

    def __init__(self, url: str, address: tuple[str, int], secret: str, take: Callable[[dict[str, Any]], None]) -> None:
        self.path, self.secret, self.take = urlsplit(url).path or "/", secret, take
        self._server = ThreadingHTTPServer(address, _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="webhook")
        self._thread.start()

    def close(self) -> None:
        """Takes no more updates."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, secret: str, body: bytes) -> HTTPStatus:
        """What a request is answered with; only a status, as nobody else than Telegram is to learn anything."""
        if urlsplit(path).path != self.path or not hmac.compare_digest(secret.encode(), self.secret.encode()):
            log.warning("a request that is not from Telegram was refused")
            return HTTPStatus.FORBIDDEN
        try:
            update = json.loads(body)
        except ValueError:
            return HTTPStatus.BAD_REQUEST
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return HTTPStatus.BAD_REQUEST
        try:
            self.take(update)
        except Exception as error:
            log.error("update %d is not kept: %s; it will come again", update["update_id"], type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK


def _handler(webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One connection of the proxy, kept open for many requests."""

        protocol_version = "HTTP/1.1"
        timeout = IDLE_SECONDS
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Reads an update and answers."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self.close_connection = True
                self._reply(HTTPStatus.BAD_REQUEST)
                return
            self._reply(webhook.answer(self.path, self.headers.get(SECRET, ""), self.rfile.read(int(length))))

        def _reply(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: the path may be a secret of its own."""

    return Handler
