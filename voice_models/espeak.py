"""eSpeak NG through ctypes: synchronous, one process-wide lock, no way to end the process."""

import ctypes
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

_SYNCHRONOUS, _DONT_EXIT, _UTF8, _PHONEMES = 2, 0x8000, 1, 0x100
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LOCK = threading.RLock()  # eSpeak has one global state per process
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class EspeakError(RuntimeError):
    """eSpeak NG refused a voice or a text."""


@dataclass(frozen=True)
class Manner:
    """How to speak: an eSpeak voice such as "cmn+f3" or "en-gb", words a minute, pitch and its range 0-99."""

    voice: str = "cmn"
    rate: int = 165
    pitch: int = 50
    range: int = 50
    volume: int = 100


class _Listed(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


@dataclass(frozen=True)
class Voice:
    """A voice eSpeak NG lists: its identifier, name and first language."""

    id: str
    name: str
    language: str


class Espeak:
    """The library, loaded once per process; get it by `espeak()`."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
            ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Listed))
        data = str(espeakng_loader.get_data_path()).encode()
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self.sample_rate <= 0:
            raise EspeakError(f"eSpeak NG cannot read its data in {data.decode()}")
        self._variants = Path(data.decode()) / "voices" / "!v"
        self._pieces: list[bytes] = []
        self._voice = ""  # the present one
        self._callback = _Callback(self._keep)  # the library holds only a pointer: keep it alive here
        self._library.espeak_SetSynthCallback(self._callback)

    def _keep(self, samples: int | None, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    def render(self, text: str, manner: Manner) -> NDArray[np.int16]:
        """Speech as 16-bit samples at `sample_rate`; the text may hold [[phonemes]]. Raises EspeakError."""
        with _LOCK:
            self._choose(manner)
            self._pieces.clear()
            raw = text.encode()
            if self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8 | _PHONEMES, None, None):
                raise EspeakError(f"eSpeak NG could not speak {text!r}")
            return np.frombuffer(b"".join(self._pieces), np.int16)

    def check(self, voice: str) -> None:
        """Take this voice; raise EspeakError unless eSpeak NG has it."""
        base, _, variant = voice.partition("+")
        with _LOCK:
            if voice and voice == self._voice:
                return
            # eSpeak takes an unknown variant without a word and speaks in the plain voice
            strange = variant and not (self._variants / variant).is_file()
            self._voice = ""
            if not base or strange or self._library.espeak_SetVoiceByName(voice.encode()):
                raise EspeakError(f"eSpeak NG has no voice {voice!r}")
            self._voice = voice

    def _choose(self, manner: Manner) -> None:
        self.check(manner.voice)
        wanted = {_RATE: manner.rate, _VOLUME: manner.volume, _PITCH: manner.pitch, _RANGE: manner.range}
        for parameter, value in wanted.items():
            self._library.espeak_SetParameter(parameter, int(value), 0)

    def voices(self) -> list[Voice]:
        """Every voice without its variants."""
        with _LOCK:
            rows = self._library.espeak_ListVoices(None)
            found, place = [], 0
            while rows[place]:
                row = rows[place][0]
                found.append(Voice(row.identifier.decode(), row.name.decode(), row.languages[1:].decode()))
                place += 1
            return found


_LOADED: list[Espeak] = []


def espeak() -> Espeak:
    """The one eSpeak NG of this process."""
    with _LOCK:
        if not _LOADED:
            _LOADED.append(Espeak())
        return _LOADED[0]
