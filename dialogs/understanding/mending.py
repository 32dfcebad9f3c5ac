"""Readings put right in the same breath: another fraction, another unit, another reading."""

from dataclasses import replace

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.reading import Reading

_FAR = 9  # tokens between a reading and what mends it


def mended(keys: list[str], row: list[Item], found: list[Reading]) -> list[Reading]:
    """The readings, each with the unit or fraction that was said instead; only English words are looked at."""
    named = any(item.topic == "measure" and item.name in ("celsius", "fahrenheit") for item in row)
    units = [_unit(keys, row, reading) for reading in found] if named else found
    kept: list[Reading] = []
    for reading in units:
        last = kept[-1] if kept else None
        digits = _digits(reading)
        if last and digits and _whole(last) and last.kind != "other" and _instead(keys, last.end, reading.first):
            fraction = _fraction(last.value, digits)
            if fraction is not None:
                said = replace(reading, value=fraction, unit=last.unit, kind=last.kind, rank=last.rank, decimal=True)
                kept.append(said)
                continue
        kept.append(reading)
    return kept


def repaired(keys: list[str], earlier: Reading, later: Reading) -> bool:
    """Whether words between two readings take the first one back: '34, no that was wrong, 36.4'."""
    return any(
        keys[at] in small("takeback") and (at + 1 == later.first or keys[at + 1] in small("backing"))
        for at in range(earlier.end, later.first)
    )


def _unit(keys: list[str], row: list[Item], reading: Reading) -> Reading:
    """'37 Fahrenheit, no, Celsius'."""
    if not reading.unit:
        return _unit_after(keys, row, reading)
    for item in row:
        if item.first < reading.end or item.topic != "measure" or item.name not in ("celsius", "fahrenheit"):
            continue
        if item.first - reading.end <= _FAR and _instead(keys, reading.end, item.first):
            return replace(reading, unit="C" if item.name == "celsius" else "F")
        break
    return reading


def _unit_after(keys: list[str], row: list[Item], reading: Reading) -> Reading:
    """98度6，摄氏的: a unit that is said in a clause of its own."""
    for item in row:
        if item.topic == "measure" and item.name in ("celsius", "fahrenheit") and item.first > reading.end:
            between = keys[reading.end : item.first]
            if len(between) <= _FAR and between[0] in ",;." and all(key in small("unitlead") for key in between[1:]):
                return replace(reading, unit="C" if item.name == "celsius" else "F")
            break
        if item.number and item.first >= reading.end:
            break
    return reading


def _instead(keys: list[str], first: int, end: int) -> bool:
    """Whether a word between says that something is meant instead, and no number lies there."""
    between = keys[first:end]
    return len(between) <= _FAR and any(key in small("instead") for key in between)


def _digits(reading: Reading) -> str:
    """The digits of a number that may be a fraction, or the last digit of a whole and a fraction (seven one)."""
    number = reading.item.number
    if number is None or reading.kind == "other" or (number.decimal and number.value >= 10):
        return ""
    if number.decimal:
        return f"{number.value:.1f}".replace(".", "")
    return number.spelled if len(number.spelled) == 2 else f"{number.value:.0f}" if number.value < 10 else ""


def _whole(reading: Reading) -> bool:
    return 34 <= reading.value < 44 or 93 <= reading.value < 110


def _fraction(value: float, digits: str) -> float | None:
    whole = int(value)
    if len(digits) == 1:
        return float(f"{whole}.{digits}")
    return float(f"{whole}.{digits[1]}") if int(digits[0]) == whole % 10 else None
