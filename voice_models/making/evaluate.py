"""Measure a model on speakers it never heard: thresholds from the development speakers, figures from the test speakers.

`python -m voice_models.making.evaluate LANGUAGE MODEL-FOLDER WORK-FOLDER [--calibrate] [--limit N]`
"""

import argparse
import json
import resource
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from voice_models import phrases, telephone
from voice_models.making import sounds
from voice_models.making.corpus import Corpus, Entry
from voice_models.making.examine import HARD, NOISY, QUESTIONS, QUIET, Examiner, Trial
from voice_models.making.figures import Figure, mistaken, reliability, right, symptom_f1, taken
from voice_models.recogniser import Calibration, Ear, signs

LINES = 8  # where there are few recordings, each is heard over so many different lines
UNSCORED = ("act", "contact", "talk")  # kinds of answers whose value sentences.py does not tell
FALSE_ACCEPTS = 0.05  # of unrelated speech by development speakers


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
            trials += examiner.trials(corpus, scored[:: -(-len(scored) // limit)], line)
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
