"""Many phrases as one tree of tokens that grows only where texts lead: patterns stay as small as they are written."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from dialogs.understanding.text import keys_of

_EITHER = re.compile(r"\(([^()]*)\)")
_ING = re.compile(r"(?<=[a-z]{3})ing$")
_OPEN = re.compile(r"[a-z0-9'.-]\(|\)[a-z0-9'.-]")  # a choice inside a word


class Label(NamedTuple):
    """What a phrase means: the topic (file) and the name in it."""

    topic: str
    name: str


class _Step:
    """A place inside patterns: the tokens that lead on, steps that may be taken for nothing, labels that end here."""

    __slots__ = ("edges", "free", "label")

    def __init__(self) -> None:
        self.edges: dict[str, list[_Step]] = {}
        self.free: list[_Step] = []
        self.label: tuple[int, Label] | None = None

    def go(self, key: str, to: "_Step") -> None:
        self.edges.setdefault(key, []).append(to)


class Place(dict[str, Any]):
    """All steps that the tokens so far may have led to: key -> Place or None; "" -> the labels that end here."""

    __slots__ = ("moves",)

    def __init__(self, steps: Iterable[_Step]) -> None:
        super().__init__()
        reached = _closure(steps)
        self.moves: dict[str, list[_Step]] = {}
        for step in reached:
            for key, to in step.edges.items():
                self.moves.setdefault(key, []).extend(to)
        ends = sorted({step.label for step in reached if step.label})
        if ends:
            self[""] = tuple(dict.fromkeys(label for _, label in ends))

    def __missing__(self, key: str) -> "Place | None":
        steps = self.moves.get(key)
        if steps is None:
            return None
        place = self[key] = Place(steps)
        return place


def _closure(steps: Iterable[_Step]) -> list[_Step]:
    reached, waiting = dict.fromkeys(steps), list(steps)
    while waiting:
        for step in waiting.pop().free:
            if step not in reached:
                reached[step] = None
                waiting.append(step)
    return list(reached)


class Phrases:
    """The patterns taught so far; `tree()` is where every text begins."""

    def __init__(self) -> None:
        self.start = _Step()
        self.taught = 0

    def add(self, pattern: str, label: Label) -> None:
        """Teach one pattern without an ellipsis: (a|b) is either of the two, (a|) may be left out."""
        step = self.start
        last = _Step()
        parts = _EITHER.split(pattern)
        for place, part in enumerate(parts):
            if place % 2 == 0 and not part.strip():
                continue
            step = self._either(step, part.split("|") if place % 2 else [part])
        self.taught += 1
        last.label = (self.taught, label)
        step.free.append(last)

    def _either(self, step: _Step, choices: list[str]) -> _Step:
        joint = _Step()
        for choice in choices:
            keys = keys_of(choice) if choice.strip() else []
            at = step
            for place, key in enumerate(keys):
                to = joint if place == len(keys) - 1 else _Step()
                at.go(key, to)
                if dropped := _dropped(key):
                    at.go(dropped, to)  # runnin
                at = to
            if not keys:
                step.free.append(joint)
        return joint

    def tree(self) -> Place:
        """The place where every text begins."""
        return Place([self.start])


def _dropped(key: str) -> str:
    return _ING.sub("in", key) if key.endswith("ing") and len(key) > 5 else ""


def in_word(pattern: str) -> bool:
    """Whether a choice stands inside a word, so that the pattern has to be spelled out."""
    return bool(_OPEN.search(pattern))
