"""The papers of a day over 1,000,000 answers, and a line list of 100,000 residents as a workbook; each on its own."""

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from records.store import Store
from reports.feedback import feedback
from reports.figures import Scope
from reports.line_list import line_list
from reports.report import about, campaign_tables, write_public
from reports.table import Label, Row
from reports.writers.docx import write_docx
from reports.writers.html import write_html
from reports.writers.xlsx import write_xlsx
from tests.bench.answered import ANSWERS_EACH
from tests.bench.measure import clock, peak_mb, tell
from tests.bench.web import stored

ANSWERS, LISTED = 1_000_000, 100_000
COLUMNS = 20  # of the goal; the line list has more, and the last are left out for it
TITLE = Label("每日情况", "The day")
DAY_SECONDS, LIST_SECONDS, LIST_MB = 10, 15, 300


def papers(tx, folder):
    """Tables as XLSX, DOCX and HTML, the daily feedback as DOCX and HTML, the public version; returns a comment."""
    scope, tables = campaign_tables(tx, Scope(1))
    said = about(tx, scope, 37.3)
    write_xlsx(folder / "report.xlsx", tables, "zh-Hans")
    write_docx(folder / "report.docx", TITLE, said, (), tables, "zh-Hans")
    write_html(folder / "report.html", tables, "zh-Hans", TITLE, said)
    day = feedback(tx, Scope(1))
    write_docx(folder / "feedback.docx", day.title, day.about, day.paragraphs, day.tables, "zh-Hans")
    write_html(folder / "feedback.html", day.tables, "zh-Hans", day.title, day.about, day.paragraphs)
    write_public(tx, scope, folder)
    return f"{len(tables)} tables in {len(list(folder.iterdir()))} files: report, daily feedback, public version"


def people(columns, tx, folder):
    """The line list as a workbook; returns a comment."""
    table = line_list(tx, Scope(1, round=0))
    rows = tuple(Row(row.key, row.cells[:columns], row.marks) for row in table.rows)
    table = replace(table, columns=table.columns[:columns], rows=rows)
    path = write_xlsx(folder / "line_list.xlsx", [table], "zh-Hans")
    return f"{len(rows):,} rows, {len(table.columns)} columns, {path.stat().st_size / 1e6:.0f} MB"


def measure(what, path, columns=0):
    """Makes it in this process, and prints what it took."""
    store, make = Store(f"sqlite:///{path}"), papers if what == "papers" else partial(people, int(columns))
    with tempfile.TemporaryDirectory() as folder, store.reading() as tx, clock() as took:
        beside = make(tx, Path(folder))
    print(json.dumps({"cpu": took.cpu, "wall": took.wall, "mb": peak_mb(), "beside": beside}))


def run(*words):
    """One step in a process of its own, so that its memory is its own; returns what it measured."""
    command = [sys.executable, "-m", "tests.bench.papers", *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(done) if done else {}


def told(figure, took, most):
    """One line for the time."""
    tell(figure, took["wall"], "s", goal=f"<= {most} s", met=took["wall"] <= most, cpu=took["cpu"], wall=took["wall"],
         beside=f"{took['mb']:.0f} MB; {took['beside']}")  # fmt: skip


def main():
    """Builds a store for each, and measures."""
    with tempfile.TemporaryDirectory() as folder:
        for answers in (ANSWERS, LISTED * ANSWERS_EACH):
            path = Path(folder) / f"{answers}.sqlite"
            run("build", path, answers)  # elsewhere too: a process passes the peak of its memory on
            if answers == ANSWERS:
                told(f"all papers of a day over {answers:,} answers", run("papers", path), DAY_SECONDS)
                continue
            lines = run("people", path, COLUMNS)
            told(f"line list as XLSX, {COLUMNS} columns", lines, LIST_SECONDS)
            tell("peak memory of the line list", lines["mb"], "MB", goal=f"< {LIST_MB}", met=lines["mb"] < LIST_MB)
            lines = run("people", path, 99)
            told("line list as XLSX, all columns", lines, LIST_SECONDS)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["build", path, answers]:
            stored(Path(path), int(answers))
        case words:
            measure(*words)
