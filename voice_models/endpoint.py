"""Where somebody begins and stops speaking, in telephone audio that comes in pieces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice_models.telephone import PACKET, RATE, Samples

Levels = NDArray[np.float32]
NOISE_PACKETS = 150  # the line's noise is what was heard of late while nobody spoke, 3 s of it
LEAST_NOISE = 10  # packets from which noise can be judged; before that nothing counts as speech
ABOVE_NOISE_DB = 6.0
FAINTEST_DB = -50.0  # relative to full scale; nothing below is speech
BELOW_OURSELVES_DB = 14.0  # the echo of our own voice is fainter than this
ECHO_PACKETS = 20  # and comes back so much later at most
STARTS = (4, 6)  # packets with speech, among so many, that begin a stretch of it
NOTHING_DB = -100.0
PEAK = 5  # packets at least as loud as what counts as the peak of a stretch
BELOW_PEAK_DB = 16.0  # what is fainter than the stretch so far is no more of it: a television, the street
BELOW_VOICE_DB = 19.0  # nor does a stretch begin with what is so much fainter than who was understood last


def levels(samples: Samples) -> Levels:
    """The level of each packet of 20 ms, dB relative to full scale; a part of a packet at the end is left out."""
    packets = samples[: len(samples) // PACKET * PACKET].reshape(-1, PACKET)
    return np.asarray(10 * np.log10(np.einsum("ij,ij->i", packets, packets) / PACKET + 1e-10), np.float32)


class Watch:
    """Watches a line for stretches of speech; it learns the line's noise, and knows our own echo.

    Places are samples from the beginning of the call: `began` (None: nobody speaks), `last` where speech was heard
    last, `now` the end of what was heard. `loud` counts the seconds of the stretch that were speech; `sound` says
    whether the last piece held anything above the noise. `voice` is how loud the resident speaks, once he is known.
    """

    def __init__(self) -> None:
        self.now = self.last = 0
        self.began: int | None = None
        self.loud = 0.0
        self.sound = False
        self.voice = NOTHING_DB
        self._loudest: list[float] = []
        self._noise = np.zeros(0, np.float32)
        self._threshold = 0.0
        self._recent: list[bool] = []
        self._ours = [NOTHING_DB] * ECHO_PACKETS

    def hear(self, samples: Samples, ours: Samples | None = None) -> None:
        """Takes whole packets, and what we said meanwhile."""
        heard = levels(samples)
        self._ours += [NOTHING_DB] * len(heard) if ours is None else levels(ours).tolist()
        echo = max(self._ours) - BELOW_OURSELVES_DB
        del self._ours[:-ECHO_PACKETS]
        above, row = max(self._threshold, echo), heard.tolist()
        self.sound = max(row, default=NOTHING_DB) > above
        for level in row:
            self._step(level, above)
        if self.began is None and (echo < FAINTEST_DB or len(self._noise) < LEAST_NOISE):
            self._learn(heard)

    @property
    def silence(self) -> float:
        """Seconds since speech was heard last."""
        return (self.now - self.last) / RATE

    def forget(self) -> None:
        """The stretch is over: wait for the next."""
        self.began, self.loud, self._recent, self._loudest = None, 0.0, [], []

    def understood(self) -> None:
        """The stretch was an answer: so loud is the resident."""
        self.voice = self._peak

    @property
    def _peak(self) -> float:
        """The level that the loudest packets of the stretch reach."""
        return self._loudest[0] if len(self._loudest) == PEAK else NOTHING_DB

    def _step(self, level: float, above: float) -> None:
        self.now += PACKET
        if self.began is not None:
            if level > max(above, self._peak - BELOW_PEAK_DB):
                self.last = self.now
                self.loud += PACKET / RATE
                self._loudest = sorted([*self._loudest, level])[-PEAK:]
            return
        self._recent = [*self._recent[1 - STARTS[1] :], level > max(above, self.voice - BELOW_VOICE_DB)]
        if sum(self._recent) >= STARTS[0]:
            self.began = self.now - len(self._recent) * PACKET
            self.last = self.now
            self.loud = STARTS[0] * PACKET / RATE

    def _learn(self, heard: Levels) -> None:
        """This was noise; speech is louder than nearly all of the noise heard of late."""
        self._noise = np.concatenate([self._noise, heard])[-NOISE_PACKETS:]
        if len(self._noise) >= LEAST_NOISE:
            place = int(0.8 * (len(self._noise) - 1))
            self._threshold = max(FAINTEST_DB, float(np.partition(self._noise, place)[place]) + ABOVE_NOISE_DB)
