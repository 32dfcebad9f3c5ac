"""A backup is one moment of a store in use; restored, it is the store again, or nothing was changed."""

import shutil
import stat
import threading
from contextlib import closing

import pytest
from sqlalchemy import create_engine, delete, insert, select, text

from records.backup import BackupError, backup, restore
from records.migrations import NEWEST, run_alembic
from records.store import Store
from records.tables import Base, Campaign, Community, DoNotCall, Resident
from tests.records.town import settle


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/wenan.sqlite"


@pytest.fixture(params=["sqlite_url", pytest.param("empty_postgresql", marks=pytest.mark.postgresql)])
def url(request):
    if request.param == "empty_postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    return request.getfixturevalue(request.param)


@pytest.fixture
def town(url, now):
    """A store with four residents."""
    with closing(Store(url)) as store:
        with store.transaction() as tx:
            settle(tx, now)
        yield store


def everything(url):
    with closing(Store(url)) as store, store.reading() as tx:
        return {t.name: sorted(map(repr, tx.execute(select(t)))) for t in Base.metadata.sorted_tables}


def test_what_was_backed_up_is_there_again(town, url, now, tmp_path):
    before = everything(url)
    backup(town, tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    with town.transaction() as tx:
        tx.execute(delete(Resident).where(Resident.id == 4))
        tx.execute(insert(Community), {"district": "v", "subdistrict": "v", "name": "v", "id": 7})
    town.close()
    assert restore(url, tmp_path / "copy", replace=True) == 4
    assert everything(url) == before
    with closing(Store(url)) as store, store.transaction() as tx:
        campaign = {"name": "next", "script": "daily_check", "script_version": 1, "plan": {}, "created_at": now}
        assert tx.execute(insert(Campaign), campaign).inserted_primary_key == (2,), "the counters go on"


def test_backup_is_one_moment_while_others_write(town, url, now, tmp_path):
    stop = threading.Event()
    written = []

    def write():
        while not stop.is_set():
            with town.transaction() as tx:
                for half in ("a", "b"):
                    tx.execute(insert(DoNotCall), {"phone": f"{len(written)}{half}", "reason": "", "since": now})
            written.append(1)
            stop.wait(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(town, tmp_path / f"copy{number}")
    finally:
        stop.set()
        writer.join()
    assert len(written) > 3
    town.close()
    restore(url, tmp_path / "copy2", replace=True)
    numbers = everything(url)["do_not_call"]
    assert len(numbers) % 2 == 0, "no transaction was cut in two"


def test_store_with_residents_is_not_replaced_unasked(town, url, tmp_path):
    backup(town, tmp_path / "copy")
    with pytest.raises(BackupError, match="the store has 4 residents: back it up, then restore with --replace"):
        restore(url, tmp_path / "copy")
    with pytest.raises(BackupError, match="copy is there already"):
        backup(town, tmp_path / "copy")
    with pytest.raises(BackupError, match="is not a folder"):
        backup(town, tmp_path / "none" / "copy")


@pytest.mark.parametrize("content", [b"", b"name,phone\n" * 99, b"PGDMP garbage", b"SQLite format 3\0" * 99])
def test_file_that_is_no_backup_changes_nothing(town, url, tmp_path, content):
    before = everything(url)
    (tmp_path / "list").write_bytes(content)
    for file, said in ((tmp_path / "list", "list"), (tmp_path / "none", "none: there is no such file")):
        with pytest.raises(BackupError, match=said):
            restore(url, file, replace=True)
    assert everything(url) == before
    assert not list(tmp_path.glob("*.part"))


def test_backup_of_a_newer_version_is_refused(town, url, tmp_path):
    with town.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(town, tmp_path / "copy")
    with town.transaction() as tx:
        tx.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))
    before = everything(url)
    with pytest.raises(BackupError, match="revision 9999, which this version of Wen'an does not know"):
        restore(url, tmp_path / "copy", replace=True)
    assert everything(url) == before


def test_damaged_backup_is_refused(sqlite_store, now, tmp_path):
    with sqlite_store.transaction() as tx:
        settle(tx, now)
        tx.execute(insert(DoNotCall), [{"phone": f"{n}", "reason": "x" * 900, "since": now} for n in range(400)])
    backup(sqlite_store, tmp_path / "copy")
    data = bytearray((tmp_path / "copy").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9000] = b"\xff" * 9000
    (tmp_path / "copy").write_bytes(data)
    with pytest.raises(BackupError, match=r"copy is (damaged|no backup of a store)"):
        restore(f"sqlite:///{tmp_path}/other.sqlite", tmp_path / "copy")


def test_backup_of_the_first_revision_is_upgraded_when_restored(tmp_path):
    old = create_engine(f"sqlite:///{tmp_path}/old.sqlite")
    with old.begin() as connection:
        run_alembic(connection, "0001")
        connection.exec_driver_sql("INSERT INTO do_not_call VALUES ('+8611100000002', '', '2026-03-02 01:00:00')")
    old.dispose()
    url = f"sqlite:///{tmp_path}/new.sqlite"
    assert restore(url, tmp_path / "old.sqlite") == 0
    assert len(everything(url)["do_not_call"]) == 1
    assert everything(url)["follow_up_event"] == []


@pytest.mark.postgresql
def test_missing_client_programs_are_named(postgresql_store, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is needed: PostgreSQL's client programs are not installed"):
        backup(postgresql_store, tmp_path / "copy")
    assert not list(tmp_path.iterdir())
