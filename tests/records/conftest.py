"""A town in a store, its campaign launched."""

import pytest

from tests.records.town import make_town


@pytest.fixture
def town(store, now):
    return make_town(store, now)
