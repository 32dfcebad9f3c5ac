"""A grammar of what people say: rules of weighted ways, nested and with slots, read from `wordings/*.yaml`."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("wordings")
FILES = {"zh-Hans": "zh.yaml", "en": "en.yaml"}
TOKEN = re.compile(r"<(?P<rule>\w+)>|\{(?P<slot>\w+)\}|\[(?:(?P<chance>\d+)%)?|\]|\(|\)\??|\||[^<{\[\]()|]+")

CLOSING, END = ("]", ")", ")?"), ""

Slots = Mapping[str, str | Callable[[], str]]
Part = Callable[["_Telling"], str]


@dataclass(slots=True)
class _Telling:
    """One utterance in the making."""

    grammar: Grammar
    rng: Random
    flags: frozenset[str]
    slots: Slots


@dataclass(frozen=True, slots=True)
class Way:
    """One way to put a rule: its text, its share, and the flags that must and must not hold."""

    text: str
    say: Part
    share: float
    needs: frozenset[str]
    bars: frozenset[str]

    def fits(self, flags: frozenset[str]) -> bool:
        """Whether the flags allow this way."""
        return self.needs <= flags and not self.bars & flags


@dataclass(slots=True)
class Rule:
    """The ways of one rule; which of them fit is kept for each set of the flags that matter here."""

    name: str
    ways: list[Way]
    matters: frozenset[str] = frozenset()
    fitting: dict[frozenset[str], tuple[list[Way], list[float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.matters = frozenset().union(*(way.needs | way.bars for way in self.ways))

    def draw(self, flags: frozenset[str], rng: Random) -> Way:
        """A way that fits, by its share."""
        here = flags & self.matters
        if here not in self.fitting:
            ways = [way for way in self.ways if way.fits(here)]
            if not ways:
                raise LookupError(f"rule {self.name}: no way to say it with the flags {sorted(flags)}")
            self.fitting[here] = ways, list(accumulate(way.share for way in ways))
        ways, shares = self.fitting[here]
        return ways[min(bisect(shares, rng.random() * shares[-1]), len(ways) - 1)]


class Grammar:
    """The rules of one language, each of which can be said."""

    def __init__(self, name: str, rules: Mapping[str, list[Any]], slips: Mapping[str, Mapping[str, list[str]]]):
        self.name = name
        self.slips = slips
        self.rules = {
            rule: Rule(rule, [_way(entry, f"{name}: {rule}") for entry in entries]) for rule, entries in rules.items()
        }
        self._check()

    def say(self, rule: str, rng: Random, flags: frozenset[str] = frozenset(), slots: Slots | None = None) -> str:
        """The rule in words; KeyError names a rule or a slot that is missing."""
        return self._said(rule, _Telling(self, rng, flags, slots or {}))

    def _said(self, rule: str, telling: _Telling) -> str:
        return self.rules[rule].draw(telling.flags, telling.rng).say(telling)

    def _check(self) -> None:
        for rule in self.rules.values():
            for way in rule.ways:
                for match in TOKEN.finditer(way.text):
                    if match["rule"] and match["rule"] not in self.rules:
                        raise ValueError(f"{self.name}: {rule.name}: there is no rule <{match['rule']}>")


@cache
def grammar(language: str) -> Grammar:
    """The grammar of "zh-Hans" or "en"."""
    name = FILES[language]
    data = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return Grammar(name, data["rules"], data["slips"])


def _way(entry: Any, place: str) -> Way:
    fields = {"say": entry} if isinstance(entry, str) else entry
    when = fields.get("when", "").split()
    return Way(
        text=fields["say"],
        say=_parsed(fields["say"], place),
        share=float(fields.get("share", 1)),
        needs=frozenset(flag for flag in when if not flag.startswith("!")),
        bars=frozenset(flag[1:] for flag in when if flag.startswith("!")),
    )


def _parsed(text: str, place: str) -> Part:
    tokens = list(TOKEN.finditer(text))
    if sum(len(token[0]) for token in tokens) == len(text):
        part, closing = _alternatives(iter(tokens))
        if part and closing == END:
            return part
    raise ValueError(f"{place}: brackets do not match in {text!r}")


def _alternatives(tokens: Iterator[re.Match[str]]) -> tuple[Part | None, str]:
    """Reads up to the bracket that closes this group; gives the part (None: broken inside) and that bracket."""
    branches: list[list[Part]] = [[]]
    for match in tokens:
        token = match[0]
        if token in CLOSING:
            return _one_of([_sequence(parts) for parts in branches]), token
        if token == "|":
            branches.append([])
        else:
            part = _part(match, tokens)
            if part is None:
                return None, END
            branches[-1].append(part)
    return _one_of([_sequence(parts) for parts in branches]), END


def _part(match: re.Match[str], tokens: Iterator[re.Match[str]]) -> Part | None:
    """One literal, rule, slot or group; None for a group that is not closed by its own bracket."""
    token = match[0]
    if match["rule"]:
        return _rule(match["rule"])
    if match["slot"]:
        return _slot(match["slot"])
    if token[0] not in "[(":
        return lambda telling: token
    inside, closing = _alternatives(tokens)
    if inside is None or closing[:1] != {"[": "]", "(": ")"}[token[0]]:
        return None
    if token[0] == "(":
        return _perhaps(inside, 0.5) if closing == ")?" else inside
    return _perhaps(inside, int(match["chance"] or 50) / 100)


def _rule(name: str) -> Part:
    return lambda telling: telling.grammar._said(name, telling)


def _slot(name: str) -> Part:
    def fill(telling: _Telling) -> str:
        value = telling.slots[name]
        return value if isinstance(value, str) else value()

    return fill


def _perhaps(part: Part, chance: float) -> Part:
    return lambda telling: part(telling) if telling.rng.random() < chance else ""


def _one_of(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return lambda telling: parts[int(telling.rng.random() * len(parts))](telling)


def _sequence(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return lambda telling: "".join([part(telling) for part in parts])
