"""The words people use, read from the files in lexicon/, checked, and laid out as one tree of tokens."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dialogs.understanding.text import read

FOLDER = Path(__file__).parent / "lexicon"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LexiconError(ValueError):
    """A lexicon file that says something the engine cannot use; names the file and the place."""


Tree = dict[str, Any]  # key of a token -> Tree; "" -> the labels that end here


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the text that the lexicon knows: label and tokens first..end-1."""

    label: str
    first: int
    end: int


@dataclass(slots=True)
class Lexicon:
    """All phrases of one layer as a tree; a label is 'topic.name'."""

    tree: Tree = field(default_factory=dict)

    def add(self, phrase: str, label: str) -> None:
        """Teach the tree one phrase."""
        node = self.tree
        for key in read(phrase).keys:
            node = node.setdefault(key, {})
        labels: tuple[str, ...] = node.get("", ())
        if label not in labels:
            node[""] = (*labels, label)

    def scan(self, keys: list[str]) -> list[Mention]:
        """The longest phrases from left to right, none overlapping another."""
        found: list[Mention] = []
        at, tree = 0, self.tree
        while at < len(keys):
            labels, end = self._longest(tree, keys, at)
            found.extend(Mention(label, at, end) for label in labels)
            at = end if labels else at + 1
        return found

    def scan_all(self, keys: list[str]) -> list[Mention]:
        """The longest phrase from every token, overlapping ones too."""
        found: list[Mention] = []
        for at in range(len(keys)):
            labels, end = self._longest(self.tree, keys, at)
            found.extend(Mention(label, at, end) for label in labels)
        return found

    @staticmethod
    def _longest(tree: Tree, keys: list[str], at: int) -> tuple[tuple[str, ...], int]:
        labels: tuple[str, ...] = ()
        end, size = at, len(keys)
        node = tree.get(keys[at])
        while node is not None:
            at += 1
            if "" in node:
                labels, end = node[""], at
            node = node.get(keys[at]) if at < size else None
        return labels, end


_CHOICE = re.compile(r"\(([^()]*)\)")


def spellings(pattern: str) -> Iterator[str]:
    """All phrases that a pattern stands for: (a|b) is either of the two, (a|) may be left out."""
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    for combined in itertools.product(*choices):
        yield "".join(combined)


_BETWEEN = re.compile(r"[,\n]")


@cache
def entries() -> Mapping[str, Mapping[str, list[str]]]:
    """Topic -> name -> patterns, of all languages together."""
    topics: dict[str, dict[str, list[str]]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for name, patterns in _checked(path).items():
            topics.setdefault(path.name.split(".")[1], {}).setdefault(name, []).extend(patterns)
    return topics


def _checked(path: Path) -> dict[str, list[str]]:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    if not isinstance(data, dict):
        raise LexiconError(f"{path.name}: not a list of names with their words")
    words: dict[str, list[str]] = {}
    for name, said in data.items():
        if not isinstance(name, str) or not isinstance(said, str):
            raise LexiconError(f"{path.name}: {name!r}: a name in quotes where needed, then words with commas between")
        words[name] = [word.strip() for word in _BETWEEN.split(said) if word.strip()]
    return words


def layer(*topics: str) -> Lexicon:
    """One tree of some topics."""
    lexicon = Lexicon()
    for topic in topics:
        for name, patterns in entries().get(topic, {}).items():
            for pattern in patterns:
                for phrase in spellings(pattern):
                    lexicon.add(phrase, f"{topic}.{name}")
    return lexicon
