"""The named formulas against oracles, and the measures against the standard library."""

import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.indicators import ALL, FEVER_SHARE, RATES, RESIDENTS, Tally, eligible_share, highest, mean, median
from reports.table import Ratio

BY_KEY = {indicator.key: indicator for indicator in ALL}
ALL_COMPLETE = {"complete": 100, "non_contact": 20}
MIXED = {
    "complete": 60,
    "partial": 10,
    "refused": 9,
    "break_off": 6,
    "non_contact": 20,
    "other": 5,
    "pending": 8,
    "unknown": 2,
}


def percents(counts, e=None):
    cells = {rate.key: rate.cell(Tally(counts), e) for rate in RATES}
    return {key: round(100 * cell.value, 1) for key, cell in cells.items()}


def test_aapor_rates_where_all_who_were_contacted_completed():
    rates = percents(ALL_COMPLETE)
    assert [rates[f"rr{n}"] for n in range(1, 7)] == [83.3] * 6
    assert (rates["coop1"], rates["ref1"], rates["con1"]) == (100.0, 0.0, 83.3)


def test_aapor_rates_with_partials_refusals_and_unknowns():
    rates = percents(MIXED, e=0.5)
    assert [rates[f"rr{n}"] for n in range(1, 7)] == [50.0, 58.3, 52.2, 60.9, 54.5, 63.6]
    assert (rates["coop1"], rates["ref1"], rates["con1"]) == (66.7, 12.5, 75.0)


def test_ineligible_residents_change_no_rate_but_lower_e():
    assert percents(MIXED | {"ineligible": 40}, e=0.5) == percents(MIXED, e=0.5)
    assert eligible_share(Tally(MIXED | {"ineligible": 110})) == 0.5
    assert eligible_share(Tally(MIXED)) == 1.0


def test_whoever_has_no_disposition_yet_counts_as_unknown():
    moved = dict(MIXED, pending=0, unknown=10)
    assert percents(MIXED, e=0.3) == percents(moved, e=0.3)


def test_a_share_of_nobody_is_blank():
    cell = FEVER_SHARE.cell(Tally())
    assert cell == Ratio(0, 0)
    assert cell.value is None
    assert BY_KEY["median_c"].cell(Tally()) is None


def test_every_indicator_says_in_both_languages_what_it_counts():
    for indicator in ALL:
        column = indicator.column
        for label in (column.label, column.definition, column.numerator):
            assert label.zh, indicator.key
            assert label.en, indicator.key
        assert bool(column.denominator.en) == (column.kind == "percent"), indicator.key
    assert "e × " in BY_KEY["rr3"].column.denominator.en
    assert RESIDENTS.column.denominator.en == ""


readings = st.lists(st.floats(30, 43, allow_nan=False).map(lambda x: round(x, 1)), min_size=1)


@given(readings)
def test_measures_counted_by_value_are_those_of_the_list(values):
    counted = Counter(values)
    assert median(counted) == pytest.approx(statistics.median(values), abs=1e-12)
    assert mean(counted) == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert highest(counted) == max(values)


@given(st.lists(readings, min_size=1, max_size=4))
def test_tallies_add_up(parts):
    whole = Tally()
    for part in parts:
        whole.add(Tally({"measured": len(part)}, dict(Counter(part))))
    flat = [value for part in parts for value in part]
    assert whole.count(("measured",)) == len(flat)
    assert whole.temperatures == dict(Counter(flat))
