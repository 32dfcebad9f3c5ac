"""Clean speech on disk: one file of 16 kHz samples and one line of JSON for each recording."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16000
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Spoken:
    """One recording: what was said in units of the vocabulary, its phones, who spoke and what it means."""

    units: tuple[str, ...]
    phones: tuple[str, ...]
    speaker: str
    source: str
    split: str
    kind: str = "other"
    value: str = ""


@dataclass(frozen=True)
class Entry:
    """A recording of a corpus and where its samples lie."""

    spoken: Spoken
    start: int
    length: int


class Corpus:
    """The recordings of one folder, read when asked for."""

    def __init__(self, folder: Path) -> None:
        self.entries: list[Entry] = []
        for line in (folder / "spoken.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            start, length = row.pop("start"), row.pop("length")
            row["units"], row["phones"] = tuple(row["units"]), tuple(row["phones"])
            self.entries.append(Entry(Spoken(**row), start, length))
        self._samples = np.memmap(folder / "samples.i16", np.int16, "r")

    def samples(self, entry: Entry) -> Samples:
        """Samples of one recording in -1..1 at 16 kHz."""
        raw = self._samples[entry.start : entry.start + entry.length]
        return np.asarray(raw / np.float32(32768), np.float32)


def keep(folder: Path, recordings: Iterable[tuple[Spoken, Samples]]) -> int:
    """Write recordings as a corpus; returns how many. The folder appears whole or not at all."""
    growing = folder.with_name(folder.name + ".part")
    growing.mkdir(parents=True, exist_ok=True)
    place = count = 0
    with (growing / "samples.i16").open("wb") as raw, (growing / "spoken.jsonl").open("w", encoding="utf-8") as lines:
        for spoken, samples in recordings:
            peak = float(np.abs(samples).max(initial=1e-4))
            raw.write((samples * (0.9 * 32767 / peak)).astype(np.int16).tobytes())
            row = {**asdict(spoken), "start": place, "length": len(samples)}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            place, count = place + len(samples), count + 1
    growing.rename(folder)
    return count
