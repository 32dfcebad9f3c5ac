"""The ear: Vosk with a grammar per question, [unk] for all else, and a confidence that says how often it is right."""

import json
import math
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soxr
import vosk

from voice_models.telephone import RATE, Pcm

UNKNOWN = "[unk]"
NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/words.txt")
IDLE_RECOGNISERS, IDLE_GRAMMARS = 8, 24  # kept ready for each grammar, and for how many
SHORT, WEIGHT = 2, 6  # a row of so few characters counts so often: [unk] stands beside every row, and swallows them
READING = re.compile(
    r"[一二三四五六七八九十][点度]|三[五六七八九][零一二三四五六七八九]$|point"
    r"|^(three|four|nine|thirty|forty|ninety) \w+ \w+$"
)  # units that are a temperature
# units that say something by themselves before a temperature; 不是 and 没有 do not: they may deny it
BY_ITSELF = re.compile(
    r"对|嗯|是的|是啊|是我|我就?是|没错|正常|没事|还好|还行|[没不]发?[烧热]|yes|yeah|yep|no fever|normal"
)
YES = re.compile(r"[对是]|是[的啊]|对[的对]|没错|我就?是|就?是我")
COURTESY = re.compile(
    r"[你您请]?[说讲][吧嘛]?|请[说讲]|什么事|(谢谢|辛苦|麻烦)"
)  # comes after an answer, and is none of it
SEVERAL = 0.5  # of the confidence is left where several temperatures were heard: which one counts?
SURE = 1 - 1e-3
ALTERNATIVES = 4  # readings compared for the confidence
# Short speech that was not taken is heard again as if a slower and a quicker voice had said it. It must be surer then,
# and is told as less sure, for the best of two flatters: a dialog asks whether it is so.
OTHER_VOICES, AGAIN_SECONDS, SURE_AGAIN, LEFT = (0.92, 1.09), 3.0, 0.6, 0.6
# Noise of one step of 16 bits: digital silence breaks recognisers, and Kaldi's own dither hears nothing twice alike.
FLOOR = np.rint(np.random.default_rng(1).standard_normal(RATE)).astype(np.int32)
vosk.SetLogLevel(-2)


class ModelError(RuntimeError):
    """A model directory is missing, broken, or no model for telephone speech with run-time grammars.

    `chinese` says the same in Chinese.
    """

    def __init__(self, message: str, chinese: str) -> None:
        super().__init__(message)
        self.chinese = chinese


@dataclass(frozen=True)
class Word:
    """One unit that was heard, and the share of likely readings that hold it (0-1)."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Evidence:
    """What speaks for a reading: its share among the likely, its cost beyond the grammar, its letters, its unknown
    stretches, the share of the readings that hold a letter of it, and how much more it costs to know nothing."""

    share: float = 0.0
    cost: float = 0.0
    letters: int = 0
    strange: int = 0
    held: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Recognised:
    """What was heard: units, their text, and a calibrated confidence; [unk] stands for speech outside the grammar.

    `alternatives` are the texts of the next best readings, where a text was taken.
    """

    words: tuple[Word, ...]
    text: str
    confidence: float
    evidence: Evidence = Evidence()
    alternatives: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether something of the grammar was heard surely enough to be taken."""
        return bool(self.text)


@dataclass(frozen=True)
class Calibration:
    """How evidence becomes the chance of being right, and from where on words are taken."""

    weights: tuple[float, ...] = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    threshold: float = 0.0

    def chance(self, evidence: Evidence) -> float:
        """The calibrated chance that all that was heard is right, 0 where nothing known was heard."""
        if not evidence.letters:
            return 0.0
        odds = sum(weight * sign for weight, sign in zip(self.weights, signs(evidence), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def signs(evidence: Evidence) -> tuple[float, ...]:
    """The numbers a calibration weighs: one, log-odds of the share, cost, cost for each letter, unknown stretches,
    log-odds of the letters' share, margin over knowing nothing, log of the letters."""
    letters, strange = max(1, evidence.letters), float(evidence.strange)
    costs = evidence.cost / 10, evidence.cost / letters, strange
    return 1.0, _odds(evidence.share), *costs, _odds(evidence.held), evidence.margin / 4, math.log(letters)


def _odds(share: float) -> float:
    share = min(max(share, 1 - SURE), SURE)
    return math.log(share / (1 - share))


class Ear:
    """A speech model in memory; thread-safe, to be loaded once and shared by all calls."""

    def __init__(self, folder: Path) -> None:
        check(folder)
        self.folder = folder
        try:
            self._model = vosk.Model(str(folder))
        except Exception as trouble:  # vosk raises nothing narrower
            raise ModelError(
                f"{folder}: Vosk cannot read this model: {trouble}", f"{folder}：Vosk 读不了这个模型：{trouble}"
            ) from trouble
        self._names = _words(folder)
        self._chinese = any("一" <= name[0] <= "龥" for name in self._names)
        self._longest = max(len(self._parts(name)) for name in self._names)
        self.calibration = _calibration(folder)
        self._sizes: dict[str, int] = {}  # how many phrases each grammar was made of
        self._idle: dict[str, list[vosk.KaldiRecognizer]] = defaultdict(list)
        self._lock = threading.Lock()
        self._cut: dict[str, list[str]] = {}

    def units(self, phrase: str) -> list[str]:
        """A phrase cut into as few units of the vocabulary as can be; what the model cannot hear is left out."""
        if phrase not in self._cut:  # the grammars of all questions have most phrases in common
            self._cut[phrase] = self._units(phrase)
        return self._cut[phrase]

    def _units(self, phrase: str) -> list[str]:
        parts = self._parts(_plain(phrase))
        best: list[tuple[int, int, list[str]]] = [(0, 0, [])]  # parts left out, units, the units, up to each place
        for stop in range(1, len(parts) + 1):
            lost, count, units = best[stop - 1]
            ways = [(lost + 1, count, units)]
            for start in range(max(0, stop - self._longest), stop):
                unit = self._join(parts[start:stop])
                if unit in self._names:
                    lost, count, units = best[start]
                    ways.append((lost, count + 1, [*units, unit]))
            best.append(min(ways, key=lambda way: way[:2]))
        return best[-1][2]

    def lacks(self, phrases: Iterable[str]) -> list[str]:
        """The phrases that cannot be heard whole with this vocabulary."""
        return [
            phrase for phrase in phrases if self._join(self.units(phrase)) != self._join(self._parts(_plain(phrase)))
        ]

    def grammar(self, phrases: Iterable[str]) -> str:
        """Phrases as Vosk's grammar (JSON), [unk] included. Prepare it once for a question and keep it."""
        rows = dict.fromkeys(" ".join(self._names[unit] for unit in self.units(phrase)) for phrase in phrases)
        known = [row for row in rows if row]
        # an answer amid other words is still an answer
        framed = [frame.format(row, UNKNOWN) for row in known if " " not in row for frame in ("{1} {0}", "{0} {1}")]
        short = [row for row in known if self._chinese and len(row.replace(" ", "")) <= SHORT] * (WEIGHT - 1)
        grammar = json.dumps([*known, *short, *framed, UNKNOWN], ensure_ascii=False)
        self._sizes[grammar] = len(known) + 1
        return grammar

    def listen(self, grammar: str) -> "Listening":
        """Begin to listen for a grammar."""
        with self._lock:
            idle = self._idle[grammar] = self._idle.pop(grammar, [])  # the grammar used last stands last
            recogniser = idle.pop() if idle else None
        if recogniser is None:
            recogniser = vosk.KaldiRecognizer(self._model, RATE, grammar)
            recogniser.SetWords(True)
            recogniser.SetMaxAlternatives(ALTERNATIVES)
        return Listening(self, grammar, recogniser)

    def prepare(self, grammar: str, count: int = 1) -> None:
        """Have so many recognisers ready for a grammar, before somebody waits for one."""
        ready = [self.listen(grammar) for _ in range(count)]
        for listening in ready:
            listening.finish(again=False)

    def recognise(self, samples: Pcm, grammar: str, again: bool = True) -> Recognised:
        """What is said in 8 kHz samples, all at once; `again` as in Listening.finish."""
        listening = self.listen(grammar)
        listening.hear(samples)
        return listening.finish(again)

    def heard_again(self, samples: Pcm, grammar: str) -> Recognised | None:
        """What is said, surely, as if others had said it; None where that is nothing."""
        spoken = samples.astype(np.float32)
        voices = (soxr.resample(spoken, RATE * speed, RATE, "MQ").astype(np.int16) for speed in OTHER_VOICES)
        surest = max((self.recognise(voice, grammar, again=False) for voice in voices), key=lambda one: one.confidence)
        if not surest.accepted or surest.confidence < SURE_AGAIN:
            return None
        return replace(surest, confidence=surest.confidence * LEFT)

    def give_back(self, grammar: str, recogniser: vosk.KaldiRecognizer) -> None:
        """Keep a recogniser for the next call with the same grammar."""
        recogniser.Reset()
        with self._lock:
            if len(self._idle[grammar]) < IDLE_RECOGNISERS:
                self._idle[grammar].append(recogniser)
            if len(self._idle) > IDLE_GRAMMARS:
                del self._idle[next(iter(self._idle))]  # the oldest

    def recognised(self, results: list[str], grammar: str) -> Recognised:
        """Vosk's results as words with their text, which is empty where they are too unsure to be taken."""
        heard = [json.loads(result).get("alternatives", []) for result in results]
        readings = [_best(alternatives) for alternatives in heard]
        words = tuple(word for reading in readings for word in reading.words)
        known = [word.text for word in words if word.text != UNKNOWN]
        letters = sum(map(len, known))
        evidence = Evidence(
            share=math.prod(reading.share for reading in readings),
            cost=sum(reading.cost for reading in readings) - len(words) * math.log(self._sizes[grammar]),
            letters=letters,
            strange=len(words) - len(known),
            held=sum(word.confidence * len(word.text) for word in words if word.text != UNKNOWN) / max(1, letters),
            margin=sum(reading.margin for reading in readings),
        )
        confidence = self.calibration.chance(evidence)
        confidence *= SEVERAL if sum(map(bool, map(READING.search, known))) > 1 else 1.0
        taken = known if confidence >= self.calibration.threshold else []
        text = self._join(apart(taken))
        others = dict.fromkeys(self._join(other) for other in _others(heard) if other) if text else {}
        return Recognised(words, text, confidence, evidence, tuple(other for other in others if other != text))

    def _parts(self, phrase: str) -> list[str]:
        return [part for part in phrase if not part.isspace()] if self._chinese else phrase.split()

    def _join(self, parts: list[str]) -> str:
        return ("" if self._chinese else " ").join(parts)


def apart(units: list[str]) -> list[str]:
    """Units with a comma before a reading that another one, or a phrase of its own, goes before, and before thanks."""
    pairs = zip(units, [*units[1:], ""], strict=False)  # of none there is one more
    return [f"{unit}," if _stands_apart(unit, after) else unit for unit, after in pairs]


def _stands_apart(unit: str, after: str) -> bool:
    """Whether something new begins behind this unit."""
    if READING.search(after):
        return bool(READING.search(unit) or BY_ITSELF.match(unit))
    return bool(YES.fullmatch(unit) and COURTESY.match(after))


class Listening:
    """One stretch of listening for one grammar: feed it samples as they come, then finish."""

    def __init__(self, ear: Ear, grammar: str, recogniser: vosk.KaldiRecognizer) -> None:
        self._ear, self._grammar, self._recogniser = ear, grammar, recogniser
        self._results: list[str] = []
        self._passed = 0
        self._short: list[Pcm] = []  # all that was heard, while it is short

    def hear(self, samples: Pcm) -> None:
        """Take 16-bit samples at 8 kHz."""
        noise = FLOOR[np.arange(self._passed, self._passed + len(samples)) % len(FLOOR)]
        self._passed += len(samples)
        self._short = [*self._short, samples] if self._passed <= AGAIN_SECONDS * RATE else []
        if self._recogniser.AcceptWaveform(np.clip(samples + noise, -32768, 32767).astype(np.int16).tobytes()):
            self._results.append(self._recogniser.Result())

    def partial(self) -> str:
        """What seems to be said so far."""
        heard = json.loads(self._recogniser.PartialResult()).get("partial", "")
        return str(heard).replace("_", " ")

    def finish(self, again: bool = True) -> Recognised:
        """What was said; the recogniser goes back to be used again. With `again`, short speech has a second chance."""
        self._results.append(self._recogniser.FinalResult())
        self._ear.give_back(self._grammar, self._recogniser)
        heard = self._ear.recognised(self._results, self._grammar)
        if heard.accepted or not (again and self._short and heard.words):
            return heard
        return self._ear.heard_again(np.concatenate(self._short), self._grammar) or heard


def check(folder: Path) -> None:
    """Raise ModelError where a model directory lacks a file, or a file differs from the one that was shipped."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no model directory", f"{folder}：没有这个模型目录")
    if (folder / "graph" / "HCLG.fst").exists():
        raise ModelError(
            f"{folder}: a model with a fixed graph (HCLG.fst) takes no grammar; use a small or lookahead model",
            f"{folder}：图固定（HCLG.fst）的模型不能临时给语法，请用小模型或 lookahead 模型",
        )
    for name in NEEDED:
        if not (folder / name).is_file() or not (folder / name).stat().st_size:
            raise ModelError(f"{folder}: {name} is missing or empty", f"{folder}：缺少 {name}，或文件是空的")
    shipped = folder / "files.json"
    sizes: Mapping[str, int] = json.loads(shipped.read_text("utf-8")) if shipped.is_file() else {}
    for name, size in sizes.items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != size:
            raise ModelError(
                f"{folder}: {name} is not whole; install the model again", f"{folder}：{name} 不完整，请重新安装模型"
            )


class _Loader(vosk.Model):  # type: ignore[misc]  # vosk ships no types
    """Vosk's loader without a model: its download needs no other state."""

    def __init__(self) -> None:
        """Load nothing."""

    def __del__(self) -> None:
        """Free nothing."""


def fetch(name: str) -> Path:
    """Have Vosk's own loader fetch an official model such as vosk-model-small-cn-0.22. Raises ModelError."""
    try:
        return Path(_Loader().get_model_path(name, None))
    except (Exception, SystemExit) as trouble:  # the loader ends the program for a name it does not know
        offline = isinstance(trouble, OSError)  # requests' own errors are of this kind
        raise ModelError(
            f"cannot fetch the model {name!r}: {'the internet cannot be reached' if offline else 'no such model'}; "
            "the unpacked model's folder can be put in place by hand",
            f"取不到模型 {name}：{'连不上互联网' if offline else '没有这个模型'}；也可以手工把解压后的目录放好",
        ) from trouble


class _Reading(NamedTuple):
    """The likeliest reading of one result, its share among all, its cost, and how much more [unk] alone costs."""

    words: list[Word]
    share: float
    cost: float
    margin: float


def _best(alternatives: list[dict[str, Any]]) -> _Reading:
    readings = [one for one in alternatives if one.get("result")]
    if not readings:
        return _Reading([], 1.0, 0.0, 0.0)
    best = readings[0]
    gaps = [best["confidence"] - one["confidence"] for one in readings]
    chances = [math.exp(-gap) for gap in gaps]
    held = [{row["word"] for row in one["result"]} for one in readings]

    def share(word: str) -> float:
        return sum(chance for chance, names in zip(chances, held, strict=True) if word in names) / sum(chances)

    words = [Word(row["word"].replace("_", " "), share(row["word"])) for row in best["result"]]
    margin = min((gap for gap, names in zip(gaps, held, strict=True) if names == {UNKNOWN}), default=max(4.0, gaps[-1]))
    return _Reading(words, chances[0] / sum(chances), -best["confidence"], margin)


def _others(heard: list[list[dict[str, Any]]]) -> list[list[str]]:
    """What is known in the readings behind the best, where all was heard in one piece."""
    readings = [reading for reading in heard if any(one.get("result") for one in reading)]
    if len(readings) != 1:
        return []
    rows = [one.get("result", []) for one in readings[0][1:]]
    return [[row["word"].replace("_", " ") for row in words if row["word"] != UNKNOWN] for words in rows]


def _words(folder: Path) -> dict[str, str]:
    """Units as people write them, to the words of the model."""
    lines = (folder / "graph" / "words.txt").read_text("utf-8").splitlines()
    names = [line.split()[0] for line in lines if line]
    return {name.replace("_", " "): name for name in names if name[0] not in "<[#!"}


def _calibration(folder: Path) -> Calibration:
    path = folder / "confidence.json"
    if not path.is_file():
        return Calibration()
    read = json.loads(path.read_text("utf-8"))
    return Calibration(tuple(read["weights"]), read["threshold"])


def _plain(phrase: str) -> str:
    """Lower case, without punctuation but for apostrophes."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s']", " ", phrase.lower().replace("’", "'"))).strip()


@lru_cache
def ear(folder: Path) -> Ear:
    """The model of a directory, loaded once per process. Raises ModelError."""
    return Ear(folder)
