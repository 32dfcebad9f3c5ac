"""What was learned from labelled examples: how likely each act, and each answer to a yes/no question, is.

The lexicons know words; this knows which words go together in an answer that nobody has listed. It is a multinomial
logistic regression on single words and pairs of words (characters in Chinese), whose weights lie in `learned/`; they
are made from the labelled examples by `make teach`, see docs/decisions/learned-acts.md.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log, sqrt

QUESTIONS = ("act", "contact", "fever", "status")
LEAST = 0.6  # how likely a label must be that only the examples speak for
LONGEST = 60  # tokens at each end of a text that are looked at: who goes on longer says it at the beginning or the end


@dataclass(frozen=True, slots=True)
class Head:
    """One question to the weights: its labels ("none" is one), their biases, and a weight per label for each gram."""

    labels: tuple[str, ...]
    biases: tuple[float, ...]
    weights: dict[str, tuple[tuple[int, float], ...]]

    def likely(self, found: Collection[str]) -> dict[str, float]:
        """The probability of each label by what was found: grams of a text, features of status.py. They add up to 1."""
        sums = [0.0] * len(self.labels)
        for gram in found:
            for label, weight in self.weights.get(gram, ()):
                sums[label] += weight
        norm = sqrt(len(found)) or 1.0
        scores = [exp(bias + total / norm) for bias, total in zip(self.biases, sums, strict=True)]
        total = sum(scores)
        return {label: score / total for label, score in zip(self.labels, scores, strict=True)}

    def reasons(self, found: Collection[str], label: str) -> list[tuple[str, float]]:
        """The features that speak most for a label, the strongest first."""
        wanted, norm = self.labels.index(label), sqrt(len(found))
        speak = [(gram, dict(self.weights.get(gram, ())).get(wanted, 0.0) / norm) for gram in found]
        return sorted((pair for pair in speak if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))


def decide(likely: dict[str, float], ruled: str, trust: float) -> str:
    """The likeliest label, where the one that the lexicons found counts as if it were e**trust times as likely.

    That they found none counts a third as much: a word is better proof than silence. A label that is not even as
    likely as not is none at all.
    """
    trust = trust / 3 if ruled == "none" else trust
    best = max(likely, key=lambda label: log(likely[label] + 1e-9) + (trust if label == ruled else 0.0))
    return best if best == ruled or likely[best] > LEAST else ruled


def grams(keys: Sequence[str]) -> Iterator[str]:
    """The words of a text and their pairs, with its edges; all numbers are alike."""
    if len(keys) > 2 * LONGEST:
        keys = [*keys[:LONGEST], *keys[-LONGEST:]]
    last = "<"
    for key in keys:
        word = "#" if key[0].isdigit() else key
        yield word
        yield f"{last} {word}"
        last = word
    yield f"{last} >"


def head(keys: Sequence[str], question: str) -> Head:
    """The weights for one of QUESTIONS in the language that these words are of."""
    return _heads("zh" if any("一" <= key <= "鿿" for key in keys) else "en")[question]


@cache
def _heads(language: str) -> dict[str, Head]:
    text = (files(__package__) / "learned" / f"{language}.json").read_text(encoding="utf-8")
    return {
        question: Head(
            tuple(data["labels"]),
            tuple(data["biases"]),
            {gram: tuple(zip(found[::2], found[1::2], strict=True)) for gram, found in data["weights"].items()},
        )
        for question, data in json.loads(text).items()
        if question in QUESTIONS
    }
