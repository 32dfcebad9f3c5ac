"""Calls to the Bot API over connections of our own: the library's client takes five times the work for a short call."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest, RequestData

CONNECTIONS = 48  # at the same time
SECONDS = 20.0  # for a call and its answer
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class QuickRequest(HTTPXRequest):
    """Posts short calls over few connections that stay open; files, downloads and proxies are left to the library."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._idle: deque[Pair] = deque()
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._tls = ssl.create_default_context()
        self.last = b""  # body of the last answer

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **options: Any
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises NetworkError, as the library wants it."""
        if (
            not _direct(urlsplit(url).hostname or "")
            or method != "POST"
            or (request_data is not None and request_data.contains_files)
        ):
            return await super().do_request(url, method, request_data, *args, **options)
        body = urlencode(request_data.json_parameters).encode() if request_data else b""
        given = options.get("read_timeout")  # longer than usual where Telegram waits for updates
        limit = max(SECONDS, given) if isinstance(given, int | float) else SECONDS
        async with self._free:
            try:
                async with asyncio.timeout(limit):
                    status, self.last = await self._post(url, body)
                    return status, self.last
            except TimeoutError:
                raise TimedOut from None
            except (OSError, EOFError, ValueError, KeyError, asyncio.LimitOverrunError) as error:
                raise NetworkError(type(error).__name__) from None

    async def shutdown(self) -> None:
        """Closes all connections."""
        while self._idle:
            self._idle.pop()[1].close()
        await super().shutdown()

    async def _post(self, url: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(url)
        reader, writer = await self._connected(parts.scheme, str(parts.hostname), parts.port)
        kept = False
        try:
            writer.write(
                f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nConnection: keep-alive\r\n\r\n".encode()
                + body
            )
            await writer.drain()
            status, content, kept = await _answer(reader)
            return status, content
        finally:
            if kept:
                self._idle.append((reader, writer))
            else:
                writer.close()

    async def _connected(self, scheme: str, host: str, port: int | None) -> Pair:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        secure = scheme == "https"
        return await asyncio.open_connection(host, port or (443 if secure else 80), ssl=self._tls if secure else None)


@cache
def _direct(host: str) -> bool:
    """Whether no proxy stands between us and a host."""
    return not ({"https", "http", "all"} & set(getproxies())) or bool(proxy_bypass(host))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status and body, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    split = (line.partition(":") for line in head[1:])
    fields = {name.strip().lower(): value.strip().lower() for name, _, value in split}
    if "chunked" in fields.get("transfer-encoding", ""):
        content = await _chunks(reader)
    else:
        content = await reader.readexactly(int(fields["content-length"]))
    return int(head[0].split(" ", 2)[1]), content, fields.get("connection") != "close"


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return b"".join(pieces)
