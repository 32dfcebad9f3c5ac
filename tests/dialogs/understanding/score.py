"""How well answers are understood: scores one half of the labelled utterances by language, slot and phenomenon.

python -m tests.dialogs.understanding.score HALF [-v] [--only PHENOMENON|LANG|SLOT]
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from dialogs.understanding import ACTS, understand  # noqa: E402

DEFAULTS: dict[str, Any] = {
    "temperature_c": None, "temperature_status": "absent", "symptoms_present": [], "symptoms_absent": [],
    "yes_no": None, "act": None, "count": None, "onset_days_ago": None,
}  # fmt: skip


@dataclass
class Case:
    """One labelled utterance."""

    half: str
    lang: str
    phenomenon: str
    context: str
    text: str
    want: dict[str, Any]
    free: set[str] = field(default_factory=set)

    @property
    def open_symptoms(self) -> bool:
        """Whether listing symptoms is not judged: the answer denies or affirms them all."""
        return self.context == "symptoms" and self.want.get("yes_no") in ("yes", "no")


@cache
def cases(half: str) -> tuple[Case, ...]:
    """All labelled utterances of a half, read once: that takes seconds."""
    return tuple(_read(half))


def _read(half: str) -> Iterator[Case]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((HERE / half).glob("*.yaml")):
        lang, phenomenon = path.name.split(".")[:2]
        for item in yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or []:
            yield Case(
                half, item.get("lang", lang), phenomenon, item["context"], item["text"],
                {**DEFAULTS, **(item.get("want") or {})}, set(item.get("free") or ()),
            )  # fmt: skip


def pairs(present: Any, absent: Any) -> set[tuple[str, str]]:
    """Symptoms with their status."""
    return {(name, "present") for name in present} | {(name, "absent") for name in absent}


def _close(want: float | None, got: float | None) -> bool:
    return (want is None) == (got is None) and (want is None or got is None or abs(want - got) <= 0.0501)


@dataclass
class Tally:
    """Counts of one group: right of all for the accuracies, hits for the F1s."""

    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    extras: Counter[str] = field(default_factory=Counter)

    def judge(self, slot: str, right: bool) -> bool:
        """Count one judged slot."""
        self.all[slot] += 1
        self.right[slot] += right
        return right

    def compare(self, slot: str, want: set[Any], got: set[Any]) -> bool:
        """Count one judged set."""
        self.hits[slot] += len(want & got)
        self.misses[slot] += len(want - got)
        self.extras[slot] += len(got - want)
        return want == got

    def accuracy(self, slot: str) -> float:
        """Right of all, in per cent."""
        return 100 * self.right[slot] / self.all[slot] if self.all[slot] else float("nan")

    def f1(self, slot: str) -> float:
        """F1 in per cent."""
        total = 2 * self.hits[slot] + self.misses[slot] + self.extras[slot]
        return 200 * self.hits[slot] / total if total else float("nan")

    def macro_f1(self, prefix: str) -> float:
        """Mean of the F1 of all labels that were wanted."""
        labels = [s for s in {*self.hits, *self.misses} if s.startswith(prefix) and self.hits[s] + self.misses[s]]
        return sum(self.f1(label) for label in labels) / len(labels) if labels else float("nan")


def judge(case: Case, got: Any, tally: Tally) -> list[str]:
    """Judge one answer; returns the slots that are wrong."""
    want, free, wrong = case.want, case.free, []
    asked = case.context == "temperature" and want["temperature_status"] != "absent"
    right = want["temperature_status"] == got.temperature_status and _close(want["temperature_c"], got.temperature_c)
    if want["temperature_status"] == "absent" and "temperature_c" not in free:
        if not tally.judge("no_invented", right):
            wrong.append("no_invented")
    elif "temperature_c" not in free:
        for slot in ["temperature"] * asked + ["temperature_any"]:
            if not tally.judge(slot, right):
                wrong.append(slot)
    if not case.open_symptoms and not free & {"symptoms_present", "symptoms_absent", "symptoms"}:
        skip = {"fever"} if want["temperature_status"] == "ok" and not _says_fever(want) else set()
        pick = lambda said: {pair for pair in said if pair[0] not in skip}  # noqa: E731
        wanted = pick(pairs(want["symptoms_present"], want["symptoms_absent"]))
        if not tally.compare("symptoms", wanted, pick(pairs(got.symptoms_present, got.symptoms_absent))):
            wrong.append("symptoms")
    scored = case.context in ("fever", "contact") or (case.context in ("symptoms", "open") and want["yes_no"])
    if scored and "yes_no" not in free:
        slot = "yes_no" if case.context in ("fever", "contact") else "yes_no_bare"
        if not tally.judge(slot, want["yes_no"] == got.yes_no):
            wrong.append(slot)
    for slot, context in (("count", "household"), ("onset_days_ago", "onset")):
        if slot not in free:
            asked = case.context == context and want[slot] is not None
            name = slot if asked else f"{slot}_any" if want[slot] is not None else f"{slot}_none"
            if not tally.judge(name, want[slot] == getattr(got, slot)):
                wrong.append(name)
    if "act" not in free:
        for act in {want["act"], got.act} - {None}:
            tally.compare(f"act:{act}", {act} & {want["act"]}, {act} & {got.act})
        if want["act"] != got.act:
            wrong.append("act")
        if want["act"] == "emergency":
            tally.judge("emergency_recall", got.act == "emergency")
    return wrong


def _says_fever(want: dict[str, Any]) -> bool:
    return "fever" in want["symptoms_present"] or "fever" in want["symptoms_absent"]


def summary(tally: Tally) -> dict[str, float]:
    """The figures of the goals, in per cent."""
    return {
        "temperature": tally.accuracy("temperature"),
        "temperature_any": tally.accuracy("temperature_any"),
        "no_invented": tally.accuracy("no_invented"),
        "symptoms_f1": tally.f1("symptoms"),
        "yes_no": tally.accuracy("yes_no"),
        "yes_no_bare": tally.accuracy("yes_no_bare"),
        "household": tally.accuracy("count"),
        "count_none": tally.accuracy("count_none"),
        "onset": tally.accuracy("onset_days_ago"),
        "onset_any": tally.accuracy("onset_days_ago_any"),
        "onset_none": tally.accuracy("onset_days_ago_none"),
        "acts_macro_f1": tally.macro_f1("act:"),
        "emergency_recall": tally.accuracy("emergency_recall"),
    }


def score(half: str, language: str = "") -> tuple[dict[str, Tally], list[tuple[Case, Any, list[str]]]]:
    """Tallies by language and by 'language phenomenon' and all answers with something wrong; of one language or all."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    wrong = []
    for case in cases(half):
        if language not in ("", case.lang):
            continue
        got = understand(case.text, context=case.context, lang=case.lang)
        bad = judge(case, got, tallies[case.lang])
        by = tallies[f"{case.lang} {case.phenomenon}"]
        by.all["answers"] += 1
        by.right["answers"] += not bad
        for slot in bad:
            by.extras[slot] += 1
        if bad:
            wrong.append((case, got, bad))
    return tallies, wrong


def show(got: Any) -> dict[str, Any]:
    """What was understood, without defaults."""
    values = {key: getattr(got, key) for key in DEFAULTS}
    return {key: value for key, value in values.items() if value and value != DEFAULTS[key]}


def main() -> None:
    """Print the scores, and with -v what failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("half")
    parser.add_argument("-v", action="store_true", help="show what failed")
    parser.add_argument("--only", default="", help="show only this language, phenomenon or slot")
    options = parser.parse_args()
    tallies, wrong = score(options.half)
    if options.v:
        for case, got, bad in wrong:
            if not options.only or options.only in {case.lang, case.phenomenon, case.lang.split("-")[0], *bad}:
                want = {key: value for key, value in case.want.items() if value and value != DEFAULTS[key]}
                print(
                    f"{case.lang} {case.phenomenon} [{case.context}] {case.text}\n   want {want}\n   got  {show(got)}"
                )
    for lang in sorted(name for name in tallies if " " not in name):
        figures = summary(tallies[lang])
        print(f"{lang:8}", "  ".join(f"{name} {value:.1f}" for name, value in figures.items() if value == value))
        if options.v:
            print("   ", "  ".join(f"{act} {tallies[lang].f1('act:' + act):.0f}" for act in ACTS))
    print()
    for name in sorted(name for name in tallies if " " in name):
        tally = tallies[name]
        confusion = "  ".join(f"{slot} {count}" for slot, count in tally.extras.most_common())
        print(f"{name:32} {tally.right['answers']:4}/{tally.all['answers']:<4} {confusion}")


if __name__ == "__main__":
    main()
