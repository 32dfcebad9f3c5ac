"""Random updates: a short run always, the long one with `make test-long` (and `python -m tests.bots.fuzz`)."""

import pytest

from tests.bots.fuzz import fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_random_updates_raise_nothing_and_lose_no_report(sqlite_store, seed):
    kinds, reports = fuzz(sqlite_store, 300, seed)
    assert (len(kinds) >= 8, reports > 20) == (True, True)


@pytest.mark.slow
def test_many_random_updates_raise_nothing_and_lose_no_report(sqlite_store):
    fuzz(sqlite_store, 100_000, 3)


@pytest.mark.postgresql
def test_random_updates_on_postgresql(store):
    fuzz(store, 300, 4)
