"""Builds a store with a made-up campaign by plain SQL, for the bench of the tables."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from records.tables import Base

ANSWERS_EACH = 8  # answers of one resident in one round
PER_BUILDING, PER_GRID, PER_COMMUNITY = 110, 330, 1000
DUE = datetime(2026, 3, 2, 0, 0)


def build(path: Path, answers: int, seed: int = 1) -> None:
    """Writes a SQLite store at `path` with one campaign of that many answers (`answers / 8` residents)."""
    path.unlink(missing_ok=True)
    Base.metadata.create_all(create_engine(f"sqlite:///{path}"))
    file = sqlite3.connect(path)
    file.execute("pragma synchronous = off")
    file.execute("pragma journal_mode = memory")
    residents = answers // ANSWERS_EACH
    _places(file, residents)
    file.execute(
        "insert into campaign (id, name, script, script_version, plan, place, line, lines, state, seed, created_at)"
        " values (1, 'bench', 'daily_check', 1, '{}', '{}', 'simulated', 10, 'completed', 0, ?)",
        (_stamp(DUE),),
    )
    draw = random.Random(seed)
    people = list(_records(residents, draw))
    _insert(file, "record", people)
    _insert(file, "attempt", _attempts(people, draw))
    _insert(file, "answer", _answers(people))
    _insert(file, "follow_up", _follow_ups(people))
    file.commit()
    file.execute("analyze")
    file.close()


def _insert(file: sqlite3.Connection, table: str, rows: Any) -> None:
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    names = list(first)
    sql = f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
    file.execute(sql, list(first.values()))
    file.executemany(sql, (list(row.values()) for row in rows))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _home(number: int) -> tuple[int, str, str]:
    inside = number % PER_COMMUNITY
    return (number // PER_COMMUNITY + 1, f"第{inside // PER_GRID + 1}网格", f"{inside // PER_BUILDING + 1}号楼")


def _places(file: sqlite3.Connection, residents: int) -> None:
    communities = -(-residents // PER_COMMUNITY)
    _insert(
        file, "community",
        ({"id": i + 1, "district": f"第{i // 24 + 1}区", "subdistrict": f"第{i // 4 + 1}街道", "name": f"第{i + 1}社区"}
         for i in range(communities)),
    )  # fmt: skip
    _insert(file, "household", (_household(number) for number in range(0, residents, 3)))
    _insert(file, "resident", (_resident(number) for number in range(residents)))


def _household(number: int) -> dict[str, Any]:
    community, grid, building = _home(number)
    return {"id": number // 3 + 1, "community_id": community, "grid": grid, "building": building, "unit": str(number)}


def _resident(number: int) -> dict[str, Any]:
    return {
        "id": number + 1, "roster_id": f"R{number:07}", "household_id": number // 3 + 1, "name": f"居民{number}",
        "phone": f"+86111{number // 3:08}", "language": "zh-Hans", "sex": ("female", "male")[number % 2],
        "birth_year": 1930 + number % 90, "relation": "", "time_zone": "", "ineligible": "", "imported_at": _stamp(DUE),
    }  # fmt: skip


def _records(residents: int, draw: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(residents):
        community, grid, building = _home(number - number % 3)
        yield {
            "id": number + 1, "campaign_id": 1, "round": 0, "day": "2026-03-02", "resident_id": number + 1,
            "household_id": number // 3 + 1, "community_id": community, "grid": grid, "building": building,
            "language": "zh-Hans", "attempts": draw.choice((1, 1, 1, 2, 3)), "due_at": _stamp(DUE), "other": "{}",
            "final": True, "changed_at": _stamp(DUE + timedelta(seconds=number % 7200, microseconds=number)),
            **_health(draw),
        }  # fmt: skip


def _health(draw: random.Random) -> dict[str, Any]:
    blank = {
        "reached": False, "outcome": "no_answer", "disposition": "non_contact", "status": "non_reporting",
        "reporter": None, "channel": None, "temperature_c": None, "fever": None, "present": 0, "absent": 0,
        "onset_on": None, "contact": None, "needs_help": None, "reported_at": None,
    }  # fmt: skip
    if draw.random() < 0.15:
        return blank | {"disposition": draw.choice(("non_contact", "unknown", "other"))}
    blank |= {"reached": True, "outcome": "answered_human", "channel": "phone"}
    if draw.random() < 0.06:
        return blank | {"disposition": draw.choice(("refused", "break_off"))}
    ill = draw.random() < 0.06
    temperature = round(draw.gauss(37.6 if ill else 36.5, 0.6 if ill else 0.25), 1)
    present = draw.getrandbits(14) & draw.getrandbits(14) if ill else 0
    whole = draw.random() < 0.97
    minutes = int(draw.expovariate(1 / 120)) + 5
    return blank | {
        "disposition": "complete" if whole else "partial",
        "status": "symptomatic" if present or temperature >= 37.3 else "asymptomatic",
        "reporter": draw.choice(("self", "self", "proxy")), "temperature_c": temperature, "fever": temperature >= 37.3,
        "present": present, "absent": (0x3FFF & ~present) if draw.random() < 0.8 else 0x7 & ~present,
        "onset_on": "2026-03-01" if present else None, "contact": draw.random() < 0.03,
        "needs_help": draw.random() < 0.02 if whole else None, "reported_at": _stamp(DUE + timedelta(minutes=minutes)),
    }  # fmt: skip


def _attempts(people: list[dict[str, Any]], draw: random.Random) -> Iterator[dict[str, Any]]:
    for head in people[::3]:
        for number in range(1, head["attempts"] + 1):
            last = number == head["attempts"]
            outcome = head["outcome"] if last else draw.choice(("no_answer", "busy", "unreachable"))
            yield {
                "campaign_id": 1, "round": 0, "household_id": head["household_id"], "residents": "[]",
                "phone": f"+86111{head['household_id']:08}", "channel": "phone", "number": number, "outcome": outcome,
                "started_at": _stamp(DUE), "ended_at": _stamp(DUE), "ring_seconds": float(draw.randint(2, 40)),
                "talk_seconds": float(draw.randint(20, 200)) if outcome == "answered_human" else None,
                "recorded_at": _stamp(DUE),
            }  # fmt: skip


def _answers(people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    names = ("identity", "temperature", "symptoms", "onset", "contact", "needs", "needs_help", "household")
    for person in people:
        for name in names:
            yield {
                "campaign_id": 1, "round": 0, "conversation_id": person["household_id"],
                "resident_id": person["resident_id"], "name": name, "value": "true", "reporter": "self",
                "words": "是的", "confidence": 1.0, "how": "words", "confirmed": False, "happened_at": _stamp(DUE),
                "recorded_at": _stamp(DUE),
            }  # fmt: skip


def _follow_ups(people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for person in people:
        if person["status"] != "asymptomatic":
            yield {
                "campaign_id": 1, "round": 0, "resident_id": person["resident_id"], "kind": "visit", "urgent": False,
                "words": "", "state": "open", "note": "", "opened_at": _stamp(DUE), "due_at": _stamp(DUE),
            }  # fmt: skip
