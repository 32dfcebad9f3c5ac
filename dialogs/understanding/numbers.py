"""Number words of both languages as numbers with their place; the shapes of each are in its own file."""

from dataclasses import dataclass

from dialogs.understanding import chinese, english
from dialogs.understanding.text import Text


@dataclass(frozen=True, slots=True)
class Number:
    """A number said: its value, tokens first..end-1, and its digits when it was spelled digit by digit."""

    value: float
    first: int
    end: int
    spelled: str = ""
    decimal: bool = False


_COUNTED = [["个", "人"], ["口", "人"], ["天", "了"], ["天", "前"]]  # behind a figure that was only heard


def numbers(text: Text) -> list[Number]:
    """All numbers of a text from left to right."""
    keys, at = text.keys, 0
    found: list[Number] = []
    while at < len(keys):
        key = keys[at]
        said = None
        if key[0].isdecimal():
            said = _figures(text, at)
        elif key in chinese.NUMERALS or keys[at + 1 : at + 3] in _COUNTED:
            said = _number(chinese.number(keys, at), at)
        elif key in english.NUMERALS:
            said = _number(english.number(keys, at), at)
        if said:
            found.append(_together(found[-1], said) if found and found[-1].end == at else said)
            if found[-1].first < at:
                del found[-2]
            at = said.end
        else:
            at += 1
    return found


def _number(read: tuple[float, int, str, bool] | None, at: int) -> Number | None:
    return Number(read[0], at, read[1], read[2], read[3]) if read else None


def _together(before: Number, after: Number) -> Number:
    """三十8度2, 3十8: figures and characters in one number."""
    if before.decimal or before.spelled or after.spelled:
        return after
    if before.value in (20, 30, 40, 90, 100) and after.value < 10:
        return Number(before.value + after.value, before.first, after.end, decimal=after.decimal)
    if before.value < 10 and 10 <= after.value < 20 and before.end - before.first == 1:
        return Number(10 * before.value + after.value - 10, before.first, after.end, decimal=after.decimal)
    return after


def _spelled_figures(keys: list[str], at: int) -> Number:
    """3 7 度 4: figures one by one."""
    end = at
    while end < len(keys) and end - at < 12 and len(keys[end]) == 1 and keys[end].isdecimal():
        end += 1
    digits = "".join(keys[at:end])
    if (
        end - at == 2
        and keys[end : end + 1] in (["."], ["点"])
        and keys[end + 1 : end + 2]
        and keys[end + 1].isdecimal()
    ):
        return Number(float(f"{digits}.{keys[end + 1][:2]}"), at, end + 2, decimal=True)  # 3 6 . 7
    return Number(float(digits), at, end, spelled=digits)


def _figures(text: Text, at: int) -> Number:
    """Figures, also with a comma, a Chinese point or the word for one in the place of the point: 37,8 37。8 37点8."""
    keys = text.keys
    if len(keys[at]) == 1 and keys[at + 1 : at + 2] and keys[at + 1].isdecimal() and len(keys[at + 1]) == 1:
        return _spelled_figures(keys, at)
    if "." in keys[at] or at + 2 >= len(keys):
        return Number(float(keys[at][:15]), at, at + 1, decimal="." in keys[at])
    if keys[at + 1 : at + 3] == [".", "."] and len(keys) > at + 3 and keys[at + 3].isdecimal() and len(keys[at]) == 2:
        return Number(float(f"{keys[at]}.{keys[at + 3][:2]}"), at, at + 4, decimal=True)
    sign, after = keys[at + 1], keys[at + 2]
    fraction = (
        after
        if after.isdecimal()
        else chinese.DIGITS.get(after) or english.DIGITS.get(after) or english.SOUNDS.get(after)
    )
    tight = text.ends[at] == text.starts[at + 1] and text.ends[at + 1] == text.starts[at + 2]
    joined = sign in ("点", "point", "dot", "comma", "decimal") or (
        sign in ",。·、" and tight and len(keys[at]) in (2, 3)
    )
    joined = joined or (sign in ".':-" and after.isdecimal() and len(after) == 1 and "34" <= keys[at] <= "43")
    if joined and fraction and len(str(fraction)) <= 2:
        return Number(float(f"{keys[at]}.{fraction}"), at, at + 3, decimal=True)
    return Number(float(keys[at][:15]), at, at + 1)
