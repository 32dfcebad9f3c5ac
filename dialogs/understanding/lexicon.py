"""The words people use, read from the files in lexicon/, checked, and laid out as trees of tokens."""

import gc
import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from dialogs.understanding.text import keys_of
from dialogs.understanding.tree import Label, Phrases, Place, in_word

FOLDER = Path(__file__).parent / "lexicon"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EITHER = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile(r"[,\n]")
_WHOLE = ("symptom", "part", "person", "trouble")  # words that no symptom begins in: 骨头也疼
_AILMENTS = ("symptom", "trouble")
GAP = 5  # tokens that an ellipsis in a phrase may stand for


class LexiconError(ValueError):
    """A lexicon file that says something the engine cannot use; names the file and the place."""


class Mention(NamedTuple):
    """Words of the text that the lexicon knows: label and tokens first..end-1."""

    label: Label
    first: int
    end: int


_DENIAL = Label("cue", "neg")


class Lexicon:
    """The phrases of some topics; a phrase with an ellipsis is kept as its parts."""

    def __init__(self, phrases: Phrases) -> None:
        self.tree = phrases.tree()

    def scan(self, keys: list[str]) -> list[Mention]:
        """The longest phrases from left to right, none overlapping another; a symptom is not cut by words before it."""
        found: list[Mention] = []
        at, tree, size = 0, self.tree, len(keys)
        while at < size:
            if keys[at] in tree.moves:
                labels, end = _longest(tree, keys, at)
                if end - at > 1 and labels[0].topic not in _WHOLE:
                    labels, end = self._before_symptom(keys, at, labels, end)
                if labels:
                    found += [Mention(label, at, end) for label in labels]
                    at = end
                    continue
            at += 1
        return found

    def _before_symptom(
        self, keys: list[str], at: int, labels: tuple[Label, ...], end: int
    ) -> tuple[tuple[Label, ...], int]:
        """'I feel' gives way to 'feel hot': the same match, or a shorter one that ends where a symptom begins."""
        for inner in range(at + 1, end):
            if keys[inner] in self.tree.moves:
                others, other_end = _longest(self.tree, keys, inner)
                if other_end > end and others[0].topic in _AILMENTS:
                    shorter = _longest(self.tree, keys[:inner], at)
                    denial = keys[inner] == "有" and labels[0] == _DENIAL and _DENIAL not in shorter[0]
                    return (labels, end) if denial else shorter  # 木有烧 is no 有烧
        return labels, end

    def scan_all(self, keys: list[str]) -> list[Mention]:
        """Every phrase from every token, overlapping ones too, phrases with a gap joined."""
        found: list[Mention] = []
        opened: dict[str, list[Mention]] = {}
        tree = self.tree
        for at, key in enumerate(keys):
            if key not in tree.moves:
                continue
            for labels, end in _all(tree, keys, at):
                for label in labels:
                    if label.topic == "gap":
                        self._join(Mention(label, at, end), opened, found)
                    else:
                        found.append(Mention(label, at, end))
        return found

    @staticmethod
    def _join(part: Mention, opened: dict[str, list[Mention]], found: list[Mention]) -> None:
        """A part waits for the next one; its name is 'topic.name/number of the phrase/place/last place'."""
        phrase, place, last = part.label.name.rsplit("/", 2)
        if place == "0":
            opened.setdefault(f"{phrase}/0", []).append(part)
            return
        for first in reversed(opened.get(f"{phrase}/{int(place) - 1}", ())[-3:]):
            if 0 <= part.first - first.end <= GAP:
                if place == last:
                    topic, _, name = phrase.partition("/")[0].partition(".")
                    found.append(Mention(Label(topic, name), first.first, part.end))
                else:
                    joined = Mention(part.label, first.first, part.end)
                    opened.setdefault(f"{phrase}/{place}", []).append(joined)
                return


def _all(tree: Place, keys: list[str], at: int) -> Iterator[tuple[tuple[Label, ...], int]]:
    size = len(keys)
    node: Place | None = tree[keys[at]]
    while node is not None:
        at += 1
        if "" in node:
            yield node[""], at
        node = node[keys[at]] if at < size else None


def _longest(tree: Place, keys: list[str], at: int) -> tuple[tuple[Label, ...], int]:
    labels: tuple[Label, ...] = ()
    end, size = at, len(keys)
    node: Place | None = tree[keys[at]]
    while node is not None:
        at += 1
        if "" in node:
            labels, end = node[""], at
        node = node[keys[at]] if at < size else None
    return labels, end


def outermost(found: list[Mention]) -> list[Mention]:
    """Mentions not inside a longer one: words around others mean more: a dead thermometer is no dead phone."""
    outer: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.first, -m.end)):
        last = outer[-1] if outer else None
        if last is None or mention.end > last.end or (mention.first, mention.end) == (last.first, last.end):
            outer.append(mention)
    return outer


def spellings(pattern: str) -> Iterator[str]:
    """All phrases that a pattern stands for: (a|b) is either of the two, (a|) may be left out."""
    if "(" not in pattern:
        yield pattern
        return
    parts = _EITHER.split(pattern)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    for combined in itertools.product(*choices):
        yield "".join(combined)


@cache
def entries() -> Mapping[str, Mapping[str, list[str]]]:
    """Topic -> name -> patterns, of all languages together."""
    topics: dict[str, dict[str, list[str]]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        topic = topics.setdefault(path.name.split(".")[1], {})
        for name, patterns in checked(path).items():
            topic.setdefault(name, []).extend(patterns)
    return topics


def checked(path: Path) -> dict[str, list[str]]:
    """The names of one file with their patterns; LexiconError for what is not names with words."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    if not isinstance(data, dict):
        raise LexiconError(f"{path.name}: not a list of names with their words")
    words: dict[str, list[str]] = {}
    for name, said in data.items():
        if not isinstance(name, str) or not isinstance(said, str):
            raise LexiconError(f"{path.name}: {name!r}: wants a name (yes and no in quotes) and words with commas")
        words[name] = [word.strip() for word in _BETWEEN.split(said) if word.strip()]
        for word in words[name]:
            if word.count("(") != word.count(")") or not keys_of(word.replace("|", " ")):
                raise LexiconError(f"{path.name}: {name}: cannot read {word!r}")
    return words


def layer(*topics: str, gaps: bool = True) -> Lexicon:
    """One tree of some topics; LexiconError for an ellipsis where `gaps` is not allowed, since scan joins none."""
    phrases, number = Phrases(), itertools.count()
    with _uncollected():
        for topic in topics:
            for name, patterns in entries().get(topic, {}).items():
                for pattern in patterns:
                    if "…" in pattern and not gaps:
                        raise LexiconError(f"{topic}: {name}: no ellipsis in this topic: {pattern!r}")
                    for part, label in _labelled(pattern, Label(topic, name), number):
                        _teach(phrases, part, label)
    return Lexicon(phrases)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector, which would walk again and again through a tree that grows and holds no rubbish."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


_OWNED = (Label("measure", "other"), Label("measure", "body"))


def _teach(phrases: Phrases, pattern: str, label: Label) -> None:
    """Teach a pattern, people also with their 's (the baby's)."""
    owned = label.topic in ("person", "part") or label in _OWNED
    for phrase in spellings(pattern) if owned or in_word(pattern) else (pattern,):
        phrases.add(phrase, label)
        if owned and phrase.isascii():
            phrases.add(f"{phrase}s", label)


def _labelled(pattern: str, label: Label, number: Iterator[int]) -> Iterator[tuple[str, Label]]:
    """The parts of a pattern around its ellipses, each with its label; an ellipsis in a choice makes more patterns."""
    if "…" not in pattern:
        yield pattern, label
        return
    patterns = spellings(pattern) if any("…" in choice for choice in _EITHER.findall(pattern)) else [pattern]
    for each in patterns:
        parts, phrase = each.split("…"), f"{label.topic}.{label.name}/{next(number)}"
        if len(parts) == 1:
            yield each, label
            continue
        for place, part in enumerate(parts):
            yield part, Label("gap", f"{phrase}/{place}/{len(parts) - 1}")


@cache
def words(topic: str, name: str) -> frozenset[str]:
    """Single words of a topic as a set of keys."""
    patterns = entries().get(topic, {}).get(name, [])
    return frozenset(keys_of(phrase)[0] for pattern in patterns for phrase in spellings(pattern))
