"""Commands that serve a channel until they are stopped."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

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
        raise UsageError(NO_TOKEN)
    if bool(args.webhook) != bool(args.listen):
        raise UsageError("--webhook and --listen go together: the address that Telegram calls, and ours behind it")
    hook = Hook(args.webhook, args.listen) if args.webhook else None
    base_url = house.settings.telegram_api or None
    serve(house.store, house.desk(now), house.seal, token, base_url=base_url, hook=hook, voices=voices)
    return 0


@cache
def voices() -> Voices:
    """What understands voice messages, by the speech models that ship with Wen'an."""
    from bots.voices import Voices

    return Voices({"zh": MODELS / "zh-phone", "en": MODELS / "en-phone"})


def address(text: str) -> tuple[str, int]:
    """HOST:PORT as a pair; argparse.ArgumentTypeError when it is none."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8443")
    return host, int(port)


def _token(settings: Settings) -> str:
    if settings.telegram_token or not settings.telegram_token_file:
        return settings.telegram_token
    try:
        return Path(settings.telegram_token_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"telegram_token_file: {settings.telegram_token_file}: {error.strerror}") from None
