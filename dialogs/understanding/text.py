"""The text as the engine reads it: folded character by character, cut in tokens that know their place."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc

from dialogs.understanding.chinese import heard

LONGEST = 1200  # characters; no spoken answer is longer, and what is longer must not cost time

_TOKEN = re.compile(
    r"\b(?:thirty|forty|ninety)(?=(?:one|two|three|four|five|six|seven|eight|nine)\b)"
    r"|\b(?:[mw]8|l8e?r|gr8|b4|2(?:day|nite|night|moro|morrow)|(?:some|sum|any|every|ne)1)\b"
    r"|[a-zß-ɏ]+(?:'[a-zß-ɏ]+)*|\d+(?:\.\d+)?|[㐀-鿿]|\n|[^\s\w\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]|[\w]"
)
_DICTATED = re.compile(r"[一二三四五六七八九\d]、[十点度]|[十点]、[一二三四五六七八九\d]")  # 三、十、六、点、八
_SPELLED = re.compile(  # 3，6，点，8
    r"[一二三四五六七八九十\d]\s?,\s?点[一二三四五六七八九\d,]|(?<=[一二三四五六七八九十\d,])点,[一二三四五六七八九\d](?![\d度点十个口])"
    r"|(?<![\d一二三四五六七八九十])[34三四],[一二三四五六七八九\d],点"
)
_HAN = range(0x3400, 0xA000)
_QUOTES = {"’": "'", "‘": "'", "`": "'", "´": "'", "＇": "'", "—": "-", "–": "-", "−": "-", "妳": "你", "牠": "它"}
# where OpenCC keeps a character that is only ever a variant of another one in what people write
_VARIANTS = {"著": "着", "甚": "什", "嚒": "么", "癒": "愈", "餸": "菜", "擰": "拧", "綫": "线", "燒": "烧", "姪": "侄"}


@cache
def folding() -> dict[int, str]:
    """One character for one character: width, case, traditional to simplified (OpenCC's own table)."""
    table: dict[int, str] = {}
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0).lower()
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250)):
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()  # fiancé, café
        if plain.isalpha():
            table[code] = plain
    han = [chr(code) for code in _HAN]
    simple = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    table.update({ord(old): new for old, new in zip(han, simple, strict=True) if old != new and len(new) == 1})
    table.update({ord(old): new for old, new in (*_QUOTES.items(), *_VARIANTS.items())})
    table[0x3000] = " "
    return table


@dataclass(slots=True)
class Text:
    """Tokens in parallel lists: the key to look up, and the span of the original text."""

    original: str
    folded: str
    keys: list[str]
    starts: list[int]
    ends: list[int]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """The characters of the original covered by tokens first..end-1."""
        return self.starts[first], self.ends[end - 1]


def read(original: str) -> Text:
    """Cut a text into tokens: a word, a number, a Chinese character, a sign; never fails, linear in its length."""
    folded = original[:LONGEST].translate(folding())
    keys: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _TOKEN.finditer(folded):
        key, start, end = found.group(), found.start(), found.end()
        if (key == "-" and _within_word(folded, start)) or (key == "、" and _DICTATED.match(folded, start - 1)):
            continue
        if (
            key == "'"
            and len(folded) > 1
            and (folded[start - 1 : start].isascii() and folded[start - 1 : start].isalpha())
        ):
            continue  # chuckin' up
        if key == "," and start and _SPELLED.match(folded, start - 1):
            continue
        if "'" in key and len(key) > 1:
            key = key.replace("'", "")
        keys.append(key)
        starts.append(start)
        ends.append(end)
    return Text(original, folded, heard(keys), starts, ends)


def keys_of(phrase: str) -> list[str]:
    """The keys of a phrase alone, quickly."""
    if phrase.replace(" ", "a").isalpha():
        if phrase.isascii():
            return phrase.lower().split()
        if min(phrase) >= "一" and max(phrase) <= "鿿":
            return list(phrase.translate(folding()))
    return read(phrase).keys


def _within_word(folded: str, at: int) -> bool:
    return folded[at - 1 : at].isalpha() and folded[at + 1 : at + 2].isalpha()


def is_sign(key: str) -> bool:
    """Whether a key is punctuation or another sign rather than a word, a number or an emoji."""
    return len(key) == 1 and unicodedata.category(key)[0] in "PZC"
