"""All tables of a campaign over 100,000 and 1,000,000 stored answers, beside SQL by hand and DuckDB."""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from reports.attempts import outcome_table, read_attempts, try_table
from reports.community import community_table, day_table, disposition_table, overview_table, rate_table, symptom_table
from reports.figures import LEVELS, Scope, read_figures
from reports.indicators import ALL
from reports.standing_out import standing_out_table
from tests.bench.answered import build
from tests.bench.by_hand import CHECKED, duckdb_figures, load_duckdb, sqlite_figures
from tests.bench.measure import clock, peak_mb, tell

ANSWERS = (100_000, 1_000_000)
SECONDS, MOST_MB, MOST_TIMES = 5, 500, 1.5


def our_figures(path):
    """Makes every table with every indicator at every level; returns those figures that are compared."""
    with create_engine(f"sqlite:///{path}").connect() as connection:
        figures = read_figures(connection, Scope(1))
        places = [community_table(figures, level, ALL) for level in LEVELS]
        for make in (overview_table, standing_out_table, day_table, symptom_table, disposition_table, rate_table):
            make(figures)
        dials = read_attempts(connection, Scope(1))
        outcome_table(dials)
        try_table(dials)
    compared = (*CHECKED, "median_c", "median_minutes")
    found = {row.key: [table.cell(row, key) for key in compared] for table in places for row in table.rows}
    return found | {(): [places[0].cell(places[0].total, key) for key in compared]}


def digest(found):
    """One word for all figures, medians to six digits."""
    rows = sorted(
        (list(key), [round(float(x), 6) if x is not None else None for x in values]) for key, values in found.items()
    )
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]


def measure(way, path):
    """Runs one way in this process and prints what it took."""
    source = load_duckdb(path) if way == "duckdb" else path
    with clock() as took:
        found = {"ours": our_figures, "by_hand": sqlite_figures, "duckdb": duckdb_figures}[way](source)
    print(json.dumps({"cpu": took.cpu, "wall": took.wall, "mb": peak_mb(), "digest": digest(found)}))


def run(*words):
    """One step in a process of its own, so that its memory is its own; returns what it printed."""
    command = [sys.executable, "-m", "tests.bench.tables", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    """Builds each store, measures the three ways, and says whether their figures agree."""
    with tempfile.TemporaryDirectory() as folder:
        for answers in ANSWERS:
            path = Path(folder) / f"{answers}.sqlite"
            run("build", path, answers)  # elsewhere too: a process passes the peak of its memory on
            ours, hand, duck = (json.loads(run(way, path)) for way in ("ours", "by_hand", "duckdb"))
            report(answers, ours, hand, duck)
            path.unlink()


def report(answers, ours, hand, duck):
    """One line for the time, one for the memory."""
    same = "same figures" if ours["digest"] == hand["digest"] == duck["digest"] else "FIGURES DIFFER"
    times = ours["cpu"] / hand["cpu"]
    beside = f"SQL by hand {hand['cpu']:.2f} s (ours x{times:.2f}), DuckDB {duck['cpu']:.2f} s; {same}"
    met = ours["cpu"] <= SECONDS and times <= MOST_TIMES and same == "same figures"
    goal = f"<= {SECONDS} s, <= {MOST_TIMES}x by hand (beyond: 1 s)"
    tell(f"all tables over {answers:,} answers", ours["cpu"], "s", goal=goal, met=met, cpu=ours["cpu"],
         wall=ours["wall"], beside=beside)  # fmt: skip
    others = f"SQL by hand {hand['mb']:.0f} MB, DuckDB {duck['mb']:.0f} MB"
    tell(f"peak memory of the tables over {answers:,} answers", ours["mb"], "MB", goal=f"< {MOST_MB}",
         met=ours["mb"] < MOST_MB, beside=others)  # fmt: skip


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["build", path, answers]:
            build(Path(path), int(answers))
        case [way, path]:
            measure(way, path)
