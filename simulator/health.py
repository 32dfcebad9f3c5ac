"""The true state of health: an infection going round in households, and what a town has at any time."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulator.households import Member
from simulator.people import NEEDS, Health, Rates

ELDER = 65


@dataclass(slots=True)
class _Case:
    """What one member has, while the household is being drawn."""

    illness: str | None = None
    days: int | None = None
    from_outside: bool = False


def draw_health(members: list[Member], rates: Rates, rng: Random) -> list[Health]:
    """The health of each member of one household, in the order given; `rates` is the part `health`."""
    cases = [_from_outside(rates, rng) for _ in members]
    _spread(members, cases, rates, rng)
    infected = any(case.illness == "infection" for case in cases)
    alone = len(members) == 1
    return [_health(*each, infected, alone, rates, rng) for each in zip(members, cases, strict=True)]


def _from_outside(rates: Rates, rng: Random) -> _Case:
    shares = {name: illness.get("share", rates["index_case"]) for name, illness in rates["illnesses"].items()}
    point = rng.random()
    for name, share in shares.items():
        point -= share
        if point < 0:
            return _Case(name, _days(rates["illnesses"][name]["longest_days"], rng), from_outside=True)
    return _Case()


def _days(longest: int, rng: Random) -> int:
    """Days since the onset: recent ones are likelier, since people recover."""
    return min(rng.randint(0, longest), rng.randint(0, longest))


def _spread(members: list[Member], cases: list[_Case], rates: Rates, rng: Random) -> None:
    """The index cases infect those they live with; a second case begins no earlier than the first."""
    first = max((case.days or 0 for case in cases if case.illness == "infection"), default=None)
    if first is None:
        return
    for member, case in zip(members, cases, strict=True):
        attack = "secondary_attack_spouse" if member.relation == "spouse" else "secondary_attack"
        if case.illness is None and rng.random() < rates[attack]:
            case.illness, case.days = "infection", max(0, first - rng.randint(1, 5))


def _health(member: Member, case: _Case, infected: bool, alone: bool, rates: Rates, rng: Random) -> Health:
    symptoms = _symptoms(rates["illnesses"][case.illness], rng) if case.illness else frozenset()
    return Health(
        temperature_c=_temperature(symptoms, rates, rng),
        symptoms=symptoms,
        onset_days_ago=case.days if symptoms else None,
        contact=_contact(case, infected, rates, rng),
        needs=_needs(bool(symptoms), alone and member.age >= ELDER, rates, rng),
    )


def _symptoms(illness: Rates, rng: Random) -> frozenset[str]:
    """A profile of the illness; only one that has silent cases may come out empty."""
    if rng.random() < illness.get("without_symptoms", 0.0):
        return frozenset()
    while True:
        fever = rng.random() < illness["symptoms"].get("fever", 0.0)
        likelier = illness.get("goes_with_fever", {}) if fever else {}
        present = {
            name
            for name, chance in illness["symptoms"].items()
            if name != "fever" and rng.random() < chance * likelier.get(name, 1.0)
        }
        if present or fever:
            return frozenset(present | {"fever"} if fever else present)


def _temperature(symptoms: frozenset[str], rates: Rates, rng: Random) -> float:
    """To one decimal, as a thermometer shows it; 37.3 and more exactly when there is fever."""
    kind = "fever" if "fever" in symptoms else "ill" if symptoms else "well"
    shape = rates[f"{kind}_temperature"]
    drawn = rng.gauss(shape["mean"], shape["spread"])
    while not shape["least"] <= round(drawn, 1) <= shape["most"]:
        drawn = rng.gauss(shape["mean"], shape["spread"])
    return round(drawn, 1)


def _contact(case: _Case, infected: bool, rates: Rates, rng: Random) -> bool:
    """A trip or a contact: everybody who lives with another's infection has had one."""
    if case.illness == "infection" and case.from_outside:
        return rng.random() < float(rates["index_knows_contact"])
    return infected or rng.random() < float(rates["contact_otherwise"])


def _needs(ill: bool, elder_alone: bool, rates: Rates, rng: Random) -> frozenset[str]:
    groups = ["anyone"] + ["ill"] * ill + ["elder_alone"] * elder_alone
    chances = {need: sum(rates["needs"][group][need] for group in groups) for need in NEEDS}
    return frozenset(need for need, chance in chances.items() if rng.random() < chance)
