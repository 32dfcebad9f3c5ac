"""Human recordings: read by speaker and split, and joined into phrases that nobody recorded."""

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import soundfile
import soxr

from voice_models import phrases
from voice_models.making import sounds
from voice_models.making.corpus import RATE, Samples, Spoken
from voice_models.making.sentences import Sentence, sentence
from voice_models.making.shaping import louder, stretched, trimmed

HELD_OUT = {"chen_wang_f": "test", "fsdd_yweweler": "test", "fsdd_nicolas": "develop"}
ENGLISH_ANSWERS = {"yes", "no", *phrases.ONES[:10]}
Unit = tuple[str, ...]


@dataclass(frozen=True)
class Recording:
    """One human recording as its set describes it."""

    path: Path
    text: str
    speaker: str
    language: str
    syllables: Unit = ()


def split_of(speaker: str) -> str:
    """The split a speaker belongs to, for ever: named above, else by a hash (three in five train)."""
    if speaker in HELD_OUT or speaker.startswith(("tan_", "fsdd_")):
        return HELD_OUT.get(speaker, "train")
    share = int(hashlib.sha256(speaker.encode()).hexdigest(), 16) % 20
    return "train" if share < 12 else "develop" if share < 15 else "test"


def recordings(folder: Path) -> list[Recording]:
    """The recordings of one set, by its manifest; those that are cut off or hold an ellipsis are left out."""
    found = []
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("suspect_cut_off") or "…" in row["text"]:
            continue
        own = row.get("pinyin")
        chinese = row["lang"] == "zh"
        syllables = (own,) if own else tuple(sounds.pinyin(row["text"])) if chinese else ()
        found.append(Recording(folder / row["path"], row["text"], row["speaker"], row["lang"], syllables))
    return found


def samples_of(recording: Recording) -> Samples:
    """Samples at 16 kHz, silence trimmed."""
    samples, rate = soundfile.read(recording.path, dtype="float32")
    return trimmed(soxr.resample(samples, rate, RATE, "HQ").astype(np.float32))


def alone(
    found: list[Recording], splits: tuple[str, ...] = ("train", "develop", "test")
) -> Iterator[tuple[Spoken, Samples]]:
    """Every recording by itself, labelled."""
    for recording in found:
        if split_of(recording.speaker) in splits:
            yield _labelled(recording), samples_of(recording)


def _labelled(recording: Recording) -> Spoken:
    split, text = split_of(recording.speaker), recording.text
    if recording.language == "zh":
        phones, kind = sounds.mandarin(list(recording.syllables)), "word"
    else:
        phones = sounds.pronunciations("en", text)[0]
        kind = "yes_no" if text in ("yes", "no") else "digits" if text in ENGLISH_ANSWERS else "unrelated"
    return Spoken((text,), phones, recording.speaker, recording.path.parts[-3], split, kind, text)


class Inventory:
    """The syllables and words one speaker has recorded, ready to be joined."""

    def __init__(self, found: list[Recording]) -> None:
        self.speaker = found[0].speaker
        self._units: dict[Unit, list[Recording]] = defaultdict(list)
        for recording in found:
            self._units[recording.syllables or (recording.text,)].append(recording)
        self._longest = max(map(len, self._units))
        self._read: dict[Path, Samples] = {}

    def texts(self) -> list[str]:
        """Everything recorded, as texts."""
        return [recording.text for row in self._units.values() for recording in row]

    def pieces(self, wanted: Unit, rng: Random) -> list[Recording] | None:
        """Recordings that say the wanted syllables one after another, or None where one is lacking."""
        found: list[Recording] = []
        place = 0
        while place < len(wanted):
            length = self._reach(wanted, place, rng)
            if not length:
                return None
            found.append(rng.choice(self._units[wanted[place : place + length]]))
            place += length
        return found

    def _reach(self, wanted: Unit, place: int, rng: Random) -> int:
        lengths = [n for n in range(1, self._longest + 1) if wanted[place : place + n] in self._units]
        lengths = [n for n in lengths if place + n <= len(wanted)]
        return (max(lengths) if rng.random() < 0.7 else rng.choice(lengths)) if lengths else 0

    def samples(self, recording: Recording) -> Samples:
        """Samples of one recording, kept in memory."""
        if recording.path not in self._read:
            self._read[recording.path] = louder(samples_of(recording))
        return self._read[recording.path]


def joined(parts: list[Samples], rng: Random, tempo: float, gap: float) -> Samples:
    """Recordings as one phrase of one tempo, pitch and loudness falling, faded together or parted by `gap` seconds."""
    whole = np.zeros(0, np.float32)
    for place, part in enumerate(parts):
        fall = 1.03 - 0.08 * place / max(1, len(parts) - 1) + rng.uniform(-0.02, 0.02)
        part = soxr.resample(part, RATE * fall, RATE, "MQ") * (0.7 + 0.3 * fall * rng.uniform(0.8, 1.2))
        part = stretched(part, tempo * rng.uniform(0.92, 1.08))
        whole = _after(whole, part.astype(np.float32), gap * rng.uniform(0.3, 1.7))
    return whole


def _after(whole: Samples, part: Samples, gap: float) -> Samples:
    if gap > 0.02:
        return np.concatenate([whole, np.zeros(int(gap * RATE), np.float32), part])
    fade = min(int(0.025 * RATE), len(whole) // 2, len(part) // 2)
    if not fade:
        return np.concatenate([whole, part])
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    middle = whole[-fade:] * (1 - ramp) + part[:fade] * ramp
    return np.concatenate([whole[:-fade], middle, part[fade:]])


def mandarin_phrases(
    inventory: Inventory, split: str, count: int, seed: int, stray: float = 0.2
) -> Iterator[tuple[Spoken, Samples]]:
    """Answers joined from one speaker's recordings, and a share of `stray` rows of unrelated words."""
    rng, texts = Random(f"{inventory.speaker} {seed}"), inventory.texts()
    while count:
        said = _stray(texts, rng) if rng.random() < stray else sentence("zh", rng)
        syllables, pieces = _say(inventory, said, rng)
        if pieces is None:
            continue
        count -= 1
        gap = rng.choice([0, 0, 0, 0.03, 0.12])
        samples = joined([inventory.samples(piece) for piece in pieces], rng, rng.uniform(1.0, 2.1), gap)
        yield (
            Spoken(said.units, sounds.mandarin(syllables), inventory.speaker, "joined", split, said.kind, said.value),
            samples,
        )


def _stray(texts: list[str], rng: Random) -> Sentence:
    return Sentence(tuple(rng.choice(texts) for _ in range(rng.randint(1, 4))), "unrelated", "")


def _say(inventory: Inventory, said: Sentence, rng: Random) -> tuple[list[str], list[Recording] | None]:
    rows = [sounds.pinyin(unit) if unit[-1] not in "12345" else [unit] for unit in said.units]
    syllables = [syllable for row in rows for syllable in (sounds.sandhi(row) if rng.random() < 0.6 else row)]
    pieces = inventory.pieces(tuple(syllables), rng)
    if pieces is None:  # one speaker recorded no neutral tones: take the full tone there, in label and sound alike
        syllables = [
            syllable[:-1] + rng.choice("1234") if syllable.endswith("5") else syllable for syllable in syllables
        ]
        pieces = inventory.pieces(tuple(syllables), rng)
    return syllables, pieces


def english_rows(
    found: list[Recording], count: int, seed: int, splits: tuple[str, ...] = ("train",)
) -> Iterator[tuple[Spoken, Samples]]:
    """Two to five words of one speaker in a row: digits, yes and no, and strange words."""
    rng = Random(f"rows {seed}")
    speakers = defaultdict(list)
    for recording in found:
        if split_of(recording.speaker) in splits:
            speakers[recording.speaker].append(recording)
    inventories = [Inventory(own) for own in speakers.values() if len(own) > 2]
    by_speaker = {inventory.speaker: speakers[inventory.speaker] for inventory in inventories}
    for _ in range(count):
        inventory = rng.choice(inventories)
        pieces = rng.choices(by_speaker[inventory.speaker], k=rng.randint(2, 5))
        units = tuple(piece.text for piece in pieces)
        phones = tuple(phone for unit in units for phone in sounds.pronunciations("en", unit)[0])
        samples = joined(
            [inventory.samples(piece) for piece in pieces], rng, rng.uniform(0.9, 1.5), rng.choice([0, 0.05, 0.2])
        )
        yield Spoken(units, phones, inventory.speaker, "joined", "train", "digits", " ".join(units)), samples


def prompts(folder: Path, listed: Path) -> Iterator[tuple[Spoken, Samples]]:
    """A professional's telephone prompts, named and written out in `listed`; those of known words."""
    with gzip.open(listed, "rt", encoding="utf-8") as lines:
        rows = dict(line.strip().split(":", 1) for line in lines if re.match(r"[\w/-]+:", line))
    for name, text in rows.items():
        told = re.sub(r"\b\d\b", lambda digit: phrases.ONES[int(digit[0])], text.lower())
        words = re.sub(r"[^a-z' ]", " ", told).split()
        path = folder / f"{name}.wav"
        if not re.search(r"[\[(<\d*#]", told) and 0 < len(words) < 26 and path.exists() and sounds.spelt(words):
            unit = " ".join(words)
            phones = sounds.pronunciations("en", unit)[0]
            kind = "digits" if unit in ENGLISH_ANSWERS else "unrelated"
            samples, rate = soundfile.read(path, dtype="float32")
            heard = trimmed(soxr.resample(samples, rate, RATE, "HQ").astype(np.float32))
            yield Spoken((unit,), phones, "allison_f", "prompts", "train", kind, unit), heard


def numbers(folder: Path, count: int, seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """Numbers joined from the digits and tens of a professional's prompts."""
    rng, pieces = Random(f"numbers {seed}"), {}
    for word in (*phrases.ONES, *phrases.TENS[2:], "hundred", "oh"):
        name = word if word in ("hundred", "oh") else str(_value(word))
        samples, rate = soundfile.read(folder / "digits" / f"{name}.wav", dtype="float32")
        pieces[word] = louder(trimmed(soxr.resample(samples, rate, RATE, "HQ").astype(np.float32)))
    for _ in range(count):
        words = rng.choice([phrases.number("en", rng.randint(0, 99)), *rng.choices(list(pieces), k=3)]).split()
        words = [*words, *(rng.choice(phrases.ONES[:10]) for _ in range(rng.randint(0, 2)))]
        phones = tuple(phone for word in words for phone in sounds.pronunciations("en", word)[0])
        whole = joined([pieces[word] for word in words], rng, rng.uniform(0.9, 1.7), rng.choice([0, 0, 0.06, 0.2]))
        yield Spoken(tuple(words), phones, "allison_f", "prompts", "train", "digits", " ".join(words)), whole


def _value(word: str) -> int:
    return phrases.ONES.index(word) if word in phrases.ONES else 10 * phrases.TENS.index(word)
