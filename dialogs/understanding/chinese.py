"""The number words of Mandarin and its dialects."""

import re
from functools import cache

from dialogs.understanding.syllables import syllable

DIGITS = {
    "零": "0", "〇": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
    "八": "8", "九": "9", "幺": "1", "两": "2", "俩": "2", "仨": "3", "壹": "1", "贰": "2", "叁": "3",
    "肆": "4", "伍": "5", "柒": "7", "捌": "8", "玖": "9",
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100}
_MISHEARD_TEN = frozenset("石时实拾是")
_SHORT = {"廿": 20, "卅": 30}
NUMERALS = frozenset({*DIGITS, *_TENS, *_SHORT})

# what a recogniser writes for the words of a temperature: X is ten, D degrees, P the point, B hundred, S ten or four
_SYLLABLES = {
    "lin": "0", "yi": "1", "er": "2", "san": "3", "si": "S", "wu": "5", "liu": "6", "qi": "7", "ba": "8", "jiu": "9",
    "du": "D", "dian": "P", "bai": "B",
}  # fmt: skip
_HEARD = {"1": "要腰幺", "2": "两", "3": "参", "8": "拔", "D": "多"}  # by another reading, or badly heard
_FORMAL = dict(zip("零壹贰叁肆伍陆柒捌玖", "0123456789", strict=True)) | {"拾": "X", "佰": "B", "貳": "2", "參": "3"}
_EXACT = {key: digit for key, digit in DIGITS.items() if key not in "俩仨"} | _FORMAL
_EXACT |= {"十": "X", "百": "B", "度": "D", "点": "P", "儿": "E"} | {str(n): str(n) for n in range(10)}
_EXACT |= {str(n): "N" for n in (*range(34, 44), *range(95, 106))}
_UNSURE = frozenset("多吧")
_SPOKEN = frozenset("罢您已以亦也没俩仨")  # little words that sound like figures and stand behind them
_LOOSE = frozenset("上就起其事要把无有时是使")  # words that are figures only before or behind a degree or point
_READING = re.compile(
    r"[3-49][XS][\dS][DP]E?[\dS]|3[\dS][DP]E?[\dS]|N[DP]E?[\dS]|[3-4]X[\dS][\dS]|[3-4][XS][\dS]D"
    r"|1B0[\dS](?:[DP]E?[\dS]|D)|1B0[\dS]"
)
_CHARACTER = {"X": "十", "D": "度", "P": "点", "B": "百", "E": "嗯"} | dict(
    zip("0123456789", "零一二三四五六七八九", strict=True)
)
_AFTER = frozenset("吧啊呢了的哦嘛呀啦哈嗯,.。!?;…、左右多")
_TRIGGERS = frozenset(("度", "点", "三", "十", "拾", "叁", *map(str, range(34, 44)), *map(str, range(95, 106))))


@cache
def _spoken(key: str) -> str:
    """The word of a temperature that a key is or sounds like, '.' for none."""
    if key in _EXACT:
        return _EXACT[key]
    if len(key) > 1 or key.isascii() or key in _SPOKEN:
        return "."
    by_ear = next((word for word, characters in _HEARD.items() if key in characters), "")
    return by_ear or _SYLLABLES.get(syllable(key), ".")


def heard(keys: list[str]) -> list[str]:
    """The keys with misheard pieces of a temperature put right: 三十气度八, 三十六店五, 36度吾, 叁拾陆点伍."""
    if _TRIGGERS.isdisjoint(keys):
        return keys
    said = [_spoken(key) if key not in _UNSURE or _figured(keys, at) else "." for at, key in enumerate(keys)]
    mended = keys
    for found in _READING.finditer("".join(said)):
        first, end = found.span()
        while end > first + 2 and keys[end - 1] not in _EXACT and _no_figure(keys, first, end):
            end -= 1
        wrong = sum(key not in _EXACT for key in keys[first:end])
        if wrong <= (1 if end - first < 5 else 2):
            words = [_word(word, place) for place, word in enumerate(said[first:end])]
            mended = keys[:] if mended is keys else mended
            for at, word in enumerate(words, first):
                mended[at] = keys[at] if keys[at][0].isdecimal() else word
    return mended


def _figured(keys: list[str], at: int) -> bool:
    """三十六多五, 三十吧度五: 多 may stand for 度 where no little amount follows, 吧 for a figure before a degree."""
    after = keys[at + 1 : at + 2]
    return after not in (["一"], ["两"], ["几"], ["点"]) if keys[at] == "多" else after in (["度"], ["点"])


def _no_figure(keys: list[str], first: int, end: int) -> bool:
    """Whether a misheard last figure is no figure: more words follow, or it is a little word with no point before."""
    follows = end < len(keys) and keys[end] not in _AFTER
    return follows or (keys[end - 1] in _LOOSE and _spoken(keys[end - 2]) not in ("D", "P"))


def digit_by_sound(key: str) -> str:
    """The figure that a character sounds like (山个人), "" for none and for little words."""
    word = "" if key in _LOOSE or key in _EXACT else _spoken(key)
    return word if word.isdecimal() and word != "0" else ""


def _word(symbol: str, place: int) -> str:
    """The character of a symbol; the sound of four and ten is ten in the second place."""
    return _CHARACTER.get(("X" if place == 1 else "4") if symbol == "S" else symbol, symbol)


def number(keys: list[str], at: int) -> tuple[float, int, str, bool] | None:
    """The number that starts at a token: value, end, digits if spelled out, whether it has decimals."""
    if keys[at] not in NUMERALS:
        sound = digit_by_sound(keys[at])
        return (float(sound), at + 1, "", False) if sound else None
    end = at
    while end < len(keys) and (keys[end] in NUMERALS or _misheard(keys, at, end)) and end - at < 12:
        end += 1
    run = ["十" if key in _MISHEARD_TEN else key for key in keys[at:end]]
    if run[2:3] == ["十"] and run[0] in DIGITS and run[1] in DIGITS and int(DIGITS[run[1]]) - int(DIGITS[run[0]]) == 1:
        return 10 * float(DIGITS[run[0]]), at + 3, "", False  # 二三十 is twenty and more
    end = at + len(run := _first_of_two(run))
    spelled = "" if any(key in _TENS or key in _SHORT for key in run) else "".join(DIGITS[key] for key in run)
    value, rest = (float(spelled), []) if spelled else _counted(run)
    if rest:  # 三十七八: the last digit is the tenth
        tenths = "".join(DIGITS.get(key, "") for key in rest)
        return float(f"{value:.0f}.{tenths or 0}"), end, "", True
    if end < len(keys) - 1 and keys[end] in ("点", "."):
        digits, after = _digits(keys, end + 1)
        if digits and keys[after : after + 1] not in (["十"], ["百"]):  # 差一点三十八
            return float(f"{value:.0f}.{digits}"), after, "", True
    return value, end, spelled if len(spelled) > 1 else "", False


def _misheard(keys: list[str], at: int, end: int) -> bool:
    """三石七度: a character that sounds like ten, between a digit and another with its degree."""
    after = keys[end + 1 : end + 3]
    return (
        end == at + 1
        and keys[end] in _MISHEARD_TEN
        and keys[at] in DIGITS
        and bool(after)
        and (after[0] in "度点" or (after[0] in DIGITS and after[1:] in (["度"], ["点"])))
    )


def _first_of_two(run: list[str]) -> list[str]:
    """三十六三十六 and 五三十六 are two numbers: the first of them; 五六十 is one."""
    if "百" in run:
        return run
    for place in range(1, len(run) - 1):
        tens, figures = run[place + 1] == "十", run[place - 1] in DIGITS and run[place] in DIGITS
        if tens and figures and int(DIGITS[run[place]]) - int(DIGITS[run[place - 1]]) != 1:
            return run[:place]
    return run


def _digits(keys: list[str], at: int) -> tuple[str, int]:
    digits = ""
    while (
        at < len(keys)
        and len(digits) < 3
        and (keys[at] in DIGITS or keys[at].isdecimal() or (not digits and digit_by_sound(keys[at])))
    ):
        digits += DIGITS.get(keys[at]) or digit_by_sound(keys[at]) or keys[at]
        at += 1
    return digits, at


def _counted(run: list[str]) -> tuple[float, list[str]]:
    """一百零一, 三十八, 一百二: the value, and the digits left over after the units."""
    total, digit, unit, zero = 0, 0, 0, False
    for place, key in enumerate(run):
        if key in _TENS:
            unit = _TENS[key]
            total += (digit or (1 if not total or unit == 10 else 0)) * unit
            digit, zero = 0, False
        elif key in _SHORT:
            total, unit = total + _SHORT[key], 10
        elif DIGITS[key] == "0":
            zero = True
        elif digit:
            return float(total + digit), run[place:]
        else:
            digit = int(DIGITS[key])
    if digit and unit >= 100 and not zero:
        digit *= unit // 10
    return float(total + digit), []
