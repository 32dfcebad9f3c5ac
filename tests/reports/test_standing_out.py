"""Fisher's exact test on known tables, and a community that stands out."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.community import community_table
from reports.standing_out import chance, standing_out_table
from reports.table import Ratio


@pytest.mark.parametrize(("found", "expected"), [(4, 1 / 70), (3, 17 / 70), (2, 53 / 70), (0, 1.0)])
def test_the_lady_tasting_tea(found, expected):
    assert chance(Ratio(found, 4), Ratio(4, 8)) == pytest.approx(expected, rel=1e-9)


@st.composite
def tables(draw):
    everyone = draw(st.integers(1, 80))
    inside, cases = draw(st.integers(0, everyone)), draw(st.integers(0, everyone))
    found = draw(st.integers(max(0, inside + cases - everyone), min(inside, cases)))
    return found, inside, cases, everyone


@given(tables())
def test_chance_is_the_sum_of_the_exact_ways(table):
    found, inside, cases, everyone = table
    ways = sum(comb(cases, k) * comb(everyone - cases, inside - k) for k in range(found, min(inside, cases) + 1))
    exact = ways / comb(everyone, inside)
    assert chance(Ratio(found, inside), Ratio(cases, everyone)) == pytest.approx(exact, rel=1e-8)


def test_the_communities_with_many_fevers_and_many_silent_stand_out(figures):
    table = standing_out_table(figures)
    assert {row.key[2:] for row in table.rows} >= {("梅里社区", "fever"), ("杏溪社区", "non_reporting")}
    for row in table.rows:
        assert table.cell(row, "here").value > table.cell(row, "elsewhere").value
        assert table.cell(row, "here").numerator == table.cell(row, "people")
    marked = {row.key[2]: row.marks for row in community_table(figures).rows if row.marks}
    assert "fever_share" in marked["梅里社区"]
    assert {row.key[2] for row in table.rows} == set(marked)
