"""A worker's seat among the workers: held under its name, lost when it dies or is cut off, and then free for others."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from campaigns.campaign import CampaignError
from campaigns.engine import engine_file
from records.store import Store

SPACE = 7_305_982  # any fixed number: ours among the advisory locks of the database
STEWARD = "steward"
BEAT_SECONDS = 1.0
HELD_SECONDS = 6.0  # after its last beat a worker no longer dials ...
IDLE_SECONDS = 8  # ... and a little later PostgreSQL ends its session, which frees the seat, and open transactions
DYING_SECONDS = 2.0  # a process that was killed a moment ago may still hold its file
LISTEN = (f"SET idle_session_timeout = '{IDLE_SECONDS}s'", "SET tcp_keepalives_idle = 2",
          "SET tcp_keepalives_interval = 1", "SET tcp_keepalives_count = 3")  # fmt: skip


class Seat(Protocol):
    """Where a worker sits; `claim` is true when the worker of that name is dead, and until `release`."""

    def held(self) -> bool: ...  # noqa: D102
    def claim(self, name: str) -> bool: ...  # noqa: D102
    def release(self, name: str) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


def take_seat(store: Store, name: str) -> Seat:
    """The seat of this name. CampaignError when it is taken."""
    if store.is_sqlite:
        return FileSeat(engine_file(make_url(str(store.engine.url))).with_suffix(".lock"))
    let_go(store.engine)
    return SessionSeat(store, name)


def let_go(engine: Engine) -> None:
    """Has PostgreSQL end transactions in which nothing happens: else one who is cut off keeps its rows locked."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
        connection.commit()

    event.listen(engine, "connect", limit)
    engine.dispose()  # connections made before know no limit


class FileSeat:
    """On SQLite one process makes calls: whoever holds the lock of this file is alone, and all others are dead."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w")
        until = time.monotonic() + DYING_SECONDS
        while not self._locked():
            if time.monotonic() > until:
                self._file.close()
                raise CampaignError(
                    f"another process is making calls from this store ({path} is locked); on PostgreSQL many may",
                    f"另一个进程正在用这个数据库外呼（{path} 已锁定）；多个进程同时外呼请用 PostgreSQL",
                )
            time.sleep(0.05)

    def held(self) -> bool:
        """Always: the system frees the lock when this process ends, and not before."""
        return True

    def claim(self, name: str) -> bool:
        """Whether the worker of this name is dead: it is."""
        return True

    def release(self, name: str) -> None:
        """Nothing is to be given back."""

    def close(self) -> None:
        """Leaves the seat."""
        self._file.close()

    def _locked(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class SessionSeat:
    """On PostgreSQL a session's advisory lock: the server frees it when the worker dies, hangs or cannot be reached."""

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self._connection: Connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for statement in LISTEN:
            self._connection.execute(text(statement))
        self._use = threading.Lock()
        self._until = time.monotonic() + HELD_SECONDS
        self._left = threading.Event()
        if not self.claim(name):
            raise CampaignError(f"there is a worker of the name {name!r} already", f"已有名为 {name!r} 的工作进程")
        threading.Thread(target=self._beat, daemon=True, name="seat").start()

    def held(self) -> bool:
        """Whether the seat is sure to be ours at this moment."""
        return time.monotonic() < self._until

    def claim(self, name: str) -> bool:
        """Whether the worker of this name is dead; if so nobody else is told the same until `release`."""
        return bool(self._locks("pg_try_advisory_lock", name))

    def release(self, name: str) -> None:
        """Lets others see whether this worker is dead."""
        self._locks("pg_advisory_unlock", name)

    def close(self) -> None:
        """Leaves the seat."""
        self._left.set()
        with self._use:
            self._connection.invalidate()  # the lock goes with the session
            self._connection.close()

    def _locks(self, function: str, name: str) -> object:
        return self._do(
            lambda c: c.execute(text(f"SELECT {function}(:space, hashtext(:name))"), {"space": SPACE, "name": name})
        )

    def _do(self, ask: Callable[[Connection], object]) -> object:
        with self._use:
            asked = time.monotonic()
            result = ask(self._connection)
            value = result.scalar() if hasattr(result, "scalar") else result
            self._until = asked + HELD_SECONDS
        return value

    def _beat(self) -> None:
        while not self._left.wait(BEAT_SECONDS):
            try:
                self._do(lambda c: c.execute(text("SELECT 1")))
            except SQLAlchemyError:
                self._until = 0.0  # a new session would not hold our locks
                return
