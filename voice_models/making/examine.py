"""Recordings played through telephone lines to an ear, each as an answer to a question: what is said, what is taken."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from voice_models import phrases, telephone
from voice_models.making.corpus import RATE, Corpus, Entry
from voice_models.recogniser import UNKNOWN, Ear, Recognised

QUESTIONS = ("temperature", "yes_no", "symptoms")


@dataclass(frozen=True)
class Condition:
    """A telephone line: noise in dB below the speech, and the share of packets lost."""

    name: str
    ratio_db: float
    loss: float = 0.0


QUIET, NOISY, HARD = Condition("20 dB", 20), Condition("15 dB", 15), Condition("10 dB, 2 % loss", 10, 0.02)


@dataclass(frozen=True)
class Trial:
    """One recording heard over one line for one question: what was said, what was taken."""

    entry: Entry
    question: str
    heard: Recognised
    matches: bool  # what was heard means what was said, taken or not

    @property
    def right(self) -> bool:
        """Whether the right value was taken."""
        return self.matches and bool(self.heard.text)

    @property
    def unrelated(self) -> bool:
        """Whether the speech has nothing to do with any question."""
        return self.entry.spoken.kind in ("unrelated", "word")


class Examiner:
    """Plays recordings through telephone lines to an ear."""

    def __init__(self, language: str, ear: Ear) -> None:
        self.language, self.ear = language, ear
        self.grammars = {kind: ear.grammar(phrases.expected(language, kind)) for kind in phrases.KINDS}
        small = ["yes", "no"] if language == "en" else ["是", "不是", "有", "没有"]
        self.grammars |= {"digit": ear.grammar(phrases.digits(language)[:10]), "yes or no": ear.grammar(small)}
        self.seconds = self.cost = 0.0
        self.kept: list[Trial] = []

    def trial(self, corpus: Corpus, entry: Entry, line: Condition, question: str, seed: int) -> Trial:
        """Hear one recording as an answer to a question."""
        chance = np.random.default_rng(seed)
        spoken = np.pad(corpus.samples(entry), (RATE // 4, RATE // 3)) * chance.uniform(0.15, 0.8)
        samples = telephone.pcm(telephone.line(spoken, RATE, chance, line.ratio_db, line.loss))
        began = time.thread_time()
        heard = self.ear.recognise(samples, self.grammars[question])
        self.cost += time.thread_time() - began
        self.seconds += len(samples) / telephone.RATE
        return Trial(
            entry, question, heard, meaning(self.language, heard, question) == wanted(self.language, entry, question)
        )

    def trials(self, corpus: Corpus, entries: Iterable[Entry], line: Condition, question: str = "") -> list[Trial]:
        """Hear many, each as an answer to the question it belongs to, or to the one named."""
        asked = [(entry, question or _question(entry, place)) for place, entry in enumerate(entries)]
        return [self.trial(corpus, entry, line, name, place) for place, (entry, name) in enumerate(asked)]


def _question(entry: Entry, place: int) -> str:
    kind = entry.spoken.kind
    return kind if kind in phrases.KINDS else QUESTIONS[place % len(QUESTIONS)]


def meaning(language: str, heard: Recognised, question: str) -> str:
    """The value of what was heard, as sentences.py labels it; empty where nothing known was."""
    units = [word.text for word in heard.words if word.text != UNKNOWN]
    if question == "temperature":
        values = [phrases.temperatures(language)[unit] for unit in units if unit in phrases.temperatures(language)]
        return str(values[0]) if len(values) == 1 else ""
    if question in ("yes_no", "yes or no"):
        groups = [group for unit in units for group in ("yes", "no") if unit in phrases.fixed(language, group)]
        return groups[0] if len(set(groups)) == 1 else ""
    if question == "symptoms":
        names = phrases.symptoms(language)
        return " ".join(sorted({names[unit] for unit in units if unit in names}))
    tables = {"household": phrases.counts(language), "onset": phrases.days(language)}
    table = tables.get(question, {})
    values = [table[unit] for unit in units if unit in table]
    return str(values[0]) if len(values) == 1 else " ".join(units)


def wanted(language: str, entry: Entry, question: str) -> str:
    """What ought to be taken from a recording."""
    if question == "digit":
        return entry.spoken.units[0]
    return entry.spoken.value if entry.spoken.kind not in ("unrelated", "word") else ""
