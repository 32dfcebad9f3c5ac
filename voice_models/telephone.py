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
SILENCE = {"mulaw": 0xFF, "alaw": 0xD5}
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


def passed(samples: Samples, law: str = "mulaw") -> Samples:
    """Samples as they are after G.711, in one step."""
    through: Samples = _through(law)[pcm(samples).view(np.uint16)]
    return through


@lru_cache
def _through(law: str) -> Samples:
    """What becomes of each 16-bit sample, negative ones behind the others."""
    return decode(np.roll(CODES[law], -32768), law)


def pcm(samples: Samples) -> Pcm:
    """Samples in -1..1 as 16-bit integers, clipped."""
    return (np.clip(samples, -1, 32767 / 32768) * 32768).astype(np.int16)


def narrow(samples: Samples, rate: int) -> Samples:
    """Any rate to 8 kHz, aliases filtered; several channels (n, channels) become one."""
    mono = samples.mean(1) if samples.ndim == 2 else samples
    if rate == RATE:
        return mono.astype(np.float32)
    return np.asarray(soxr.resample(mono, rate, RATE, "HQ"), np.float32)


def from_pcm(raw: bytes) -> Samples:
    """16-bit samples as they come from a sound card, in -1..1."""
    return np.asarray(np.frombuffer(raw, np.int16) / np.float32(32768), np.float32)


def quiet(size: int) -> Samples:
    """Nearly silence: a floor of noise, which recognisers need, about 60 dB below speech."""
    return np.asarray(np.random.default_rng(size).standard_normal(size) * 1e-4, np.float32)


def joined(pieces: list[Samples]) -> Samples:
    """One behind the other."""
    return np.concatenate([np.zeros(0, np.float32), *pieces])


def padded(samples: Samples, size: int) -> Samples:
    """With silence at the end, so that they are whole pieces of this size."""
    return np.pad(samples, (0, -len(samples) % size))


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
    return decode(lossy(coded, loss, random, SILENCE[law]) if loss else coded, law)


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
    return KeyTones().hear(samples)


class KeyTones:
    """Hears keys in 8 kHz audio that comes in pieces of whole packets."""

    def __init__(self) -> None:
        self._last = ("", "")

    def hear(self, samples: Samples) -> str:
        """The keys that were pressed so far and not told yet."""
        pressed = ""
        for now in _keys_of(samples[: len(samples) // PACKET * PACKET].reshape(-1, PACKET)):
            older, before = self._last
            pressed += now if now == before != older else ""
            self._last = before, now
        return pressed


def _keys_of(packets: Samples) -> list[str]:
    """The key heard in each packet, or nothing: one tone of each group, clearly above all else and not too unlike."""
    energy = np.einsum("ij,ij->i", packets, packets) / PACKET
    powers = (packets @ _probes()) ** 2
    powers = powers[:, :8] + powers[:, 8:]
    low, high = powers[:, :4], powers[:, 4:]
    twist = low.max(1) / np.maximum(high.max(1), 1e-12)
    clear = (energy > 1e-5) & (low.max(1) + high.max(1) > 0.8 * energy) & (twist > 0.06) & (twist < 16)
    places = np.where(clear, 4 * low.argmax(1) + high.argmax(1), -1).tolist()
    return [KEYS[place] if place >= 0 else "" for place in places]


def pure(samples: Samples) -> bool:
    """Whether 8 kHz audio is one tone and hardly anything else, as an answering machine's."""
    powers = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    peak = int(powers.argmax())
    return bool(powers[max(0, peak - 2) : peak + 3].sum() > 0.9 * powers.sum() > 1e-3)


@lru_cache
def _probes() -> Samples:
    """Cosines and sines of the eight tones (160, 16), scaled so that their squares add up to the power of a sine."""
    time = np.arange(PACKET)[:, None] / RATE
    turns = 2 * np.pi * time * np.array([*LOW_TONES, *HIGH_TONES])
    return np.asarray(np.concatenate([np.cos(turns), np.sin(turns)], 1) * (np.sqrt(2) / PACKET), np.float32)
