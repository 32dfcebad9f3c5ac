"""Who lives together, and where: households by kind, put into flats, buildings, grids and communities."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from random import Random

from simulator.people import Rates, pick

# Each member of a kind of household: relation to the head, and age in years (least, most).
# "child" and "parent" are made son or daughter, father or mother when the sex is drawn.
KINDS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "one_adult": (("head", 20, 64),),
    "one_elder": (("head", 65, 92),),
    "couple": (("head", 23, 64), ("spouse", 0, 0)),
    "elder_couple": (("head", 65, 88), ("spouse", 0, 0)),
    "room_mates": (("head", 19, 35), ("room_mate", 19, 35)),
    "parent_one_child": (("head", 28, 50), ("child", 0, 0)),
    "couple_one_child": (("head", 26, 52), ("spouse", 0, 0), ("child", 0, 0)),
    "couple_two_children": (("head", 28, 50), ("spouse", 0, 0), ("child", 0, 0), ("child", 0, 0)),
    "couple_and_parent": (("head", 30, 60), ("spouse", 0, 0), ("parent", 0, 0)),
    "three_generations": (("head", 28, 50), ("spouse", 0, 0), ("child", 0, 0), ("parent", 0, 0), ("parent", 0, 0)),
    "three_generations_two_children": (
        ("head", 30, 48),
        ("spouse", 0, 0),
        ("child", 0, 0),
        ("child", 0, 0),
        ("parent", 0, 0),
        ("parent", 0, 0),
    ),
    "grandparents_grandchild": (("head", 54, 74), ("spouse", 0, 0), ("grandchild", 3, 15)),
}

SEXED = {
    ("child", "male"): "son",
    ("child", "female"): "daughter",
    ("parent", "male"): "father",
    ("parent", "female"): "mother",
    ("grandchild", "male"): "grandson",
    ("grandchild", "female"): "granddaughter",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a household before he has a name."""

    relation: str
    sex: str
    age: int


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A flat; sorts in the order in which an office lists it."""

    community_no: int
    building_no: int
    unit_no: int
    flat_no: int
    district: str
    subdistrict: str
    community: str
    grid: str
    building: str
    unit: str


def draw_households(size: int, rates: Rates, rng: Random) -> list[list[Member]]:
    """Households with `size` members in all; the last one is cut to fit."""
    households: list[list[Member]] = []
    people = 0
    while people < size:
        kind = pick(rng, rates["households"])
        household = _draw_members(kind, rng)[: size - people]
        households.append(household)
        people += len(household)
    return households


def _draw_members(kind: str, rng: Random) -> list[Member]:
    members: list[Member] = []
    for role, least, most in KINDS[kind]:
        sex = _draw_sex(role, members, rng)
        age = _draw_age(role, least, most, members, rng)
        members.append(Member(SEXED.get((role, sex), role), sex, age))
    return members


def _draw_sex(role: str, before: list[Member], rng: Random) -> str:
    opposite = {"male": "female", "female": "male"}
    if role == "spouse":
        return opposite[before[0].sex]
    if role == "parent" and before[-1].relation in ("father", "mother"):
        return opposite[before[-1].sex]
    share_male = 0.68 if role == "head" and len(before) == 0 else 0.51
    return "male" if rng.random() < share_male else "female"


def _draw_age(role: str, least: int, most: int, before: list[Member], rng: Random) -> int:
    if role == "spouse":
        return max(20, before[0].age + rng.randint(-5, 4))
    if role == "child":
        youngest_parent = min(member.age for member in before[:2] if member.relation in ("head", "spouse"))
        return rng.randint(0, max(1, min(24, youngest_parent - 22)))
    if role == "parent":
        return min(96, before[0].age + rng.randint(22, 32))
    return rng.randint(least, most)


def place(count: int, size: int, rates: Rates, rng: Random) -> list[Address]:
    """An own flat for each of `count` households of a town of `size` people, in drawn order."""
    places = rates["places"]
    communities = max(places["smallest_communities"], ceil(size / places["residents_per_community"]))
    spread = places["community_size_spread"]
    weights = [1 + spread * (2 * rng.random() - 1) for _ in range(communities)]
    homes = rng.choices(range(communities), weights, k=count)
    tally = [0] * communities
    for home in homes:
        tally[home] += 1
    free = [_flats(number, held, places, rng) for number, held in enumerate(tally)]
    return [free[home].pop() for home in homes]


def _flats(number: int, wanted: int, places: Rates, rng: Random) -> list[Address]:
    """So many different flats of one community, spread over its buildings."""
    buildings = places["grids"] * places["buildings"]
    landings = buildings * places["units"] * 2
    floors = max(6, ceil(1.4 * wanted / landings))
    names = _names(number, places)
    drawn = rng.sample(range(landings * floors), wanted)
    return [_address(number, names, flat, floors, places) for flat in drawn]


def _names(number: int, places: Rates) -> tuple[str, str, str]:
    """District, sub-district and community by number."""
    subdistrict = number // places["communities_per_subdistrict"]
    district = subdistrict // places["subdistricts_per_district"]
    return (
        _name(district, places, "district"),
        _name(subdistrict, places, "subdistrict"),
        _name(number, places, "community"),
    )


def _name(number: int, places: Rates, kind: str) -> str:
    """The number-th name of its kind; when names run out a numeral keeps them apart."""
    first, second = places[f"{kind}_first"], places[f"{kind}_second"]
    round_no, rest = divmod(number, len(first) * len(second))
    numeral = str(round_no + 1) if round_no else ""
    return f"{first[rest % len(first)]}{numeral}{second[rest // len(first)]}"


def _address(number: int, names: tuple[str, str, str], flat: int, floors: int, places: Rates) -> Address:
    flat, door = divmod(flat, 2)
    flat, floor = divmod(flat, floors)
    building, unit = divmod(flat, places["units"])
    grid = building // places["buildings"] + 1
    flat_no = (floor + 1) * 100 + door + 1
    return Address(
        number, building, unit, flat_no, *names, f"第{grid}网格", f"{building + 1}号楼", f"{unit + 1}单元{flat_no}"
    )
