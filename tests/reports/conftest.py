"""A small town, asked on three days, in a store on each database."""

import pytest

from reports.figures import Scope, read_figures
from tests.reports.town import settle


@pytest.fixture
def town(store):
    with store.transaction() as tx:
        settle(tx, residents=240, days=3)
    return store


@pytest.fixture
def small(sqlite_store):
    """The same town on SQLite only, for what does not depend on the database."""
    with sqlite_store.transaction() as tx:
        settle(tx, residents=240, days=3)
    return sqlite_store


@pytest.fixture
def figures(small):
    with small.reading() as connection:
        return read_figures(connection, Scope(1))
