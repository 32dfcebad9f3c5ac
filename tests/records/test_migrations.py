"""A store of any earlier revision is upgraded when it is opened, and nothing in it is lost or changed."""

import json
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, inspect, select, text

from records.follow_ups import assign, find_follow_up, history
from records.migrations import NEWEST, known_revisions, run_alembic
from records.store import Store
from reports.figures import Scope
from reports.report import campaign_tables

FIRST = Path(__file__).with_name("revision_0001.sql")


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/old.sqlite"


@pytest.fixture(params=["sqlite_url", pytest.param("empty_postgresql", marks=pytest.mark.postgresql)])
def old(request):
    """The URL of a store that the first revision left, with rows in every table."""
    url = request.getfixturevalue(request.param)
    with engine_at(url) as engine, engine.begin() as connection:
        run_alembic(connection, "0001")
        for statement in FIRST.read_text(encoding="utf-8").partition("\n")[2].split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    return url


@contextmanager
def engine_at(url):
    engine = create_engine(url)
    yield engine
    engine.dispose()


def contents(url):
    """All rows of all tables, as they are, by table and column."""
    with engine_at(url) as engine, engine.connect() as connection:
        there = MetaData()
        there.reflect(connection)

        def rows(table):
            return connection.execute(select(table))

        return {
            table.name: sorted(
                [
                    {c: json.dumps(v, default=str) for c, v in row._mapping.items()}
                    for row in connection.execute(select(table))
                ],
                key=lambda row: list(row.values()),
            )
            for table in there.sorted_tables
            if table.name != "alembic_version"
        }


def test_first_revision_is_upgraded_without_loss(old):
    before = contents(old)
    assert all(before.values()), "every table has rows"
    Store(old).close()
    after = contents(old)
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows, table
    with engine_at(old) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == NEWEST


def test_upgraded_store_is_worked_with(old, now):
    with closing(Store(old)) as store:
        with store.transaction() as tx:
            assign(tx, 1, "周护士", "站长", now)
        with store.reading() as tx:
            task = find_follow_up(tx, 1)
            assert (task.assignee, task.escalated_to, task.outcome) == ("周护士", "", None)
            assert [step.what for step in history(tx, 1)] == ["opened", "assigned"]
            tables = {table.key: table for table in campaign_tables(tx, Scope(1))[1]}
        overview = tables["overview"]
        assert [overview.cell(overview.rows[0], name) for name in ("residents", "fever", "to_visit")] == [2, 1, 1]


def test_every_revision_follows_the_one_before(old):
    for revision in known_revisions():
        with engine_at(old) as engine, engine.begin() as connection:
            run_alembic(connection, revision)
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == revision
    assert known_revisions()[-1] == NEWEST
    with engine_at(old) as engine:
        assert "follow_up_event" in inspect(engine).get_table_names()
