"""Makes the weights of dialogs/understanding/learned from the labelled examples: `make teach`.

Taken are the examples beside this file (label: utterances) and the working half; never the held-out half. Weights that
change nothing are left out, so that the files stay small; how they are used: dialogs/understanding/learned.py.
"""

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

import yaml

from dialogs.understanding.engine import look
from dialogs.understanding.learned import QUESTIONS, grams
from dialogs.understanding.status import Mentions
from tests.dialogs.understanding.score import Case, cases

HERE = Path(__file__).parent
LEARNED = HERE.parents[2] / "dialogs" / "understanding" / "learned"
STRENGTH = 100.0  # inverse of the regularisation; 30 and 300 did about as well on sets that were left out
LEAST = 0.3  # of a weight that is kept: more than half are smaller, and change no score
NO_ANSWER = {"emergency", "wrong_number", "human", "refuse", "call_later", "hold_on", "who_are_you", "repeat"}
Example = tuple[str, str]  # text and label
Lesson = tuple[Collection[str], str]  # features and label


def examples(language: str, kind: str) -> list[Example]:
    """The labelled examples of one kind (acts, contact, fever) in one language."""
    path = HERE / "examples" / f"{language}.{kind}.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    labelled = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return [(text, label) for label, texts in labelled.items() for text in texts]


def fingerprint(language: str) -> str:
    """What the examples of a language are now; the weights tell which ones they were made from."""
    paths = sorted((HERE / "examples").glob(f"{language}.*.yaml"))
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def lessons(language: str, worked: list[Case]) -> Iterator[tuple[str, list[Example]]]:
    """For each question what to learn it from; an act of somebody who answers nothing is no answer to the others."""
    acts = examples(language, "acts")
    answered = {kind: examples(language, kind) for kind in ("contact", "fever")}
    yield "act", [*acts, *((c.text, c.want["act"] or "none") for c in worked if "act" not in c.free)]
    silent = [(text, "none") for text, label in acts if label in NO_ANSWER]
    silent += [(c.text, "none") for c in worked if c.want["act"] in NO_ANSWER and not c.want["yes_no"]]
    for kind, said in answered.items():
        asked = [(c.text, c.want["yes_no"] or "none") for c in worked if c.context == kind and "yes_no" not in c.free]
        yield kind, [*said, *asked, *silent]


def words_of(lesson: list[Example]) -> list[Lesson]:
    """What the weights see of examples for an act or an answer."""
    return [(set(grams(look(text, "open")[0].keys)), label) for text, label in lesson]


def statuses(worked: list[Case]) -> Iterator[Lesson]:
    """For each symptom that the lexicons find in a labelled utterance what the weights see, and what is so."""
    for case in worked:
        if case.free & {"symptoms", "symptoms_present", "symptoms_absent"}:
            continue
        text, row = look(case.text, case.context)
        named = Mentions(text.keys, row)
        read_off = {"fever"} if case.want["temperature_status"] == "ok" else set()
        for name in named.places:
            present, absent = name in case.want["symptoms_present"], name in case.want["symptoms_absent"]
            if present or absent or not (case.open_symptoms or name in read_off):
                yield named.features(name, case.context), "present" if present else "absent" if absent else "none"


def taught(lesson: list[Lesson], often: int = 1) -> dict[str, Any]:
    """The weights of one question, as they are written; features of fewer than `often` examples are not looked at."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    times = Counter(feature for found, _ in lesson for feature in found)
    numbers: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, (seen_here, _) in enumerate(lesson):
        found = sorted(feature for feature in seen_here if times[feature] >= often)
        rows += [row] * len(found)
        columns += [numbers.setdefault(gram, len(numbers)) for gram in found]
        values += [1 / sqrt(len(seen_here))] * len(found)
    seen = csr_matrix((values, (rows, columns)), shape=(len(lesson), len(numbers)))
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(seen, [label for _, label in lesson])
    kept = np.where(np.abs(model.coef_) < LEAST, 0.0, model.coef_)
    weights = {}
    for gram, column in sorted(numbers.items()):
        if labels := np.nonzero(kept[:, column])[0].tolist():
            weights[gram] = [part for label in labels for part in (label, round(float(kept[label, column]), 2))]
    return {
        "labels": model.classes_.tolist(),
        "biases": [round(float(bias), 3) for bias in model.intercept_],
        "weights": weights,
    }


def main() -> None:
    """Writes the weights of both languages."""
    worked = list(cases("work"))
    for language in ("en", "zh"):
        own = [case for case in worked if case.lang.startswith(language)]
        made: dict[str, Any] = {"examples": fingerprint(language)}
        for question, lesson in lessons(language, own):
            made[question] = taught(words_of(lesson))
        made["status"] = taught(list(statuses(own)), often=2)
        for question in QUESTIONS:
            sys.stdout.write(f"{language} {question}: {len(made[question]['weights'])} weights\n")
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
        (LEARNED / f"{language}.json").write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{language}: {len(text) / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
