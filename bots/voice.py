"""A call that is heard: prompts are spoken, answers recognised, on whatever wire carries the audio both ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Protocol

from bots.voices import PIECE, SURELY, Voices, spoken_language
from dialogs.events import Heard, Reply
from voice_models.endpoint import Watch
from voice_models.recogniser import UNKNOWN, Listening, Recognised
from voice_models.tape import Tape
from voice_models.telephone import RATE, KeyTones, Samples, pcm, pure

ENDS, ENDS_UNFINISHED = 0.6, 1.1  # seconds of silence that end an answer, or one that seems to want a word more
AT_LEAST = 4800  # samples handed to the recogniser at once while somebody speaks
LEAD, TRAIL = 0.3, 0.4  # seconds recognised before and behind what was loud
INTERRUPTED = 0.3  # seconds of speech that make the robot stop speaking
LEAST_INTERRUPTION = 0.4  # seconds of speech of an answer before the question was out
LAST_PART = 0.8  # of a question: whoever speaks after this much of it answers, however short
BACK = 6  # pieces said again after an interruption that was none
LEAST_WORD = 0.2  # seconds of sound that may be a word of another language
NOISE = 0.35  # seconds of sound not understood that are no try to answer
SOON = 2.0  # seconds to wait for words after such a sound
STILL = 3.0  # seconds after which what was said before the question was out is the answer
MOST_SOUNDS = 5
MOST_STOPS = 2  # of one question: whatever is heard then, it is said to the end
LONGEST_ANSWER = 15.0  # seconds of one stretch of speech
NEXT_KEY = 2.0  # seconds to wait for another key
HALF_SAID = re.compile(
    r"(点|体温|[三四]十[一二四五六七八九]?度?|point|(thirty|forty|ninety)( \w+)?|hundred( and)?( \w+)?|is|about|it's)$"
)
HELLO_SECONDS = 1.2  # to wait for a hello before the robot speaks
MACHINE_SECONDS = 4.0  # of speech without a rest: nobody says hello for so long
REST = 0.7  # seconds of silence behind a hello
BEEP = 2  # pieces of one tone
GREETING_SECONDS = 20.0  # a machine's at most
TYPED = ("temperature", "number", "count", "when", "text", "any_of")  # keys that may be several
HUMS = {"嗯", "嗯嗯", "uh huh", "hm"}
LONGEST_HUM = 2.2  # seconds with what is heard before and behind it; a longer tone is music
MISHEARD = ("不", "没")  # so a nod is easily heard
NODS = {
    "zh": {"嗯", "嗯嗯", "哦", "啊", "喂", "喂喂", "喂你好", "你好", "您好", "好", "好的", "哎"},
    "en": {"uh huh", "okay", "hello", "hi", "yeah", "right", "sure"},
}


class Wire(Protocol):
    """Audio both ways, 8 kHz; the audio is the clock of the call."""

    @property
    def gone(self) -> bool:
        """Whether the other end has hung up."""

    def asked(self, reply: Reply) -> None:
        """Is told what is about to be said, before a sound of it."""

    def exchange(self, sent: Samples | None, size: int) -> Samples:
        """Sends `size` samples (None: we are silent) and returns as many that came meanwhile."""

    def pressed(self) -> str:
        """Keys that came beside the audio (RFC 4733) since the last time."""


@dataclass(slots=True)
class Turn:
    """What is known while a question is put and its answer waited for."""

    reply: Reply
    prompt: Samples
    said: int = 0
    waits: bool = False  # the robot is silent in the middle of the question, because somebody speaks
    quiet: float = 0.0  # seconds since the question ended
    stops: int = 0  # how often somebody spoke over it
    sounds: int = 0  # short sounds that were not understood
    keys: str = ""
    key_at: float = 0.0
    early: Recognised | None = None  # said before the question was out, and not sure enough to stop it
    listening: Listening | None = None
    start: int = 0
    fed: int = 0
    unfinished: bool | None = None

    @property
    def asking(self) -> bool:
        """Whether something of the question is still to be said."""
        return self.said < len(self.prompt)

    def next_piece(self) -> Samples | None:
        """What to say next of the question; None when it is over."""
        if not self.asking:
            return None
        self.said += PIECE
        return self.prompt[self.said - PIECE : self.said]


class VoiceLine:
    """A line on a wire: `seconds`, `hung_up` and `heard_all` as any line of the telephone has them."""

    def __init__(self, wire: Wire, voices: Voices, recordings: Path | None = None) -> None:
        self.wire, self.voices, self.recordings = wire, voices, recordings
        self.tape = Tape(PIECE, whole=recordings is not None)
        self.transcript: list[str] = []
        self.watch, self.tones = Watch(), KeyTones()
        self.hung_up = False
        self.heard_all = True
        self.decided: list[float] = []  # seconds of work between the end of an answer and the next reply
        self._endpoint_at: float | None = None
        self._settled = True  # until somebody is not understood, he speaks our language

    @property
    def seconds(self) -> float:
        """The age of the call."""
        return self.watch.now / RATE

    @property
    def recorded(self) -> bool:
        """Whether what is said is kept; the greeting tells it."""
        return self.recordings is not None

    def keep(self, name: str) -> None:
        """Keeps the recording, if there is one, and beside it what was said by whom."""
        if self.recordings:
            self.tape.save(self.recordings / f"{name}.wav")
            (self.recordings / f"{name}.txt").write_text("\n".join([*self.transcript, ""]), encoding="utf-8")

    def machine_answers(self) -> bool:
        """Lets whoever picked up say hello; whether it is an answering machine (what is not known is human)."""
        tones = 0
        while not self.wire.gone and self.seconds < GREETING_SECONDS:
            self._exchange(None)
            tones = tones + 1 if self._beeps() else 0
            if tones >= BEEP or self.watch.loud >= MACHINE_SECONDS:
                return True
            over = self.watch.silence >= REST if self.watch.began is not None else self.seconds >= HELLO_SECONDS
            if over:
                break
        self.watch.forget()
        return False

    def leave_message(self, reply: Reply) -> None:
        """Waits for the machine's tone, or until it is silent, and says one thing."""
        until, tones = self.seconds + GREETING_SECONDS, 0
        while not self.wire.gone and self.seconds < until and (tones < BEEP or self._beeps()):
            self._exchange(None)
            tones = tones + 1 if self._beeps() else tones
            if self.watch.silence > 2 * REST:
                break
        self.tell(reply)

    def _beeps(self) -> bool:
        return self.watch.sound and pure(self.tape.between(self.watch.now - PIECE, self.watch.now))

    def ask(self, reply: Reply) -> Heard:
        """Puts a question, and hears what comes back."""
        turn = self._begin(reply)
        heard = None
        while heard is None:
            heard = self._step(turn)
        if turn.listening:
            turn.listening.finish()
        self.watch.forget()
        self._note(">", heard.words or heard.keys or ("(hung up)" if heard.hung_up else "(silence)"))
        return heard

    def tell(self, reply: Reply) -> None:
        """Says the reply to the end, unless the resident is gone."""
        turn = self._begin(reply)
        while turn.asking and not self.wire.gone:
            self._exchange(turn.next_piece())
        self.heard_all = not turn.asking
        self.hung_up = self.hung_up or self.wire.gone

    def _begin(self, reply: Reply) -> Turn:
        turn = Turn(reply, self.voices.prompt(reply.short, reply.language))
        if self._endpoint_at is not None:
            self.decided.append(perf_counter() - self._endpoint_at)
            self._endpoint_at = None
        self.wire.asked(reply)
        self._note("<", reply.short)
        return turn

    def _note(self, who: str, what: str) -> None:
        if self.recorded:
            self.transcript.append(f"{self.seconds:6.1f} {who} {what}")

    def _step(self, turn: Turn) -> Heard | None:
        """One piece of the call: what was heard, if the turn is over."""
        pressed = self._exchange(turn.next_piece() if not turn.waits else None)
        if self.wire.gone:
            self.hung_up, self.heard_all = True, not turn.asking
            return self._heard(hung_up=True)
        if pressed or turn.keys:
            return self._typed(turn, pressed)
        if self.watch.began is not None:
            return self._listen(turn)
        turn.quiet += PIECE / RATE if not turn.asking else 0.0
        if turn.early and turn.quiet >= STILL:
            return self._words(turn.early)  # he has said it, and waits for us
        if turn.quiet >= (SOON if turn.sounds else turn.reply.silence_seconds):
            return self._heard(UNKNOWN if turn.sounds else None, confidence=0.0 if turn.sounds else 1.0)
        return None

    def _exchange(self, sent: Samples | None) -> str:
        """Sends and takes one piece; returns the keys pressed in it."""
        came = self.wire.exchange(sent, PIECE)
        self.tape.keep(came, sent)
        self.watch.hear(came, sent)
        return self.wire.pressed() + (self.tones.hear(came) if self.watch.sound else "")

    def _listen(self, turn: Turn) -> Heard | None:
        """Somebody speaks, or has just stopped."""
        watch = self.watch
        assert watch.began is not None
        if turn.asking and not turn.waits and watch.loud >= INTERRUPTED and turn.stops < MOST_STOPS:
            turn.waits, turn.stops = True, turn.stops + 1
        self._feed(turn, AT_LEAST)
        stretch = (watch.now - watch.began) / RATE
        if watch.silence < ENDS and stretch < LONGEST_ANSWER:
            return None
        if turn.unfinished is None:
            self._feed(turn)
            turn.unfinished = self._wants_more(turn)
        if turn.unfinished and watch.silence < ENDS_UNFINISHED and stretch < LONGEST_ANSWER:
            return None
        return self._decide(turn)

    def _feed(self, turn: Turn, least: int = 1) -> None:
        """Hands the recogniser what is new of the stretch, and no more of the silence behind it than it needs."""
        assert self.watch.began is not None
        if turn.listening is None:
            turn.listening = self.voices.listen(turn.reply)
            turn.start = turn.fed = max(self.watch.began - int(LEAD * RATE), self.tape.first)
            turn.unfinished = None
        until = min(self.watch.now, self.watch.last + int(TRAIL * RATE))
        if until - turn.fed >= least:
            turn.listening.hear(pcm(self.tape.between(turn.fed, until)))
            turn.fed = until
            turn.unfinished = None

    def _wants_more(self, turn: Turn) -> bool:
        """Whether what was heard so far is no answer yet: half a number, or nothing known."""
        assert turn.listening
        known = turn.listening.partial().replace(UNKNOWN, "").strip()
        return not known or HALF_SAID.search(known) is not None

    def _decide(self, turn: Turn) -> Heard | None:
        """An answer has ended: is it one?"""
        self._endpoint_at = perf_counter()
        self._feed(turn)
        assert turn.listening
        recognised, turn.listening = turn.listening.finish(), None
        loud = self.watch.loud
        if turn.fed - turn.start > LONGEST_HUM * RATE and _hums(recognised):
            recognised = Recognised((), "", 0.0)
        if recognised.accepted:
            self.watch.understood()
        self.watch.forget()
        early = turn.asking and turn.said < LAST_PART * len(turn.prompt)
        if not recognised.accepted and not early and loud >= LEAST_WORD:
            recognised = self._in_other_language(turn) or recognised
        doubtful = early and (loud < LEAST_INTERRUPTION or recognised.confidence < SURELY)
        nods = early and _nods(recognised, turn.reply.language)
        if recognised.accepted and not doubtful and not nods:
            return self._words(recognised)
        if not recognised.accepted and not early and loud >= NOISE:
            self._settled = False
            return self._heard(UNKNOWN, confidence=round(recognised.confidence, 3))
        if recognised.accepted and doubtful and not nods and recognised.text not in MISHEARD:
            turn.early = recognised
        if turn.waits:
            turn.waits, turn.said = False, max(0, turn.said - BACK * PIECE)
        elif not turn.asking:
            turn.sounds, turn.quiet = turn.sounds + 1, 0.0
        self._endpoint_at = None
        return self._heard(UNKNOWN, confidence=0.0) if turn.sounds > MOST_SOUNDS else None

    def _in_other_language(self, turn: Turn) -> Recognised | None:
        """Tried with who was not understood in ours twice running."""
        if self._settled:
            return None
        return self.voices.in_other_language(turn.reply, self.tape.between(turn.start, turn.fed))

    def _typed(self, turn: Turn, pressed: str) -> Heard | None:
        """Keys: one is enough where they choose, else until # or a pause."""
        turn.said, turn.waits = len(turn.prompt), False
        if turn.listening:
            turn.listening.finish()
            turn.listening = None
        self.watch.forget()
        if pressed:
            turn.keys, turn.key_at = turn.keys + pressed, self.seconds
        several = turn.reply.kind in TYPED and not turn.keys.endswith("#")
        if several and self.seconds - turn.key_at < NEXT_KEY:
            return None
        return self._heard(keys=turn.keys if turn.keys == "#" else turn.keys.rstrip("#"))

    def _words(self, recognised: Recognised) -> Heard:
        self._settled = True
        confidence = round(recognised.confidence, 3)
        return self._heard(recognised.text, confidence=confidence, alternatives=recognised.alternatives)

    def _heard(
        self,
        words: str | None = None,
        *,
        keys: str | None = None,
        hung_up: bool = False,
        confidence: float = 1.0,
        alternatives: tuple[str, ...] = (),
    ) -> Heard:
        seconds = round(self.seconds, 1)
        return Heard(words, keys, hung_up, seconds, confidence, alternatives, "keys" if keys else "voice")


def _hums(recognised: Recognised) -> bool:
    return recognised.accepted and all(word.text in HUMS for word in recognised.words if word.text != UNKNOWN)


def _nods(recognised: Recognised, language: str) -> bool:
    """Whether somebody only shows that he listens."""
    return all(word.text in NODS[spoken_language(language)] for word in recognised.words if word.text != UNKNOWN)


class PacedWire:
    """A wire whose audio takes its time; `speed` 60 plays a minute in a second."""

    def __init__(self, wire: Wire, speed: float = 1.0) -> None:
        self.wire, self.speed = wire, speed
        self._began, self._passed = monotonic(), 0

    @property
    def gone(self) -> bool:
        """Whether the other end has hung up."""
        return self.wire.gone

    def asked(self, reply: Reply) -> None:
        """Is told what is about to be said."""
        self.wire.asked(reply)

    def pressed(self) -> str:
        """Keys that came beside the audio."""
        return self.wire.pressed()

    def exchange(self, sent: Samples | None, size: int) -> Samples:
        """Sends and returns audio, when it is there."""
        self._passed += size
        wait = self._began + self._passed / RATE / self.speed - monotonic()
        if wait > 0:
            sleep(wait)
        return self.wire.exchange(sent, size)
