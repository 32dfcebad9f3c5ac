"""The made-up town: its size, its places, its health, and that a seed always gives the same people."""

from collections import Counter, defaultdict

import phonenumbers
import pytest

from simulator.people import SYMPTOMS, Town
from simulator.population import make_town


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(2000, 2020)


@pytest.fixture(scope="module")
def city() -> Town:
    return make_town(20000, 7)


def share(people, holds) -> float:
    return sum(map(bool, map(holds, people))) / len(people)


def test_same_seed_gives_same_people(town):
    assert make_town(2000, 2020) == town


def test_other_seed_gives_other_people(town):
    other = make_town(2000, 2021)
    assert sum(a.name == b.name for a, b in zip(town.residents, other.residents, strict=True)) < 100


def test_two_thousand_live_in_twelve_communities_of_three_subdistricts(town):
    assert len(town.residents) == 2000
    assert len({person.community for person in town.residents}) == 12
    assert len({person.subdistrict for person in town.residents}) == 3


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_small_towns_have_their_size(size):
    assert len(make_town(size, 3).residents) == size


def test_ids_flats_and_numbers_are_each_one_persons_or_households(town):
    assert len(town.by_id) == 2000
    flats = {(p.community, p.building, p.unit) for p in town.residents}
    assert len(flats) == len(town.households)
    for sharers in town.by_phone.values():
        assert len({person.household for person in sharers}) == 1


def test_every_number_is_possible_and_of_the_example_range(city):
    for person in city.residents:
        written = phonenumbers.parse(person.phone.removeprefix("+86"), "CN")
        assert phonenumbers.is_possible_number(written)
        assert phonenumbers.format_number(written, phonenumbers.PhoneNumberFormat.E164) == person.phone
        assert person.phone.startswith("+86111")
        assert len(person.phone) == 14


def test_children_have_no_telephone_of_their_own(city):
    for person in city.residents:
        if person.birth_year > 2015 and person.relation != "head":
            assert city.holder(person.phone) is not person


def test_fever_is_exactly_a_temperature_of_37_3_or_more(city):
    for person in city.residents:
        assert ("fever" in person.truth.symptoms) == (person.truth.temperature_c >= 37.3)
        assert 35.5 <= person.truth.temperature_c <= 40.8
        assert person.truth.symptoms <= set(SYMPTOMS)
        assert (person.truth.onset_days_ago is not None) == bool(person.truth.symptoms)


def test_health_is_within_the_bounds_of_the_rates(city):
    people = city.residents
    assert 0.02 <= share(people, lambda p: "fever" in p.truth.symptoms) <= 0.03
    assert 0.05 <= share(people, lambda p: p.truth.symptoms) <= 0.11
    well = [person.truth.temperature_c for person in people if not person.truth.symptoms]
    assert sum(well) / len(well) == pytest.approx(36.5, abs=0.02)
    assert set(SYMPTOMS) == {name for person in people for name in person.truth.symptoms}


def test_infection_runs_in_households(city):
    feverish = [person for person in city.residents if "fever" in person.truth.symptoms]
    others = [member for person in feverish for member in city.family(person) if member is not person]
    among_others = share(others, lambda p: "fever" in p.truth.symptoms)
    assert among_others > 4 * share(city.residents, lambda p: "fever" in p.truth.symptoms)


def test_households_are_of_the_sizes_of_the_census(city):
    sizes = Counter(len(members) for members in city.households.values())
    total = len(city.households)
    assert 2.3 < len(city.residents) / total < 2.9
    assert 0.2 < sizes[1] / total < 0.3
    assert all(members[0].relation == "head" for members in city.households.values())


def test_parents_are_older_than_their_children(city):
    for members in city.households.values():
        head = members[0]
        for member in members[1:]:
            if member.relation in ("son", "daughter"):
                assert member.birth_year - head.birth_year >= 15
            if member.relation in ("father", "mother"):
                assert head.birth_year - member.birth_year >= 15


def test_rates_can_be_changed(town):
    from copy import deepcopy

    from simulator.people import town_rates

    rates = deepcopy(dict(town_rates()))
    rates["language_en"] = 1.0
    assert all(person.language == "en" for person in make_town(50, 1, rates).residents)
    assert 0.02 < share(town.residents, lambda p: p.language == "en") < 0.12


def test_nobody_in_a_household_has_the_name_of_another(city):
    homes = defaultdict(list)
    for person in city.by_id.values():
        homes[person.household].append(person.name)
    assert not [names for names in homes.values() if len(names) != len(set(names))]
