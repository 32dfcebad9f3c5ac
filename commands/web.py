"""The command that serves the console, the residents' pages and the API."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from commands.house import House, now
from commands.notices import chat_link
from commands.settings import UsageError


def web(house: House, args: argparse.Namespace) -> int:
    """Serves the pages until it is stopped."""
    from records.staff import members
    from web.app import serve
    from web.office import Office

    host, port = _listen(args.listen)
    with house.store.reading() as tx:
        if not members(tx):
            house.say(
                "还没有账号。请先建管理员：run_bot.py staff add <登录名> --role administrator",
                "There is no account yet. Make one first: run_bot.py staff add LOGIN --role administrator",
            )
    with tempfile.TemporaryDirectory(prefix="wenan-") as uploads:
        office = Office(
            store=house.store,
            desk=house.desk(now),
            seal=house.seal,
            clock=now,
            name=house.facts["caller"],
            uploads=Path(uploads),
            fever_c=house.settings.fever_c,
            out=house.out,
            scripts=house.scripts,
            bot_link=chat_link(house),
        )
        house.say(f"问安已启动：http://{args.listen}", f"Wen'an is served at http://{args.listen}")
        serve(office, host, port)
    return 0


def _listen(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 1 << 16):
        example = "127.0.0.1:8080"
        raise UsageError(
            f"--listen {text!r}: write HOST:PORT, such as {example}",
            f"--listen {text!r}：请写成“主机:端口”，如 {example}",
        )
    return host.strip("[]"), int(port)
