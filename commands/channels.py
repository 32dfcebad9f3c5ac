"""Commands that serve a channel until they are stopped."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commands.house import House, now
from commands.settings import Settings, UsageError

if TYPE_CHECKING:
    from bots.voices import Voices

MODELS = Path(__file__).parents[1] / "voice_models"


def telegram(house: House, args: argparse.Namespace) -> int:
    """Answers residents on Telegram; says where to get a token when there is none."""
    from bots.telegram import NO_TOKEN, Hook, serve

    token = _token(house.settings)
    if not token:
        raise UsageError(*NO_TOKEN)
    if bool(args.webhook) != bool(args.listen):
        raise UsageError(
            "--webhook and --listen go together: the address that Telegram calls, and ours behind it",
            "--webhook 和 --listen 要一起用：前者是 Telegram 回调的网址，后者是反向代理背后我们的地址",
        )
    hook = Hook(url(args.webhook, "--webhook", "https"), args.listen) if args.webhook else None
    base_url = url(house.settings.telegram_api, "telegram_api", "http", "https") or None
    desk, seal = house.desk(now), house.seal
    serve(house.store, desk, seal, token, base_url=base_url, hook=hook, voices=voices, tell=house.say)
    return 0


@cache
def voices() -> Voices:
    """What understands voice messages, by the speech models that ship with Wen'an."""
    from bots.voices import Voices

    return Voices({"zh": MODELS / "zh-phone", "en": MODELS / "en-phone"})


def url(text: str, name: str, *schemes: str) -> str:
    """The text, if it is blank or a URL of one of these schemes; UsageError names what it is the value of."""
    parts = urlsplit(text)
    if text and not (parts.scheme in schemes and parts.hostname):
        example = f"{schemes[-1]}://bot.example.org"
        raise UsageError(
            f"{name}: {text!r} is not an address such as {example}", f"{name}：{text!r} 不是 {example} 这样的网址"
        )
    return text


def address(text: str) -> tuple[str, int]:
    """HOST:PORT as a pair; argparse.ArgumentTypeError when it is none."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8443 应为“主机:端口”")
    return host, int(port)


def _token(settings: Settings) -> str:
    if settings.telegram_token or not settings.telegram_token_file:
        return settings.telegram_token
    try:
        return Path(settings.telegram_token_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        file, why = settings.telegram_token_file, error.strerror
        raise UsageError(f"telegram_token_file: {file}: {why}", f"telegram_token_file：{file}：{why}") from None
