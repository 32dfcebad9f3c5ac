"""Makes the town: the same size and seed always give the same people."""

from __future__ import annotations

from collections.abc import Iterator, Set
from random import Random

from simulator.character import draw_character, draw_telephone, has_own_phone
from simulator.health import draw_health
from simulator.households import Address, Member, draw_households, place
from simulator.names import full_name, surname
from simulator.people import Person, Rates, Telephone, Town, town_rates

EXAMPLE_RANGE = "+86111"  # possible in form, never assigned


def make_town(size: int, seed: int, rates: Rates | None = None) -> Town:
    """A town of `size` residents, in the order of the roster; `rates` as in `town.yaml`."""
    rates = rates or town_rates()
    rng = Random(f"town {seed}")
    households = draw_households(size, rates, rng)
    addresses = place(len(households), size, rates, rng)
    numbers = _numbers(size, rng)
    residents: list[Person] = []
    order = sorted(range(len(households)), key=addresses.__getitem__)
    for household_no, index in enumerate(order, start=1):
        phones = [next(numbers) for _ in households[index]]
        residents += _settle(households[index], addresses[index], phones, household_no, len(residents) + 1, seed, rates)
    return Town(residents, seed)


def _numbers(count: int, rng: Random) -> Iterator[str]:
    """Different numbers; none 111 xx00 xxxx, which reads as the prefix of a call abroad."""
    for drawn in rng.sample(range(100 * 99 * 10**4), count):
        first, rest = divmod(drawn, 99 * 10**4)
        second, last = divmod(rest, 10**4)
        yield f"{EXAMPLE_RANGE}{first:02d}{second + 1:02d}{last:04d}"


def _settle(
    members: list[Member],
    address: Address,
    phones: list[str],
    household_no: int,
    first_no: int,
    seed: int,
    rates: Rates,
) -> list[Person]:
    """The people of one household, drawn from a seed of their own."""
    rng = Random(f"household {seed} {household_no}")
    language = "en" if rng.random() < rates["language_en"] else "zh-Hans"
    family = surname(language, rng)
    health = draw_health(members, rates["health"], rng)
    telephones = _telephones(members, phones, rates["telephone"], rng)
    people: list[Person] = []
    for no, (member, truth, telephone) in enumerate(zip(members, health, telephones, strict=True), start=first_no):
        people.append(
            Person(
                id=f"R{no:06d}",
                name=_new_name(member, family, language, {person.name for person in people}, rng),
                sex=member.sex,
                birth_year=rates["year"] - member.age,
                language=language,
                phone=telephone.number,
                district=address.district,
                subdistrict=address.subdistrict,
                community=address.community,
                grid=address.grid,
                building=address.building,
                unit=address.unit,
                household=f"H{household_no:06d}",
                relation=member.relation,
                truth=truth,
                character=draw_character(
                    member.age, language, len(members) > 1, rates["character"], Random(f"person {seed} {no}")
                ),
                telephone=telephone,
            )
        )
    return people


def _telephones(members: list[Member], phones: list[str], rates: Rates, rng: Random) -> list[Telephone]:
    """A telephone for each member; who has none of his own is reached on the head's."""
    telephones: list[Telephone] = []
    for member, number in zip(members, phones, strict=True):
        if telephones and not has_own_phone(member.age, rates, rng):
            telephones.append(telephones[0])
        else:
            telephones.append(draw_telephone(number, rates, rng))
    return telephones


def _new_name(member: Member, family: str, language: str, taken: Set[str], rng: Random) -> str:
    """A name that nobody else in the household has."""
    while (name := full_name(language, _family_name(member, family, language, rng), member.sex, rng)) in taken:
        pass
    return name


def _family_name(member: Member, family: str, language: str, rng: Random) -> str:
    """Wives, mothers and room-mates bring their own name in Chinese, room-mates in any language."""
    own = member.relation == "room_mate" or (language != "en" and member.relation in ("spouse", "mother"))
    return surname(language, rng) if own else family
