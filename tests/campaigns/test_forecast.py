"""How long a round will take: exact where every call is alike, honest where the lines are too few."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.forecast import ENOUGH, SAMPLED, forecast
from campaigns.plan_file import load_plan
from campaigns.runner import Due

PLAN = load_plan("default")
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai; the window closes thirteen hours later


def look(households, habits, lines, calls_today=None, **more):
    dues = [Due(n, {n: {"phone": f"{n}"}}) for n in range(households)]
    return forecast(PLAN, dues, habits, lines=lines, start=MORNING, calls_today=calls_today or {}, **more)


@pytest.mark.parametrize(
    ("households", "seconds", "lines", "once", "over"),
    [
        (100, 60, 10, 9 * 60, 600),
        (100, 60, 100, 0, 60),
        (1, 90, 50, 0, 90),
        (101, 60, 10, 600, 660),
        (2 * SAMPLED, 10, 100, 3990, 4000),
    ],
)
def test_calls_that_are_all_alike_take_as_long_as_can_be_reckoned(households, seconds, lines, once, over):
    seen = look(households, [("answered_human", seconds)] * ENOUGH, lines)
    assert (seen.once_at - MORNING, seen.over_at - MORNING) == (timedelta(seconds=once), timedelta(seconds=over))
    assert (seen.calls, seen.left, seen.seen) == (households, 0, ENOUGH)


def test_retries_wait_as_the_plan_says():
    seen = look(10, [("busy", 4.0)] * ENOUGH, 10)
    assert seen.over_at - MORNING == timedelta(minutes=10 + 30 + 120, seconds=4 * 4)
    assert seen.calls == 40


def test_lines_that_are_too_few_are_said_to_be():
    seen = look(1000, [("answered_human", 3600.0)] * ENOUGH, 10)
    assert seen.once_at is None
    assert seen.left == pytest.approx(1 - 130 / 1000)


def test_few_calls_of_the_past_are_not_drawn_from():
    assert look(50, [("busy", 4.0)] * (ENOUGH - 1), 5).seen == 0


def test_errors_of_the_network_in_the_past_stop_no_forecast():
    seen = look(50, [("network_error", 3.0)] * ENOUGH, 5)
    assert (seen.left, seen.calls) == (0, 200)


def test_numbers_that_were_called_often_enough_today_are_not_counted_on():
    seen = look(2, [("answered_human", 60.0)] * ENOUGH, 5, {"0": 5})
    assert seen.calls == 1


def test_same_seed_gives_the_same_forecast():
    mixed = [("busy", 4.0), ("answered_human", 70.0)] * ENOUGH
    assert look(200, mixed, 5, seed=3) == look(200, mixed, 5, seed=3)
