"""The mouth: prompts through pyttsx3 and an own synchronous driver, rendered once, kept as 8 kHz mu-law."""

import hashlib
import os
import sys
import tempfile
import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyttsx3
import pyttsx3.voice

from voice_models import telephone
from voice_models.espeak import EspeakError, Manner, espeak
from voice_models.reading import readable
from voice_models.telephone import Bytes, Samples

DRIVER = "wenan_espeak"
MANNERS = {"zh": Manner("cmn", 165), "en": Manner("en-us", 155)}
SPEECH_LEVEL = 0.08  # root mean square of the loud parts, about -22 dB
MAKING = "1"  # part of every key: raise it when reading or levels change


class SynthesisError(RuntimeError):
    """A prompt could not be spoken."""


class Driver:
    """What pyttsx3 calls a driver: eSpeak NG in this process, one file at a time, every error reported."""

    def __init__(self, proxy: Any) -> None:
        self._proxy, self._manner = proxy, Manner()

    def getProperty(self, name: str) -> Any:
        """The present voice, rate, pitch, range or volume, or all voices."""
        if name == "voices":
            return [pyttsx3.voice.Voice(v.id, v.name, [v.language]) for v in espeak().voices()]
        return self._manner.volume / 100 if name == "volume" else getattr(self._manner, name)

    def setProperty(self, name: str, value: Any) -> None:
        """Set one of them; an unknown voice raises EspeakError."""
        if name == "voice":
            espeak().check(value)
        value = value if name == "voice" else int(value * 100) if name == "volume" else int(value)
        self._manner = replace(self._manner, **{name: value})

    def save_to_file(self, text: str, filename: str) -> None:
        """Speak into a WAV file of 16-bit samples."""
        self._proxy.setBusy(True)
        completed = False
        try:
            self._proxy.notify("started-utterance")
            samples = espeak().render(text, self._manner)
            with wave.open(filename, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(espeak().sample_rate)
                file.writeframes(samples.tobytes())
            completed = True
        finally:
            self._proxy.notify("finished-utterance", completed=completed)
            self._proxy.setBusy(False)

    def say(self, text: str) -> None:
        """There is no sound device here."""
        raise NotImplementedError("this driver writes files only: use save_to_file")

    def startLoop(self) -> None:
        """Empty the queue and return."""
        self._proxy.setBusy(False)

    def iterate(self) -> Iterator[None]:
        """One turn of an outer loop."""
        self._proxy.setBusy(False)
        yield

    def endLoop(self) -> None:
        """Nothing to end."""

    def stop(self) -> None:
        """Nothing to stop: each call is over when it returns."""

    def destroy(self) -> None:
        """Nothing to free: the library stays for the process."""


def buildDriver(proxy: Any) -> Driver:
    """pyttsx3's way to ask for a driver."""
    return Driver(proxy)


sys.modules[f"pyttsx3.drivers.{DRIVER}"] = sys.modules[__name__]  # where pyttsx3.init looks for a driver by name
_ENGINE_LOCK = threading.Lock()


class Mouth:
    """Speaks prompts of one language; the same wording is rendered once and then read from the cache."""

    def __init__(
        self, language: str, manner: Manner | None = None, cache: Path | None = None, recorded: Path | None = None
    ) -> None:
        self.language = language.split("-")[0]
        if self.language not in MANNERS:
            raise SynthesisError(f"no voice for the language {language!r}; known: {', '.join(MANNERS)}")
        self.manner = manner or MANNERS[self.language]
        self.cache, self.recorded = cache, recorded
        self._kept: dict[str, Bytes] = {}

    def speak(self, text: str) -> Bytes:
        """A whole sentence as mu-law bytes at 8 kHz: a recording of it if there is one, else synthetic."""
        key = self.key(text)
        if key not in self._kept:
            self._kept[key] = self._recording(text) if self._recorded(text) else self._cached(text, key)
        return self._kept[key]

    def key(self, text: str) -> str:
        """What the cache knows a prompt by: a hash of wording, voice, rate, pitch and making."""
        return hashlib.sha256(repr((MAKING, self.language, text, self.manner)).encode()).hexdigest()[:32]

    def _recorded(self, text: str) -> Path | None:
        path = self.recorded / f"{prompt_name(text)}.wav" if self.recorded else None
        return path if path and path.is_file() else None

    def _recording(self, text: str) -> Bytes:
        path = self._recorded(text)
        assert path
        samples, rate = read_wav(path)
        return telephone.encode(_levelled(telephone.narrow(samples, rate)))

    def _cached(self, text: str, key: str) -> Bytes:
        if self.cache is None:
            return self._render(text)
        path = self.cache / f"{key}.ulaw"
        if not path.is_file():
            self.cache.mkdir(parents=True, exist_ok=True)
            growing = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            growing.write_bytes(self._render(text).tobytes())
            growing.replace(path)
        return np.frombuffer(path.read_bytes(), np.uint8)

    def _render(self, text: str) -> Bytes:
        samples, rate = synthesise(readable(text, self.language), self.manner)
        return telephone.encode(_levelled(telephone.narrow(samples, rate)))


def synthesise(text: str, manner: Manner) -> tuple[Samples, int]:
    """A readable text as samples and their rate, through pyttsx3. Raises SynthesisError."""
    troubles: list[Exception] = []
    with _ENGINE_LOCK:
        path = Path(_folder().name) / f"{os.getpid()}.wav"
        engine = pyttsx3.init(DRIVER)
        listening = engine.connect("error", lambda name, exception: troubles.append(exception))
        try:
            for name in ("voice", "rate", "pitch", "range"):
                engine.setProperty(name, getattr(manner, name))
            engine.setProperty("volume", manner.volume / 100)
            engine.save_to_file(text, str(path))
            engine.runAndWait()
        except EspeakError as trouble:
            troubles.append(trouble)
        finally:
            engine.disconnect(listening)
        try:
            if troubles or not path.is_file():
                raise SynthesisError(f"cannot speak {text!r} as {manner.voice}: {troubles[:1] or 'no file'}")
            return read_wav(path)
        finally:
            path.unlink(missing_ok=True)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where pyttsx3 puts one file after another; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="wenan-")


def read_wav(path: Path) -> tuple[Samples, int]:
    """Samples in -1..1, (n,) or (n, channels), and the rate of a 16-bit WAV file. Raises SynthesisError."""
    try:
        with wave.open(str(path), "rb") as file:
            raw, channels, width, rate = (
                file.readframes(-1),
                file.getnchannels(),
                file.getsampwidth(),
                file.getframerate(),
            )
    except (wave.Error, EOFError, OSError) as trouble:
        raise SynthesisError(f"{path}: no WAV file: {trouble}") from trouble
    if width != 2:
        raise SynthesisError(f"{path}: {8 * width}-bit samples; 16-bit are needed")
    whole = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], np.int16)
    samples = np.asarray(whole / np.float32(32768), np.float32)
    return (samples.reshape(-1, channels) if channels > 1 else samples), rate


def prompt_name(text: str) -> str:
    """The file name, without .wav, under which a recorded prompt is looked for: its first words and a hash."""
    words = "".join(letter if letter.isalnum() else "-" for letter in text)[:24].strip("-")
    return f"{words}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _levelled(samples: Samples) -> Samples:
    """The same loudness for every prompt."""
    level = telephone.speech_level(samples)
    return samples * min(SPEECH_LEVEL / level, 0.99 / float(np.abs(samples).max())) if level else samples
