"""How the benches measure and tell: one JSON line a figure, with CPU seconds and the peak memory of the process."""

import json
import resource
import sys
import time
from contextlib import contextmanager


class Clock:
    """CPU and wall seconds between entering and leaving."""

    cpu = wall = 0.0


@contextmanager
def clock():
    """Measures the block: `clock.cpu` and `clock.wall` are seconds, set at its end."""
    measured = Clock()
    cpu, wall = time.process_time(), time.perf_counter()
    yield measured
    measured.cpu, measured.wall = time.process_time() - cpu, time.perf_counter() - wall


def peak_mb():
    """The greatest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(figure, value, unit, *, goal="", met=None, cpu=None, wall=None, beside=""):
    """Prints one figure; `goal` in words, `met` whether it is reached, `beside` what it is compared with."""
    row = {
        "figure": figure,
        "value": value,
        "unit": unit,
        "goal": goal,
        "met": met,
        "cpu": cpu,
        "wall": wall,
        "peak_mb": round(peak_mb()),
        "beside": beside,
    }
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()
