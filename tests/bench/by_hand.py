"""The same figures as somebody good at SQL would write them: a query for each level, and medians beside it."""

import csv
import sqlite3
from pathlib import Path

from records.symptoms import SYMPTOMS
from reports.labels import DISPOSITION_LABELS, STATUS_LABELS, VISITS

LEVELS = ("c.district", "c.subdistrict", "c.name", "r.grid", "r.building")
CHECKED = ("residents", "fever", "complete", "has_cough", "to_visit")  # compared with ours, beside the medians
KINDS = ", ".join(f"'{kind}'" for kind in VISITS)

CONDITIONS = {
    "residents": "1 = 1",
    "attempted": "attempts > 0",
    "reached": "reached = 1",
    "reported": "reported_at is not null",
    "by_proxy": "reporter = 'proxy'",
    "measured": "temperature_c is not null",
    "fever_measured": "temperature_c >= 37.3",
    "fever": "fever = 1",
    "fever_known": "fever is not null",
    "contact": "contact = 1",
    "contact_known": "contact is not null",
    "needs_help": "needs_help = 1",
    "needs_help_known": "needs_help is not null",
    "to_visit": "t.visit = 1",
    "to_call": "t.call = 1",
    "urgent": "t.urgent = 1",
    **{name: f"disposition = '{name}'" for name in DISPOSITION_LABELS if name != "pending"},
    "pending": "disposition is null",
    **{name: f"r.status = '{name}'" for name in STATUS_LABELS if name != "no_status"},
    "no_status": "r.status is null",
    **{f"has_{name}": f"(present >> {bit}) & 1 = 1" for bit, name in enumerate(SYMPTOMS)},
    **{f"knows_{name}": f"((present | absent) >> {bit}) & 1 = 1" for bit, name in enumerate(SYMPTOMS)},
}
SUMS = ", ".join(f"sum(case when {condition} then 1 else 0 end) as {name}" for name, condition in CONDITIONS.items())
TASKS = f"""(select resident_id, max(case when kind in ({KINDS}) then 1 else 0 end) as visit,
  max(case when kind not in ({KINDS}) then 1 else 0 end) as call, max(case when urgent then 1 else 0 end) as urgent
  from follow_up where campaign_id = 1 and closed_at is null group by resident_id)"""
FROM = f"""from record r join community c on c.id = r.community_id left join {TASKS} t on t.resident_id = r.resident_id
  where r.campaign_id = 1"""
OUTCOMES = """select number, outcome, count(*), sum(ring_seconds), sum(talk_seconds) from attempt
  where campaign_id = 1 group by number, outcome"""
SECONDS = "(strftime('%s', reported_at) - strftime('%s', due_at))"


def by_level(depth):
    """Group columns of a level, and the words that group by them (none for the whole)."""
    columns = ", ".join(LEVELS[:depth]) or "'all'"
    return columns, f"group by {columns}" if depth else ""


def sqlite_figures(path):
    """{path of a place: figures that are compared}, after all figures of all levels were asked of the file."""
    file = sqlite3.connect(path)
    found = {}
    for depth in range(len(LEVELS) + 1):
        columns, grouped = by_level(depth)
        cursor = file.execute(f"select {columns}, {SUMS}, avg(temperature_c), max(temperature_c) {FROM} {grouped}")
        names = [column[0] for column in cursor.description]
        rows = {row[:depth] if depth else (): dict(zip(names, row, strict=True)) for row in cursor}
        temperatures = sqlite_medians(file, depth, "temperature_c")
        minutes = sqlite_medians(file, depth, f"{SECONDS} / 60.0")
        for key, row in rows.items():
            found[key] = [*(row[name] for name in CHECKED), temperatures.get(key), minutes.get(key)]
    file.execute(f"select day, {SUMS}, avg(temperature_c), max(temperature_c) {FROM} group by day").fetchall()
    file.execute(OUTCOMES).fetchall()
    return found


def sqlite_medians(file, depth, value):
    """{path: median} by window functions."""
    columns, _ = by_level(depth)
    keys = ", ".join(f"k{place}" for place in range(max(depth, 1)))
    named = ", ".join(f"{column} as k{place}" for place, column in enumerate(columns.split(", ")))
    rows = file.execute(f"""
        with given as (select {named}, {value} as value from record r join community c on c.id = r.community_id
          where r.campaign_id = 1 and {value} is not null),
        placed as (select *, row_number() over (partition by {keys} order by value) as place,
          count(*) over (partition by {keys}) as number from given)
        select {keys}, avg(value) from placed where place in ((number + 1) / 2, (number + 2) / 2) group by {keys}""")
    return {row[:-1] if depth else (): row[-1] for row in rows}


def load_duckdb(path):
    """A DuckDB database in memory with the four tables, brought over as CSV."""
    import duckdb

    file, target = sqlite3.connect(path), duckdb.connect()
    for table in ("record", "community", "follow_up", "attempt"):
        cursor = file.execute(f"select * from {table}")
        csv_path = Path(f"{path}.{table}.csv")
        with csv_path.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(column[0] for column in cursor.description)
            writer.writerows(cursor)
        target.execute(f"create table {table} as from read_csv('{csv_path}', sample_size = -1)")
        csv_path.unlink()
    return target


def duckdb_figures(target):
    """The same as `sqlite_figures`, asked of DuckDB, which knows a median."""
    found = {}
    more = """avg(temperature_c), max(temperature_c), median(temperature_c) as middle,
      median(epoch(reported_at - due_at)) / 60 as minutes"""
    for depth in range(len(LEVELS) + 1):
        columns, grouped = by_level(depth)
        cursor = target.execute(f"select {columns}, {SUMS}, {more} {FROM} {grouped}")
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            known = dict(zip(names, row, strict=True))
            figures = [*(known[name] for name in CHECKED), known["middle"], known["minutes"]]
            found[row[:depth] if depth else ()] = figures
    target.execute(f"select day, {SUMS}, {more} {FROM} group by day").fetchall()
    target.execute(OUTCOMES).fetchall()
    return found
