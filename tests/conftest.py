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

ANEW = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
BARE = r"""
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
        CREATE SCHEMA public;
    END $$
"""


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
            connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))  # the server never crashes
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


@pytest.fixture(scope="session")
def bare_postgresql():
    """One more, for the tests that begin without any table: to drop a database takes a second."""
    with database() as url:
        yield url


@pytest.fixture
def empty_postgresql(bare_postgresql):
    """The URL of a database without any table, for one test."""
    yield bare_postgresql
    server = create_engine(bare_postgresql, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(ALONE))
        connection.execute(text(BARE))
    server.dispose()


@pytest.fixture(scope="session")
def opened_postgresql(postgresql_url):
    store = Store(postgresql_url)
    yield store
    store.close()


@pytest.fixture
def postgresql_store(opened_postgresql):
    """An empty store on PostgreSQL, for one test; to truncate all its tables would take a fifth of a second."""
    yield opened_postgresql
    tables = Base.metadata.sorted_tables
    with opened_postgresql.transaction() as tx:
        tx.execute(text(f"LOCK TABLE {', '.join(table.name for table in tables)}"))  # whoever still writes ends first
        filled = [table.name for table in reversed(tables) if tx.execute(table.delete()).rowcount]
        tx.execute(text(ANEW))
    if filled:
        with opened_postgresql.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"VACUUM {', '.join(filled)}"))  # rows lie in the order of their coming again


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
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture
def now():
    """Nine in the morning in Shanghai, on a Tuesday."""
    return datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
