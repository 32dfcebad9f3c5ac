"""The number words of Mandarin and its dialects."""

import re

DIGITS = {
    "零": "0", "〇": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
    "八": "8", "九": "9", "幺": "1", "两": "2", "俩": "2", "仨": "3", "壹": "1", "贰": "2", "叁": "3",
}  # fmt: skip
SOUNDS = {
    "武": "5",
    "伍": "5",
    "巴": "8",
    "扒": "8",
    "柒": "7",
    "陆": "6",
    "捌": "8",
    "玖": "9",
    "肆": "4",
    "散": "3",
    "妻": "7",
    "酒": "9",
    "霸": "8",
    "师": "4",
    "流": "6",
    "溜": "6",
    "期": "7",
    "午": "5",
    "叄": "3",
    "起": "7",
    "久": "9",
    "气": "7",
    "寺": "4",
    "事": "4",
    "吴": "5",
    "无": "5",
    "要": "1",
    "把": "8",
}
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100}
_MISHEARD_TEN = frozenset("石时实拾是")
_SHORT = {"廿": 20, "卅": 30}
NUMERALS = frozenset({*DIGITS, *_TENS, *_SHORT})

# what a recogniser writes for the words of a temperature: X is ten, D degrees, P the point
_HEARD = {
    "0": "灵林另邻", "1": "衣依医要腰", "2": "而耳尔", "3": "散伞山闪上参", "4": "师寺事似司死思肆",
    "5": "武伍午吴无吾舞误务物屋", "6": "陆流溜刘留柳", "7": "妻期起气漆欺其骑齐柒奇", "8": "巴扒捌霸把爸拔",
    "9": "玖酒久旧救就舅", "X": "石时实拾是使食", "D": "渡杜都读肚毒独堵", "P": "典店电垫殿",
}  # fmt: skip
_SAID: dict[str, tuple[str, bool]] = {sound: (word, False) for word, sounds in _HEARD.items() for sound in sounds}
_SAID |= {key: (digit, True) for key, digit in DIGITS.items() if key not in "俩仨"}
_SAID |= {"十": ("X", True), "度": ("D", True), "点": ("P", True), **{str(n): (str(n), True) for n in range(10)}}
_SAID |= {str(n): ("N", True) for n in range(34, 44)}
_READING = re.compile(r"[34]X\d[DP]E?\d|3\d[DP]E?\d|NPE?\d|NDE?\d|3X\d\d|3X\dD")
_CHARACTER: dict[str | int, str] = {"X": "十", "D": "度", "P": "点", **dict(enumerate("零一二三四五六七八九"))}
_AFTER = frozenset("吧啊呢了的哦嘛呀啦哈嗯,.。!?;…、")


def heard(keys: list[str]) -> list[str]:
    """The keys with misheard pieces of a temperature put right: 三十气度八, 三十六店五, 36度吾."""
    if not ("度" in keys or "点" in keys or "三" in keys or "十" in keys):
        return keys
    said = [_SAID.get(key, ("E" if key == "儿" else ".", True)) for key in keys]
    mended = keys
    for found in _READING.finditer("".join(word for word, _ in said)):
        first, end = found.span()
        if not said[end - 1][1] and end < len(keys) and keys[end] not in _AFTER:
            end -= 1
        wrong = [at for at in range(first, end) if not said[at][1]]
        if (wrong or "儿" in keys[first:end]) and len(wrong) <= (1 if end - first < 5 else 2):
            mended = keys[:] if mended is keys else mended
            for at in wrong:
                word = said[at][0]
                mended[at] = _CHARACTER[int(word) if word.isdecimal() else word]
            for at in range(first, end):
                mended[at] = "嗯" if mended[at] == "儿" else mended[at]
    return mended


def number(keys: list[str], at: int) -> tuple[float, int, str, bool] | None:
    """The number that starts at a token: value, end, digits if spelled out, whether it has decimals."""
    if keys[at] in SOUNDS:
        return float(SOUNDS[keys[at]]), at + 1, "", False
    end = at
    while end < len(keys) and (keys[end] in NUMERALS or _misheard(keys, at, end)) and end - at < 12:
        end += 1
    run = ["十" if key in _MISHEARD_TEN else key for key in keys[at:end]]
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
    """三十六三十六 is said twice: the first of the two."""
    tens = [place for place, key in enumerate(run) if key == "十"]
    return run[: tens[1] - 1] if len(tens) > 1 and "百" not in run and tens[1] > tens[0] + 1 else run


def _digits(keys: list[str], at: int) -> tuple[str, int]:
    digits = ""
    while (
        at < len(keys)
        and len(digits) < 3
        and (keys[at] in DIGITS or keys[at].isdecimal() or (not digits and keys[at] in SOUNDS))
    ):
        digits += DIGITS.get(keys[at]) or SOUNDS.get(keys[at]) or keys[at]
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
