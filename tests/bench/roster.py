"""Import of a roster of 100,000 rows."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from records.roster import import_roster
from records.store import Store
from simulator.population import make_town
from simulator.roster import write_roster
from tests.bench.measure import clock, peak_mb, tell

ROWS = 100_000


def main():
    """Measures and tells; the town is made in the same process, so its memory is told apart."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "residents.csv"
        write_roster(make_town(ROWS, 1), file, 1)
        before = peak_mb()
        store = Store(f"sqlite:///{name}/store.sqlite")
        with clock() as took:
            result = import_roster(store, file, datetime.now(UTC))
        beside = f"{result.added:,} added, {len(result.rejected)} rejected"
        met = took.wall <= 15 and result.added == ROWS
        tell(
            "import of 100,000 rows",
            took.wall,
            "s",
            goal="<= 15 s",
            met=met,
            cpu=took.cpu,
            wall=took.wall,
            beside=beside,
        )
        figure = f"peak memory of the import (town before: {before:.0f} MB)"
        tell(figure, peak_mb(), "MB", goal="< 500", met=peak_mb() < 500)


if __name__ == "__main__":
    main()
