"""The public tables: who knows every figure that is shown, and all sums, still cannot reckon a small one."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.public import COUNTS, K, hidden, public_tables
from reports.table import HIDDEN, Ratio, shown


def told_by_equations(cells, sums, gone):
    """The hidden cells that linear equations alone determine: Gauss-Jordan over the hidden cells."""
    unknown = sorted(cells & gone)
    rows = []
    for whole, parts in sums:
        row = [Fraction((cell in parts) - (cell == whole)) for cell in unknown]
        if any(row):
            rows.append(row)
    determined, at = set(), 0
    for column in range(len(unknown)):
        pivot = next((r for r in range(at, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][column] for value in rows[at]]
        for r in range(len(rows)):
            if r != at and rows[r][column]:
                rows[r] = [a - rows[r][column] * b for a, b in zip(rows[r], rows[at], strict=True)]
        at += 1
    for row in rows:
        if sum(map(bool, row)) == 1:
            determined.add(unknown[next(i for i, value in enumerate(row) if value)])
    return determined


def told_by_trying(counts, sums, gone):
    """The hidden cells that have one value in every town that shows the same figures (hidden ones are 1 or more)."""
    unknown, whole_of = sorted(gone), dict(sums)
    parts = [cell for cell in unknown if cell not in whole_of]  # hidden sums follow from their parts
    most = max(counts.values())
    values = {cell: set() for cell in unknown}
    for guess in itertools.product(range(1, most + 1), repeat=len(parts)):
        town = {**counts, **dict(zip(parts, guess, strict=True))}
        for whole, of in sums:  # those within others come first
            if whole in gone:
                town[whole] = sum(town[part] for part in of)
        if any(town[whole] != sum(town[part] for part in of) for whole, of in sums):
            continue
        if all(1 <= town[cell] <= most for cell in unknown):
            for cell in unknown:
                values[cell].add(town[cell])
            if all(len(found) > 1 for found in values.values()):
                break
    return {cell for cell, found in values.items() if len(found) == 1}


def town_of(blocks):
    """Counts and sums of a town with sub-districts, each with its communities."""
    counts, sums = {}, []
    for number, block in enumerate(blocks):
        paths = [(f"s{number}", f"c{place}") for place in range(len(block))]
        counts |= dict(zip(paths, block, strict=True))
        counts[(f"s{number}",)] = sum(block)
        sums.append(((f"s{number}",), tuple(paths)))
    counts[()] = sum(map(sum, blocks))
    sums.append(((), tuple((f"s{number}",) for number in range(len(blocks)))))
    return counts, sums


def could_hide(counts, sums):
    """Whether there is anything besides the small counts to hide behind: with a lone small total there is not."""
    return sum(count > 0 for count in counts.values()) > len(sums) + 1


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=6), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_no_equation_tells_a_small_count(blocks):
    counts, sums = town_of(blocks)
    gone = hidden(counts, sums)
    small = {cell for cell, count in counts.items() if 0 < count < K}
    assert small <= gone
    if () not in gone:
        assert not told_by_equations(set(counts), sums, gone) & small


@given(st.lists(st.integers(0, 6), min_size=2, max_size=4), st.integers(0, 6))
@settings(max_examples=120, deadline=None)
def test_no_guessing_tells_a_small_count(block, other):
    counts, sums = town_of([[*block, other]])
    gone = hidden(counts, sums)
    small = {cell for cell, count in counts.items() if 0 < count < K}
    if len(gone) <= 5 and small:
        told = told_by_trying(counts, sums, gone) & small
        assert not told or len(gone) == sum(count > 0 for count in counts.values())  # nothing was left to hide behind


def test_check_of_this_test_can_fail():
    counts, sums = town_of([[3, 20, 30], [9, 8]])
    alone = frozenset({("s0", "c0")})
    assert told_by_equations(set(counts), sums, alone) == alone
    assert told_by_trying(counts, sums, alone) == alone
    assert hidden(counts, sums) == alone | {("s0", "c1")}


@pytest.mark.parametrize("k", [5, 12])
def test_published_tables_hide_what_they_must_and_show_the_rest_as_it_is(figures, k):
    tables = public_tables(figures, k=k)
    private = {level: figures.by_level(level) for level in ("subdistrict", "community")}
    seen = hid = 0
    for table, level in zip(tables, private, strict=True):
        for row in table.lines:
            tally = private[level].get(row.key, figures.whole())
            for column, cell in zip(table.columns, row.cells, strict=True):
                if column.key not in COUNTS:
                    continue
                count = tally.count((column.key,))
                hid += cell == HIDDEN
                if 0 < count < k:
                    assert cell == HIDDEN
                if cell != HIDDEN:
                    assert cell == count
                    seen += 1
            share = table.cell(row, "fever_share")
            assert share == HIDDEN or isinstance(share, Ratio)
            assert (table.cell(row, "fever") == HIDDEN) <= (share == HIDDEN)
    assert seen > 20
    assert hid > 5


def test_hidden_figures_are_seen_as_such_in_every_language(figures):
    (table, _) = public_tables(figures, k=12)
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            assert (cell != HIDDEN) or shown(cell, column, "zh-Hans") == "*"
    assert "少于 12 人" in table.note.zh
