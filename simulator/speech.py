"""How a resident sounds: an own voice, speed and loudness, the room, what is on in the background, hesitation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random

import numpy as np

from simulator.people import Person, town_rates
from voice_models.espeak import Manner, espeak
from voice_models.reading import readable
from voice_models.telephone import RATE, Samples, banded, narrow, speech_level

VOICES = {
    "female": ("f1", "f2", "f3", "f4", "f5", "Annie", "linda", "belinda", "steph", "steph2", "steph3"),
    "male": ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Michael", "Mike", "Nguyen", "quincy", "michel"),
}
BASES = {"zh": ("cmn",), "en": ("en-us", "en-gb-x-rp", "en-gb-scotland", "en-us-nyc")}
ELDER, CHILD = 70, 14
LEVELS_DB = (-27.0, -17.0)
# What else is heard where he is, and how far below his voice, dB.
BACKGROUNDS = {"quiet": (0.80, 60.0), "television": (0.12, 20.0), "street": (0.08, 20.0)}
TALK = {
    "zh": "下面请看天气预报，明天白天多云转晴，东北风二到三级。观众朋友们晚上好，欢迎收看今天的新闻节目。",
    "en": "and now the weather. Tomorrow it will be cloudy with some sunshine in the north. Good evening everybody.",
}
POOL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Voice:
    """How one person sounds on the telephone; `echo` is the share of reverberation in the room (0-1)."""

    variant: str
    accent: str
    rate: int
    pitch: int
    level_db: float
    echo: float
    background: str

    def manner(self, language: str) -> Manner:
        """The voice in a language, "zh" or "en"."""
        base = self.accent if language == "en" else "cmn"
        return Manner(f"{base}+{self.variant}", self.rate, self.pitch)


def voice_of(person: Person, seed: int) -> Voice:
    """The voice of a person, always the same for the same seed."""
    rng = Random(f"voice {seed} {person.id}")
    age = town_rates()["year"] - person.birth_year
    slower, higher = (0.85, -8) if age >= ELDER else (1.0, 25) if age < CHILD else (1.0, 0)
    return Voice(
        variant=rng.choice(VOICES[person.sex]),
        accent=rng.choice(BASES["en"]),
        rate=int(rng.uniform(130, 195) * slower),
        pitch=int(rng.uniform(38, 62)) + higher,
        level_db=rng.uniform(*LEVELS_DB),
        echo=rng.uniform(0.05, 0.3) if rng.random() < 0.3 else 0.0,
        background=rng.choices(list(BACKGROUNDS), [share for share, _ in BACKGROUNDS.values()])[0],
    )


def speech(text: str, voice: Voice, language: str, random: np.random.Generator) -> Samples:
    """What a person says, 8 kHz within the telephone's band."""
    heard = _rendered(readable(text, language), voice.manner(language))
    if voice.echo and len(heard):
        heard = _in_a_room(heard, voice.echo, random)
    return at_level(heard, voice.level_db)


@lru_cache(maxsize=64)  # eSpeak NG says nothing twice alike; a call played again at once is the same
def _rendered(text: str, manner: Manner) -> Samples:
    spoken = espeak().render(text, manner)
    return banded(narrow(spoken.astype(np.float32) / np.float32(32768), espeak().sample_rate))


def at_level(samples: Samples, level_db: float) -> Samples:
    """The samples at a level of speech, dB relative to full scale."""
    level = speech_level(samples)
    return np.asarray(samples * (10 ** (level_db / 20) / level), np.float32) if level else samples


def cough(voice: Voice, random: np.random.Generator) -> Samples:
    """Two short bursts of noise."""
    burst = random.standard_normal(int(0.18 * RATE)) * np.exp(-np.arange(int(0.18 * RATE)) / (0.05 * RATE))
    pause = np.zeros(int(0.12 * RATE))
    return at_level(banded(np.concatenate([burst, pause, burst * 0.7]).astype(np.float32)), voice.level_db)


def breath(voice: Voice, random: np.random.Generator) -> Samples:
    """Air over the microphone, well below the voice."""
    size = int(random.uniform(0.3, 0.7) * RATE)
    swell = np.sin(np.linspace(0, np.pi, size)) ** 2
    return at_level(banded((random.standard_normal(size) * swell).astype(np.float32)), voice.level_db - 18)


def beep(hertz: float, seconds: float) -> Samples:
    """The tone of an answering machine."""
    return np.asarray(0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE), np.float32)


def background(voice: Voice, language: str) -> Samples:
    """A long piece of what is heard behind the voice, to be played from anywhere, again and again."""
    below = BACKGROUNDS[voice.background][1]
    if voice.background == "quiet":
        return np.zeros(1, np.float32)
    return _pool(voice.background, language) * np.float32(10 ** ((voice.level_db - below) / 20))


@cache
def line_noise() -> Samples:
    """Pink noise in the band, at the level of one (root mean square)."""
    return _coloured(0.5)


@cache
def _pool(kind: str, language: str) -> Samples:
    if kind == "street":
        return _coloured(1.0)
    manners = [Manner(f"{BASES[language][0]}+{variant}", 175) for variant in ("m2", "f4", "m5")]
    said = [espeak().render(readable(TALK[language], language), manner) for manner in manners]
    samples = np.concatenate(said).astype(np.float32) / np.float32(32768)
    return at_level(banded(narrow(samples, espeak().sample_rate)), 0.0)


def _coloured(colour: float) -> Samples:
    """Noise whose amplitude falls with the frequency to this power: 0 white, 0.5 pink, 1 brown."""
    size = int(POOL_SECONDS * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(size))
    noise = banded(
        np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(size, 1 / RATE), 50) ** colour).astype(np.float32)
    )
    return np.asarray(noise / np.sqrt((noise**2).mean()), np.float32)


def _in_a_room(samples: Samples, share: float, random: np.random.Generator) -> Samples:
    """With the reverberation of a small room: noise that dies away within a quarter of a second."""
    size = int(0.25 * RATE)
    tail = random.standard_normal(size) * np.exp(-np.arange(size) / (0.06 * RATE))
    tail *= share / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    length = 1 << (len(samples) + size - 1).bit_length()
    both = np.fft.irfft(np.fft.rfft(samples, length) * np.fft.rfft(tail, length), length)
    return np.asarray(both[: len(samples) + size], np.float32)
