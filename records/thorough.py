"""Deletes so that nothing can be read from the store's files afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection

from records.store import BUSY_MILLISECONDS, Store
from records.tables import Base

PATIENCE_MILLISECONDS = 3_000


@contextmanager
def thorough(tx: Connection) -> Iterator[None]:
    """Lets SQLite overwrite what is deleted in here with zeros, instead of only marking its place as free."""
    if tx.dialect.name != "sqlite":
        yield
        return
    tx.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        tx.exec_driver_sql("PRAGMA secure_delete=OFF")


def leave_no_copies(store: Store) -> bool:
    """Rewrites the store without the older copies of rows that lie in its free places, and empties the journal.

    For a quiet hour: SQLite lets nobody write meanwhile. False when the store is too busy for it now.
    """
    if store.is_sqlite:
        return _rewrite(store)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.exec_driver_sql(f"VACUUM {table.name}")
    return True


def _rewrite(store: Store) -> bool:
    with closing(store.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
        try:
            cursor.execute("VACUUM")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except store.engine.dialect.loaded_dbapi.OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    return not busy
