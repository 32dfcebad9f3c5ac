"""What passes on a telephone line, both ways: kept for a moment to be recognised, or whole to be listened to again."""

from __future__ import annotations

import wave
from collections import deque
from pathlib import Path

import numpy as np

from voice_models.telephone import RATE, Samples, pcm

MOMENT = 200  # pieces kept where the tape is not to be kept whole


class Tape:
    """Audio in pieces of the same size, from the beginning of a call; `whole` keeps all of it, and what we said too."""

    def __init__(self, piece: int, whole: bool = False) -> None:
        self.piece, self.whole = piece, whole
        self._came: deque[Samples] = deque(maxlen=None if whole else MOMENT)
        self._sent: list[Samples | None] = []
        self._count = 0

    @property
    def first(self) -> int:
        """The first sample that is still there."""
        return (self._count - len(self._came)) * self.piece

    def keep(self, came: Samples, sent: Samples | None) -> None:
        """Takes one piece."""
        self._came.append(came)
        self._count += 1
        if self.whole:
            self._sent.append(sent)

    def between(self, start: int, stop: int) -> Samples:
        """What came from sample `start` to `stop`, as far as it is still there."""
        begin = self.first
        last = min(len(self._came), -(-(stop - begin) // self.piece))
        pieces = range(max(0, start - begin) // self.piece, last)
        heard = [self._came[place] for place in pieces]
        if not heard:
            return np.zeros(0, np.float32)
        offset = begin + pieces.start * self.piece
        return np.concatenate(heard)[max(0, start - offset) : stop - offset]

    def save(self, path: Path) -> None:
        """Writes a WAV file at 8 kHz, the robot on the left and the resident on the right."""
        silence = np.zeros(self.piece, np.float32)
        ours = [silence if sent is None else sent for sent in self._sent]
        both = np.stack([pcm(np.concatenate([silence[:0], *pieces])) for pieces in (ours, self._came)], 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(both.tobytes())
