"""Make the models from nothing: `python -m voice_models.making SPEECH-FOLDER WORK-FOLDER [zh|en ...] [--minutes N]`.

Stops and goes on where it was: corpora that are there are not made again, training goes on from its checkpoint.
Two networks are trained for each language. The first never hears the speakers of the tests and gives every figure
of the model card, the costs and the thresholds; the second hears all speakers and is shipped. It goes on from the
first, or with `--on` from the model that is shipped already. With `--on` the first begins with the inner layers of the
other language's model: that has heard many people, but no answers of the speakers of the tests.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from voice_models.making.prepare import prepare
from voice_models.making.ship import ship
from voice_models.making.train import train

ROOM = Path(__file__).parent.parent
MEASURED_SHARE = 0.55  # of the time goes to the network that is measured
LATE_PEAK = 6e-4


def make(language: str, options: argparse.Namespace) -> None:
    """Prepare, train, measure, train on, ship."""
    work, minutes = options.work, options.minutes
    prepare(language, options.speech, work)
    folder = work / language
    other = ROOM / ("zh-phone" if language == "en" else "en-phone")
    train(language, work, minutes * MEASURED_SHARE, source=other if options.on else None)
    ship(language, folder / "measured.pt", folder / "measured-model")
    (folder / "figures.txt").write_text(figures(language, folder / "measured-model", options), "utf-8")
    source = ROOM / f"{language}-phone" if options.on else folder / "measured.pt"
    train(language, work, minutes * (1 - MEASURED_SHARE), True, source, "late", LATE_PEAK)
    target = options.to / f"{language}-phone"
    ship(language, folder / "late.pt", target)
    shutil.copy(folder / "measured-model" / "confidence.json", target)


def figures(language: str, model: Path, options: argparse.Namespace) -> str:
    """Calibrate the measured model on the development speakers and measure it, in a process apart."""
    limit = ["--calibrate", "--limit", str(options.limit)]
    command = [sys.executable, "-m", "voice_models.making.evaluate", language, str(model), str(options.work), *limit]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(said, flush=True)
    return said


def main() -> None:
    """Make one language after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path, help="folder of the human recordings")
    parser.add_argument("work", type=Path, help="folder for corpora, checkpoints and figures")
    parser.add_argument("languages", nargs="*", default=["zh", "en"])
    parser.add_argument("--minutes", type=float, default=110, help="of training for each language")
    parser.add_argument("--limit", type=int, default=400, help="recordings of each corpus that are measured")
    parser.add_argument("--on", action="store_true", help="train on from the shipped models")
    parser.add_argument("--to", type=Path, default=ROOM, help="folder of the model folders")
    options = parser.parse_args()
    for language in options.languages:
        make(language, options)


if __name__ == "__main__":
    main()
