"""Prepare the clean speech of one language: every corpus that is not there yet is made, one folder each."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from voice_models.making import people, voices
from voice_models.making.corpus import Samples, Spoken, keep

# Debian's asterisk-core-sounds-en-wav; left out where it is not installed
PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
PROMPT_LIST = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
Stream = Iterator[tuple[Spoken, Samples]]


def mandarin(speech: Path) -> dict[str, Callable[[], Stream]]:
    """The Mandarin corpora by name."""
    tan, chen = people.recordings(speech / "zh_tan_words"), people.recordings(speech / "zh_chen_syllables")
    crowd = [recording for recording in people.recordings(speech / "zh_dsp20") if recording.language == "zh"]
    words = [recording.text for recording in tan]
    return {
        "train-espeak": lambda: voices.by_espeak("zh", "train", 14000, words, 1),
        "train-tan-words": lambda: people.alone(tan),
        "train-tan-joined": lambda: people.mandarin_phrases(people.Inventory(tan), "train", 9000, 1),
        "train-crowd": lambda: people.alone(crowd, ("train",)),
        "late-chen-words": lambda: people.alone(chen),
        "late-chen-joined": lambda: people.mandarin_phrases(people.Inventory(chen), "late", 5000, 2),
        "late-crowd": lambda: people.alone(crowd, ("develop", "test")),
        "late-hums": lambda: voices.by_humming(2500, 1),
        "late-espeak": lambda: voices.by_espeak("zh", "late", 9000, words, 4),
        "develop-espeak": lambda: voices.by_espeak("zh", "develop", 600, words, 2),
        "develop-crowd": lambda: people.alone(crowd, ("develop",)),
        "test-espeak": lambda: voices.by_espeak("zh", "test", 1200, words, 3),
        "test-chen-joined": lambda: people.mandarin_phrases(people.Inventory(chen), "test", 900, 3, 0.25),
        "test-chen-words": lambda: people.alone(chen),
        "test-crowd": lambda: people.alone(crowd, ("test",)),
    }


def english(speech: Path) -> dict[str, Callable[[], Stream]]:
    """The English corpora by name."""
    commands, digits = people.recordings(speech / "en_speech_commands"), people.recordings(speech / "en_fsdd")
    crowd = [recording for recording in people.recordings(speech / "zh_dsp20") if recording.language == "en"]
    words = voices.plain_words()
    return {
        "train-espeak": lambda: voices.by_espeak("en", "train", 14000, words, 1),
        "train-flite": lambda: voices.by_flite(7000, words, 1),
        "train-commands": lambda: people.alone(commands, ("train",)),
        "train-digits": lambda: people.alone(digits, ("train",)),
        "train-joined": lambda: people.english_rows([*commands, *digits, *crowd], 2500, 1),
        "train-crowd": lambda: people.alone(crowd, ("train",)),
        "train-prompts": lambda: people.prompts(PROMPTS, PROMPT_LIST),
        "train-numbers": lambda: people.numbers(PROMPTS, 1500, 1),
        "late-commands": lambda: people.alone(commands, ("develop", "test")),
        "late-digits": lambda: people.alone(digits, ("develop", "test")),
        "late-crowd": lambda: people.alone(crowd, ("develop", "test")),
        "late-joined": lambda: people.english_rows([*commands, *digits, *crowd], 2500, 2, ("develop", "test")),
        "late-espeak": lambda: voices.by_espeak("en", "late", 14000, words, 4),
        "late-pico": lambda: voices.by_pico("late", 7000, words, 1),
        "develop-pico": lambda: voices.by_pico("develop", 400, words, 2),
        "late-festival": lambda: voices.by_festival("late", 4000, words, 2),
        "develop-espeak": lambda: voices.by_espeak("en", "develop", 600, words, 2),
        "develop-people": lambda: people.alone([*commands, *digits, *crowd], ("develop",)),
        "test-espeak": lambda: voices.by_espeak("en", "test", 1200, words, 3),
        "test-festival": lambda: voices.by_festival("test", 1200, words, 3),
        "test-commands": lambda: people.alone(commands, ("test",)),
        "test-digits": lambda: people.alone(digits, ("test",)),
        "test-crowd": lambda: people.alone(crowd, ("test",)),
    }


def prepare(language: str, speech: Path, work: Path) -> None:
    """Make the corpora of a language below `work`/<language> from the recordings in `speech`."""
    plans = mandarin(speech) if language == "zh" else english(speech)
    if not (PROMPTS.exists() and PROMPT_LIST.exists()):  # small systems leave out the documentation of packages
        plans = {name: plan for name, plan in plans.items() if name not in ("train-prompts", "train-numbers")}
    for name, make in plans.items():
        folder = work / language / name
        if not folder.exists():
            print(language, name, keep(folder, make()), "recordings", flush=True)


if __name__ == "__main__":
    prepare(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
