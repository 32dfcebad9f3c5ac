"""Understands voice messages: the same recogniser as in a call, with the grammar of the open question."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from telegram import Audio, Update, Voice
from telegram.error import TelegramError

from bots.telegram.letters import Spoken
from bots.telegram.sending import Sender, Undelivered, seconds
from dialogs.events import Reply

if TYPE_CHECKING:
    from bots.voices import Voices

LONGEST, MOST_BYTES = 60, 2_000_000  # seconds and bytes of a voice message
ALLOWANCE = 5.0  # seconds by which one that calls itself a minute long may be longer

log = logging.getLogger(__name__)
AttendFn = Callable[[Update], Awaitable[tuple[Reply, bool] | None]]


class Listener:
    """Listens to one voice message after another. `load` loads what understands them, when the first one comes.

    `attend` tells what a message is to be understood as an answer to (see `Mailroom.attend`).
    """

    def __init__(self, sender: Sender, attend: AttendFn, load: Callable[[], Voices] | None) -> None:
        self.sender, self.attend, self.load = sender, attend, load
        self.thread = ThreadPoolExecutor(1, "listener")

    async def listen(self, update: Update) -> Spoken | None:
        """What is said in it, or the trouble that its sender is to be told of; None where nothing was spoken."""
        voice = (update.message.voice or update.message.audio) if update.message else None
        if voice is None:
            return None
        if self.load is None:
            return Spoken(trouble="text_only")
        if seconds(voice.duration) > LONGEST or (voice.file_size or 0) > MOST_BYTES:
            return Spoken(trouble="too_long")
        try:
            return await self._heard(update, voice)
        except (TelegramError, Undelivered):
            return Spoken(trouble="not_fetched")
        except Exception as error:
            log.error("the voice message of update %d was not heard: %s", update.update_id, type(error).__name__)
            return Spoken(trouble="text_only")

    def close(self) -> None:
        """Listens to nothing more."""
        self.thread.shutdown()

    async def _heard(self, update: Update, voice: Voice | Audio) -> Spoken:
        asked = await self.attend(update)
        if asked is None:
            return Spoken()
        file = await self.sender.patiently(partial(self.sender.bot.get_file, voice.file_id))
        content = bytes(await self.sender.patiently(file.download_as_bytearray))
        understand = partial(self._understand, content, asked[0])
        spoken = await asyncio.get_running_loop().run_in_executor(self.thread, understand)
        return replace(spoken, begun=asked[1])

    def _understand(self, content: bytes, reply: Reply) -> Spoken:
        from voice_models.message import MessageError, samples
        from voice_models.recogniser import UNKNOWN

        assert self.load is not None
        try:
            heard = samples(content, LONGEST + ALLOWANCE)
        except MessageError:
            return Spoken(trouble="not_fetched")
        listening = self.load().listen(reply)
        listening.hear(heard)
        recognised = listening.finish()
        if not recognised.accepted:
            return Spoken(UNKNOWN, round(recognised.confidence, 3))
        return Spoken(recognised.text, round(recognised.confidence, 3), recognised.alternatives, clear=True)
