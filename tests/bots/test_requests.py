"""Our own connections to the Bot API: whole and chunked answers, connections that are closed, and none at all."""

import asyncio

import pytest
from telegram.error import NetworkError

from bots.telegram.requests import QuickRequest

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 429 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nend"


def posts(answers, count):
    """What comes of posting so often to a server that gives these answers, each connection getting them in turn."""
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        for answer in answers:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
            writer.write(answer)
            if answer is LAST:
                break
        writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/botX/getMe"
        request = QuickRequest()
        await request.initialize()
        try:
            return [await request.do_request(url, "POST") for _ in range(count)], len(connections)
        finally:
            await request.shutdown()
            server.close()

    return asyncio.run(run())


def test_connection_is_kept_for_the_next_call():
    assert posts([WHOLE, CHUNKED, WHOLE], 3) == ([(200, b"ok"), (429, b"abcde"), (200, b"ok")], 1)


def test_closed_connection_is_not_used_again():
    assert posts([LAST], 2) == ([(200, b"end")] * 2, 2)


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", b""])
def test_broken_answer_is_a_fault_of_the_network(answer):
    with pytest.raises(NetworkError):
        posts([answer], 1)


def test_server_that_is_not_there_is_a_fault_of_the_network():
    async def run():
        await QuickRequest().do_request("http://127.0.0.1:9/botX/getMe", "POST")

    with pytest.raises(NetworkError):
        asyncio.run(run())
