"""The store: one database, on SQLite by default or PostgreSQL by URL, and its transactions."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    TimeoutError,
)
from sqlalchemy.orm import Session

from records.migrations import UnknownRevision, upgrade
from records.past import looking_back
from records.tables import Base

BUSY_MILLISECONDS = 30_000
BATCH = 5_000
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-8192",
)
PLANNING = "-c plan_cache_mode=force_custom_plan"  # one made while a table was empty would be kept when it is large
# What a store that is gone, locked or full raises; SQLite from its driver when a transaction begins.
Unusable = (DBAPIError, sqlite3.Error)
# Those of them that pass: the same may succeed a little later.
Passing = (OperationalError, InterfaceError, sqlite3.OperationalError)
# Those of SQLite that pass: "no such table" is an OperationalError too.
_SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
_READ_ONLY = "25006"  # PostgreSQL's, of a standby that is not the first yet
Tx = Connection  # an open transaction, by the name under which rooms without SQLAlchemy know it
write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class StoreError(RuntimeError):
    """The store cannot be opened; the message names it and says why."""


class Store:
    """A database of ours, its schema created or upgraded when opened; safe for many threads and processes.

    `url` is "sqlite:///path/to/file" or "postgresql://user@host/name". Raises StoreError.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._own = threading.local()
        place = self.engine.url.render_as_string(hide_password=True)
        try:
            upgrade(self.engine)
        except Unusable as error:
            raise StoreError(f"the store {place} cannot be opened: {getattr(error, 'orig', error)}") from error
        except UnknownRevision as error:
            raise StoreError(f"the store {place} {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose writes are committed together at the end; joins the one already open in this thread."""
        with self._connection("writing", {}) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store and blocks no writer; joins a transaction that is open."""
        writing: Connection | None = getattr(self._own, "writing", None)
        if writing is not None:
            yield writing
            return
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._connection("reading", options | {"reading": True}) as connection:
            yield connection

    @contextmanager
    def past(self, at: datetime | None) -> Iterator[Connection]:
        """As `reading`, but the store as it stood at a moment, the end of an earlier day; None is now."""
        if at is None:
            with self.reading() as connection:
                yield connection
            return
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._connection("reading", options | {"reading": True}) as connection:
            driver = connection.connection.driver_connection
            if not self.is_sqlite:  # a statement prepared earlier would go on reading the tables themselves
                driver.prepare_threshold, usual = None, driver.prepare_threshold  # type: ignore[union-attr]
            with looking_back(connection, at):
                yield connection
            if not self.is_sqlite:
                driver.prepare_threshold = usual  # type: ignore[union-attr]

    def session(self) -> Session:
        """An ORM session, for screens and small edits; the caller commits and closes it."""
        return Session(self.engine)

    @property
    def is_sqlite(self) -> bool:
        """Whether this store is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Gives back all connections."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, kind: str, options: dict[str, Any]) -> Iterator[Connection]:
        open_here: Connection | None = getattr(self._own, kind, None)
        if open_here is not None:
            yield open_here
            return
        with self.engine.connect() as connection:
            if options:
                connection.execution_options(**options)
            with connection.begin():
                setattr(self._own, kind, connection)
                try:
                    yield connection
                finally:
                    delattr(self._own, kind)


def passes(error: BaseException) -> bool:
    """Whether waiting can mend what a store raised: it is gone, locked or full, or two wanted the same rows.

    False for a fault of the program, which would come again for ever.
    """
    if isinstance(error, TimeoutError):
        return True  # all connections were in use
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR
        return isinstance(cause, sqlite3.OperationalError) and code & 0xFF in _SQLITE_PASSING
    return isinstance(error, (OperationalError, InterfaceError)) or getattr(cause, "sqlstate", "") == _READ_ONLY


def batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values in lists that any database takes as the parameters of one query."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def new_key(result: CursorResult[Any]) -> int:
    """The id that the database gave to the one row just inserted."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def take_stock(tx: Connection, *tables: type[Base]) -> None:
    """After many rows came into tables: PostgreSQL plans by what is there now, and not by what was there before.

    It would find out by itself, but only after a minute, in which each turn of a talk reads a whole round.
    """
    if tx.dialect.name == "postgresql":
        for table in tables:
            tx.exec_driver_sql(f"ANALYZE {table.__tablename__}")


def missing_only(tx: Connection, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into the table that leaves rows whose keys are there already as they are."""
    if tx.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _engine(text: str) -> Engine:
    """The engine for a URL, with what each database needs to be quick and safe for several writers."""
    try:
        url = make_url(text)
        if url.drivername == "sqlite":
            return _sqlite(url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        planning = {"options": PLANNING} if url.drivername.startswith("postgresql") else {}
        return create_engine(
            url, json_serializer=write_json, hide_parameters=True, pool_pre_ping=True, connect_args=planning
        )
    except ImportError as error:
        raise StoreError(f"the store {_hidden(text)} needs a library: pip install 'wenan[postgresql]'") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"{_hidden(text)!r} is not the URL of a store, such as sqlite:///wenan.sqlite") from error


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise StoreError("a store in memory would be a different one for every thread: name a file")
    folder = Path(str(url.database)).absolute().parent
    if not folder.is_dir():
        raise StoreError(f"the store {url.database} cannot be opened: {folder} is not a folder")
    engine = create_engine(url, json_serializer=write_json, hide_parameters=True, pool_size=10, max_overflow=40)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: we do, below
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: one that upgrades from reading fails when another was quicker, without waiting.
    reading = connection.get_execution_options().get("reading", False)
    # Straight to the driver, since SQLAlchemy's own path costs as much as the statements of a whole turn.
    cursor = connection.connection.cursor()
    cursor.execute("BEGIN" if reading else "BEGIN IMMEDIATE")
    cursor.close()


def _hidden(text: str) -> str:
    """The URL without its password, for messages."""
    head, at, tail = text.rpartition("@")
    return f"{head.rsplit(':', 1)[0]}:***@{tail}" if at and head.count(":") > 1 else text
