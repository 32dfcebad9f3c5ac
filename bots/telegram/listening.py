"""Understands voice messages: the same recogniser as in a call, with the grammar of the open question."""

from __future__ import annotations

from bots.telegram.letters import Spoken
from bots.voices import Voices
from dialogs.events import Reply
from voice_models.message import MessageError, samples
from voice_models.recogniser import UNKNOWN

LONGEST = 65.0  # seconds of a message that calls itself a minute long


def understand_voice(voices: Voices, content: bytes, reply: Reply) -> Spoken:
    """What is said in a voice message, as an answer to what was said last."""
    try:
        heard = samples(content, LONGEST)
    except MessageError:
        return Spoken(trouble="not_fetched")
    listening = voices.listen(reply)
    listening.hear(heard)
    recognised = listening.finish()
    if not recognised.accepted:
        return Spoken(UNKNOWN, round(recognised.confidence, 3))
    return Spoken(recognised.text, round(recognised.confidence, 3), recognised.alternatives, clear=True)
