"""The history of the schema: a store is brought to the newest revision when it is opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

NEWEST = "0011"
LOCK = 7_305_982_113  # any fixed number: PostgreSQL's advisory lock against two upgrades at once


class UnknownRevision(RuntimeError):
    """The schema stands at a revision that this version does not have."""


def upgrade(engine: Engine) -> None:
    """Creates or upgrades the schema of the database; costs two small queries when nothing is to be done."""
    with engine.connect().execution_options(reading=True) as connection:  # waits for no writer
        if _revision(connection) == NEWEST:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if _revision(connection) != NEWEST:
            run_alembic(connection)


def known_revisions() -> list[str]:
    """All revisions that this version has, the first one first."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def run_alembic(connection: Connection, revision: str = "head") -> None:
    """Lets Alembic run all revisions up to this one on this connection, within its transaction."""
    from alembic import command  # takes half a second to import, and is needed once in the life of a store
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        here = _revision(connection)
        raise UnknownRevision(f"stands at revision {here}, which this version of Wen'an does not know") from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
