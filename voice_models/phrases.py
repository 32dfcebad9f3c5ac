"""What residents are likely to say: the phrases of each kind of answer, in Mandarin and English."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
DIGITS = "零一二三四五六七八九"
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
CELSIUS = range(340, 431)
FAHRENHEIT = range(932, 1095)


@lru_cache
def book(language: str) -> dict[str, Any]:
    """The phrase book of "zh" or "en" as it lies in phrases.<language>.yaml."""
    read: dict[str, Any] = yaml.safe_load((HERE / f"phrases.{language}.yaml").read_text("utf-8"))
    return read


def spread(pattern: str) -> Iterator[str]:
    """Every phrase of a pattern: `(a|b)c` gives ac and bc."""
    pieces = [piece.split("|") for piece in re.split(r"[()]", pattern)]
    for choice in product(*pieces):
        yield re.sub(r"\s+", " ", "".join(choice)).strip()


def listed(patterns: str) -> list[str]:
    """The phrases of a comma-separated line of patterns."""
    return [phrase for pattern in patterns.split(",") for phrase in spread(pattern)]


def number(language: str, value: int) -> str:
    """0-999 in words, as counted: 37 is 三十七 or thirty seven."""
    return _chinese(value) if language == "zh" else _english(value)


def _chinese(value: int) -> str:
    if value < 10:
        return DIGITS[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
    hundreds, rest = divmod(value, 100)
    if not rest:
        return DIGITS[hundreds] + "百"
    joint = "零" if rest < 10 else "一" if rest < 20 else ""
    return DIGITS[hundreds] + "百" + joint + _chinese(rest)


def _english(value: int) -> str:
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f" {ONES[ones]}" if ones else "")
    hundreds, rest = divmod(value, 100)
    return f"{ONES[hundreds]} hundred" + (f" and {_english(rest)}" if rest else "")


def temperature_shapes(language: str, tenths: int) -> list[str]:
    """The spoken shapes of a temperature in tenths of a degree (Celsius, or Fahrenheit from 932 in English)."""
    whole, tenth = divmod(tenths, 10)
    return _shapes_zh(whole, tenth) if language == "zh" else _shapes_en(whole, tenth)


def _shapes_zh(whole: int, tenth: int) -> list[str]:
    full, last = _chinese(whole), DIGITS[tenth]
    short = DIGITS[whole // 10] + DIGITS[whole % 10]
    shapes = [f"{full}度{last}", f"{full}点{last}", f"{full}点{last}度", f"{short}点{last}", f"{short}度{last}"]
    if tenth == 0:
        return [f"{full}度", full, f"{full}度整", f"{full}点零", f"{full}点零度"]
    if whole == 40:
        shapes = shapes[:3]
    return shapes + ([f"{full}度半"] if tenth == 5 else [])


def _wholes_en(whole: int) -> list[str]:
    if whole < 100:
        digits = [] if whole % 10 == 0 else [f"{ONES[whole // 10]} {ONES[whole % 10]}"]
        return [_english(whole), *digits]
    if whole == 100:
        return ["a hundred", "one hundred"]
    rest = _english(whole - 100)
    spoken_zero = f"one oh {rest}"
    return [f"a hundred and {rest}", f"one hundred and {rest}", f"one hundred {rest}", spoken_zero]


def _shapes_en(whole: int, tenth: int) -> list[str]:
    shapes = []
    for spoken in _wholes_en(whole):
        if tenth == 0:
            shapes += [spoken, f"{spoken} degrees", f"{spoken} point zero", f"{spoken} point oh"]
            continue
        shapes += [f"{spoken} point {ONES[tenth]}", f"{spoken} point {ONES[tenth]} degrees"]
        if whole % 10 and whole < 100:
            shapes.append(f"{spoken} {ONES[tenth]}")
        if tenth == 5:
            shapes.append(f"{spoken} and a half")
    return shapes


@lru_cache
def temperatures(language: str) -> dict[str, int]:
    """Every spoken temperature and its value in tenths of a degree."""
    reach = [*CELSIUS] if language == "zh" else [*CELSIUS, *FAHRENHEIT]
    return {shape: tenths for tenths in reach for shape in temperature_shapes(language, tenths)}


@lru_cache
def counts(language: str) -> dict[str, int]:
    """How many people live at home, in every usual shape, one to twelve."""
    said: dict[str, int] = {}
    for count in range(1, 13):
        word = "两" if language == "zh" and count == 2 else number(language, count)
        tails = ["个人", "口人", "口", "个"] if language == "zh" else ["", " people", " of us", " persons"]
        said |= {word + tail: count for tail in tails}
    return said


@lru_cache
def days(language: str) -> dict[str, int]:
    """For how many days, one to thirty."""
    said: dict[str, int] = {}
    for count in range(1, 31):
        word = "两" if language == "zh" and count == 2 else number(language, count)
        if language == "zh":
            shapes = [f"{word}天", f"{word}天了", f"{word}天前"]
        else:
            unit = "day" if count == 1 else "days"
            shapes = [f"{word} {unit}", f"{word} {unit} ago", f"for {word} {unit}"]
        said |= dict.fromkeys(shapes, count)
    return said


@lru_cache
def digits(language: str) -> tuple[str, ...]:
    """The digits said one by one."""
    return (*DIGITS, "两", "幺") if language == "zh" else (*ONES[:10], "oh")


@lru_cache
def symptoms(language: str) -> dict[str, str]:
    """Every name of a symptom, and the symptom it means."""
    names = book(language)["symptom"]
    return {name: symptom for symptom, patterns in names.items() for name in listed(patterns)}


@lru_cache
def fixed(language: str, group: str) -> tuple[str, ...]:
    """The phrases of one fixed group: yes, no, repeat, human, call_later ..."""
    return tuple(dict.fromkeys(listed(book(language)["fixed"][group])))


@lru_cache
def carriers(language: str) -> tuple[str, ...]:
    """Small words heard one by one between the others."""
    return tuple(listed(book(language)["carrier"]))


@lru_cache
def words(language: str) -> tuple[str, ...]:
    """Phrases of the scripts and pieces of numbers."""
    return tuple(listed(book(language)["words"]))


ACTS: tuple[str, ...] = ("repeat", "human", "call_later", "wrong_number", "refuse", "hold_on", "who_are_you")
ACTS += ("correction", "dont_know", "emergency", "social")
KINDS = ("temperature", "yes_no", "symptoms", "household", "onset", "contact", "digits", "moment")


@lru_cache
def expected(language: str, kind: str, acts: bool = True) -> tuple[str, ...]:
    """The phrases to expect after a question of a kind (one of KINDS), with the acts that may come at any time."""
    own = _own(language, kind)
    always = [phrase for group in ACTS for phrase in fixed(language, group)] if acts else []
    return tuple(dict.fromkeys([*own, *always]))


def _own(language: str, kind: str) -> list[str]:
    yes_no = [*fixed(language, "yes"), *fixed(language, "no")]
    if kind == "temperature":
        around = book(language)["temperature"]
        return [*temperatures(language), *listed(around["before"]), *listed(around["after"]), *yes_no]
    if kind == "yes_no":
        return yes_no
    if kind == "symptoms":
        return [*yes_no, *symptoms(language), *_with_symptom(language)]
    if kind == "household":
        return [*counts(language), *listed(book(language)["count"]["before"]), *fixed(language, "alone")]
    if kind == "onset":
        return [*days(language), *fixed(language, "onset")]
    if kind == "contact":
        return [*yes_no, *fixed(language, "contact")]
    if kind == "digits":
        join = "" if language == "zh" else " "
        return [*digits(language), *(join.join(pair) for pair in product(digits(language), repeat=2))]
    if kind == "moment":
        return [*fixed(language, "moment"), *yes_no]
    raise ValueError(f"no kind of question {kind!r}; known: {', '.join(KINDS)}")


@lru_cache
def usual(language: str, kind: str) -> tuple[str, ...]:
    """What people say besides at a question of this kind, and at any; kinds are those of answers.<language>.yaml."""
    read = _answers(language)
    lines = [read[name] for name in (kind, "any") if name in read]
    short = _in_three(language) if kind == "temperature" else ()
    return tuple(dict.fromkeys([*short, *(phrase for line in lines for phrase in listed(_counted(language, line)))]))


def _in_three(language: str) -> Iterator[str]:
    """Temperatures as three digits in a row, as many say them in Mandarin: 三八四 is 38.4."""
    if language == "zh":
        yield from ("".join(DIGITS[int(digit)] for digit in str(tenths)) for tenths in range(350, 420))


@lru_cache
def _answers(language: str) -> dict[str, str]:
    read: dict[str, str] = yaml.safe_load((HERE / f"answers.{language}.yaml").read_text("utf-8"))
    return read


def _counted(language: str, line: str) -> str:
    """The line with {count} as any number from one to twelve."""
    words = ["两" if language == "zh" and count == 2 else number(language, count) for count in range(1, 13)]
    return (
        line.replace("({count}", "{count}")
        .replace("{count}天)", "{count}天")
        .replace("{count}", f"({'|'.join(words)})")
    )


def everyday(language: str) -> tuple[str, ...]:
    """Every phrase of answers.<language>.yaml."""
    return tuple(dict.fromkeys(phrase for kind in _answers(language) for phrase in usual(language, kind)))


def _with_symptom(language: str) -> list[str]:
    """Carrier sentences round two names, enough for the grammar to learn what follows what."""
    patterns = [pattern.strip() for pattern in book(language)["with_symptom"].split(",")]
    names = list(symptoms(language))
    pairs = zip(names, names[1:] + names[:1], strict=True)
    said = [fill(pattern, [first, second]) for first, second in pairs for pattern in dict.fromkeys(patterns)]
    return [phrase for phrase in said if not re.search("没有没|不没|没没|no no |not no |(have|had) no no", phrase)]


def fill(pattern: str, names: list[str]) -> str:
    """Put symptom names into the places of a pattern, in order."""
    for name in names:
        pattern = pattern.replace("{symptom}", name, 1)
    return pattern


@lru_cache
def wholes(language: str) -> tuple[str, ...]:
    """Phrases heard as one unit: temperatures, counts, days, the fixed groups, the symptom names and the digits."""
    groups = [phrase for group in book(language)["fixed"] for phrase in fixed(language, group)]
    said = [*temperatures(language), *counts(language), *days(language), *groups, *symptoms(language)]
    return tuple(dict.fromkeys([*said, *digits(language)]))
