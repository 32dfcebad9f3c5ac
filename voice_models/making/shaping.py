"""Shapes of a recording: silence trimmed, loudness evened, tempo changed without changing the pitch."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from voice_models.making.corpus import RATE, Samples

HOP = RATE // 100
SEARCH = RATE // 125


def trimmed(samples: Samples, floor_db: float = 36, margin: float = 0.03) -> Samples:
    """Cut what lies `floor_db` below the loudest 10 ms at both ends, keeping `margin` seconds."""
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    if not len(frames):
        return samples
    power = (frames**2).mean(1) + 1e-12
    loud = np.flatnonzero(power > power.max() * 10 ** (-floor_db / 10))
    edge = int(margin * RATE)
    return samples[max(0, loud[0] * HOP - edge) : (loud[-1] + 1) * HOP + edge]


def louder(samples: Samples, level: float = 0.1) -> Samples:
    """Scale so that the loud parts have a root mean square of `level`."""
    loud = samples[np.abs(samples) > 0.1 * np.abs(samples).max(initial=1e-6)]
    return samples * (level / (np.sqrt((loud**2).mean()) + 1e-6)) if len(loud) else samples


def stretched(samples: Samples, tempo: float) -> Samples:
    """Play `tempo` times as fast at the same pitch (WSOLA, 20 ms frames)."""
    frame = 2 * HOP
    if abs(tempo - 1) < 0.03 or len(samples) < 4 * frame:
        return samples
    source = np.pad(samples, (SEARCH, frame + 2 * SEARCH))
    window = np.hanning(frame + 1)[:-1].astype(np.float32)
    count = int(len(samples) / tempo / HOP)
    out = np.zeros((count + 2) * HOP, np.float32)
    place = SEARCH
    for number in range(count):
        ideal = int(number * HOP * tempo) + SEARCH
        if number:
            place = _best(source, place + HOP, ideal, frame)
        if place + frame > len(source):
            break
        out[number * HOP : number * HOP + frame] += source[place : place + frame] * window
    return out[: count * HOP]


def _best(source: Samples, wanted: int, ideal: int, frame: int) -> int:
    """The start near `ideal` whose samples go on most like those at `wanted`."""
    low = max(0, ideal - SEARCH)
    region = source[low : ideal + SEARCH + frame]
    pattern = source[wanted : wanted + frame]
    if len(pattern) < frame or len(region) < frame:
        return ideal
    return low + int((sliding_window_view(region, frame)[::4] @ pattern).argmax()) * 4
