"""Rounds in virtual time: nobody is lost, nobody is called too often, lines and pace are kept."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.plan import is_open
from campaigns.plan_file import load_plan
from campaigns.runner import Due, Tried, VirtualRound, fault

PLAN = load_plan("default")
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


class Town:
    """Answers attempts by a seeded draw, and keeps the log of every dial for the audit."""

    def __init__(self, seed=1, answered=0.6):
        self.rng = random.Random(seed)
        self.answered = answered
        self.dials = []
        self.final = Counter()

    def attempt(self, try_):
        held = timedelta(seconds=self.rng.uniform(5, 150))
        self.dials.append((try_.phone, try_.started_at, try_.started_at + held, try_.due.household_id))
        if self.rng.random() < self.answered:
            done = {r: "complete" for r in try_.due.open if self.rng.random() < 0.9}
            self.final.update(done.keys())
            return Tried("answered_human", try_.started_at + held, done)
        outcome = self.rng.choice(
            ["busy", "no_answer", "powered_off", "invalid_number", "rejected", "answered_machine"]
        )
        return Tried(outcome, try_.started_at + held)

    def dispose(self, due, residents):
        self.final.update(residents)


def households(count, members=3):
    return [Due(h, {h * 10 + m: {"phone": f"{h}{'aab'[m]}"} for m in range(members)}) for h in range(count)]


def play(town, plan=PLAN, count=120, lines=10, **more):
    round_ = VirtualRound(plan, town.attempt, town.dispose, lines=lines, start=more.pop("start", MORNING), **more)
    return round_.run(households(count))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), lines=st.integers(1, 40), answered=st.floats(0, 1))
def test_every_resident_gets_exactly_one_disposition(seed, lines, answered):
    town = Town(seed, answered)
    tally = play(town, lines=lines)
    assert town.final == Counter({h * 10 + m: 1 for h in range(120) for m in range(3)})
    assert tally.finished == tally.households == 120
    assert tally.calls == len(town.dials) == sum(tally.outcomes.values())


def test_lines_pace_and_windows_are_kept():
    town = Town(3)
    plan = replace(PLAN, calls_per_second=0.5)
    tally = play(town, plan, lines=7, start=MORNING + timedelta(hours=12, minutes=50))
    moments = sorted([(s, 1) for _, s, _, _ in town.dials] + [(e, -1) for _, _, e, _ in town.dials])
    busy = most = 0
    for _, step in moments:
        busy += step
        most = max(most, busy)
    starts = sorted(s for _, s, _, _ in town.dials)
    assert most == tally.most_busy <= 7
    assert all(b - a >= timedelta(seconds=2) for a, b in pairwise(starts))
    assert all(is_open(plan, s) for s in starts)


def test_a_household_is_never_in_two_calls_at_once():
    town = Town(5, answered=0.2)
    play(town, lines=40)
    by_household = defaultdict(list)
    for _, start, end, household in town.dials:
        by_household[household].append((start, end))
    for calls in by_household.values():
        calls.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(calls))


def test_little_s_law_holds():
    tally = play(Town(8), count=400, lines=12)
    assert tally.mean_busy_lines == pytest.approx(tally.lines_by_little, rel=1e-6)


def test_number_gets_no_more_calls_than_the_cap_allows():
    town = Town(2, answered=0)
    plan = replace(
        PLAN, calls_a_day=2, max_attempts=9, retry=dict.fromkeys(("busy", "no_answer", "powered_off"), (1.0,) * 9)
    )
    round_ = VirtualRound(plan, town.attempt, town.dispose, lines=5, start=MORNING, calls_today={"7a": 2, "7b": 2})
    round_.run(households(30))
    dialled = Counter(phone for phone, *_ in town.dials)
    assert max(dialled.values()) <= 2
    assert not {"7a", "7b"} & set(dialled)
    assert len(town.final) == 90


def test_symptomatic_are_called_first():
    dues = households(20)
    dues[-1].rank = 0
    for due in dues[:-1]:
        due.rank = 2
    town = Town(1)
    VirtualRound(PLAN, town.attempt, town.dispose, lines=1, start=MORNING).run(dues)
    assert town.dials[0][3] == 19


def test_call_back_comes_at_the_time_asked_for():
    six = MORNING + timedelta(hours=10)
    dials = []

    def attempt(try_):
        dials.append(try_.started_at)
        end = try_.started_at + timedelta(seconds=20)
        if len(dials) == 1:
            return Tried("answered_human", end, call_later_at=six)
        return Tried("answered_human", end, {1: "complete"})

    VirtualRound(PLAN, attempt, lambda due, left: None, lines=1, start=MORNING).run([Due(1, {1: {"phone": "a"}})])
    assert dials == [MORNING, six]


@pytest.mark.parametrize("wish", ["stop", "wrong_number"])
def test_number_that_is_wrong_or_wants_no_calls_is_not_dialled_again(wish):
    dials, given_up = [], []

    def attempt(try_):
        dials.append(try_.phone)
        end = try_.started_at + timedelta(seconds=20)
        return Tried("answered_human", end, **({wish: True} if try_.phone == "a" else {}))

    round_ = VirtualRound(PLAN, attempt, lambda due, left: given_up.extend(left), lines=1, start=MORNING)
    round_.run([Due(1, {1: {"phone": "a"}, 2: {"phone": "b"}})])
    assert dials.count("a") == 1
    assert sorted(given_up) == [1, 2]


def test_circuit_breaker_stops_the_dialling_and_leaves_the_rest_open():
    disposed = []

    def attempt(try_):
        return Tried("network_error", try_.started_at + timedelta(seconds=3))

    round_ = VirtualRound(PLAN, attempt, lambda due, left: disposed.extend(left), lines=2, start=MORNING)
    tally = round_.run(households(50))
    assert tally.stopped_by == "network errors"
    assert tally.calls < 10
    assert not disposed


def test_round_that_ends_gives_everybody_a_disposition():
    town = Town(4)
    tally = play(town, lines=1, until=MORNING + timedelta(minutes=10))
    assert tally.stopped_by == "end of the round"
    assert len(town.final) == 360


def test_the_log_of_a_fault_says_where_and_holds_no_number():
    try:
        raise ValueError("Key (phone)=(+8611112345678) already exists")
    except ValueError as error:
        said = fault(error)
    assert said.startswith("ValueError at test_runner.py:")
    assert "8611112345678" not in said


def test_zero_lines_are_refused():
    with pytest.raises(ValueError, match="at least one line"):
        VirtualRound(PLAN, Town().attempt, Town().dispose, lines=0, start=MORNING)
