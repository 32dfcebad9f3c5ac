"""A town whose residents are those of a real roster: their names and numbers, a made-up health and character."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from random import Random

from records.residents import Listed
from simulator.character import draw_character, draw_telephone
from simulator.health import draw_health
from simulator.households import Member
from simulator.people import Person, Rates, Telephone, Town, town_rates

AGE_UNKNOWN = 40


def town_of(roster: Iterable[Listed], seed: int, rates: Rates | None = None) -> Town:
    """The town of a roster sorted by household; the same roster and seed always give the same truth.

    People are known by the store's own ids, as text. Whoever shares a number shares the telephone.
    """
    rates = rates or town_rates()
    telephones: dict[str, Telephone] = {}
    people: list[Person] = []
    for household, listed in groupby(roster, key=lambda one: one.household_id):
        people += _family(list(listed), Random(f"household {seed} {household}"), telephones, rates, seed)
    return Town(people, seed)


def _family(
    listed: list[Listed], rng: Random, telephones: dict[str, Telephone], rates: Rates, seed: int
) -> Iterable[Person]:
    members = [_member(one, rates) for one in listed]
    health = draw_health(members, rates["health"], rng)
    for one, member, truth in zip(listed, members, health, strict=True):
        if one.phone not in telephones:
            telephones[one.phone] = draw_telephone(one.phone, rates["telephone"], rng)
        yield Person(
            id=str(one.id),
            name=one.name,
            sex=member.sex,
            birth_year=rates["year"] - member.age,
            language="en" if one.language == "en" else "zh-Hans",
            phone=one.phone,
            district=one.district,
            subdistrict=one.subdistrict,
            community=one.community,
            grid=one.grid,
            building=one.building,
            unit=one.unit,
            household=str(one.household_id),
            relation=member.relation,
            truth=truth,
            character=draw_character(
                member.age, one.language, len(listed) > 1, rates["character"], Random(f"person {seed} {one.id}")
            ),
            telephone=telephones[one.phone],
        )


def _member(one: Listed, rates: Rates) -> Member:
    age = rates["year"] - one.birth_year if one.birth_year else AGE_UNKNOWN
    return Member(one.relation or "head", one.sex or "male", max(0, age))
