"""Commands on notices: whom no try has reached and who was written to, and the messages for a gateway to send."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from commands.house import House, now
from commands.settings import UsageError

if TYPE_CHECKING:
    from records.notices import Letter

HEAD = {
    "zh": ("手机号", "姓名", "短信", "有效期至"),
    "en": ("Phone", "Name", "Message", "Good until"),
}


def show(house: House, args: argparse.Namespace) -> int:
    """Counts who was written to, by campaign and channel."""
    from campaigns.campaign import find
    from reports.notices import notice_table

    campaign = find(house.store, args.campaign).id if args.campaign else None
    with house.store.reading() as tx:
        house.show(notice_table(tx, campaign))
    return 0


def export(house: House, args: argparse.Namespace) -> int:
    """Writes the messages that wait for a message gateway into a new file, and notes them as sent.

    The file holds whole numbers and good links: only its owner may read it.
    """
    from records.notices import OUTBOX, note_sent, waiting

    if not chat_link(house):
        raise UsageError(
            "setting chat_link is blank: give the page on which residents answer, with {token} in it",
            "未设置 chat_link：请填居民答复用的网址，其中含 {token}",
        )
    moment = now()
    with house.store.transaction() as tx:
        letters = waiting(tx, OUTBOX, moment)
        _write(house, args.file, letters)
        note_sent(tx, [letter.id for letter in letters], moment)
    house.say(f"{len(letters)} 条短信写入 {args.file}", f"{len(letters)} messages written to {args.file}")
    return 0


def chat_link(house: House) -> str:
    """The page on which residents answer in writing, with {token} in its address; blank when none is set."""
    link = house.settings.chat_link
    if link and "{token}" not in link:
        example = "https://t.me/our_bot?start={token}"
        raise UsageError(
            f"setting chat_link: {link!r} has no {{token}}, such as {example}",
            f"设置 chat_link：{link!r} 中没有 {{token}}，应如 {example}",
        )
    return link


def bot_link(house: House, bot: str | None) -> str:
    """The address that opens a bot with {token} in it: of the bot of this name, else as set."""
    link = f"https://t.me/{bot.removeprefix('@')}?start={{token}}" if bot else chat_link(house)
    if not link:
        raise UsageError("which bot? give --bot NAME, or the setting chat_link with {token} in it")
    return link


def _write(house: House, name: str, letters: Sequence[Letter]) -> None:
    try:
        handle = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD["zh" if house.chinese else "en"])
        writer.writerows(_rows(house, letters))


def _rows(house: House, letters: Sequence[Letter]) -> Iterator[tuple[str, ...]]:
    from bots.notices import message
    from records.notices import PURPOSE

    page, office = chat_link(house), house.facts["caller"]
    for letter in letters:
        link = page.replace("{token}", house.seal.sign(PURPOSE, letter.id))
        text = message(letter.language, office, letter.until, link)
        yield letter.address, letter.name, text, f"{letter.until:%Y-%m-%d %H:%M}"
