"""What tests of several rooms share: a real store on every database, and a moment to live in."""

import os
import shutil
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from records.store import Store
from records.tables import Base

SERVER = os.environ.get("WENAN_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory):
    """A SQLite file with the newest schema, to be copied: that is quicker than to build it for every test."""
    path = tmp_path_factory.mktemp("store") / "empty.sqlite"
    Store(f"sqlite:///{path}").close()
    return path


@contextmanager
def database():
    """The URL of an empty database of our own on the server, dropped at the end."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'wenan[postgresql]'")
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"wenan_test_{uuid.uuid4().hex[:12]}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        pytest.skip(f"no PostgreSQL server answers at WENAN_TEST_POSTGRESQL or {server.url}: {reason}")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def postgresql_url():
    """A database for all tests of the session."""
    with database() as url:
        yield url


@pytest.fixture
def empty_postgresql():
    """The URL of a database without any table, for one test."""
    with database() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_store(postgresql_url):
    store = Store(postgresql_url)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(empty_sqlite, tmp_path):
    """An empty store on SQLite, for tests that are the same on every database."""
    path = tmp_path / "store.sqlite"
    shutil.copy(empty_sqlite, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request):
    """An empty store, on SQLite and on PostgreSQL (where a server answers)."""
    store = request.getfixturevalue(f"{request.param}_store")
    yield store
    if request.param == "postgresql":
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with store.transaction() as tx:
            tx.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))


@pytest.fixture
def now():
    """Nine in the morning in Shanghai, on a Tuesday."""
    return datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
