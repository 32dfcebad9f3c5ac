"""Holds what a campaign found against the truth of the made-up town."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from statistics import mean

from simulator.people import Person

FEVER_C = 37.3
SAME_C = 0.05  # readings this near are the same


@dataclass(frozen=True, slots=True)
class Found:
    """What the campaign holds on one person; blanks are None or empty.

    `reported` says whether health is known, `non_reporting` whether the person is listed as not having reported.
    """

    person: str
    reported: bool
    non_reporting: bool
    temperature_c: float | None
    present: frozenset[str]
    absent: frozenset[str]
    fever: bool | None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0..1; None when there is nothing to divide by."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Score:
    """The campaign against the truth. Recall and precision are of those who reported; `fever_of_all` is of everybody.

    `temperature_error_c` is the mean absolute error of the readings stored, °C; `non_reporting_found` tells how many
    of those of whom nobody told anything are listed as such.
    """

    reported: Share
    non_reporting_found: Share
    fever_recall: Share
    fever_precision: Share
    fever_of_all: Share
    symptom_recall: Share
    symptom_precision: Share
    temperature_right: Share
    temperature_error_c: float | None


def score(truth: Mapping[str, Person], found: Iterable[Found], told: Set[str]) -> Score:
    """Compares person by person; `told` are those whose health was told of to the robot.

    A person found that the town does not know raises KeyError.
    """
    everybody = [(truth[f.person], f) for f in found]
    known = [(p, f) for p, f in everybody if f.reported]
    readings = [(p.truth.temperature_c, f.temperature_c) for p, f in known if f.temperature_c is not None]
    true_pairs = {(p.id, s) for p, f in known for s in p.truth.symptoms - {"fever"}}
    found_pairs = {(p.id, s) for p, f in known for s in f.present - {"fever"}}
    feverish = [(p, f) for p, f in known if has_fever(p)]
    alarms = [(p, f) for p, f in known if f.fever]
    untold = [f for p, f in everybody if p.id not in told]
    return Score(
        reported=Share(len(known), len(everybody)),
        non_reporting_found=Share(sum(f.non_reporting for f in untold), len(untold)),
        fever_recall=Share(sum(bool(f.fever) for _, f in feverish), len(feverish)),
        fever_precision=Share(sum(has_fever(p) for p, _ in alarms), len(alarms)),
        fever_of_all=Share(sum(bool(f.fever) for _, f in feverish), sum(has_fever(p) for p, _ in everybody)),
        symptom_recall=Share(len(true_pairs & found_pairs), len(true_pairs)),
        symptom_precision=Share(len(true_pairs & found_pairs), len(found_pairs)),
        temperature_right=Share(sum(abs(a - b) <= SAME_C for a, b in readings), len(readings)),
        temperature_error_c=mean(abs(a - b) for a, b in readings) if readings else None,
    )


def has_fever(person: Person) -> bool:
    """Whether the person truly has a fever: feels one, or measures 37.3 °C and more."""
    return "fever" in person.truth.symptoms or person.truth.temperature_c >= FEVER_C
