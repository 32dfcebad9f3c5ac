"""20,000 virtual text calls: a made-up town called in virtual time, one transaction a call."""

import argparse
import contextlib
import io
import sys
import tempfile

from commands.house import House
from commands.settings import Settings
from commands.simulation import simulate
from tests.bench.measure import clock, peak_mb, tell


def main():
    """`simulate --residents 20000 --hours 1 --lines 500`, then calls a second over a whole day."""
    for residents, hours in ((20_000, 1.0), (20_000, None)):
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.redirect_stdout(io.StringIO()) as said,
            clock() as took,
        ):
            house = House(Settings(out=folder), "en")
            simulate(house, arguments(residents, hours))
        calls = int(
            next(line for line in said.getvalue().splitlines() if "Calls dialled" in line).split()[-1].replace(",", "")
        )
        if hours:
            tell("simulate --residents 20000 --hours 1 --lines 500", took.wall, "s", goal="< 60 s", met=took.wall < 60,
                 cpu=took.cpu, wall=took.wall, beside=f"{calls:,} calls")  # fmt: skip
        else:
            per = took.cpu / calls * 20_000
            beside = f"{calls:,} calls, {calls / took.cpu:,.0f} a CPU second"
            tell("20,000 virtual text calls, import and report in", per, "CPU s", goal="<= 60 s (beyond 20)",
                 met=per <= 60, cpu=took.cpu, wall=took.wall, beside=beside)  # fmt: skip
    tell("peak memory of a simulated day", peak_mb(), "MB", goal="< 500", met=peak_mb() < 500)


def arguments(residents, hours):
    """What the command line would hand over."""
    return argparse.Namespace(
        residents=residents,
        hours=hours,
        lines=500,
        seed=2020,
        script="daily_check",
        plan="default",
        day=None,
        voice=False,
    )


if __name__ == "__main__":
    sys.exit(main())
