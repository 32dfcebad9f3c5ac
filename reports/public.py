"""Tables for the public: small counts are hidden, and so many others that no sum gives the small ones away.

Cell suppression with a threshold, as statistical offices do it: first every count of 1 to k - 1, then, wherever a sum
would still tell a hidden count, further ones. All hidden counts look alike.
Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from reports.community import community_table
from reports.figures import LEVELS, Figures
from reports.indicators import FEVER, FEVER_SHARE, REPORTED, REPORTED_SHARE, RESIDENTS, SYMPTOMATIC, Indicator
from reports.table import HIDDEN, Cell, Label, Row, Table

K = 5
SHOWN = (RESIDENTS, REPORTED, REPORTED_SHARE, FEVER, FEVER_SHARE, SYMPTOMATIC)
COUNTS = ("residents", "reported", "fever", "symptomatic", "fever_known")  # what the figures shown are made of
C = TypeVar("C", bound=Hashable)
Sum = tuple[C, tuple[C, ...]]


def hidden(counts: Mapping[C, int], sums: Sequence[Sum[C]], k: int = K) -> frozenset[C]:
    """Which counts to hide so that none of 1 to `k` - 1 can be reckoned from those left and these sums.

    Each sum is (the whole, its parts); a count may be part of one sum and the whole of another.
    """
    gone = {cell for cell, count in counts.items() if 0 < count < k}
    while told := _told(counts, sums, gone):
        gone.add(told)
    return frozenset(gone)


def _told(counts: Mapping[C, int], sums: Sequence[Sum[C]], gone: set[C]) -> C | None:
    """The next count to hide: of a sum that tells a hidden one, the least that does not; None when no sum does."""
    for whole, parts in sums:
        cells = [cell for cell in parts if cell in gone]
        if not cells and whole not in gone:
            continue
        among = sum(counts[cell] for cell in cells)
        alone = len(cells) + (whole in gone) == 1
        if alone or (whole not in gone and among == len(cells)):  # one alone, or all of them must be 1
            left = [cell for cell in (*parts, whole) if cell not in gone and counts[cell]]
            if left:
                return min(left, key=lambda cell: counts[cell])
    return None


def public_tables(
    figures: Figures, levels: Sequence[str] = ("subdistrict", "community"), k: int = K
) -> tuple[Table, ...]:
    """A table for each level with all its sums respected, those of the levels above too; the first has the total."""
    depths = [0, *(LEVELS.index(level) + 1 for level in levels)]
    at = {depth: figures.by_level(LEVELS[depth - 1]) if depth else {(): figures.whole()} for depth in depths}
    gone: set[tuple[tuple[str, ...], str]] = set()
    for name in COUNTS:
        counts = {path: tally.count((name,)) for depth in depths for path, tally in at[depth].items()}
        sums = [
            (path, tuple(part for part in at[below] if part[:above] == path))
            for above, below in pairwise(depths)
            for path in at[above]
        ]
        gone |= {(path, name) for path in hidden(counts, sums, k)}
    return tuple(_public(community_table(figures, level, SHOWN), gone, k) for level in levels)


def _public(table: Table, gone: set[tuple[tuple[str, ...], str]], k: int) -> Table:
    def veiled(row: Row) -> Row:
        needs = {each.key: {*_needed(each)} for each in SHOWN}
        cells: list[Cell] = [
            HIDDEN if any((row.key, name) in gone for name in needs.get(column.key, ())) else cell
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        return replace(row, cells=tuple(cells), marks=frozenset())

    note = Label(
        f"“{HIDDEN.zh}”：少于 {k} 人，或为避免推算而隐去",
        f"“{HIDDEN.en}”: fewer than {k}, or hidden so that no such figure can be reckoned",
    )
    title = Label(f"{table.title.zh}（公开版）", f"{table.title.en} (public)")
    rows, total = tuple(veiled(row) for row in table.rows), table.total and veiled(table.total)
    shown = replace(table, key=f"public_{table.key}", title=title, note=note, rows=rows, total=total)
    return replace(shown, charts=(), identities=(), additive=()).check()


def _needed(indicator: Indicator) -> tuple[str, ...]:
    return (*indicator.numerator, *indicator.denominator)
