"""The town of the web tests, on SQLite: what the pages ask of the store is tested on every database elsewhere."""

import shutil

import pytest

from records.store import Store
from tests.web.town import Town


@pytest.fixture(scope="session")
def settled(empty_sqlite, tmp_path_factory):
    """A store with the town in it, to be copied."""
    folder = tmp_path_factory.mktemp("web")
    path = folder / "town.sqlite"
    shutil.copy(empty_sqlite, path)
    with Town(Store(f"sqlite:///{path}"), folder) as town:
        town.settle()
    return path, town


@pytest.fixture
def town(settled, tmp_path):
    path, first = settled
    shutil.copy(path, tmp_path / "town.sqlite")
    (tmp_path / "uploads").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'town.sqlite'}")
    with Town(store, tmp_path / "uploads", people=first.people, tasks=first.tasks, talks=first.talks) as town:
        yield town
