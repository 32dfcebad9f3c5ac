"""A town in a store, its campaign launched."""

import pytest
from sqlalchemy import text

from tests.records.town import make_town


@pytest.fixture
def town(store, now):
    return make_town(store, now)


@pytest.fixture
def free_keys(store):
    """Towns come with their own ids, of which PostgreSQL's counter of households knows nothing."""
    if not store.is_sqlite:
        with store.transaction() as tx:
            tx.execute(text("SELECT setval(pg_get_serial_sequence('household', 'id'), 1000)"))
