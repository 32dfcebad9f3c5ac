"""The understanding: its speed, and its score on the held-out half beside well-known libraries with the same glue."""

import re
import statistics
import subprocess
import sys
import time
import warnings

from dialogs.understanding import understand
from tests.bench.measure import tell
from tests.dialogs.understanding.score import Tally, cases, judge, summary

HALF = "held"
LOWEST, HIGHEST = 34.0, 43.0
LANGUAGES = ("en", "zh-Hans", "zh-Hant")


def speed(items):
    """Microseconds of CPU for each utterance, the best of three, after one round to warm up."""
    for case in items:
        understand(case.text, context=case.context, lang=case.lang)
    took = []
    for case in items:
        best = float("inf")
        for _ in range(3):
            began = time.process_time_ns()
            understand(case.text, context=case.context, lang=case.lang)
            best = min(best, time.process_time_ns() - began)
        took.append(best / 1000)
    return sorted(took)


def import_seconds():
    """CPU seconds that a fresh interpreter spends on the import, less those of an empty one."""
    code = "import time; t = time.process_time(); import dialogs.understanding; print(time.process_time() - t)"
    done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(one.stdout) for one in done)


def longest(text):
    """CPU milliseconds for 10,000 characters."""
    began = time.process_time()
    understand((text * 10_000)[:10_000], context="symptoms", lang="zh-Hans")
    return 1000 * (time.process_time() - began)


def recognizers():
    """Microsoft Recognizers-Text with glue: temperatures, else plain numbers; None when it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from recognizers_number import Culture, recognize_number
            from recognizers_number_with_unit import recognize_temperature
    except ImportError:
        return None

    def read(case):
        culture = Culture.English if case.lang == "en" else Culture.Chinese
        found = [r.resolution for r in recognize_temperature(case.text, culture)]
        found = found or [{**r.resolution, "unit": ""} for r in recognize_number(case.text, culture)]
        return [(float(f["value"]), f["unit"]) for f in found if f and f.get("value")]

    return read


def cn2an():
    """cn2an with glue, for Chinese alone; None when it is not installed."""
    try:
        from cn2an import transform
    except ImportError:
        return None

    def read(case):
        if case.lang == "en":
            return []
        text = re.sub(r"(\d)[度点](\d)", r"\1.\2", transform(case.text, "cn2an"))
        return [(float(n), "") for n in re.findall(r"\d+(?:\.\d+)?", text)]

    return read


def wenan(case):
    """Our own reading."""
    got = understand(case.text, context=case.context, lang=case.lang).temperature_c
    return [] if got is None else [(got, "C")]


def celsius(found):
    """The glue: the last reading that a body can have, °C."""
    degrees = [(value - 32) / 1.8 if unit == "F" or 93.2 <= value <= 109.4 else value for value, unit in found]
    return next((round(d, 1) for d in reversed(degrees) if LOWEST <= d <= HIGHEST), None)


def temperature_share(items, read):
    """Share of the answers to the temperature question, which hold one, that are read right; and how many those are."""
    asked = [c for c in items if c.context == "temperature" and c.want["temperature_c"] is not None]
    right = 0
    for case in asked:
        try:
            got = celsius(read(case))
        except Exception:  # a library that raises has read nothing
            got = None
        right += got is not None and abs(got - case.want["temperature_c"]) <= 0.0501
    return 100 * right / len(asked), len(asked)


def main():
    """Measures and tells."""
    items = list(cases(HALF))
    took = speed(items)
    median, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    tell("understand: median of an utterance, one core", median, "us", goal="< 150", met=median < 150)
    tell("understand: p99", p99, "us", goal="< 1,000", met=p99 < 1000)
    tell("understand: import", import_seconds(), "CPU s", goal="< 0.3", met=import_seconds() < 0.3)
    worst = max(longest(text) for text in ("咳嗽发烧三十七度八", "no fever and ", "3", "不", "a b c ", "，"))
    tell("understand: 10,000 characters, the slowest of six kinds", worst, "ms", goal="< 20", met=worst < 20)
    for language in LANGUAGES:
        spoken = [c for c in items if c.lang == language]
        tally = Tally()
        for case in spoken:
            judge(case, understand(case.text, context=case.context, lang=case.lang), tally)
        figures = ", ".join(f"{name} {value:.1f}" for name, value in summary(tally).items() if value == value)
        tell(f"held-out half, {language}", float(len(spoken)), "utterances", beside=figures)
        ours, of = temperature_share(spoken, wenan)
        beside = []
        for name, read in (("Recognizers-Text", recognizers()), ("cn2an", cn2an())):
            if read and not (name == "cn2an" and language == "en"):
                beside.append(f"{name} {temperature_share(spoken, read)[0]:.1f} %")
        peers = ", ".join(beside) or "libraries not installed"
        tell(f"temperature when asked and said, {language} (n = {of})", ours, "%", beside=peers)


if __name__ == "__main__":
    main()
