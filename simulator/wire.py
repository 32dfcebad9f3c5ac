"""The telephone line to a simulated resident: his audio comes, ours goes, on a clock that is the audio itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

import numpy as np

from simulator.exchange import Callee
from simulator.resident import Spoken
from simulator.speech import Voice, background, beep, breath, cough, line_noise, speech, voice_of
from voice_models.telephone import PACKET, RATE, SILENCE, Samples, banded, decode, encode, lossy, passed, tone

SNR_DB = (15.0, 30.0)
LOSS = {0.0: 0.7, 0.005: 0.15, 0.01: 0.1, 0.02: 0.05}
ECHO_DB, ECHO_SECONDS = (-40.0, -22.0), (0.05, 0.25)
DELAY_SECONDS = (0.04, 0.15)  # one way
SAYS_HELLO = 0.7  # of those who pick up, before the robot has said anything
HELLO = {"zh": ("喂？", "喂？", "喂，你好。", "你好。", "哎。"), "en": ("Hello?", "Hello?", "Hi.", "Yes?")}
INTERRUPTS = 0.04  # answers before the question has ended
MURMURS = 0.06  # coughs, or says "mhm", while the robot speaks
MURMUR = {"zh": ("嗯。", "哦。", "嗯嗯。"), "en": ("Mhm.", "Uh huh.", "Okay.")}
BREATHES = 0.1  # audibly, before he speaks
PAUSES = 0.05  # in the middle of a sentence
BEEPS_HZ = (440.0, 850.0, 1000.0, 1400.0)
RECORDS_SECONDS = 30.0
AWAY = (15.0, 40.0)  # seconds, to take a temperature
EVENTS = 0.5  # of the telephones send keys as events (RFC 4733) and not as tones


class Question(Protocol):
    """What is asked: as much of a reply as a resident must know."""

    @property
    def step(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def asked(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def keypad(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def over(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Line:
    """The state of one line: signal to noise (dB), share of lost packets, echo (dB) and its delay, delay, law."""

    ratio_db: float = 25.0
    loss: float = 0.0
    echo_db: float = -60.0
    echo_seconds: float = 0.1
    delay: float = 0.08
    law: str = "mulaw"
    events: bool = True


def draw_line(rng: Random) -> Line:
    """A line as they are."""
    return Line(
        ratio_db=rng.uniform(*SNR_DB),
        loss=rng.choices(list(LOSS), list(LOSS.values()))[0],
        echo_db=rng.uniform(*ECHO_DB),
        echo_seconds=rng.uniform(*ECHO_SECONDS),
        delay=rng.uniform(*DELAY_SECONDS),
        law=rng.choice(("mulaw", "alaw")),
        events=rng.random() < EVENTS,
    )


class SimulatedWire:
    """Two-way audio with a resident who hears the question, thinks, and speaks; `gone` when he has hung up."""

    def __init__(self, callee: Callee, opened_at: datetime, seed: int, line: Line | None = None) -> None:
        self.callee, self.opened_at = callee, opened_at
        person = callee.resident.person
        self.rng = Random(f"wire {seed} {person.phone} {opened_at.isoformat()}")
        self.random = np.random.default_rng(self.rng.getrandbits(64))
        self.line = line or draw_line(self.rng)
        self.voice: Voice = voice_of(person, seed)
        self.gone = False
        self.now = 0  # samples
        self._near: list[tuple[int, Samples]] = []  # what he will have said, and from where on
        self._events: list[tuple[int, str]] = []
        self._leaves_at: int | None = None
        self._spoken: Spoken | None = None
        self._begins_at: int | None = None  # speaks over the question from here on
        self._away = 0.0
        self._noise = line_noise() * np.float32(10 ** ((self.voice.level_db - self.line.ratio_db) / 20))
        self._behind = background(self.voice, self._language)
        self._place = self.rng.randrange(len(self._noise))
        self._sent = np.zeros(int(self.line.echo_seconds * RATE), np.float32)  # still on its way back
        self._pick_up()

    @property
    def _language(self) -> str:
        return "en" if self.callee.resident.speaker.language == "en" else "zh"

    # ---- what the robot does ---------------------------------------------------------------------------------

    def asked(self, question: Question) -> None:
        """The robot begins to say this; what he makes of it is settled now, and heard when it is over."""
        if question.over or self._leaves_at is not None or self.callee.machine:
            return
        now = self.opened_at + timedelta(seconds=self.now / RATE)
        about = {**question.asked, "keypad": question.keypad, "now": now}
        self._spoken = self.callee.answer(question.step, question.kind, about)
        self._begins_at = None
        if self.rng.random() < INTERRUPTS:
            self._begins_at = self.now + self._samples(self.rng.uniform(1.0, 4.0))
        elif self.rng.random() < MURMURS:
            self._murmur()

    def exchange(self, sent: Samples | None, size: int) -> Samples:
        """Sends `size` samples (None: we are silent), and returns what came through the line meanwhile."""
        if self._spoken and (sent is None or (self._begins_at is not None and self.now >= self._begins_at)):
            self._answer(self._spoken)
        heard = self._mixed(size) + self._echo(sent, size)
        self.now += size
        if self._leaves_at is not None and self.now >= self._leaves_at:
            self.gone = True
        if not self.line.loss:
            return passed(heard, self.line.law)
        coded = lossy(encode(heard, self.line.law), self.line.loss, self.random, SILENCE[self.line.law])
        return decode(coded, self.line.law)

    def pressed(self) -> str:
        """Keys that came beside the audio since the last time."""
        keys = "".join(key for at, key in self._events if at <= self.now)
        self._events = [(at, key) for at, key in self._events if at > self.now]
        return keys

    # ---- what the resident does --------------------------------------------------------------------------------

    def _pick_up(self) -> None:
        if self.callee.machine:
            self._take_message()
        elif self.rng.random() < SAYS_HELLO:
            self._say(self.rng.choice(HELLO[self._language]), self._samples(self.rng.uniform(0.3, 0.8)))

    def _take_message(self) -> None:
        """The greeting of an answering machine and its tone; after a while it hangs up."""
        greeting = self.callee.resident.machine_greeting(self.rng).text or ""
        end = self._say(greeting, self._samples(self.rng.uniform(0.2, 0.9))) + self._samples(0.4)
        self._near.append((end, beep(self.rng.choice(BEEPS_HZ), self.rng.uniform(0.3, 1.0))))
        self._leaves_at = end + self._samples(RECORDS_SECONDS)

    def _murmur(self) -> None:
        at = self.now + self._samples(self.rng.uniform(0.5, 3.0))
        if self.rng.random() < 0.5:
            self._near.append((at, cough(self.voice, self.random)))
        else:
            self._say(self.rng.choice(MURMUR[self._language]), at)

    def _answer(self, spoken: Spoken) -> None:
        """Speaks, presses keys or hangs up, after a while of thinking, unless he is still speaking."""
        self._spoken = None
        thinks = self.rng.uniform(0.25, 1.1) + 2 * self.line.delay + self._away
        at = max(self.now + self._samples(thinks), self._free_at())
        self._away = self.rng.uniform(*AWAY) if spoken.intent == "hold_on" else 0.0
        if spoken.text:
            if self.rng.random() < BREATHES:
                self._near.append((max(self.now, at - RATE), breath(self.voice, self.random)))
            at = self._say(spoken.text, at)
        if spoken.keys:
            at = self._press(spoken.keys, at)
        if spoken.hangs_up:
            self._leaves_at = at + self._samples(0.3)

    def _say(self, text: str, at: int) -> int:
        """Says it from there on; returns where it ends."""
        if self.rng.random() < PAUSES and "，" in text:
            first, rest = text.split("，", 1)
            at = self._say(f"{first}，", at) + self._samples(self.rng.uniform(0.2, 0.6))
            text = rest or text
        said = speech(text, self.voice, self._language, self.random)
        self._near.append((at, said))
        return at + len(said)

    def _press(self, keys: str, at: int) -> int:
        for key in keys:
            if self.line.events:
                self._events.append((at, key))
            else:
                self._near.append((at, banded(tone(key, 0.12))))
            at += self._samples(0.35)
        return at

    def _free_at(self) -> int:
        """Where what he is saying ends."""
        return max((at + len(said) for at, said in self._near), default=0)

    # ---- the line ------------------------------------------------------------------------------------------------

    @staticmethod
    def _samples(seconds: float) -> int:
        return int(seconds * RATE) // PACKET * PACKET

    def _mixed(self, size: int) -> Samples:
        """His voice, what is behind it, and the noise of the line, in this piece of time."""
        heard = self._turned(self._noise, size).copy()
        if len(self._behind) > 1:
            heard += self._turned(self._behind, size)
        end = self.now + size
        for at, said in self._near:
            start, stop = max(at, self.now), min(at + len(said), end)
            if start < stop:
                heard[start - self.now : stop - self.now] += said[start - at : stop - at]
        self._near = [(at, said) for at, said in self._near if at + len(said) > end]
        return heard

    def _turned(self, pool: Samples, size: int) -> Samples:
        """A piece of something that goes round and round."""
        start = (self._place + self.now) % len(pool)
        piece = pool[start : start + size]
        return piece if len(piece) == size else np.concatenate([piece, pool[: size - len(piece)]])

    def _echo(self, sent: Samples | None, size: int) -> Samples:
        """Our own voice, as it comes back from his end."""
        self._sent = np.concatenate([self._sent, np.zeros(size, np.float32) if sent is None else sent])
        back, self._sent = self._sent[:size], self._sent[size:]
        return back * np.float32(10 ** (self.line.echo_db / 20))
