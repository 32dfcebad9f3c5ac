"""Runs all benches, or those named, each in its own process, and prints one table: figure, goal, what stands beside."""

import json
import subprocess
import sys

from rich.console import Console
from rich.table import Table

BENCHES = ("turns", "calls", "engine", "papers", "roster", "tables", "telegram", "understanding", "voice", "web")


def run(name):
    """The figures of one bench; a bench that fails is a row that says so."""
    print(f"... {name}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], stdout=subprocess.PIPE, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        rows.append({"figure": f"{name} failed (exit {done.returncode})", "met": False})
    return rows


def shown(row):
    """The cells of one figure as text."""
    met = {True: "yes", False: "NO", None: ""}[row.get("met")]
    value = row.get("value")
    figure = "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"
    seconds = [f"{row[key]:.1f}" if row.get(key) is not None else "" for key in ("cpu", "wall")]
    return [row["figure"], f"{figure} {row.get('unit', '')}", row.get("goal", ""), met, *seconds,
            str(row.get("peak_mb", "")), row.get("beside", "")]  # fmt: skip


def main(names):
    """Prints the table; returns 1 when a goal is missed or a bench failed."""
    table = Table(title="Wen'an bench (CPU seconds count; these are one machine's figures)")
    for column in ("figure", "value", "goal", "met", "CPU s", "wall s", "peak MB", "beside it"):
        table.add_column(column, justify="right" if column in ("value", "CPU s", "wall s", "peak MB") else "left")
    rows = [row for name in names or BENCHES for row in run(name)]
    for row in rows:
        table.add_row(*shown(row))
    Console(width=160).print(table)
    return int(any(row.get("met") is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
