"""What Alembic runs: the revisions, on the connection it is handed (or, for a developer, on WENAN_STORE)."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine

from records.tables import Base


def migrate(connection: Connection) -> None:
    """Runs the revisions asked for; SQLite changes a table by copying it (batch)."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(os.environ["WENAN_STORE"]).begin() as own:
        migrate(own)
