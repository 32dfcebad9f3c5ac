"""The respondent's own body temperature: which of the readings is offered as that, and which is the latest."""

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.mending import mended, repaired
from dialogs.understanding.reading import Reading, celsius, readings

_UNTIMED = 2  # a reading without a time beside one of this morning is of now


def temperature(
    keys: list[str], row: list[Item], context: str
) -> tuple[float | None, str, Reading | None, list[Reading]]:
    """(°C or None, status, the reading it came from, all readings)."""
    found = mended(keys, row, readings(keys, row))
    own = [r for r in found if _own(r, context) and (r.kind == "body" or r.decimal or _offered(keys, r))]
    good = [r for r in own if celsius(r.value, r.unit) is not None]
    denied = [r for r in good if r.item.status == "-" and keys[r.first - 1] not in _NAYS]
    denied += [r for r in good if _mistaken(keys, r)]
    good = [r for r in good if r not in denied]
    if good:
        last = _latest(keys, good)
        return celsius(last.value, last.unit), "ok", last, found
    own = [r for r in own if r not in denied]
    if own:
        return None, "implausible", own[-1], found
    return None, "absent", None, found


def _mistaken(keys: list[str], reading: Reading) -> bool:
    """你记成38.6了: what was put down instead of what was said."""
    before = keys[max(reading.first - 2, 0) : reading.first]
    return len(before) == 2 and before[1] == "成" and before[0] in small("mistaken")


def _offered(keys: list[str], reading: Reading) -> bool:
    """Whether a whole number that no body has is offered as one: nothing stands beside it that it counts."""
    if celsius(reading.value, reading.unit) is not None or not keys[reading.first].isascii():
        return True
    first, end = reading.first, reading.end
    while first and keys[first - 1] not in _SIGNS:
        first -= 1
    while end < len(keys) and keys[end] not in _SIGNS:
        end += 1
    beside = keys[first : reading.first] + keys[reading.end : end]
    return reading.value < _LARGEST and all(key in small("offering") or not key.isascii() for key in beside)


_NAYS = ("nah", "nope", "naw", "na")  # nah 36.6 answers twice
_SIGNS = frozenset(",.!?;\n。，、")
_LARGEST = 1000  # 366 may be a temperature without its point, 2019 is a year


def _latest(keys: list[str], good: list[Reading]) -> Reading:
    """The last one said, unless its time is said and another one is said to be later."""
    last = good[-1]
    if last.rank is None or (len(good) > 1 and repaired(keys, good[-2], last)):
        return last
    return max(good, key=lambda r: (_UNTIMED if r.rank is None else r.rank, r.item.first))


def _own(reading: Reading, context: str) -> bool:
    """Whether a number is offered as the respondent's own body temperature."""
    if reading.item.who or reading.kind == "other":
        return False
    plausible = celsius(reading.value, reading.unit) is not None
    named = reading.kind == "body"
    if context == "temperature":
        return plausible or named or (reading.value > 9 or reading.decimal)
    if plausible:
        return named or reading.decimal or context in ("fever", "confirm")
    return named and bool(reading.degrees or reading.unit)
