"""The telephone network: outcomes by character, hour and try."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest

from simulator.network import dial
from simulator.population import make_town

EVENING, NOON, MORNING = (datetime(2026, 3, 2, hour) for hour in (19, 12, 10))


@pytest.fixture(scope="module")
def people():
    return make_town(3000, 11).residents


def outcomes(people, at, attempt_no):
    rng = Random(4)
    return Counter(dial(person, at, attempt_no, rng).outcome for person in people)


def with_telephone(person, **changes):
    healthy = {
        "invalid_number": False,
        "suspended": False,
        "machine": False,
        "powered_off": 0.0,
        "answers_on_try": 1,
        "free_hours": frozenset({19}),
    }
    return replace(person, telephone=replace(person.telephone, **{**healthy, **changes}))


def test_every_outcome_of_the_network_happens(people):
    assert set(outcomes(people, EVENING, 1)) == {
        "answered_human",
        "answered_machine",
        "no_answer",
        "busy",
        "rejected",
        "powered_off",
        "suspended",
        "invalid_number",
        "unreachable",
        "network_error",
    }


def test_more_answer_in_the_evening_and_on_later_tries(people):
    first, second = outcomes(people, EVENING, 1), outcomes(people, EVENING, 2)
    assert outcomes(people, MORNING, 1)["answered_human"] < first["answered_human"] < second["answered_human"]
    assert 0.45 < first["answered_human"] / len(people) < 0.75


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"invalid_number": True}, "invalid_number"),
        ({"suspended": True}, "suspended"),
        ({"powered_off": 1.0}, "powered_off"),
    ],
)
def test_dead_numbers_stay_dead(people, changes, outcome):
    person = with_telephone(people[0], **changes)
    dialled = Counter(dial(person, EVENING, attempt_no, Random(attempt_no)).outcome for attempt_no in range(1, 200))
    assert dialled[outcome] >= 195


def test_who_answers_on_the_third_try_answers_then(people):
    person = with_telephone(people[0], answers_on_try=3)
    for attempt_no, answers in ((1, False), (2, False), (3, True)):
        dialled = [dial(person, EVENING, attempt_no, Random(seed)).outcome for seed in range(100)]
        assert ("answered_human" in dialled) == answers


def test_a_machine_takes_what_nobody_answers(people):
    person = with_telephone(people[0], machine=True, answers_on_try=9)
    dialled = Counter(dial(person, NOON, 1, Random(seed)).outcome for seed in range(200))
    assert dialled["answered_machine"] > 180


def test_nobody_is_waited_for_longer_than_the_limit(people):
    rng = Random(8)
    for person in people:
        ring = dial(person, MORNING, 1, rng, ring_limit=20)
        assert 0 < ring.ring_seconds <= 20


def test_same_seed_same_network(people):
    assert outcomes(people, NOON, 1) == outcomes(people, NOON, 1)
