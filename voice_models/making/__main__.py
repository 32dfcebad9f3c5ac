"""Make the models from nothing: `python -m voice_models.making SPEECH-FOLDER WORK-FOLDER [zh|en ...] [--minutes N]`.

Stops and goes on where it was: corpora that are there are not made again, training goes on from its checkpoint.
Two networks are trained for each language. The first never hears the speakers of the tests and gives every figure
of the model card; the second goes on from it with all speakers and is shipped with the thresholds of the first.
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
MEASURED_SHARE = 0.65  # of the time goes to the network that is measured
LATE_PEAK = 1e-3


def make(language: str, speech: Path, work: Path, minutes: float) -> None:
    """Prepare, train, measure, train on, ship."""
    prepare(language, speech, work)
    folder = work / language
    measured, late = folder / "measured.pt", folder / "late.pt"
    if not (folder / "measured.done").exists():
        train(language, work, minutes * MEASURED_SHARE)
        (folder / "measured.done").touch()
    ship(language, measured, folder / "measured-model")
    examined = str(folder / "measured-model")
    command = [sys.executable, "-m", "voice_models.making.evaluate", language, examined, str(work)]
    figures = subprocess.run([*command, "--calibrate"], check=True, capture_output=True, text=True).stdout
    (folder / "figures.txt").write_text(figures, "utf-8")
    train(language, work, minutes * (1 - MEASURED_SHARE), True, None if late.exists() else measured, "late", LATE_PEAK)
    target = ROOM / f"{language}-phone"
    ship(language, late, target)
    shutil.copy(folder / "measured-model" / "confidence.json", target)
    print(figures)


def main() -> None:
    """Make one language after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("languages", nargs="*", default=["zh", "en"])
    parser.add_argument("--minutes", type=float, default=110)
    options = parser.parse_args()
    for language in options.languages:
        make(language, options.speech, options.work, options.minutes)


if __name__ == "__main__":
    main()
