"""What stands in front of every page: limits, headers, and silence about what went wrong inside."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 64 << 10  # bytes of a request
LARGEST_FILE = 20 << 20  # bytes of one that brings a roster
LARGEST_TEXT = 1 << 20  # bytes of one that brings all texts of a dialog
FILES = ("/roster",)
TEXTS = "/dialogs/"
SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with none at all browsers send forms from the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """A request that brings more than may be brought there."""


@dataclass(slots=True)
class _Sent:
    """How it stands with the answer to one request."""

    begun: bool = False
    failed: bool = False
    too_large: bool = False


class Guard:
    """Wraps the application: refuses what comes from other sites or is too large, and adds the headers that keep safe.

    A fault is logged as its kind and place alone, since its message may hold what a resident wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = _Sent()

        async def guarded(message: Message) -> None:
            if sent.too_large and not sent.begun:
                return  # what the application made of half a request is of no interest
            if message["type"] == "http.response.start":
                sent.begun = True
                _add_headers(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            refused = _refused(scope)
            await (refused or self.app)(scope, _measured(scope, receive, sent), guarded)
        except Exception as error:
            if not sent.too_large:
                log.error("%s %s failed: %s", scope["method"], _route(scope), _where(error))
                sent.failed = True
        if sent.begun:
            return
        if sent.too_large:
            sent.too_large = False
            await _plain("too large 文件或内容太大", 413)(scope, receive, guarded)
        elif sent.failed:
            await _plain("something went wrong 出错了", 500)(scope, receive, guarded)


def _refused(scope: Scope) -> ASGIApp | None:
    """The answer to a request that another site had a browser make, or that says itself that it is too large."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _most(scope):
        return _plain("too large 文件或内容太大", 413)
    if scope["method"] in SAFE:
        return None
    origin, strange = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    if strange == "cross-site" or (origin is not None and urlsplit(origin).netloc != headers.get("host")):
        return _plain("refused 已拒绝", 403)
    return None


def _measured(scope: Scope, receive: Receive, sent: _Sent) -> Receive:
    """The request as it comes in, cut off once it is larger than it may be, whatever it says of its length."""
    received, most = 0, _most(scope)

    async def measured() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            sent.too_large = True
            raise TooLarge
        return message

    return measured


def _most(scope: Scope) -> int:
    path = scope["path"]
    return LARGEST_FILE if path in FILES else LARGEST_TEXT if path.startswith(TEXTS) else LARGEST


def _add_headers(scope: Scope, headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("cache-control", "max-age=3600" if scope["path"].startswith("/static/") else "no-store")
    request = Request(scope)
    if request.url.scheme == "https":
        headers["strict-transport-security"] = "max-age=31536000"
    for cookie in getattr(request.state, "cookies", ()):
        headers.append("set-cookie", cookie)


def _plain(text: str, status: int) -> ASGIApp:
    return PlainTextResponse(text, status)


def _route(scope: Scope) -> str:
    """The path with the names of its parts instead of their values: a token in it is a secret."""
    return str(getattr(scope.get("route"), "path", "a path that is not there"))


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
