"""Backup and restore of a whole store, while it is in use: SQLite's own online copy, or pg_dump and its kin."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, func, select

from records.errors import Mendable
from records.migrations import known_revisions
from records.store import Store, StoreError
from records.tables import Base, Resident

CLIENTS_ZH = "未安装 PostgreSQL 客户端程序（Debian、Ubuntu：apt install postgresql-client）"
CLIENTS = "PostgreSQL's client programs are not installed (Debian and Ubuntu: apt install postgresql-client)"
ENGINE_SCHEMA = "dbos"  # of the campaigns' engine, which lays its work out again from the store

PSQL = ("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")


class BackupError(Mendable, RuntimeError):
    """A backup that cannot be made or restored; the message names the file and says why, and nothing was changed."""


def backup(store: Store, file: Path) -> None:
    """Writes a copy of one moment of the store into a new file that only its owner may read; writers go on.

    On SQLite the copy is a store itself, on PostgreSQL an archive for pg_restore.
    """
    if file.exists():
        raise BackupError(
            f"{file} is there already: a backup never overwrites another", f"{file} 已存在，备份不会覆盖旧文件"
        )
    if not file.absolute().parent.is_dir():
        folder = file.absolute().parent
        raise BackupError(f"{file}: {folder} is not a folder", f"{file}：{folder} 不是文件夹")
    part = file.with_name(file.name + ".part")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        if store.is_sqlite:
            _copy(Path(str(store.engine.url.database)), part)
            _check(part, file)
        else:
            dump = ["pg_dump", "--format=custom", f"--exclude-schema={ENGINE_SCHEMA}", f"--file={part}"]
            _run(dump, file, store.engine.url)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, file: Path, *, replace: bool = False) -> int:
    """Puts a backup in the place of the store at the URL, upgrades it, and returns how many residents it has.

    A store with residents is replaced only when asked for. The backup is tried out before anything is changed, and the
    change is one transaction.
    """
    if not file.is_file():
        raise BackupError(f"{file}: there is no such file", f"{file}：没有这个文件")
    with closing(Store(url)) as there:
        target = there.engine.url
        residents = _residents(there)
    if residents and not replace:
        raise BackupError(
            f"the store has {residents} residents: back it up, then restore with --replace",
            f"数据库中已有 {residents} 位居民：请先备份，再加 --replace 恢复",
        )
    if target.drivername == "sqlite":
        _restore_sqlite(Path(str(target.database)), file)
    else:
        _restore_postgresql(target, file)
    with closing(Store(url)) as restored:
        return _residents(restored)


def _residents(store: Store) -> int:
    with store.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(Resident)).scalar_one())


def _copy(source: Path, target: Path) -> None:
    """All pages in one step, which holds up no writer of a store in WAL mode."""
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target, timeout=30)) as new:
            old.backup(new)
    except sqlite3.Error as error:
        raise BackupError(
            f"{source} cannot be copied to {target}: {error}", f"{source} 无法复制到 {target}：{error}"
        ) from error


def _check(path: Path, name: Path) -> None:
    """Raises BackupError when a file is damaged or no store."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"{name} is no backup of a store: {error}", f"{name} 不是数据库备份：{error}") from error
    if said != "ok":
        why = said.splitlines()[0]
        raise BackupError(f"{name} is damaged: {why}", f"{name} 已损坏：{why}")


def _restore_sqlite(target: Path, file: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
        trial = Path(folder) / "trial.sqlite"
        shutil.copyfile(file, trial)
        _check(trial, file)
        try:
            Store(f"sqlite:///{trial}").close()  # upgrades it; that of a newer version is refused here
        except StoreError as error:
            raise BackupError(f"{file} cannot be restored: {error}", f"{file} 无法恢复：{error}") from error
        _copy(trial, target)


def _restore_postgresql(url: URL, file: Path) -> None:
    with file.open("rb") as content:
        if content.read(5) != b"PGDMP":
            raise BackupError(f"{file} is no backup of a store on PostgreSQL", f"{file} 不是 PostgreSQL 数据库的备份")
    _check_revision(url, file)
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        plain = ["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file)]
        _run(plain, file)
        drop = f"DROP SCHEMA IF EXISTS {ENGINE_SCHEMA} CASCADE; DROP TABLE IF EXISTS {tables}, alembic_version CASCADE"
        drop += "; DROP FUNCTION IF EXISTS keep_record, keep_follow_up"
        _run([*PSQL, f"--command={drop}", f"--file={script}"], file, url)


def _check_revision(url: URL, file: Path) -> None:
    """Raises BackupError for a backup made by a newer version, which no table of ours would fit."""
    script = _run(["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)], file)
    lines = script.splitlines()
    at = next((place for place, line in enumerate(lines) if line.startswith("COPY ")), None)
    revision = lines[at + 1].strip() if at is not None else "none"
    if revision not in known_revisions():
        raise BackupError(
            f"{file} stands at revision {revision}, which this version of Wen'an does not know",
            f"{file} 的数据库版本 {revision} 比本程序新，无法恢复",
        )


def _run(command: Sequence[str], about: Path, url: URL | None = None) -> str:
    """Runs a client program of PostgreSQL; of its complaints only the first goes on, as the others may show rows."""
    if shutil.which(command[0]) is None:
        raise BackupError(f"{command[0]} is needed: {CLIENTS}", f"需要 {command[0]}：{CLIENTS_ZH}")
    environment = dict(os.environ)
    arguments = list(command)
    if url is not None:
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = url.set(drivername="postgresql", password=None)
        arguments.append(f"--dbname={plain.render_as_string(hide_password=False)}")
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = next((line for line in done.stderr.splitlines() if "error:" in line.lower()), "")
        why = re.split("error: *", complaint, maxsplit=1, flags=re.IGNORECASE)[-1]
        why = why or f"exit code {done.returncode}"
        raise BackupError(f"{about}: {command[0]} failed: {why}", f"{about}：{command[0]} 失败：{why}")
    return done.stdout
