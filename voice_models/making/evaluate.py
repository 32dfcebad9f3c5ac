"""Measure a model on speakers it never heard: thresholds from the development speakers, figures from the test speakers.

`python -m voice_models.making.evaluate LANGUAGE MODEL-FOLDER WORK-FOLDER [--calibrate] [--limit N]`
"""

import argparse
import json
import math
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from voice_models import phrases, telephone
from voice_models.making import sounds
from voice_models.making.corpus import RATE, Corpus, Entry
from voice_models.recogniser import UNKNOWN, Calibration, Ear, Recognised, signs

QUESTIONS = ("temperature", "yes_no", "symptoms")
LINES = 8  # where there are few recordings, each is heard over so many different lines
UNSCORED = ("act", "contact")  # kinds of answers whose value sentences.py does not tell
FALSE_ACCEPTS = 0.035  # of unrelated speech by development speakers


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


def fit(trials: list[Trial]) -> Calibration:
    """A logistic fit of being right on development trials, and the lowest threshold that keeps unrelated speech out."""
    seen = [trial for trial in trials if trial.heard.evidence.letters]
    inputs = np.array([signs(trial.heard.evidence) for trial in seen])
    truth = np.array([trial.matches and not trial.unrelated for trial in seen], float)
    weights = np.zeros(inputs.shape[1])
    for _ in range(60):  # Newton's method
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        curvature = inputs.T @ (inputs * (chance * (1 - chance))[:, None]) + 1e-2 * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, inputs.T @ (chance - truth) + 1e-2 * weights)
    fitted = Calibration(tuple(round(float(weight), 4) for weight in weights))
    strangers = sorted((fitted.chance(trial.heard.evidence) for trial in trials if trial.unrelated), reverse=True)
    allowed = int(FALSE_ACCEPTS * len(strangers))
    threshold = min(0.9, strangers[allowed] + 1e-6) if strangers else 0.0
    return replace(fitted, threshold=round(threshold, 4))


def development(examiner: Examiner, work: Path, limit: int) -> list[Trial]:
    """Trials of the development speakers over all three lines."""
    trials: list[Trial] = []
    for folder in sorted(work.glob("develop-*")):
        corpus = Corpus(folder)
        scored = [entry for entry in corpus.entries if entry.spoken.kind not in UNSCORED]
        for line in (QUIET, NOISY, HARD):
            trials += examiner.trials(corpus, scored[:limit], line)
    return trials


def synthetic(examiner: Examiner, work: Path, limit: int) -> Iterable[object]:
    """Figures on synthetic voices never heard in training, and on phrases joined from a woman never heard."""
    language = examiner.language
    for folder in sorted([*work.glob("test-espeak"), *work.glob("test-festival"), *work.glob("test-chen-joined")]):
        corpus = Corpus(folder)
        for line in (QUIET, NOISY, HARD):
            scored = [entry for entry in corpus.entries if entry.spoken.kind not in UNSCORED]
            trials = examiner.trials(corpus, scored[:limit], line)
            examiner.kept += trials
            where = f"{folder.name} {line.name}"
            for kind in ("temperature", "yes_no", "household", "onset", "digits"):
                own = [trial for trial in trials if trial.entry.spoken.kind == kind]
                yield right(f"{where} {kind}", own)
                yield mistaken(f"{where} {kind} taken wrongly", own)
            yield symptom_f1(f"{where} symptoms F1", language, [t for t in trials if t.entry.spoken.kind == "symptoms"])
            yield taken(f"{where} unrelated taken", [trial for trial in trials if trial.unrelated])


def human(examiner: Examiner, work: Path, limit: int) -> Iterable[Figure]:
    """Figures on human words of speakers never heard, at 20 dB."""
    vocabulary = sounds.vocabulary(examiner.language)
    alike = {way for unit in vocabulary for way in sounds.pronunciations(examiner.language, unit)}
    for folder in sorted([*work.glob("test-*")]):
        corpus = Corpus(folder)
        own = [entry for entry in corpus.entries if entry.spoken.source not in ("espeak", "festival", "joined")]
        answers = _answers(examiner.language)
        for question, belongs in answers.items():
            entries = [entry for entry in own if belongs(entry)][:limit]
            entries = entries * (1 if len(entries) > 30 else LINES)
            if entries:
                trials = examiner.trials(corpus, entries, QUIET, question)
                yield right(f"{folder.name} {QUIET.name} {question}", trials)
                if question == "yes or no":
                    yield right(
                        f"{folder.name} {QUIET.name} yes/no, whole grammar",
                        examiner.trials(corpus, entries, QUIET, "yes_no"),
                    )
        strangers = [entry for entry in own if entry.spoken.phones not in alike][:limit]
        for question in QUESTIONS if strangers else ():
            yield taken(
                f"{folder.name} {QUIET.name} unrelated, {question}", examiner.trials(corpus, strangers, QUIET, question)
            )


def _answers(language: str) -> dict[str, Callable[[Entry], bool]]:
    """Which single words are answers to which question."""
    if language == "en":
        digits = phrases.digits("en")[:10]
        return {
            "digit": lambda entry: entry.spoken.units[0] in digits,
            "yes or no": lambda entry: entry.spoken.kind == "yes_no",
        }
    return {"digit": lambda entry: entry.spoken.units[0] in tuple(phrases.DIGITS)}


def memory_of_a_call(examiner: Examiner, calls: int = 30) -> float:
    """Megabytes more for each of many calls that have heard a second of noise."""
    noise = telephone.pcm(np.random.default_rng(1).standard_normal(8000).astype(np.float32) * 0.05)
    grammar = examiner.ear.grammar(phrases.expected(examiner.language, "temperature", acts=False))
    before = _resident()
    open_calls = [examiner.ear.listen(grammar) for _ in range(calls)]
    for call in open_calls:
        call.hear(noise)
    grown = _resident() - before
    for call in open_calls:
        call.finish()
    return grown / calls


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Print every figure, and with --calibrate write the model's confidence.json first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=["zh", "en"])
    parser.add_argument("model", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--limit", type=int, default=10000)
    options = parser.parse_args()
    ear, work = Ear(options.model), options.work / options.language
    examiner = Examiner(options.language, ear)
    memory = memory_of_a_call(examiner)  # before anything was freed that could be used again
    if options.calibrate:
        ear.calibration = Calibration()
        ear.calibration = fit(development(examiner, work, options.limit))
        (options.model / "confidence.json").write_text(json.dumps(asdict(ear.calibration), indent=1) + "\n")
        print(ear.calibration, flush=True)
    for figures in (human, synthetic):
        for figure in figures(examiner, work, options.limit):
            print(figure, flush=True)
    for figure in reliability(examiner.kept):
        print(figure)
    print(f"memory: {memory:.2f} MB for each call that is being heard")
    print(
        f"recogniser: {examiner.cost / examiner.seconds:.4f} CPU seconds per second of audio, {examiner.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
