"""How words sound: pinyin without what recognisers and dialects confuse, and a plain key for English."""

import itertools
import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import cache

from dialogs.understanding.lexicon import Mention, entries, spellings, words
from dialogs.understanding.syllables import syllable
from dialogs.understanding.tree import Label

# the names of two characters that are worth hearing in others; most pairs of syllables mean too many things
_CORE = frozenset(
    [
        "发烧",
        "发热",
        "咳嗽",
        "腹泻",
        "拉稀",
        "乏力",
        "疲劳",
        "疲倦",
        "头痛",
        "头疼",
        "呕吐",
        "鼻塞",
        "流涕",
        "寒战",
        "发冷",
        "胸痛",
        "胸闷",
        "皮疹",
        "疹子",
        "咽痛",
        "喉痛",
        "嗓子",
        "气喘",
        "气短",
        "无力",
    ]
)
_PLAIN = frozenset("有没不了我你他的一个这那起上下来去是好会人在也都就还说年月日前后")
_ALIKE = 0.84
_EITHER = re.compile(r"\([^()]*\)")
_VOWELS = re.compile(r"[aeiouy]+")
_SPELLINGS = (
    ("ph", "f"), ("gh", "f"), ("ough", "of"), ("augh", "of"), ("ck", "k"), ("sch", "sk"), ("kn", "n"), ("wr", "r"),
    ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"), ("v", "f"), ("th", "t"), ("rh", "r"), ("h", ""), ("w", ""),
)  # fmt: skip


@cache
def english_key(word: str) -> str:
    """A word by its consonants and whether vowels lie between: fever, fevr, feever are one."""
    for letters, sound in _SPELLINGS:
        word = word.replace(letters, sound)
    head = "a" if word[:1] in "aeiouy" else ""
    squeezed = re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", word))
    return head + squeezed


def sound_keys(keys: list[str]) -> list[str]:
    """Each token by its sound."""
    return [
        english_key(key) if key.isascii() and key.isalpha() else syllable(key) if len(key) == 1 else key for key in keys
    ]


@cache
def _sounding_phrases() -> dict[tuple[str, ...], list[tuple[str, Label]]]:
    """Chinese names of symptoms by their syllables."""
    found: dict[tuple[str, ...], list[tuple[str, Label]]] = {}
    for name, phrase in itertools.chain(_symptom_phrases(_few_characters), _bodily_phrases()):
        if len(phrase) >= 2 and _few_characters(phrase):
            if len(phrase) == 2 and phrase not in _CORE:
                continue
            syllables = tuple(syllable(character) for character in phrase)
            found.setdefault(syllables, []).append((phrase, Label("symptom", name)))
    return found


@cache
def _sounding_words() -> dict[str, list[tuple[str, Label]]]:
    """English names of symptoms in one word, by their key."""
    found: dict[str, list[tuple[str, Label]]] = {}
    for name, phrase in _symptom_phrases(_one_word):
        if len(phrase) >= 5 and _one_word(phrase):
            found.setdefault(english_key(phrase), []).append((phrase, Label("symptom", name)))
    return found


def _few_characters(phrase: str) -> bool:
    return len(phrase) <= 4 and all("一" <= character <= "鿿" for character in phrase)


def _one_word(phrase: str) -> bool:
    return phrase.isascii() and phrase.isalpha()


def _symptom_phrases(fits: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Those that may fit: what a pattern has in each of its spellings must, else thousands are made for nothing."""
    for name, patterns in entries()["symptom"].items():
        if name != "none" and not name.startswith("not "):
            for pattern in patterns:
                always = _EITHER.sub("", pattern)
                if not always or fits(always):
                    yield from ((name, phrase) for phrase in spellings(pattern))


def _bodily_phrases() -> Iterator[tuple[str, str]]:
    """喉咙疼: parts of the body with their troubles, as far as these are symptoms."""
    for name, pairs in entries()["body"].items():
        for part, trouble in (pair.split() for pair in pairs):
            if not name.startswith("not ") and part != "alone":
                for said in itertools.product(entries()["part"].get(part, []), entries()["trouble"].get(trouble, [])):
                    yield name, "".join(said)


def sounding(keys: list[str], known: list[Mention]) -> list[Mention]:
    """The mentions known, and where words are left over, symptoms that these sound like in place of single words."""
    covered = {at for mention in known for at in range(mention.first, mention.end)}
    longer = {
        at: mention for mention in known if mention.end - mention.first > 1 for at in range(mention.first, mention.end)
    }
    found: list[Mention] = []
    sounds: list[str] = []
    for at, key in enumerate(keys):
        if at in covered or not key.isalpha():
            continue
        if not key.isascii():
            sounds = sounds or [syllable(each) for each in keys]
        mention = _like_word(key, at) if key.isascii() else _like_phrase(keys, sounds, at, longer)
        if mention and not any(mention.first < other.end and other.first < mention.end for other in found):
            found.append(mention)
    if not found:
        return known
    kept = [m for m in known if not any(m.first < other.end and other.first < m.end for other in found)]
    return sorted([*kept, *found], key=lambda mention: mention.first)


def _like_word(word: str, at: int) -> Mention | None:
    """A misspelt word: the same consonants, the same first letter, one letter wrong (two in long words)."""
    if len(word) < 6 or word in words("small", "common"):
        return None
    for name, label in _sounding_words().get(english_key(word), []):
        if name[0] == word[0] and SequenceMatcher(None, name, word).ratio() >= _ALIKE:
            return Mention(label, at, at + 1)
    return None


def _like_phrase(keys: list[str], sounds: list[str], at: int, longer: dict[int, Mention]) -> Mention | None:
    """Characters outside longer known words that sound like a symptom; at least half of them are right."""
    known = _sounding_phrases()
    for size in (4, 3, 2):
        for first in range(max(at - size + 1, 0), min(at, len(keys) - size) + 1):
            said = known.get(tuple(sounds[first : first + size]))
            window = keys[first : first + size] if said else []
            if not said or all(key in _PLAIN for key in window):
                continue
            for phrase, label in said:
                right = sum(a == b for a, b in zip(phrase, window, strict=True))
                if 2 * right >= size and not _cut(phrase, keys, first, longer):
                    return Mention(label, first, first + size)
    return None


def _cut(phrase: str, keys: list[str], first: int, longer: dict[int, Mention]) -> bool:
    """Whether a phrase heard from a token on would cut a longer known word, or change a character of it."""
    for at, character in enumerate(phrase, first):
        known = longer.get(at)
        if known and (known.first < first or known.end > first + len(phrase) or keys[at] != character):
            return True
    return False


def prepare() -> None:
    """Load what is known by sound, so that no answer waits for it."""
    _sounding_words()
    _sounding_phrases()
