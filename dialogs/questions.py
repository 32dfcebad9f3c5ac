"""Questions and what comes back: the answer a script declares, what was heard, the reading, the answer on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dialogs.events import How
from dialogs.understanding import Understood
from dialogs.wording import Wording

Words = Mapping[str, str]  # the small words of a language: symptoms, yes, degrees ...
Item = dict[str, Any]  # an answer on its way: name, who, value, words, span, confidence, how, partly, doubt


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One of the answers of one_of and any_of: its key, its label, and words that mean it (`heard`: folded).

    Words of `none` that stand in `declines` go before an option named beside them: "rice we have enough".
    """

    key: str
    label: Wording
    phrases: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    declines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """An answer that a script declares: its name (and former names), its kind with its reader, and particulars."""

    name: str
    kind: str
    reader: Reader
    was: tuple[str, ...] = ()
    label: Wording | None = None
    options: tuple[Option, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    context: str | None = None
    said: Mapping[str, Wording] | None = None
    heard: Mapping[str, tuple[str, ...]] | None = None
    free: bool = False
    echo: bool = True
    listing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer came to: its meaning, which moves the dialog, and its value, which is kept (None: nothing).

    `partly`: there may be more to say; `loose`: any words would have done, so an act goes before it.
    """

    meaning: str
    value: Any = None
    confidence: float = 1.0
    span: tuple[int, int] | None = None
    partly: bool = False
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Ear:
    """One answer as the readers see it: what was understood, the words themselves, and the local time."""

    understood: Understood
    words: str
    now: datetime
    confidence: float = 1.0
    how: How = "words"

    def reading(self, meaning: str, value: Any, key: str) -> Reading:
        """A reading with the confidence and the place that the understanding gave for `key`."""
        u = self.understood
        return Reading(meaning, value, u.confidence.get(key, 1.0), u.spans.get(key))


class Reader(Protocol):
    """What every kind of answer can do."""

    def context(self, question: Question) -> str:
        """The context for the understanding."""

    def meanings(self, question: Question) -> tuple[str, ...]:
        """The meanings that it can give; a step's `next` lists exactly these."""

    def read(self, ear: Ear, question: Question) -> Reading | None:
        """The answer in the words, or None where there is none."""

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        """The answer in words that were said to another question."""

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        """The answer in keys of the telephone."""

    def meaning(self, value: Any, question: Question) -> str:
        """The meaning of a value that is already known."""

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        """The value as it is said again."""

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        """What the keys mean, in words."""


def item(name: str, who: str, reading: Reading, ear: Ear) -> Item:
    """A reading as an answer about a person, with where it came from."""
    return {
        "name": name, "who": who, "value": reading.value, "words": ear.words, "span": reading.span,
        "confidence": min(reading.confidence, ear.confidence), "how": ear.how, "partly": reading.partly,
    }  # fmt: skip


def said(question: Question, meaning: str, language: str) -> str | None:
    """The words that the script itself gives for saying this answer again."""
    wording = (question.said or {}).get(meaning)
    return wording.text(language, str) if wording else None
