"""The store itself: opening, transactions, two writers, and its schema."""

import threading
import time
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, func, inspect, select, text

import records.migrations
from records.residents import add_do_not_call, do_not_call
from records.store import Store, StoreError
from records.tables import Base, DoNotCall


def test_models_and_migrations_agree(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        for table in Base.metadata.sorted_tables:
            there = {index["name"] for index in inspect(connection).get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= there


def test_newest_revision_is_the_head_of_the_history():
    folder = records.migrations.__path__[0]
    assert ScriptDirectory(folder).get_current_head() == records.migrations.NEWEST


def test_fresh_file_has_all_tables_and_opens_again(tmp_path, now):
    url = f"sqlite:///{tmp_path}/new.sqlite"
    with closing(Store(url)) as fresh, fresh.transaction() as tx:
        add_do_not_call(tx, ["+8611100000001"], "asked", now)
    with closing(Store(url)) as again, again.reading() as tx:
        assert {table.name for table in Base.metadata.sorted_tables} <= set(inspect(tx).get_table_names())
        assert do_not_call(tx) == {"+8611100000001"}


def test_many_may_open_a_fresh_file_at_once(tmp_path):
    faults = []

    def open_it():
        try:
            Store(f"sqlite:///{tmp_path}/new.sqlite").close()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_transaction_is_joined_and_undone_as_one(store, now):
    with pytest.raises(ZeroDivisionError), store.transaction() as outer:  # noqa: PT012 - the fault comes last
        with store.transaction() as inner:
            assert inner is outer
            add_do_not_call(inner, ["+8611100000001"], "test", now)
        with store.reading() as tx:
            assert do_not_call(tx) == {"+8611100000001"}
        raise ZeroDivisionError
    with store.reading() as tx:
        assert do_not_call(tx) == set()


def test_reader_sees_one_moment_and_blocks_no_writer(store, now):
    with store.reading() as before:
        assert do_not_call(before) == set()
        with store.transaction() as tx:
            add_do_not_call(tx, ["+8611100000001"], "test", now)
        assert do_not_call(before) == set()
    with store.reading() as after:
        assert do_not_call(after) == {"+8611100000001"}


def test_writers_wait_for_each_other(store, now):
    def write(number):
        with store.transaction() as tx:
            count = tx.execute(select(func.count()).select_from(DoNotCall)).scalar_one()
            time.sleep(0.02)
            add_do_not_call(tx, [f"+86111{number:08d}"], str(count), now)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as tx:
        assert len(do_not_call(tx)) == 4
        if store.is_sqlite:  # one writer at a time: each sees what the one before has written
            assert set(tx.execute(select(DoNotCall.reason)).scalars()) == {"0", "1", "2", "3"}


def test_session_serves_small_edits(store, now):
    with store.session() as session:
        session.add(DoNotCall(phone="+8611100000001", reason="asked", since=now))
        session.commit()
    with store.session() as session:
        kept = session.get(DoNotCall, "+8611100000001")
        assert kept.since == now
        session.execute(delete(DoNotCall))
        session.commit()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:////no/such/folder/x.sqlite", "/no/such/folder is not a folder"),
        ("wenan.sqlite", "not the URL of a store"),
        ("sesame://x", "not the URL of a store"),
        ("postgresql://wenan:secret@127.0.0.1:1/none", r"wenan:\*\*\*@127.0.0.1:1/none cannot be opened"),
    ],
)
def test_store_that_cannot_be_opened_is_named(url, said):
    with pytest.raises(StoreError, match=said) as caught:
        Store(url)
    assert "secret" not in str(caught.value)


def test_file_that_is_no_store_is_named(tmp_path):
    path = tmp_path / "list.sqlite"
    path.write_text("编号,姓名\n" * 500)
    with pytest.raises(StoreError, match=r"list\.sqlite cannot be opened: file is not a database"):
        Store(f"sqlite:///{path}")


def test_store_of_a_newer_version_is_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path}/new.sqlite"
    Store(url).close()
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="revision 9999, which this version of Wen'an does not know"):
        Store(url)
