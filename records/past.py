"""The past of the store: how everything stood at the end of an earlier day, as views in front of the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, select, text

from records.tables import Answer, Attempt, Base, FollowUp, Notice, Record, Turn, Utc

NOW = "record_now"  # what the records are today, for whoever looks at the past
_LEFT_OUT: Mapping[str, Mapping[str, str]] = {  # words are not kept twice
    "record": {"needs": "NULL", "other": "'{}'"},
    "follow_up": {"words": "''", "note": "''"},
}
_AT_THE_END = (
    *("outcome", "answered_at", "ended_at", "ring_seconds", "talk_seconds", "hangup_by", "last_prompt_completed"),
    "call_later_at",
)


def _past_of(table: Any) -> Table:
    """The table of earlier states of the rows of another; a trigger fills it, see revision 0010."""
    name = table.__tablename__
    left_out = {"id", "changed_at", *_LEFT_OUT[name]}
    columns = (Column(c.name, c.type, nullable=c.nullable) for c in table.__table__.columns if c.name not in left_out)
    return Table(
        f"{name}_past",
        Base.metadata,
        Column(f"{name}_id", ForeignKey(f"{name}.id"), primary_key=True),
        *columns,
        Column("since", Utc),
        Column("until", Utc, primary_key=True),
        Index(f"ix_{name}_past_round", "campaign_id", "round"),
    )


RECORD_PAST, FOLLOW_UP_PAST = _past_of(Record), _past_of(FollowUp)


@contextmanager
def looking_back(tx: Connection, at: datetime) -> Iterator[None]:
    """Within the block all statements on this connection read the store as it stood at a moment.

    The moment is the full quarter of an hour, and not before the day of the records is over: the end of a day.
    Names, places and words are those of today; what was erased since is not there any more.
    """
    sqlite = tx.dialect.name == "sqlite"
    home = "main" if sqlite else str(tx.execute(select(text("current_schema()"))).scalar_one())
    views = _views(home, f"'{at.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'microseconds')}'")
    for name, query in views.items():
        tx.exec_driver_sql(f"CREATE TEMPORARY VIEW {name} AS {query}")
    yield
    for name in views:
        tx.exec_driver_sql(f"DROP VIEW {'temp' if sqlite else 'pg_temp'}.{name}")


def _views(home: str, at: str) -> dict[str, str]:
    ended = {name: f"CASE WHEN ended_at <= {at} THEN {name} END" for name in _AT_THE_END}
    ended["recording"] = f"CASE WHEN ended_at <= {at} THEN recording ELSE '' END"
    sent = {"sent_at": f"CASE WHEN sent_at <= {at} THEN sent_at END"}
    there = f"recorded_at <= {at} AND (replaced_at IS NULL OR replaced_at > {at})"
    return {
        "record": _as_it_was(home, Record, "changed_at", at),
        "follow_up": _as_it_was(home, FollowUp, "coalesce(changed_at, opened_at)", at),
        "attempt": _rows(home, Attempt, ended, f"started_at <= {at}"),
        "answer": _rows(home, Answer, {"replaced_at": "NULL"}, there),
        "turn": _rows(home, Turn, {}, f"recorded_at <= {at}"),
        "notice": _rows(home, Notice, sent, f"created_at <= {at}"),
        NOW: _rows(home, Record, {}, "1 = 1"),
    }


def _rows(home: str, table: type[Base], changed: Mapping[str, str], where: str) -> str:
    columns = (f"{changed[c.name]} AS {c.name}" if c.name in changed else c.name for c in table.__table__.columns)
    return f"SELECT {', '.join(columns)} FROM {home}.{table.__tablename__} WHERE {where}"


def _as_it_was(home: str, table: type[Base], since: str, at: str) -> str:
    """The rows that have not changed since, and the earlier states of those that have."""
    name = table.__tablename__
    instead = {"id": f"{name}_id", "changed_at": "since", **_LEFT_OUT[name]}
    columns = (f"{instead[c.name]} AS {c.name}" if c.name in instead else c.name for c in table.__table__.columns)
    unchanged = _rows(home, table, {}, f"{since} IS NULL OR {since} <= {at}")
    was = f"(since IS NULL OR since <= {at}) AND until > {at}"
    return f"{unchanged} UNION ALL SELECT {', '.join(columns)} FROM {home}.{name}_past WHERE {was}"
