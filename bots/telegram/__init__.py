"""Telegram as a letter box of the desk: residents answer their check-ins by text and by buttons."""

from bots.telegram.serving import NO_TOKEN, TokenRefused, serve

__all__ = ["NO_TOKEN", "TokenRefused", "serve"]
