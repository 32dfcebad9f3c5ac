"""Spoken calls with the shipped models: what is understood, what it costs and where, how quick the robot decides."""

import contextlib
import json
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import gettempdir
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from bots.voice import PacedWire, VoiceLine
from bots.voices import Voices
from dialogs.dialog import Dialog
from dialogs.script import load_script
from simulator.exchange import Exchange
from simulator.population import make_town
from simulator.scoring import FEVER_C, has_fever
from simulator.wire import SimulatedWire
from tests.bench.measure import clock, peak_mb, tell

CALLS, FEVERISH, SEED, TOWN = 2000, 500, 3, 24_000
PROCESSES, MOST_SECONDS = 2, 3600.0  # after which no new call is begun
AT_ONCE = (1, 10, 50, 100)
REAL_SECONDS = 40  # of each call in real time
AT = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MODELS = {name: Path(__file__).parents[2] / "voice_models" / f"{name}-phone" for name in ("zh", "en")}
PARTS = ("recogniser", "resident and line", "prompts", "dialog", "robot's line")


class Work:
    """CPU seconds of this thread by part of a call, each without the parts inside it."""

    def __init__(self):
        self.spent = Counter()
        self._open = []

    def timed(self, part, act):
        """The function, its time booked to a part."""

        def run(*args, **more):
            began = time.thread_time()
            self._open.append(0.0)
            try:
                return act(*args, **more)
            finally:
                took = time.thread_time() - began
                self.spent[part] += took - self._open.pop()
                if self._open:
                    self._open[-1] += took

        return run


def callees(count, feverish):
    """A town, and those to be called: so many, so many of them feverish, each the holder of a telephone."""
    town, rng = make_town(TOWN, SEED), Random(SEED)
    holders = [town.holder(phone) for phone in town.by_phone]
    rng.shuffle(holders)
    holders = [p for p in holders if not p.telephone.wrong_person]
    ill = [p for p in holders if has_fever(p)][:feverish]
    well = [p for p in holders if not has_fever(p)][: count - len(ill)]
    chosen = ill + well
    rng.shuffle(chosen)
    return town, chosen


def facts(town, person):
    """What the dialog is told."""
    family = sorted(town.family(person), key=lambda member: member is not person)
    people = [{"id": p.id, "name": p.name, "language": p.language, "sex": p.sex} for p in family]
    return {"resident": people[0], "members": people, "caller": "社区居委会", "fever_c": FEVER_C, "channel": "phone",
            "now": AT.isoformat(), "day": 1}  # fmt: skip


def call(exchange, voices, person, work, speed=None, most=600):
    """One call from hello to goodbye: the dialog, the line, and how often a question was put again."""
    callee = exchange.pick_up(person.phone, AT, 1)
    wire = SimulatedWire(callee, AT, SEED)
    for name in ("asked", "exchange"):
        setattr(wire, name, work.timed("resident and line", getattr(wire, name)))
    line = VoiceLine(wire if speed is None else PacedWire(wire, speed), voices)
    dialog = Dialog(SCRIPT, facts(exchange.town, person))
    machine = line.machine_answers()
    dialog.open()
    again = 0
    while not dialog.over and not machine and line.seconds < most:
        heard = line.ask(dialog.reply)
        work.timed("dialog", dialog.hear)(heard)
        again += dialog.manner == "again"
    line.tell(dialog.reply)
    return SimpleNamespace(person=person, dialog=dialog, line=line, machine=machine, again=again)


SCRIPT = load_script("daily_check")


def timed_voices(work):
    """Ears and mouths whose work is booked."""
    voices = Voices(MODELS)
    begin = voices.listen

    def listen(reply):
        listening = work.timed("recogniser", begin)(reply)
        for name in ("hear", "partial", "finish"):
            setattr(listening, name, work.timed("recogniser", getattr(listening, name)))
        return listening

    voices.listen = listen
    voices.prompt = work.timed("prompts", voices.prompt)
    return voices


def row(one):
    """What is counted of a call."""
    return {
        "known": one.dialog.has_essentials(one.person.id), "ill": has_fever(one.person), "alarm": alarm(one),
        "value": value(one), "truth": one.person.truth.temperature_c, "again": one.again, "machine": one.machine,
        "seconds": one.line.seconds,
    }  # fmt: skip


def figures(rows):
    """Shares (good, of) of the calls that brought a report about the person called."""
    known = [one for one in rows if one["known"]]
    ill, well = ([one["alarm"] for one in known if one["ill"] == sick] for sick in (True, False))
    readings = [one for one in known if one["value"] is not None]
    wrong = [one for one in readings if abs(one["value"] - one["truth"]) > 0.051]
    return {
        "known": (len(known), len(rows)),
        "recall": (sum(ill), len(ill)),
        "false": (sum(well), len(well)),
        "wrong": (len(wrong), len(readings)),
    }


def value(one):
    """The temperature that is stored at the end."""
    return one.dialog.answers.get(one.person.id, {}).get("temperature")


def alarm(one):
    """Whether a fever is found."""
    answers = one.dialog.answers.get(one.person.id, {})
    symptoms = answers.get("symptoms") or {}
    named = "fever" in symptoms.get("present", ()) if isinstance(symptoms, dict) else False
    return bool((answers.get("temperature") or 0) >= FEVER_C or answers.get("fever") or named)


def share(pair):
    """In per cent, with numerator and denominator, and a 95 % interval by Wilson."""
    good, of = pair
    if not of:
        return "0 of 0"
    z, part = 1.96, good / of
    middle, spread = part + z * z / (2 * of), z * (part * (1 - part) / of + z * z / (4 * of * of)) ** 0.5
    low, high = (100 * (middle + sign * spread) / (1 + z * z / of) for sign in (-1, 1))
    return f"{good} of {of}, 95 %: {low:.1f}-{high:.1f}"


def part(number, count, feverish, most):
    """Every `PROCESSES`th call: a row for each, CPU seconds of all and by parts. Rows are kept as they come."""
    work = Work()
    voices = timed_voices(work)
    town, chosen = callees(count, feverish)
    exchange = Exchange(town, SEED, aloud=set(town.households))
    call(exchange, voices, chosen[-1], Work())  # models and lexicons are read
    work.spent.clear()
    rows, until = [], time.monotonic() + most
    with clock() as took, (Path(gettempdir()) / f"wenan-bench-voice-{number}.jsonl").open("w") as kept:
        for person in chosen[number::PROCESSES]:
            if time.monotonic() > until:
                break
            rows.append(row(work.timed("robot's line", call)(exchange, voices, person, work)))
            kept.write(json.dumps(rows[-1]) + "\n")
            kept.flush()
    return rows, took.cpu, work.spent


def understanding(count, feverish, most):
    """Calls on an audio clock: the figures of what is stored, and the cost by parts."""
    began, took, work = time.perf_counter(), SimpleNamespace(cpu=0.0, wall=0.0), Work()
    done = []
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        parts = [pool.submit(part, number, count, feverish, most) for number in range(PROCESSES)]
        for rows, cpu, spent in (one.result() for one in parts):
            done += rows
            took.cpu += cpu
            work.spent.update(spent)
    took.wall = time.perf_counter() - began
    found = figures(done)
    percent = {name: 100 * good / of if of else 0.0 for name, (good, of) in found.items()}
    tell("spoken calls: fever recall", percent["recall"], "%", goal=">= 98", met=percent["recall"] >= 98,
         cpu=took.cpu, wall=took.wall, beside=share(found["recall"]))  # fmt: skip
    tell("spoken calls: false fever alarms", percent["false"], "%", goal="<= 1", met=percent["false"] <= 1,
         beside=share(found["false"]))  # fmt: skip
    tell("spoken calls: stored temperature wrong", percent["wrong"], "%", goal="<= 1", met=percent["wrong"] <= 1,
         beside=share(found["wrong"]))  # fmt: skip
    again, machines = (sum(one[name] for one in done) for name in ("again", "machine"))
    again /= len(done)
    tell("spoken calls: questions repeated", again, "a call", goal="<= 1.3", met=again <= 1.3,
         beside=f"reported {share(found['known'])}; {machines} taken for machines")  # fmt: skip
    per = took.cpu / len(done)
    parts = ", ".join(f"{name} {100 * work.spent[name] / took.cpu:.0f} %" for name in PARTS)
    seconds = sum(one["seconds"] for one in done) / len(done)
    tell("spoken calls: CPU for robot and resident", per, "s a call", goal="<= 0.36 (beyond 0.12)", met=per <= 0.36,
         beside=f"{parts}; {seconds:.0f} s of call, {7200 / per:,.0f} calls an hour on two cores")  # fmt: skip


def at_once(calls):
    """So many calls in real time at once: how quick the robot decides after an answer has ended, and the memory."""
    voices, work = Voices(MODELS), Work()
    voices.prepare(SCRIPT, calls)
    town, chosen = callees(calls, 0)
    exchange, lines = Exchange(town, SEED, aloud=set(town.households)), []

    def talk(person):
        with contextlib.suppress(IndexError):
            lines.append(call(exchange, voices, person, Work(), speed=1.0, most=REAL_SECONDS).line)

    threads = [threading.Thread(target=talk, args=(person,)) for person in chosen]
    call(exchange, voices, chosen[0], work)
    with clock() as took:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    decided = sorted(1000 * seconds for line in lines for seconds in line.decided)
    late = decided[int(0.95 * (len(decided) - 1))]
    tell(f"decision after the endpoint, {calls} calls at once, p95", late, "ms", goal="<= 300", met=late <= 300,
         cpu=took.cpu, wall=took.wall, beside=f"{len(decided)} decisions")  # fmt: skip
    tell(f"memory with {calls} spoken calls at once", peak_mb(), "MB", goal="< 1,500", met=peak_mb() < 1500)


def main(count=CALLS, feverish=FEVERISH, most=MOST_SECONDS):
    """All figures."""
    understanding(count, feverish, most)
    for calls in AT_ONCE:
        at_once(calls)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
