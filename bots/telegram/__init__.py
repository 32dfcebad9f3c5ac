"""Telegram as a letter box of the desk: residents answer their check-ins, and those who work here see to theirs."""

from bots.telegram.serving import NO_TOKEN, TokenRefused, serve
from bots.telegram.webhook import Hook

__all__ = ["NO_TOKEN", "Hook", "TokenRefused", "serve"]
