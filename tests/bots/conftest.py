"""The chats of a few residents, with a Bot API server of our own."""

import pytest

from tests.bots.bot_api import BotApi
from tests.bots.chats import Town


@pytest.fixture
def town(sqlite_store, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("bots.telegram.service.NOTE_SECONDS", 0.01)
    monkeypatch.setattr("bots.telegram.service.OWN_SECONDS", 0.05)  # what is written unasked is soon looked for
    api = BotApi()
    town = Town(sqlite_store, api)
    yield town
    try:
        town.stop()
    finally:
        api.close()
