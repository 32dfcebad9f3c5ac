"""The number words of English."""

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
SOUNDS = {
    "to": "2",
    "too": "2",
    "for": "4",
    "fore": "4",
    "ate": "8",
    "won": "1",
    "tree": "3",
    "free": "3",
    "sex": "6",
    "sicks": "6",
    "fife": "5",
    "nought": "0",
    "naught": "0",
    "nil": "0",
    "aught": "0",
    "tu": "2",
}
_ALONE = ("for", "fore", "won", "too", "to", "tree", "free", "ate", "fife", "sex")
_COUNTED = frozenset(
    (
        "day",
        "days",
        "week",
        "weeks",
        "of",
        "people",
        "sons",
        "suns",
        "other",
        "kids",
        "persons",
        "hours",
        "months",
        "point",
        "daughters",
        "children",
        "others",
        "brothers",
        "sisters",
        "degrees",
    )
)
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "ninty": 90,
}  # fmt: skip
NUMERALS = frozenset(({*DIGITS, *_TEENS, *_TENS, "hundred"} - {"oh", "o"}) | SOUNDS.keys() - {"nil"})
_POINT = ("point", "dot", "comma", "decimal", "pint", "poin", "piont", "pt")


def number(keys: list[str], at: int) -> tuple[float, int, str, bool] | None:
    """The number that starts at a token: value, end, digits if spelled out, whether it has decimals."""
    if len(keys) == 1 and keys[at] in _ALONE:
        return float(SOUNDS[keys[at]]), 1, "", False  # for, won: a number by itself
    if keys[at] in SOUNDS and not (_key(keys, at + 1) in DIGITS and _key(keys, at + 2) in _POINT):
        return (float(SOUNDS[keys[at]]), at + 1, "", False) if _key(keys, at + 1) in _COUNTED else None
    value, end, spelled = _whole(keys, at)
    mark = end
    while _key(keys, mark) in ("uh", "um", "er", ","):
        mark += 1
    if mark < len(keys) - 1 and keys[mark] in _POINT:
        digits, after = _fraction(keys, mark + 1)
        if digits:
            return float(f"{value:.0f}.{digits}"), after, "", True
    return value, end, spelled, False


def _key(keys: list[str], at: int) -> str:
    return keys[at] if at < len(keys) else ""


def _whole(keys: list[str], at: int) -> tuple[float, int, str]:
    key, after = keys[at], _key(keys, at + 1)
    if key == "hundred" or (key == "one" and after == "hundred"):
        return _beyond(keys, at + (1 if key == "hundred" else 2), 100)
    if key in _TENS:
        small, end = _small(keys, at + 1)
        return (_TENS[key] + small if small < 10 else _TENS[key]), (end if 0 < small < 10 else at + 1), ""
    if key in _TEENS:
        return _TEENS[key], at + 1, ""
    if key in DIGITS and after == "hundred":
        return _beyond(keys, at + 2, 100 * int(DIGITS[key]))
    digits, end = "", at
    if key in SOUNDS:
        digits, end = SOUNDS[key], at + 1  # tree six point seven
    while _key(keys, end) in DIGITS and len(digits) < 12:
        digits += DIGITS[keys[end]]
        end += 1
    return float(digits), end, digits if len(digits) > 1 else ""


def _small(keys: list[str], at: int) -> tuple[int, int]:
    key = _key(keys, at)
    digit = DIGITS.get(key) or ("8" if key == "ate" else "0")
    return int(digit), at + 1


def _beyond(keys: list[str], at: int, base: float) -> tuple[float, int, str]:
    """The rest of 'a hundred (and) one'."""
    start = at + (_key(keys, at) in ("and", "an", "n"))
    key = _key(keys, start)
    if key in SOUNDS and start > at and key in ("to", "too", "for", "won"):
        return base + int(SOUNDS[key]), start + 1, ""
    if key not in NUMERALS or key == "hundred" or key in SOUNDS:
        return base, at, ""
    if key in DIGITS:
        return base + int(DIGITS[key]), start + 1, ""
    value, end, _ = _whole(keys, start)
    return base + value, end, ""


def _fraction(keys: list[str], at: int) -> tuple[str, int]:
    """What follows the point: digits one by one, 'twenty five', or figures."""
    while _key(keys, at) in ("uh", "um", "er", ","):
        at += 1
    key = _key(keys, at)
    if key.isdecimal():
        return key, at + 1
    if key in SOUNDS:
        return SOUNDS[key], at + 1
    if key in _TENS or key in _TEENS:
        value, end, _ = _whole(keys, at)
        return f"{value:.0f}", end
    digits = ""
    while _key(keys, at) in DIGITS and len(digits) < 2:
        digits += DIGITS[keys[at]]
        at += 1
    return digits, at
