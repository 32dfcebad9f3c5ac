"""Chinese spelled in letters amid characters, or alone: mei有, bu shao啦."""

from functools import cache

from dialogs.understanding.lexicon import entries

_ENGLISH = frozenset(("you", "la", "me", "he", "men", "long", "li", "ma", "fa", "ba", "ti", "re", "du", "de", "le"))


@cache
def _table() -> dict[str, str]:
    """Letters -> character, from the file pinyin."""
    return {letters: character for character, spelled in entries()["pinyin"].items() for letters in spelled}


def in_characters(keys: list[str]) -> list[str]:
    """The keys with spelled syllables as characters, where characters stand beside them or all is spelled."""
    if not any(key in _table() for key in keys):
        return keys
    found, at = keys[:], 0
    while at < len(keys):
        end = at
        while end < len(keys) and keys[end] in _table():
            end += 1
        if end > at and _chinese(keys, at, end):
            found[at:end] = [_table()[key] for key in keys[at:end]]
        at = max(end, at + 1)
    return found


def _chinese(keys: list[str], first: int, end: int) -> bool:
    """Whether spelled syllables first..end-1 are Chinese: not English words, beside a character or an answer alone."""
    if all(key in _ENGLISH for key in keys[first:end]):
        return False
    beside = keys[first - 1 : first] + keys[end : end + 1]
    return any(not key.isascii() for key in beside) or (
        end - first > 1 and not any(key.isascii() and key.isalpha() for key in keys[:first] + keys[end:])
    )
