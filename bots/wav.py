"""A person at a microphone's stand-in: a folder of WAV files answers the questions in order."""

from __future__ import annotations

from pathlib import Path

from dialogs.events import Reply
from voice_models.synthesiser import read_wav
from voice_models.telephone import RATE, Samples, banded, joined, narrow, padded, quiet

THINKS_SECONDS = 0.5


class WavWire:
    """A wire whose other end plays the next file after each question, and hangs up when there is none left."""

    def __init__(self, files: list[Path], piece: int) -> None:
        self.gone = False
        self._answers = [padded(banded(narrow(*read_wav(file))), piece) for file in files]
        self._piece = piece
        self._playing: Samples = quiet(0)
        self._next = -1  # the first question is the first file's

    def asked(self, reply: Reply) -> None:
        """The next question begins."""
        self._next += 1
        self.gone = self._next >= len(self._answers) and not reply.over
        if not self.gone and not reply.over:
            self._playing = joined([quiet(int(THINKS_SECONDS * RATE) // self._piece * self._piece), self._answer])

    @property
    def _answer(self) -> Samples:
        return self._answers[self._next]

    def exchange(self, sent: Samples | None, size: int) -> Samples:
        """Plays the answer once the question is over."""
        if sent is not None or not len(self._playing):
            return quiet(size)
        now, self._playing = self._playing[:size], self._playing[size:]
        return padded(now, size)

    def pressed(self) -> str:
        """Keys come as tones, in the files."""
        return ""
