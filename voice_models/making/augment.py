"""One clean recording becomes many calls: other throats, pitches and tempos, rooms, noises, codecs, lost packets."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from voice_models import telephone
from voice_models.making import features
from voice_models.making.corpus import RATE, Samples

# women alone: most copies become men
SPEEDS = {"tan_yue_f": (0.68, 1.06), "chen_wang_f": (0.68, 1.06), "allison_f": (0.7, 1.12)}
USUAL_SPEED = (0.82, 1.18)
SLOW_TEMPO, USUAL_TEMPO = (0.85, 1.35), (0.8, 1.15)  # words read one by one are slow; a synthesiser varies its own rate
Talkers = Callable[[], list[Samples]]
NOISE_SECONDS = 40
WARPS = np.arange(0.86, 1.17, 0.02).round(2)


@dataclass(frozen=True)
class Hardness:
    """How rough the calls are: the share of calls with each trouble, and the range of noise in dB."""

    noise: tuple[float, float] = (6.0, 36.0)
    room: float = 0.3
    talkers: float = 0.15
    loss: float = 0.2
    clipped: float = 0.12
    cut: float = 0.15
    coloured: float = 0.8


class Calls:
    """Makes features of calls from clean recordings; all chance comes from one generator."""

    def __init__(self, random: np.random.Generator, hardness: Hardness | None = None) -> None:
        self.random = random
        self.hardness = hardness or Hardness()
        self._noises = [_noise(colour, random) for colour in (0, 0.3, 0.5, 0.8, 1.0)]

    def features(self, samples: Samples, speaker: str, others: Talkers) -> Samples:
        """MFCC (frames, 40) of one random call in which the recording is heard; `others` may talk behind it."""
        draw = self.random
        speed = draw.uniform(*SPEEDS.get(speaker, USUAL_SPEED))
        slowed = soxr.resample(samples, RATE * speed, features.RATE, "MQ").astype(np.float32)
        heard = self._line(self._place(self._cut(slowed)), others)
        warp = float(draw.choice(WARPS)) if draw.random() < 0.7 else 1.0
        tempo = draw.uniform(*(SLOW_TEMPO if speaker in SPEEDS else USUAL_TEMPO))
        shift = round(features.SHIFT * float(np.clip(tempo / speed, 0.7, 1.7)))
        return features.cepstra(self._masked(self._coloured(features.log_mel(heard, warp, shift))))

    def _cut(self, samples: Samples) -> Samples:
        """Now and then the first or last hundredths of a second are lost, as by a late microphone."""
        if self.random.random() >= self.hardness.cut:
            return samples
        first, last = (self.random.uniform(0, 0.04, 2) * features.RATE).astype(int)
        return samples[first : len(samples) - last] if len(samples) > 0.25 * features.RATE else samples

    def _place(self, samples: Samples) -> Samples:
        """Silence before and after, a room around."""
        draw = self.random
        peak = np.abs(samples).max(initial=1e-4)
        before, after = draw.uniform(0.02, 0.45), draw.uniform(0.1, 0.5)
        padded = np.pad(samples / peak, (int(before * features.RATE), int(after * features.RATE)))
        if draw.random() >= self.hardness.room:
            return padded
        length = int(draw.uniform(0.08, 0.45) * features.RATE)
        tail = draw.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length) * draw.uniform(0.01, 0.08)
        tail[0] = 1
        size = 1 << int(len(padded) + length).bit_length()
        echoed = np.fft.irfft(np.fft.rfft(padded, size) * np.fft.rfft(tail, size), size)[: len(padded)]
        return np.asarray(echoed / (np.abs(echoed).max() + 1e-6), np.float32)

    def _line(self, samples: Samples, others: Talkers) -> Samples:
        """Noise, talkers, hum, band, handset, level, codec and loss; returns samples on the 16-bit scale."""
        draw = self.random
        heard = samples
        if draw.random() < self.hardness.talkers:
            heard = heard + self._talkers(len(heard), others()) * 10 ** (-draw.uniform(8, 28) / 20)
        heard = heard + self._noise(len(heard)) * self._level(heard, draw.uniform(*self.hardness.noise))
        if draw.random() < 0.1:
            hum = np.sin(2 * np.pi * draw.choice([50, 60, 100, 150, 400, 1000]) / features.RATE * np.arange(len(heard)))
            heard = np.asarray(heard + hum * draw.uniform(0.001, 0.03), np.float32)
        if draw.random() < 0.8:
            heard = telephone.banded(
                heard, float(draw.choice([80, 150, 220, 300])), float(draw.choice([3100, 3400, 3700]))
            )
        if draw.random() < 0.6:
            tilt = draw.uniform(-0.35, 0.35)
            heard = np.asarray(heard + tilt * np.concatenate([heard[:1], heard[:-1]]), np.float32)
        if draw.random() < self.hardness.clipped:
            driven = heard * draw.uniform(1.5, 8) / (np.abs(heard).max() + 1e-6)
            heard = np.asarray(np.tanh(driven) if draw.random() < 0.5 else np.clip(driven, -1, 1), np.float32)
        level = 10 ** (draw.uniform(-30, 3) / 20)
        heard = np.asarray(heard * (level / (np.abs(heard).max() + 1e-6)), np.float32)
        return self._coded(heard) * 32768 + draw.standard_normal(len(heard)).astype(np.float32)

    def _noise(self, length: int) -> Samples:
        """A stretch of noise of some colour, of level 1."""
        noise = self._noises[int(self.random.integers(len(self._noises)))]
        start = int(self.random.integers(0, len(noise) - length))
        return noise[start : start + length]

    def _level(self, heard: Samples, ratio_db: float) -> float:
        return telephone.speech_level(heard) * float(10 ** (-ratio_db / 20))

    def _coded(self, heard: Samples) -> Samples:
        draw = self.random
        law = draw.choice(["mulaw", "alaw", "none"], p=[0.55, 0.25, 0.2])
        if law == "none":
            return np.clip(heard, -1, 1)
        coded = telephone.encode(heard, law)
        if draw.random() < self.hardness.loss:
            silence = 0xFF if law == "mulaw" else 0xD5
            coded = telephone.lossy(coded, draw.uniform(0.005, 0.05), draw, silence, draw.uniform(1, 2))
        return telephone.decode(coded, law)

    def _talkers(self, length: int, others: list[Samples]) -> Samples:
        mixed = np.zeros(length, np.float32)
        for other in others:
            quick = other[::2]  # behind a voice, aliases do no harm
            reach = min(length, len(quick))
            start = int(self.random.integers(0, length - reach + 1))
            mixed[start : start + reach] += quick[:reach]
        return np.asarray(mixed / (np.abs(mixed).max() + 1e-6), np.float32)

    def _coloured(self, logs: Samples) -> Samples:
        """Another microphone and mouth: a smooth curve over the channels, and peaks sharper or flatter."""
        draw = self.random
        if draw.random() >= self.hardness.coloured or not len(logs):
            return logs
        place = (np.arange(features.MELS) + 0.5) / features.MELS
        curve = np.zeros(features.MELS)
        for waves in (0.5, 1, 1.5, 2.5, 4):
            curve += draw.normal(0, 0.9 / (1 + waves)) * np.cos(2 * np.pi * (waves * place + draw.random()))
        mean = logs.mean(1, keepdims=True)
        return np.asarray(mean + (logs - mean) * draw.uniform(0.85, 1.15) + curve, np.float32)

    def _masked(self, logs: Samples) -> Samples:
        """SpecAugment over the mel channels: in half of the calls a band becomes its mean."""
        if self.random.random() < 0.5:
            wide = int(self.random.integers(1, 7))
            low = int(self.random.integers(0, features.MELS - wide))
            logs[:, low : low + wide] = logs[:, low : low + wide].mean() if len(logs) else 0
        return logs


def _noise(colour: float, random: np.random.Generator) -> Samples:
    """Noise of level 1: white 0, pink 0.5, brown 1."""
    size = 1 << int(NOISE_SECONDS * features.RATE).bit_length()
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / features.RATE), 50)
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(size)) / hertz**colour, size)
    return np.asarray(noise / noise.std(), np.float32)
