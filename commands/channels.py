"""Commands that serve a channel until they are stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.house import House, now
from commands.settings import Settings, UsageError


def telegram(house: House, args: argparse.Namespace) -> int:
    """Answers residents on Telegram; says where to get a token when there is none."""
    from bots.telegram import NO_TOKEN, serve

    token = _token(house.settings)
    if not token:
        raise UsageError(NO_TOKEN)
    serve(house.store, house.desk(now), token, base_url=house.settings.telegram_api or None)
    return 0


def _token(settings: Settings) -> str:
    if settings.telegram_token or not settings.telegram_token_file:
        return settings.telegram_token
    try:
        return Path(settings.telegram_token_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"telegram_token_file: {settings.telegram_token_file}: {error.strerror}") from None
