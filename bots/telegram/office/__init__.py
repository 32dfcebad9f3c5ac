"""What those who work here do from their chat: campaigns, tables, follow-ups, the roster, broadcasts."""

from bots.telegram.office.counter import Office

__all__ = ["Office"]
