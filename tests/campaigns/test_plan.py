"""The rules of the plan, played from `plan_tables.yaml`."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle import next_time, repeating
from campaigns.pace import next_slots
from campaigns.plan import (
    Past,
    broken,
    fallback,
    full,
    is_open,
    next_call,
    next_number,
    next_open,
    next_try,
    priority,
    round_end,
)
from campaigns.plan_file import PlanError, load_plan, make_plan, plan_data

TABLES = yaml.safe_load((Path(__file__).parent / "plan_tables.yaml").read_text(encoding="utf-8"))
ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
PLAN = load_plan("default")


def rows(name):
    return [pytest.param(row, id=f"{name}-{n}") for n, row in enumerate(TABLES[name], start=1)]


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def pasts(table):
    return [
        Past(
            phone,
            outcome,
            NINE + timedelta(minutes=minute),
            NINE + timedelta(minutes=later[0]) if later else None,
        )
        for phone, outcome, minute, *later in table
    ]


@pytest.mark.parametrize("row", rows("next_open"))
def test_next_open(row):
    plan = make_plan({"windows": row["windows"], "holidays": row.get("holidays", {}), "quiet": row.get("quiet", [])})
    assert next_open(plan, local(row["at"])) == (row["opens"] and local(row["opens"]))
    assert is_open(plan, local(row["at"])) is (row["opens"] == row["at"])


@pytest.mark.parametrize("row", rows("next_call"))
def test_next_call(row):
    assert next_call(PLAN, local(row["at"]), row.get("zone", ""), row.get("hour")) == local(row["calls"])


@pytest.mark.parametrize("row", rows("full"))
def test_full(row):
    assert full(replace(PLAN, quota=row["quota"]), row["complete"], row["in_call"]) is row["full"]


@pytest.mark.parametrize("row", rows("fallback"))
def test_fallback(row):
    assert fallback(replace(PLAN, fallback=row["fallback"]), pasts(row["past"])) == row["channel"]


@pytest.mark.parametrize("row", rows("slots"))
def test_slots(row):
    def at(milliseconds):
        return None if milliseconds is None else NINE + timedelta(milliseconds=milliseconds)

    slots, after = next_slots(at(row["free_from"]), row["pace"], row["wanted"], NINE)
    assert (slots, after) == ([at(m) for m in row["slots"]], at(row["after"]))


@pytest.mark.parametrize("row", rows("next_time"))
def test_next_time(row):
    repeats = repeating(row, date(2026, 3, 2))
    assert next_time(repeats, ZONE, local(row["at"])) == (row["next"] and local(row["next"]))


def test_plan_that_refers_to_itself_is_refused(tmp_path):
    file = tmp_path / "circle.yaml"
    file.write_text("windows: {mon: ['08:00-21:00']}\nretry: &r {busy: [5], no_answer: *r}\n", encoding="utf-8")
    with pytest.raises(PlanError, match="no_answer: must be a list of minutes"):
        load_plan(file)


@pytest.mark.parametrize("row", rows("next_try"))
def test_next_try(row):
    again = next_try(pasts(row["past"]), PLAN, row.get("numbers", ["a"]))
    assert again == (None if row["again"] is None else NINE + timedelta(minutes=row["again"]))


@pytest.mark.parametrize("row", rows("next_number"))
def test_next_number(row):
    assert next_number(row["numbers"], pasts(row["past"])) == row["number"]


@pytest.mark.parametrize("row", rows("refused"))
def test_plan_that_cannot_be_followed_is_refused_by_name(row):
    with pytest.raises(PlanError, match=row["says"]) as refused:
        make_plan(row["plan"], "my plan")
    assert str(refused.value).startswith("my plan: ")
    assert refused.value.read("zh-Hans").startswith("my plan: ")
    assert re.search("[一-鿿]", refused.value.read("zh-Hans"))


def test_plan_survives_its_own_data():
    assert make_plan(plan_data(PLAN)) == PLAN


def test_plan_file_that_is_missing_or_broken_is_named(tmp_path):
    with pytest.raises(PlanError, match="no_such"):
        load_plan("no_such")
    broken_file = tmp_path / "broken.yaml"
    broken_file.write_text("windows: [", encoding="utf-8")
    with pytest.raises(PlanError, match=r"broken\.yaml: is not YAML"):
        load_plan(broken_file)


def test_window_follows_the_local_clock_of_the_plan():
    plan = replace(PLAN, time_zone="America/New_York")
    summer = datetime(2026, 7, 1, 11, 0, tzinfo=UTC)  # 07:00 in New York
    winter = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)  # 07:30 in New York
    assert next_open(plan, summer) == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert next_open(plan, winter) == datetime(2026, 1, 5, 13, 0, tzinfo=UTC)


def test_symptomatic_go_first_then_the_elderly():
    assert priority(PLAN, symptomatic=True, birth_years=[1990], year=2026) == 0
    assert priority(PLAN, symptomatic=False, birth_years=[None, 1950], year=2026) == 1
    assert priority(PLAN, symptomatic=False, birth_years=[None, 1990], year=2026) == 2


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        (["network_error"] * 4, False),
        (["network_error"] * 5, True),
        (["network_error"] * 3 + ["busy"] * 3, True),
        (["network_error"] * 3 + ["busy"] * 4, False),
    ],
)
def test_circuit_breaker_opens_on_half_of_five(outcomes, opens):
    assert broken([(NINE, o) for o in outcomes], PLAN, NINE) is opens


def test_circuit_breaker_forgets_after_two_minutes():
    assert not broken([(NINE, "network_error")] * 9, PLAN, NINE + timedelta(seconds=121))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_next_open_is_open_and_never_before(at):
    at = at.replace(tzinfo=UTC)
    opens = next_open(PLAN, at)
    assert opens >= at
    assert is_open(PLAN, opens)
    assert round_end(PLAN, at) > at
