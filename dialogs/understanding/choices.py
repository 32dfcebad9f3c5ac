"""Which of the options offered was meant: by its words, its place, or its sound."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Lexicon, layer
from dialogs.understanding.sounds import sound_keys
from dialogs.understanding.text import keys_of

Options = Mapping[str, Sequence[str]]


class Spelled(NamedTuple):
    """A word of an option as keys of the text, its plural, and its sound (empty for the option's own key)."""

    option: str
    keys: list[str]
    plural: list[str]
    sound: list[str]


@cache
def _layer() -> Lexicon:
    return layer("order")


def choice(keys: list[str], row: list[Item], options: Options) -> tuple[str, ...]:
    """The keys of the options meant, in the order of the options; empty where none was."""
    spelled = _spelled(tuple((key, tuple(words)) for key, words in options.items()))
    named = _named(keys, spelled, options)
    if named:
        return named
    placed = _placed(keys, row, tuple(options))
    return placed or _sounding(keys, spelled)


@lru_cache(maxsize=256)
def _spelled(options: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Spelled, ...]:
    """Each word of each option with its keys, those of its plural, and its sound; made once for a question."""
    return tuple(
        Spelled(key, wanted, _plural(wanted), sound_keys(wanted) if word is not key else [])
        for key, words in options
        for word in (key, *words)
        if (wanted := keys_of(str(word)))
    )


def _named(keys: list[str], spelled: Sequence[Spelled], options: Options) -> tuple[str, ...]:
    """Options whose words stand in the text, the longest words first, none inside another."""
    here = set(keys)
    places = [
        (len(one.keys), one.option, at)
        for one in spelled
        if one.keys[0] in here or one.plural[0] in here
        for at in (*_places(keys, one.keys), *_places(keys, one.plural))
    ]
    taken: set[int] = set()
    found: set[str] = set()
    for length, key, at in sorted(places, reverse=True):
        if taken.isdisjoint(range(at, at + length)):
            taken.update(range(at, at + length))
            found.add(key)
    return tuple(key for key in options if key in found)


def _plural(wanted: list[str]) -> list[str]:
    return [*wanted[:-1], f"{wanted[-1]}s"]


def _places(keys: list[str], wanted: list[str]) -> list[int]:
    size = len(wanted)
    return [at for at, key in enumerate(keys) if key == wanted[0] and keys[at : at + size] == wanted]


def _placed(keys: list[str], row: list[Item], options: tuple[str, ...]) -> tuple[str, ...]:
    """The second one, 第二个, the last, both, a bare number."""
    names = {mention.label.name for mention in _layer().scan(keys)}
    if "all" in names:
        return options
    if "last" in names:
        return options[-1:]
    places = {int(name[1:]) for name in names if name[0] == "n"}
    places |= (
        {int(item.number.value) for item in row if item.number and not item.number.decimal} if not places else set()
    )
    return tuple(option for place, option in enumerate(options, 1) if place in places)


def _sounding(keys: list[str], spelled: Sequence[Spelled]) -> tuple[str, ...]:
    """Options one of whose words sounds like a piece of the text."""
    heard = sound_keys(keys)
    return tuple(dict.fromkeys(one.option for one in spelled if one.sound and _places(heard, one.sound)))
