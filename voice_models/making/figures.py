"""Measured shares with their size and 95 % interval, and F1 over symptoms."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from voice_models.making.examine import Trial, meaning


def interval(good: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, good / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


@dataclass(frozen=True)
class Figure:
    """One measured share with its size and interval."""

    name: str
    good: int
    count: int

    def __str__(self) -> str:
        low, high = interval(self.good, self.count)
        share = self.good / max(1, self.count)
        return f"{self.name:58s} {100 * share:5.1f} %  n = {self.count:4d}  95 %: {100 * low:.1f}-{100 * high:.1f}"


def right(name: str, trials: list[Trial]) -> Figure:
    """The share of trials whose value was taken rightly."""
    return Figure(name, sum(trial.right for trial in trials), len(trials))


def taken(name: str, trials: list[Trial]) -> Figure:
    """The share of unrelated speech that was taken for an answer to the question asked."""
    return Figure(name, sum(bool(trial.heard.text) for trial in trials), len(trials))


def mistaken(name: str, trials: list[Trial]) -> Figure:
    """The share of answers for which a wrong value was taken; the rest of what is not right was asked again."""
    return Figure(name, sum(bool(trial.heard.text) and not trial.right for trial in trials), len(trials))


def reliability(trials: list[Trial]) -> Iterable[Figure]:
    """How often what was heard was right, in bands of the confidence it was given."""
    edges = (0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.01)
    heard = [trial for trial in trials if trial.heard.evidence.letters]
    for low, high in pairwise(edges):
        band = [trial for trial in heard if low <= trial.heard.confidence < high]
        mean = sum(trial.heard.confidence for trial in band) / max(1, len(band))
        good = sum(trial.matches and not trial.unrelated for trial in band)
        yield Figure(f"confidence {low:.1f}-{min(high, 1):.1f}, on average {mean:.2f}: right", good, len(band))


def symptom_f1(name: str, language: str, trials: list[Trial]) -> str:
    """F1 over the symptoms named."""
    hit = false = missed = 0
    for trial in trials:
        said, got = (
            set(trial.entry.spoken.value.split()),
            set(meaning(language, trial.heard, "symptoms").split() if trial.heard.text else []),
        )
        hit, false, missed = hit + len(said & got), false + len(got - said), missed + len(said - got)
    precision, recall = hit / max(1, hit + false), hit / max(1, hit + missed)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    detail = f"precision {100 * precision:.1f} recall {100 * recall:.1f}"
    return f"{name:58s} {100 * f1:5.1f}    n = {hit + missed:4d}  {detail}"
