"""The network's input: 40 MFCC of 8 kHz audio every 10 ms, number for number what Kaldi computes, in plain numpy."""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE, WINDOW, SHIFT, FFT = 8000, 200, 80, 256
CEPSTRA = MELS = 40
LOW, HIGH = 20.0, 3800.0
KALDI_OPTIONS = f"""--use-energy=false
--sample-frequency={RATE}
--num-mel-bins={MELS}
--num-ceps={CEPSTRA}
--low-freq={LOW:.0f}
--high-freq={HIGH:.0f}
--dither=0.0
--allow-downsample=true
"""
Array = NDArray[np.float32]


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0))


@lru_cache
def mel_bank(warp: float = 1.0) -> Array:
    """Triangles over the power spectrum (129, 40); `warp` moves formants: above 1 it sounds like a shorter throat."""
    edges = np.linspace(_mel(LOW), _mel(HIGH), MELS + 2)
    bins = _mel(np.minimum(np.arange(FFT // 2 + 1) * RATE / FFT * warp, RATE / 2 - 1e-3))
    rise = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    bank = np.maximum(0, np.minimum(rise, fall))
    bank[FFT // 2] = 0  # Kaldi leaves the last bin out
    return bank.astype(np.float32)


@lru_cache
def _cosines() -> Array:
    order = np.arange(CEPSTRA)[None, :]
    table = np.sqrt(2 / MELS) * np.cos(np.pi / MELS * (np.arange(MELS)[:, None] + 0.5) * order)
    table[:, 0] = np.sqrt(1 / MELS)
    lifter = 1 + 11 * np.sin(np.pi * np.arange(CEPSTRA) / 22)
    return np.asarray(table * lifter, np.float32)


@lru_cache
def _fourier() -> Array:
    """One matrix (200, 258) for mean removal, pre-emphasis, window and Fourier transform: all of them are linear."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85
    emphasis = np.eye(WINDOW) - 0.97 * np.eye(WINDOW, k=-1)
    emphasis[0, 0] = 0.03
    centre = np.eye(WINDOW) - 1 / WINDOW
    spectrum = np.fft.rfft((window[:, None] * (emphasis @ centre)).T, FFT)
    return np.concatenate([spectrum.real, spectrum.imag], 1).astype(np.float32)


def log_mel(samples: Array, warp: float = 1.0, shift: int = SHIFT) -> Array:
    """Log energies (frames, 40) of samples at 8 kHz on the 16-bit scale; `shift` other than 80 changes the tempo."""
    if len(samples) < WINDOW:
        return np.zeros((0, MELS), np.float32)
    frames = np.ascontiguousarray(sliding_window_view(np.asarray(samples, np.float32), WINDOW)[::shift])
    spectrum = (frames @ _fourier()) ** 2
    power = spectrum[:, : FFT // 2 + 1] + spectrum[:, FFT // 2 + 1 :]
    logs: Array = np.log(np.maximum(power @ mel_bank(warp), np.finfo(np.float32).eps))
    return logs


def cepstra(logs: Array) -> Array:
    """Log energies to MFCC."""
    features: Array = logs @ _cosines()
    return features


def mfcc(samples: Array, warp: float = 1.0) -> Array:
    """Features (frames, 40) of samples at 8 kHz on the 16-bit scale, whole windows only."""
    return cepstra(log_mel(samples, warp))
