"""A person at this machine's microphone and loudspeaker, called by the robot."""

from __future__ import annotations

from typing import Any

from dialogs.events import Reply
from voice_models.telephone import RATE, Samples, from_pcm, pcm, quiet


class NoSound(RuntimeError):
    """There is no sound card here, or the library for it is missing; the message, and `chinese`, say what to do."""

    def __init__(self, message: str, chinese: str) -> None:
        super().__init__(message)
        self.chinese = chinese


class Microphone:
    """A wire to the sound card; the sound card's own clock paces it."""

    def __init__(self, piece: int) -> None:
        self.gone = False
        try:
            import sounddevice

            self._stream: Any = sounddevice.RawStream(RATE, piece, channels=1, dtype="int16")
            self._stream.start()
        except ImportError as trouble:
            raise NoSound(
                "a microphone needs the package sounddevice: pip install sounddevice",
                "用麦克风需要 sounddevice：pip install sounddevice",
            ) from trouble
        except Exception as trouble:  # PortAudio's errors, or no PortAudio (OSError)
            raise NoSound(
                f"no sound card can be used here ({trouble}); a folder of answers will do: --wav",
                f"这里用不了声卡（{trouble}）；可以用 --wav 给一个放着回答的文件夹",
            ) from trouble

    def asked(self, reply: Reply) -> None:
        """Somebody who listens need not be told."""

    def exchange(self, sent: Samples | None, size: int) -> Samples:
        """Plays and records at once."""
        self._stream.write(pcm(quiet(size) if sent is None else sent).tobytes())
        heard, _ = self._stream.read(size)
        return from_pcm(bytes(heard))

    def pressed(self) -> str:
        """A microphone has no keys."""
        return ""
