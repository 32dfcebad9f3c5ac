"""Words as they are meant: clipped, stretched and mistyped English words put right, token for token."""

import re
from functools import cache

from dialogs.understanding import english
from dialogs.understanding.lexicon import entries, spellings, words
from dialogs.understanding.text import keys_of

_STRETCHED = re.compile(r"(.)\1{2,}")
_SHORTEST = 6  # letters of a word that is known with one letter missing, doubled or swapped; shorter ones mean too much


@cache
def _table() -> dict[str, str]:
    """Variant -> word, from the files spelling."""
    return {
        keys_of(variant)[0]: word
        for word, patterns in entries().get("spelling", {}).items()
        for pattern in patterns
        for variant in spellings(pattern)
    }


@cache
def _known() -> frozenset[str]:
    """Every English word of the lexicon and of the numbers."""
    said = " ".join(
        pattern.replace("'", "")
        for topic, names in entries().items()
        if topic != "spelling"
        for patterns in names.values()
        for pattern in patterns
    )
    return frozenset(re.findall(r"[a-z]+", said)) | english.NUMERALS


@cache
def _by_shorter() -> dict[str, list[str]]:
    """Each long known word under itself less any one of its letters after the first."""
    found: dict[str, list[str]] = {}
    for word in sorted(_known()):
        if len(word) >= _SHORTEST:
            for shorter in _less_one(word):
                found.setdefault(shorter, []).append(word)
    return found


def _less_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(1, len(word))}


def put_right(keys: list[str]) -> list[str]:
    """The keys with English words put right; a known word stays as it is unless the files say otherwise."""
    return [_meant(key) if key.isascii() and key[0].isalnum() else key for key in keys]


def _meant(key: str) -> str:
    if key in _table():
        return _table()[key]
    if key in _known() or len(key) < 3 or not key.isalpha():
        return key
    if _STRETCHED.search(key):
        once = _STRETCHED.sub(r"\1", key)
        return once if once in _known() else _table().get(once) or _meant(_STRETCHED.sub(r"\1\1", key))
    if key[0] == "w" and f"v{key[1:]}" in _known():
        return f"v{key[1:]}"  # womiting
    return _mistyped(key) if len(key) >= _SHORTEST else _clipped(key)


@cache
def _core() -> dict[str, str]:
    """Short words that matter most under each way to clip or swap them: fvr, thrt, tatse, runy."""
    found: dict[str, str] = {}
    for word in sorted(words("small", "core")):
        found.setdefault(_VOWELS.sub("", word), word)
        if len(word) < _SHORTEST + 1:
            found |= {shorter: word for shorter in _less_one(word) if len(shorter) >= _CLIPPED}
            found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :]: word for at in range(1, len(word) - 1)}
            found |= {word[:at] + word[at] + word[at:]: word for at in range(1, len(word))}
    return {key: word for key, word in found.items() if key not in _known()}


_VOWELS = re.compile("[aeiou]")
_CLIPPED = 4  # letters that must be left of a word that lost one


def _clipped(key: str) -> str:
    """The core word that a short unknown one is a slip or a skeleton of; the key itself where it is of none."""
    return key if key in words("small", "common") else _core().get(key, key)


def _mistyped(key: str) -> str:
    """The known word that differs by a letter missing, one too many, or two swapped; the key itself where none does."""
    words = list(_by_shorter().get(key, ()))
    for shorter in _less_one(key):
        if len(key) > _SHORTEST and shorter in _known():
            words.append(shorter)
        words += [word for word in _by_shorter().get(shorter, ()) if _swapped(word, key)]
    return min(set(words), default=key)


def _swapped(word: str, key: str) -> bool:
    at = next((place for place in range(len(word)) if word[place] != key[place]), len(word))
    return len(word) == len(key) and word[at : at + 2] == key[at : at + 2][::-1] and word[at + 2 :] == key[at + 2 :]
