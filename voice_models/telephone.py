"""Telephone audio: G.711 companding, resampling, band limit, noise, packet loss and keypad tones, in numpy and soxr."""

from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 8000
PACKET = 160  # 20 ms, as RTP carries them
Samples = NDArray[np.float32]
Pcm = NDArray[np.int16]
Bytes = NDArray[np.uint8]
KEYS = "123A456B789C*0#D"
LOW_TONES, HIGH_TONES = (697, 770, 852, 941), (1209, 1336, 1477, 1633)


def _mulaw_values() -> Pcm:
    code = ~np.arange(256, dtype=np.uint8)
    value = (((code & 15).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, 0x84 - value, value - 0x84).astype(np.int16)


def _alaw_values() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    low, segment = (code & 15) << 4, (code & 0x70) >> 4
    value = np.where(segment == 0, low + 8, (low + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, value, -value).astype(np.int16)


def _mulaw_codes() -> Bytes:
    value = np.arange(-32768, 32768, dtype=np.int32) >> 2
    size = np.minimum(np.abs(value), 8159) + 33
    segment = np.searchsorted(np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF]), size)
    code = np.where(segment >= 8, 0x7F, (segment << 4) | ((size >> (segment + 1)) & 15))
    return (code ^ np.where(value < 0, 0x7F, 0xFF)).astype(np.uint8)


def _alaw_codes() -> Bytes:
    value = np.arange(-32768, 32768, dtype=np.int32) >> 3
    size = np.where(value < 0, -value - 1, value)
    segment = np.searchsorted(np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF]), size)
    code = (segment << 4) | np.where(segment < 2, (size >> 1) & 15, (size >> segment) & 15)
    return (np.where(segment >= 8, 0x7F, code) ^ np.where(value < 0, 0x55, 0xD5)).astype(np.uint8)


VALUES = {"mulaw": _mulaw_values(), "alaw": _alaw_values()}
CODES = {"mulaw": _mulaw_codes(), "alaw": _alaw_codes()}


def encode(samples: Samples, law: str = "mulaw") -> Bytes:
    """Samples in -1..1 as G.711 bytes ("mulaw" or "alaw"), bit for bit as ITU-T G.711 rounds them."""
    coded: Bytes = CODES[law][pcm(samples).astype(np.int32) + 32768]
    return coded


def decode(coded: Bytes, law: str = "mulaw") -> Samples:
    """G.711 bytes as samples in -1..1."""
    return np.asarray(VALUES[law][coded] / np.float32(32768), np.float32)


def pcm(samples: Samples) -> Pcm:
    """Samples in -1..1 as 16-bit integers, clipped."""
    return (np.clip(samples, -1, 32767 / 32768) * 32768).astype(np.int16)


def narrow(samples: Samples, rate: int) -> Samples:
    """Any rate to 8 kHz, aliases filtered; several channels (n, channels) become one."""
    mono = samples.mean(1) if samples.ndim == 2 else samples
    if rate == RATE:
        return mono.astype(np.float32)
    return np.asarray(soxr.resample(mono, rate, RATE, "HQ"), np.float32)


@lru_cache
def _band_filter(low: float, high: float) -> Samples:
    """An even FIR of 101 taps that passes `low`-`high` Hz."""
    time = np.arange(-50, 51)
    ideal = 2 * high / RATE * np.sinc(2 * high / RATE * time) - 2 * low / RATE * np.sinc(2 * low / RATE * time)
    return np.asarray(ideal * np.hamming(101), np.float32)


def banded(samples: Samples, low: float = 300, high: float = 3400) -> Samples:
    """The band of a telephone line, 300-3400 Hz."""
    if len(samples) < 101:
        return samples
    return np.asarray(np.convolve(samples, _band_filter(low, high), "same"), np.float32)


def speech_level(samples: Samples) -> float:
    """Root mean square of the 20 ms frames that hold speech."""
    frames = samples[: len(samples) // PACKET * PACKET].reshape(-1, PACKET)
    if not len(frames):
        return 0.0
    levels = np.sqrt((frames**2).mean(1))
    return float(np.sqrt((levels[levels >= levels.max() * 0.05] ** 2).mean()))


def noisy(samples: Samples, ratio_db: float, random: np.random.Generator, colour: float = 0.5) -> Samples:
    """Add noise `ratio_db` below the speech; `colour` 0 is white, 0.5 pink, 1 brown."""
    spectrum = np.fft.rfft(random.standard_normal(len(samples)))
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE), 50)
    noise = np.fft.irfft(spectrum / hertz**colour, len(samples))
    level = speech_level(samples) * 10 ** (-ratio_db / 20)
    return np.asarray(samples + noise * (level / (np.sqrt((noise**2).mean()) + 1e-12)), np.float32)


def lossy(coded: Bytes, share: float, random: np.random.Generator, silence: int = 0xFF, burst: float = 1.5) -> Bytes:
    """Lose a share of the 20 ms packets in bursts (Gilbert's model); a lost packet is silence."""
    kept, lost = coded.copy(), False
    leave, enter = 1 / burst, share / burst / max(1e-9, 1 - share)
    for start in range(0, len(kept), PACKET):
        lost = random.random() >= leave if lost else random.random() < enter
        if lost:
            kept[start : start + PACKET] = silence
    return kept


def line(
    samples: Samples,
    rate: int,
    random: np.random.Generator,
    ratio_db: float | None = None,
    loss: float = 0.0,
    law: str = "mulaw",
) -> Samples:
    """Speech at any rate as heard at the far end of a telephone line: 8 kHz, band, noise, codec, loss."""
    heard = banded(narrow(samples, rate))
    if ratio_db is not None:
        heard = banded(noisy(heard, ratio_db, random))
    coded = encode(heard, law)
    silence = 0xFF if law == "mulaw" else 0xD5
    return decode(lossy(coded, loss, random, silence) if loss else coded, law)


def tone(key: str, seconds: float = 0.1, level: float = 0.25) -> Samples:
    """The DTMF tone of a key, two sines at 8 kHz. Raises ValueError for what is no key."""
    place = KEYS.find(key)
    if place < 0 or len(key) != 1:
        raise ValueError(f"no key {key!r}; keys are {KEYS}")
    time = np.arange(int(seconds * RATE)) / RATE
    low, high = LOW_TONES[place // 4], HIGH_TONES[place % 4]
    return np.asarray(level * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)), np.float32)


def keys(samples: Samples) -> str:
    """The keys whose tones (40 ms at least) are heard in 8 kHz audio, in order."""
    frames = samples[: len(samples) // PACKET * PACKET].reshape(-1, PACKET)
    pressed = [_key_of(frame) for frame in frames]
    starts = zip(["", "", *pressed], ["", *pressed], pressed, strict=False)
    return "".join(now for older, before, now in starts if now and now == before and now != older)


def _key_of(frame: Samples) -> str:
    """The key heard in one packet, or nothing: one tone of each group, clearly above all else and not too unlike."""
    energy = float((frame**2).mean())
    if energy < 1e-5:
        return ""
    powers = (frame @ _probes()) ** 2
    powers = powers[:8] + powers[8:]
    low, high = powers[:4], powers[4:]
    best = float(low.max() + high.max())
    if best < 0.8 * energy or not 0.06 < low.max() / high.max() < 16:
        return ""
    return KEYS[4 * int(low.argmax()) + int(high.argmax())]


@lru_cache
def _probes() -> Samples:
    """Cosines and sines of the eight tones (160, 16), scaled so that their squares add up to the power of a sine."""
    time = np.arange(PACKET)[:, None] / RATE
    turns = 2 * np.pi * time * np.array([*LOW_TONES, *HIGH_TONES])
    return np.asarray(np.concatenate([np.cos(turns), np.sin(turns)], 1) * (np.sqrt(2) / PACKET), np.float32)
