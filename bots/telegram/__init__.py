"""Telegram as a letter box of the desk: residents answer their check-ins by text and by buttons."""

from bots.telegram.serving import NO_TOKEN, Hook, TokenRefused, serve

__all__ = ["NO_TOKEN", "Hook", "TokenRefused", "serve"]
