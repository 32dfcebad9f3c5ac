"""Commands that care for the data: retention, export and erasure of one resident, backup and restore."""

from __future__ import annotations

import argparse
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.house import House, now
from commands.settings import UsageError

if TYPE_CHECKING:
    from records.retention import Keep

WARNED = timedelta(days=7)


def retention(house: House, args: argparse.Namespace) -> int:
    """Takes away what is older than the settings allow, or only shows it; says what goes within the next week.

    The engine's own tables, which hold ids of households, lose what ended more than a day ago.
    """
    from campaigns.engine import purge_ended
    from campaigns.steward import KEPT
    from records.retention import expired, purge
    from records.thorough import leave_no_copies
    from reports.retention import retention_table

    keep, at = _keep(house, args), now()
    with house.store.reading() as tx:
        soon = expired(tx, keep, at + WARNED)
        today = expired(tx, keep, at)
    house.show(retention_table(today, soon, keep.words.days, keep.records.days, WARNED.days))
    if args.dry_run:
        house.say("只是预览，什么也没有删除", "A preview: nothing was deleted")
        return 0
    purge(house.store, keep, at, house.out)
    chunks = purge_ended(house.store.engine.url.render_as_string(hide_password=False), at - KEPT)
    house.say(
        f"已删除到期内容，另有任务引擎的 {chunks} 条旧记录",
        f"What was too old is deleted, and {chunks} rows of the engine's own",
    )
    _rewrite(house, leave_no_copies(house.store))
    return 0


def export(house: House, args: argparse.Namespace) -> int:
    """Writes everything that is kept about one resident, as JSON, to a new file or to the terminal.

    Beside the file lie the recordings that it names.
    """
    from records.export import everything_about
    from records.traces import find_resident

    with house.store.reading() as tx:
        everything = everything_about(tx, find_resident(tx, args.resident), now())
    text = json.dumps(everything, ensure_ascii=False, indent=2)
    if args.out is None:
        print(text)
        return 0
    try:
        with os.fdopen(os.open(args.out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
        recordings = _copy_recordings(house, everything["attempts"], Path(args.out))
    except OSError as error:
        raise UsageError(f"--out {args.out}: {error.strerror}", f"--out {args.out}：{error.strerror}") from None
    house.say(
        f"已导出到 {args.out}" + (f"，旁边有录音 {recordings} 段" if recordings else ""),
        f"Exported to {args.out}" + (f", with {recordings} recordings beside it" if recordings else ""),
    )
    return 0


def _copy_recordings(house: House, attempts: list[dict[str, Any]], beside: Path) -> int:
    """Puts the recordings of the attempts beside the export, for its owner's eyes only."""
    found = [house.out / attempt["recording"] for attempt in attempts if attempt["recording"]]
    found = [file for file in found if file.is_file()]
    for file in found:
        copy = beside.with_name(f"{beside.stem}-{file.name}")
        with os.fdopen(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as target:
            target.write(file.read_bytes())
    return len(found)


def erase(house: House, args: argparse.Namespace) -> int:
    """Erases one resident; the figures of the past stay as they are."""
    from records.erasure import erase
    from records.thorough import leave_no_copies
    from records.traces import find_resident

    with house.store.reading() as tx:
        resident = find_resident(tx, args.resident)
    if not args.yes:
        raise UsageError(
            f"resident {args.resident} would be erased for ever: say so with --yes",
            f"居民 {args.resident} 将被永久抹除，确认请加 --yes",
        )
    erased = erase(house.store, resident, now(), house.out)
    house.say(
        f"已抹除：记录 {erased.records} 条转为匿名，通话 {erased.attempts} 次，对话 {erased.conversations} 段，"
        f"回答 {erased.answers} 条，联系方式 {erased.addresses} 个，"
        f"录音 {erased.recordings} 段。名册文件与旧备份请自行删除",
        f"Erased: {erased.records} records made anonymous, {erased.attempts} attempts, {erased.conversations} "
        f"conversations, {erased.answers} answers, {erased.addresses} addresses, "
        f"{erased.recordings} recordings. Old files are yours to delete",
    )
    _rewrite(house, leave_no_copies(house.store))
    return 0


def backup(house: House, args: argparse.Namespace) -> int:
    """Copies the store into one file while it is in use."""
    from records.backup import backup

    ending = "sqlite" if house.store.is_sqlite else "dump"
    file = Path(args.file) if args.file else house.out / f"wenan-{now().astimezone():%Y%m%d-%H%M%S}.{ending}"
    if not args.file:
        file.parent.mkdir(parents=True, exist_ok=True)
    backup(house.store, file)
    size = file.stat().st_size / 1e6
    house.say(f"已备份到 {file}（{size:.1f} MB）", f"Backed up to {file} ({size:.1f} MB)")
    return 0


def restore(house: House, args: argparse.Namespace) -> int:
    """Puts a backup in the place of the store; the engine's own file, which knew the old one, goes."""
    from campaigns.engine import engine_file
    from records.backup import restore

    residents = restore(house.settings.store, Path(args.file), replace=args.replace)
    if house.store.is_sqlite:
        for file in _with_journal(engine_file(house.store.engine.url)):
            file.unlink(missing_ok=True)
    house.say(f"已恢复，居民 {residents} 人", f"Restored: {residents} residents")
    return 0


def _with_journal(file: Path) -> list[Path]:
    """A SQLite file and those that SQLite keeps beside it."""
    return [file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm"))]


def _keep(house: House, args: argparse.Namespace) -> Keep:
    from records.retention import Keep

    words = house.settings.keep_words_days if args.words_days is None else args.words_days
    records = house.settings.keep_records_days if args.records_days is None else args.records_days
    if not 1 <= words <= records:
        raise UsageError(
            f"records cannot be kept {records} days and their words {words}: at least as long, from 1 day",
            f"记录保留 {records} 天、原话保留 {words} 天不行：记录不能短于原话，至少 1 天",
        )
    return Keep(timedelta(days=words), timedelta(days=records))


def _rewrite(house: House, done: bool) -> None:
    if not done:
        house.say(
            "数据库正忙，文件中可能残留旧副本；请在空闲时再运行 data retention",
            "The store is busy, older copies may be left in its files: run `data retention` again in a quiet hour",
        )
