"""Build a model's graph: its vocabulary as a CTC lexicon that Vosk joins with a grammar at run time. Takes seconds.

Never import this beside vosk: two copies of OpenFst in one process hang.
"""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pywrapfst as fst

from voice_models.making import sounds

LOOKAHEAD = "/usr/lib/x86_64-linux-gnu/libfstlookahead.so.22"
UNKNOWN = "[unk]"
# Costs of the filler, once and for each sound; a test may set them otherwise. Where they are less, words of one
# syllable drown in it, for every question's grammar has it beside each answer; where a sound costs more, a row of
# strange words is heard as an answer.
COSTS = {"zh": (3.0, 2.6), "en": (5.0, 1.9)}
RARE_WEIGHT = 0.2


class Graph:
    """The lexicon of one language being turned into Vosk's graph files."""

    def __init__(self, language: str, words: list[str], strange: list[tuple[str, ...]]) -> None:
        self.language = language
        self.sound_ids = {sound: number for number, sound in enumerate(sounds.phone_set(language), 1)}
        self.tokens = ["<eps>", UNKNOWN, *sorted({token(word) for word in words})]
        self.token_ids = {name: number for number, name in enumerate(self.tokens)}
        self.words = sorted(words)
        self.strange = strange
        self.marks = 0
        enter, each = COSTS[language]
        self.enter_cost = float(os.environ.get("ENTER_COST", enter))
        self.sound_cost = float(os.environ.get("SOUND_COST", each))

    @property
    def count(self) -> int:
        """How many sounds there are; labels above are disambiguation marks."""
        return len(self.sound_ids)

    @property
    def forget(self) -> int:
        """The mark after which the sound before is forgotten: the filler's states need not be told apart by it."""
        return self.count + self.marks - 2

    def lexicon(self) -> fst.VectorFst:
        """Sounds in, words out, in a loop; deterministic."""
        entries = [
            (self.token_ids[token(word)], tuple(self.sound_ids[sound] for sound in way))
            for word in self.words
            for way in sounds.pronunciations(self.language, word)
        ]
        marked = self._marked(entries)
        self.marks += 3
        whole = fst.VectorFst()
        root = whole.add_state()
        whole.set_start(root)
        whole.set_final(root)
        for word, row in marked:
            _chain(whole, root, row, word)
        self._filler(whole, root)
        return _smallest(fst.determinize(whole).connect())

    def _marked(self, entries: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, list[int]]]:
        """Give a mark to every row of sounds that ends where another goes on or ends too."""
        times = Counter(row for _, row in entries)
        starts = {row[:cut] for row in times for cut in range(1, len(row))}
        used: Counter[tuple[int, ...]] = Counter()
        marked = []
        for word, row in entries:
            ambiguous = times[row] > 1 or row in starts
            used[row] += ambiguous
            self.marks = max(self.marks, used[row])
            marked.append((word, [*row, *([self.count + used[row]] if ambiguous else [])]))
        return marked

    def _filler(self, whole: fst.VectorFst, root: int) -> None:
        """[unk]: any row of syllables, or in English of sounds; rare sounds cost more."""
        begin, end = self.count + self.marks - 1, self.count + self.marks
        hub, after_initial, heard, heard_initial = (whole.add_state() for _ in range(4))
        whole.add_arc(root, _arc(begin, self.token_ids[UNKNOWN], self.enter_cost, hub))
        for name, cost in self._costs().items():
            sound = self.sound_ids[name]
            opens = name in sounds.INITIALS and self.language == "zh"
            whole.add_arc(hub, _arc(sound, 0, cost, heard_initial if opens else heard))
            if self.language == "zh" and not opens:
                whole.add_arc(after_initial, _arc(sound, 0, cost, heard))
        whole.add_arc(heard, _arc(self.forget, 0, 0.0, hub))
        whole.add_arc(heard_initial, _arc(self.forget, 0, 0.0, after_initial))
        whole.add_arc(heard, _arc(end, 0, 0.0, root))

    def _costs(self) -> dict[str, float]:
        """The filler's cost of each sound: rare sounds of words that are no answers cost more."""
        times = Counter(sound for row in self.strange for sound in row)
        share = {
            sound: (times[sound] + 1) / (times.total() + self.count)
            for sound in self.sound_ids
            if sound != sounds.BLANK
        }
        usual = sum(part * math.log(part) for part in share.values())
        return {sound: self.sound_cost - RARE_WEIGHT * (math.log(part) - usual) for sound, part in share.items()}

    def timed(self, lexicon: fst.VectorFst) -> fst.VectorFst:
        """The lexicon over transition-ids, by CTC's rules: sounds may stay, blanks lie between, a repeat needs one."""
        timed, numbers, waiting = fst.VectorFst(), {}, []

        def state(inner: int, last: int) -> Any:
            if (inner, last) not in numbers:
                numbers[inner, last] = timed.add_state()
                waiting.append((inner, last))
                if lexicon.final(inner) != fst.Weight.zero("tropical"):
                    timed.set_final(numbers[inner, last], lexicon.final(inner))
            return numbers[inner, last]

        timed.set_start(state(lexicon.start(), 0))
        while waiting:
            inner, last = waiting.pop()
            here = numbers[inner, last]
            if last:
                timed.add_arc(here, _arc(2 * last - 1, 0, 0.0, here))
            if last != 1:
                timed.add_arc(here, _arc(2, 0, 0.0, state(inner, 1)))
            for arc in lexicon.arcs(inner):
                if arc.ilabel == 0 or arc.ilabel > self.count:
                    label = arc.ilabel and 2 * self.count + arc.ilabel - self.count
                    kept = 1 if arc.ilabel == self.forget else last
                    timed.add_arc(here, fst.Arc(label, arc.olabel, arc.weight, state(arc.nextstate, kept)))
                elif arc.ilabel != last:
                    after = state(arc.nextstate, arc.ilabel)
                    timed.add_arc(here, fst.Arc(2 * arc.ilabel, arc.olabel, arc.weight, after))
        return timed.arcsort("olabel")

    def write(self, folder: Path) -> None:
        """Write HCLr.fst, Gr.fst, words.txt and disambig_tid.int."""
        folder.mkdir(parents=True, exist_ok=True)
        renamed = _look_ahead(self.timed(self.lexicon()), folder / "HCLr.fst")
        marks = (2 * self.count + number for number in range(1, self.marks + 1))
        (folder / "disambig_tid.int").write_text("".join(f"{mark}\n" for mark in marks))
        (folder / "words.txt").write_text(
            "".join(f"{name} {renamed.get(number, number)}\n" for number, name in enumerate(self.tokens)), "utf-8"
        )
        self._grammar(renamed).write(str(folder / "Gr.fst"))

    def _grammar(self, renamed: dict[int, int]) -> fst.Fst:
        """The grammar used where none is given: any words in any order."""
        grammar = fst.VectorFst()
        only = grammar.add_state()
        grammar.set_start(only)
        grammar.set_final(only)
        for number in range(1, len(self.tokens)):
            label = renamed[number]
            grammar.add_arc(only, _arc(label, label, math.log(len(self.tokens)), only))
        return fst.convert(grammar.arcsort("ilabel"), "const")


def _smallest(lexicon: fst.VectorFst) -> fst.VectorFst:
    """The same with as few states as can be: ends that many words share are kept once."""
    encoder = fst.EncodeMapper("standard", True, True)
    return lexicon.encode(encoder).minimize().decode(encoder)


def _arc(label: int, word: int, cost: float, target: int) -> fst.Arc:
    return fst.Arc(label, word, fst.Weight("tropical", cost), target)


def _chain(whole: fst.VectorFst, root: int, row: list[int], word: int) -> None:
    here = root
    for place, label in enumerate(row):
        after = root if place == len(row) - 1 else whole.add_state()
        whole.add_arc(here, _arc(label, 0 if place else word, 0.0, after))
        here = after


def _look_ahead(timed: fst.VectorFst, target: Path) -> dict[int, int]:
    """Convert to OpenFst's olabel_lookahead type with Debian's fstconvert; returns old to new word numbers."""
    with TemporaryDirectory() as folder:
        plain, pairs = Path(folder) / "plain.fst", Path(folder) / "pairs"
        timed.write(str(plain))
        command = [
            "fstconvert",
            "--fst_type=olabel_lookahead",
            f"--save_relabel_opairs={pairs}",
            str(plain),
            str(target),
        ]
        try:
            subprocess.run(command, check=True, env={**os.environ, "LD_PRELOAD": LOOKAHEAD})
        except FileNotFoundError as lacking:
            raise SystemExit("graphs need fstconvert: apt-get install libfst-tools") from lacking
        rows = [line.split() for line in pairs.read_text().splitlines()]
    return {0: 0} | {int(old): int(new) for old, new in rows}


def token(word: str) -> str:
    """A unit of the vocabulary as one word of Vosk's: no spaces."""
    return word.replace(" ", "_")


def strange_rows(language: str, words: list[str]) -> list[tuple[str, ...]]:
    """Rows of sounds of words that are no answers, for the filler."""
    if language == "zh":
        return [sounds.mandarin(sounds.pinyin(word)) for word in words]
    return [sounds.word_sounds(word)[0] for word in words]


def list_files(folder: Path) -> None:
    """Write files.json, the sizes by which a broken copy of a model is noticed."""
    parts = [path for part in ("am", "conf", "graph") for path in sorted((folder / part).iterdir())]
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in parts}
    (folder / "files.json").write_text(json.dumps(sizes, indent=1) + "\n", "utf-8")


def build(language: str, folder: Path, more: list[str]) -> None:
    """Build a model's graph anew from the phrase book and more phrases. Raises ValueError for unknown words."""
    strange = json.loads((Path(__file__).parent / f"strange.{language}.json").read_text("utf-8"))
    rng = Random(1)
    rows = strange_rows(language, rng.sample(strange, len(strange)))
    Graph(language, list(dict.fromkeys([*sounds.vocabulary(language), *more])), rows).write(folder / "graph")
    list_files(folder)


def main() -> None:
    """`graph.py LANGUAGE MODEL-FOLDER [PHRASE ...]`."""
    build(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])


if __name__ == "__main__":
    main()
