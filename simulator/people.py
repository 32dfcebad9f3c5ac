"""What the made-up town is made of: people, their health, their character and their telephone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from dialogs.events import SYMPTOMS as SYMPTOMS

NEEDS = ("food", "medicine", "visit")

Rates = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Health:
    """The truth about one person today, against which a campaign is scored."""

    temperature_c: float
    symptoms: frozenset[str]
    onset_days_ago: int | None
    contact: bool
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Telephone:
    """One number and the habits of whoever holds it; members of a family may share one."""

    number: str
    invalid_number: bool
    suspended: bool
    wrong_person: bool
    machine: bool
    powered_off: float
    answers_on_try: int
    free_hours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Character:
    """How a person behaves on the telephone; `hangs_up_at` is a turn, the floats are chances per turn."""

    talkative: bool
    terse: bool
    hard_of_hearing: bool
    suspicious: bool
    refuses: bool
    answers_for_family: bool
    corrects_himself: bool
    changes_language: bool
    call_later: bool
    wants_human: bool
    volunteers: bool
    dialect: bool
    digresses: bool
    no_thermometer: bool
    measures_first: bool
    fahrenheit: bool
    hangs_up_at: int | None
    misses_wrong_readback: float
    silent: float


@dataclass(frozen=True, slots=True)
class Person:
    """A resident as the roster knows him, with the truth and the character it does not know."""

    id: str
    name: str
    sex: str
    birth_year: int
    language: str
    phone: str
    district: str
    subdistrict: str
    community: str
    grid: str
    building: str
    unit: str
    household: str
    relation: str
    truth: Health
    character: Character
    telephone: Telephone


@dataclass(frozen=True, slots=True)
class Town:
    """All residents in the order of the roster, found by id, by household and by telephone."""

    residents: list[Person]
    seed: int
    by_id: dict[str, Person] = field(init=False, repr=False)
    households: dict[str, list[Person]] = field(init=False, repr=False)
    by_phone: dict[str, list[Person]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {person.id: person for person in self.residents})
        object.__setattr__(self, "households", _grouped(self.residents, "household"))
        object.__setattr__(self, "by_phone", _grouped(self.residents, "phone"))

    def family(self, person: Person) -> list[Person]:
        """The members of the person's household, himself among them, head first."""
        return self.households[person.household]

    def holder(self, phone: str) -> Person:
        """The person who takes calls to this number (E.164): the first of those who share it."""
        return self.by_phone[phone][0]


def _grouped(people: list[Person], key: str) -> dict[str, list[Person]]:
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        groups[getattr(person, key)].append(person)
    return dict(groups)


@cache
def town_rates() -> Rates:
    """The figures of `town.yaml`."""
    text = Path(__file__).with_name("town.yaml").read_text(encoding="utf-8")
    rates: Rates = yaml.safe_load(text)
    return rates


def pick(rng: Random, shares: Mapping[Any, float]) -> Any:
    """One key, drawn by its share (shares need not sum to one)."""
    point = rng.random() * sum(shares.values())
    for key, share in shares.items():
        point -= share
        if point < 0:
            return key
    return key
