"""The durable engine: chunks as workflows of DBOS, in a file beside a SQLite store or in the PostgreSQL database.

What it knows can be thrown away: chunks are laid out again from the records and attempts in the store.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url

from campaigns.crew import CutOff

log = logging.getLogger(__name__)
QUEUE = "chunks"
VERSION = "1"  # of the arguments below; DBOS's own, a hash of the code, would strand what is queued at every edit
HOUSEHOLDS = 100  # in a chunk
THREADS = 16
POLL_SECONDS = 0.2
ALIVE = ["ENQUEUED", "DELAYED", "PENDING"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]
PURGED = 10_000  # at most in one step
AT_ONCE = 200  # chunks enqueued in one transaction

RunFn = Callable[[int, int, int, Sequence[int]], datetime | None]
_run: RunFn | None = None


@DBOS.workflow(name="chunk")
def chunk(campaign: int, round: int, layout: int, number: int, again: int, households: list[int]) -> None:
    """Calls a chunk, and leaves whoever is due later to a workflow of that time. All arguments are ids and counts."""
    assert _run is not None
    try:
        due_at = _run(campaign, round, layout, households)
    except CutOff:
        threading.Event().wait()  # not over: whoever takes this worker's place goes on with it
        return
    if due_at is None:
        return
    delay = max(0.0, due_at.timestamp() - time.time())
    with SetWorkflowID(_name(campaign, round, layout, number, again + 1)), SetEnqueueOptions(delay_seconds=delay):
        DBOS.enqueue_workflow(QUEUE, chunk, campaign, round, layout, number, again + 1, households)


class ChunkEngine:
    """Runs chunks on this worker, and keeps those that wait. One in a process."""

    def __init__(self, store_url: str, worker: str, run: RunFn, chunks_at_once: int = THREADS) -> None:
        global _run
        _run = run
        self.engine = engine_of(store_url)
        config: DBOSConfig = {
            "name": "wenan",
            "system_database_engine": self.engine,
            "application_version": VERSION,
            "executor_id": worker,
            "log_level": "WARNING",
            "max_executor_threads": THREADS,
            "use_listen_notify": False,
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=chunks_at_once, polling_interval_sec=POLL_SECONDS)
        self._client: DBOSClient | None = None

    def lay_out(self, campaign: int, round: int, layout: int, households: Iterable[int]) -> int:
        """Enqueues a chunk for each hundred households, in their order; returns how many. Repeating it adds nothing."""
        self._client = self._client or DBOSClient(system_database_engine=self.engine)
        left = iter(households)
        number = 0
        while some := [part for _ in range(AT_ONCE) if (part := list(islice(left, HOUSEHOLDS)))]:
            with self.engine.begin() as tx:
                for part in some:
                    number += 1
                    options: EnqueueOptions = {
                        "workflow_name": "chunk",
                        "queue_name": QUEUE,
                        "workflow_id": _name(campaign, round, layout, number, 0),
                        "app_version": VERSION,
                    }
                    self._client.enqueue_in_transaction(tx, options, campaign, round, layout, number, 0, part)
        return number

    def works_on(self, campaign: int, round: int, layout: int) -> bool:
        """Whether any chunk of this layout waits or is being called."""
        prefix = f"wenan.{campaign}.{round}.{layout}."
        return bool(DBOS.list_workflows(workflow_id_prefix=prefix, status=ALIVE, limit=1, load_input=False))

    def holders(self) -> set[str]:
        """The workers under whose names chunks are being called."""
        return {w.executor_id for w in DBOS.list_workflows(status="PENDING", load_input=False) if w.executor_id}

    def take_over(self, worker: str) -> int:
        """Puts the chunks of a dead worker back into the queue; returns how many."""
        cut = DBOS.list_workflows(status="PENDING", executor_id=worker, load_input=False)
        if cut:
            DBOS.resume_workflows([w.workflow_id for w in cut], queue_name=QUEUE)
        return len(cut)

    def purge(self, before: datetime) -> int:
        """Deletes what the engine still knows of chunks that ended before a moment; returns how many."""
        until = before.astimezone(UTC).isoformat()
        done = DBOS.list_workflows(status=ENDED, completed_before=until, load_input=False, limit=PURGED)
        if done:
            DBOS.delete_workflows([w.workflow_id for w in done])
        return len(done)

    def close(self) -> None:
        """Stops taking up chunks."""
        DBOS.destroy()
        self.engine.dispose()


def purge_ended(store_url: str, before: datetime) -> int:
    """Deletes what the engine's tables hold of chunks that ended before a moment, whether or not a worker runs.

    Returns how many; 0 when there are no such tables.
    """
    engine = engine_of(store_url)
    try:
        if not _has_tables(engine):
            return 0
        client = DBOSClient(system_database_engine=engine)
        until, gone = before.astimezone(UTC).isoformat(), 0
        while ended := client.list_workflows(status=ENDED, completed_before=until, load_input=False, limit=PURGED):
            client.delete_workflows([w.workflow_id for w in ended])
            gone += len(ended)
        client.destroy()
        return gone
    finally:
        engine.dispose()


def _has_tables(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite":
        return Path(str(engine.url.database)).exists() and inspect(engine).has_table("workflow_status")
    return inspect(engine).has_table("workflow_status", schema="dbos")


def engine_of(store_url: str) -> Engine:
    """Where the engine keeps its own tables: beside a SQLite file, or in the schema `dbos` of the same PostgreSQL."""
    url = make_url(store_url)
    if url.drivername != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_size=5, max_overflow=15, pool_pre_ping=True)
    file = engine_file(url)
    engine = create_engine(f"sqlite:///{file}", connect_args={"isolation_level": "IMMEDIATE"})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def engine_file(url: URL) -> Path:
    """The file of the engine that belongs to a SQLite store."""
    store = Path(str(url.database))
    return store.with_name(f"{store.stem}.engine{store.suffix}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    if sqlite3.sqlite_version_info < (3, 42):  # it does not know 'subsec', which DBOS's own tables ask for
        connection.create_function("unixepoch", -1, lambda *_: time.time())


def _name(campaign: int, round: int, layout: int, number: int, again: int) -> str:
    return f"wenan.{campaign}.{round}.{layout}.{number}.{again}"
