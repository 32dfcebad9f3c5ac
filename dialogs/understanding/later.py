"""When to call again: in an hour, at six tonight, tomorrow morning."""

from functools import cache

from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Lexicon, Mention, layer

Later = tuple[int | None, str | None, int | None]  # minutes from now, "HH:MM", days from today
_PARTS = {"morning": 9, "noon": 12, "afternoon": 15, "evening": 19, "night": 21}
_UNITS = {"unitminute": 1, "unithour": 60}
_FIXED = {"halfhour": 30, "quarter": 15, "hour": 60, "moment": 10, "hourandhalf": 90}


@cache
def _layer() -> Lexicon:
    return layer("clock")


def later(keys: list[str], row: list[Item]) -> Later:
    """(minutes, time of day, day offset) as far as said; a part of the day alone stands for its usual hour."""
    said = _layer().scan(keys)
    minutes = _minutes(row, said)
    if minutes is not None:
        return minutes, None, None
    day = next((days for m in said if (days := _DAYS.get(m.label.name)) is not None), None)
    part = next((m.label.name for m in said if m.label.name in _PARTS), None)
    clock = _clock(keys, row, said, part)
    if clock is None and part:
        clock = f"{_PARTS[part]:02d}:00"
    return None, clock, (day or 0) if clock or day is not None else None


def _minutes(row: list[Item], said: list[Mention]) -> int | None:
    fixed = next((m for m in said if m.label.name in _FIXED), None)
    if fixed:
        return _FIXED[fixed.label.name]
    for at, item in enumerate(row):
        unit = row[at + 1] if at + 1 < len(row) else None
        if item.number and unit and unit.topic == "time" and unit.name in _UNITS and unit.first - item.end <= 1:
            value = round(item.number.value * _UNITS[unit.name])
            return value if 0 < value <= 2880 else None
    return None


def _clock(keys: list[str], row: list[Item], said: list[Mention], part: str | None) -> str | None:
    """The hour and minute said: at six, 八点半, half past six, 6.30 pm, 18:30."""
    for item in row:
        if not item.number:
            continue
        hour, minute = int(item.number.value), 0
        if item.number.decimal:
            minute = round((item.number.value - hour) * 100)
        after = keys[item.end : item.end + 2]
        marked = bool(after and after[0] in ("点", "oclock", "pm", "am", ":", "時", "时")) or item.number.decimal
        before = keys[item.first - 1 : item.first]
        if not (marked or before in (["at"], ["after"], ["past"], ["around"], ["by"], ["about"])):
            continue
        if after[:1] == [":"] and after[1:2] and after[1].isdecimal():
            minute = int(after[1])
        elif after[1:2] == ["半"] or keys[max(item.first - 2, 0) : item.first] == ["half", "past"]:
            minute = 30
        if hour > 23 or minute > 59:
            return None
        return f"{_in_day(hour, part, keys):02d}:{minute:02d}"
    return None


def _in_day(hour: int, part: str | None, keys: list[str]) -> int:
    """Six in the evening is 18; without a word for it, hours from one to seven are after noon."""
    late = part in ("afternoon", "evening", "night") or "pm" in keys
    early = part == "morning" or "am" in keys
    return hour + 12 if hour < 12 and (late or (not early and hour < 8)) else hour


_DAYS = {"tomorrow": 1, "dayafter": 2, "tomorrowmorning": 1}
