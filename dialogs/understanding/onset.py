"""How many days ago the respondent's complaint began."""

from datetime import datetime

from dialogs.understanding import english
from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.since import Moment, meant, of_cause, of_reading, together, well

_UNITS = {
    "unitday": 1, "unitweek": 7, "unitmonth": 30, "unityear": 365, "unithour": 1 / 24, "unitminute": 0, "unitnight": 1,
}  # fmt: skip
_DAYS = {
    "today": 0, "justnow": 0, "morning": 0, "yesterday": 1, "lastnight": 1, "night": 1, "d1": 1, "d2": 2, "d3": 3,
    "d4": 4,
}  # fmt: skip
_ELSEWHERE = {("contact", "trip"), ("contact", "went"), ("cue", "elsewhere")}
_FIXED = {"couple": 2, "halfmonth": 15, "fortnight": 14, "week": 7, "month": 30, "halfyear": 182, "tendays": 10}
_BEGINNINGS = ("start", "since", "metoo")
_WEEKDAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}


def moments(keys: list[str], row: list[Item], now: datetime | None) -> list[Moment]:
    """All times in the past that an answer names."""
    found: list[Moment] = []
    used = -1
    for at, item in enumerate(row):
        if item.first < used:
            continue
        if found and item.topic == "time" and (more := _reckoned(keys, found[-1], item)):
            found[-1].days, found[-1].end = more, item.end
            continue
        moment = _counted(keys, row, at) if item.number else _named(keys, row, at, now)
        if moment:
            used = moment.end
            found.append(moment)
    return found


def _reckoned(keys: list[str], moment: Moment, day: Item) -> int:
    """'A week ago yesterday', 'two days before yesterday': days in all; 0 where the two are not told as one."""
    between = keys[moment.end : day.first]
    days = _DAYS.get(day.name, 0)
    if not days or day.name == "lastnight":
        return 0
    weeks = moment.days and moment.days % 7 == 0 and between in ([], ["ago"])
    return moment.days + days if weeks or between in (["before"], ["before", "the"]) else 0


def _named(keys: list[str], row: list[Item], at: int, now: datetime | None) -> Moment | None:
    """A time with a name; 'a week and a half' is half as long again, 'day three' the second after the first."""
    item = row[at]
    if item.topic != "time":
        return None
    if item.name == "longago" and keys[item.end - 1] in ("ago", "back"):
        return _long(keys, item)
    if item.name == "now" and keys[item.end - 1] == "ago":
        return Moment(0, item.first, item.end, item)
    days = _DAYS.get(item.name, _FIXED.get(item.name))
    if days is None and item.name in _WEEKDAYS and now is not None:
        days = (now.weekday() - _WEEKDAYS[item.name]) % 7 or 7
    following = row[at + 1] if at + 1 < len(row) and row[at + 1].first == item.end else None
    if days is not None and following and (following.topic, following.name) == ("measure", "half"):
        return Moment(days + days // 2, item.first, following.end, item)
    if item.name == "unitday" and keys[item.first] == "day" and following and following.number:
        return Moment(max(int(following.number.value) - 1, 0), item.first, following.end, following)
    if days is None and item.name == "unitweek" and following and (following.topic, following.name) == _HALF:
        return Moment(10, item.first, following.end, item)  # week and a half
    if days is None and item.name == "unitday" and item.first and keys[item.first - 1] in _ORDINALS:
        return Moment(_ORDINALS.index(keys[item.first - 1]), item.first - 1, item.end, item)
    if days is None and item.name in _UNITS:
        return _single(keys, item)
    return Moment(days, item.first, item.end, item) if days is not None else None


_HALF = ("measure", "half")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _long(keys: list[str], item: Item) -> Moment | None:
    """'Three months ago', 'a year ago': long ago, and yet a number of days."""
    said = keys[item.first : item.end]
    months = next((days for word, days in _LONG.items() if word in said), 0)
    many = next((english.DIGITS[key] for key in said if key in english.DIGITS), "1" if "a" in said else "0")
    return Moment(int(many) * months, item.first, item.end, item) if months and int(many) else None


_LONG = {"months": 30, "years": 365, "year": 365}


def _single(keys: list[str], unit: Item) -> Moment | None:
    """A unit without a number: 'a good month', 'the last hour', 'a few minutes'; but no day of 'twice a day'."""
    first = unit.first
    while first and keys[first - 1] in small("measured"):
        first -= 1
        if keys[first] in small("article"):
            break
    short = unit.name in ("unithour", "unitminute")
    article = keys[first] in small("article") and first < unit.first
    several = keys[first - 1 : first] and (keys[first - 1] in small("times") or keys[first - 1][0].isdecimal())
    if not article and not short:
        return None
    ago = not small("ago").isdisjoint(keys[max(first - 1, 0) : unit.first] + keys[unit.end : unit.end + 3])
    if short and not (ago and keys[unit.first].isascii()):
        return None
    if unit.name == "unitday" and (keys[first] in small("lastly") or keys[unit.first] != "day" or several):
        return None
    half = keys[first - 1 : first] == ["half"]
    return Moment(int(_UNITS[unit.name] / (1 + half)), first, unit.end, unit)


def _counted(keys: list[str], row: list[Item], at: int) -> Moment | None:
    """A number with a unit of time: three days, two and a half weeks, ten or so days, 两个礼拜, 三四天."""
    item = row[at]
    number = item.number
    assert number is not None
    half = 0.0
    for unit in row[at + 1 : at + 6]:
        between = keys[item.end : unit.first]
        if len(between) > 1 and (len(between) > 4 or any(key not in small("measured") for key in between)):
            return None
        if (unit.topic, unit.name) == ("measure", "half"):
            half = 0.5
        elif unit.topic == "time" and unit.name in _UNITS:
            value = number.value
            if number.spelled:
                value = float(number.spelled.strip("0")[:1] or 0) if len(number.spelled) == 2 else value
            if value > 4000:
                return None
            return Moment(int((value + half) * _UNITS[unit.name] + 1e-6), item.first, unit.end, item)
        elif unit.topic in ("symptom", "person", "sign"):
            return None
    return None


def onset(
    keys: list[str], row: list[Item], context: str, now: datetime | None, symptoms: bool, said_yes: bool
) -> Moment | None:
    """The beginning of the present complaint; in other contexts only beside a present symptom."""
    said = moments(keys, row, now)[:_MANY]
    others = any((item.topic == "symptom" or item.name == "ill") and item.who for item in row)
    own = [m for m in said if not m.item.who] or (said if context == "onset" and not others else [])
    han = any(not keys[m.first].isascii() for m in own)
    own = meant(keys, row, together(keys, row, own)) if han else own
    own = [m for m in own if not _part_of_day(own, m)]
    found = [m for m in own if not _elsewhere(keys, row, m)]
    if context == "onset" and {i.name for i in row if (i.topic, i.name) in _ELSEWHERE} == {"went"}:
        found = found or own
    found = found or (_lately(keys, row) if context == "onset" else [])
    if not found:
        return _repaired(row, None) if context == "onset" else None
    if context == "onset" and len(found) > 1:
        found = _mine(keys, found)
    started = [m for m in found if _started(row, m)]
    if context == "onset" and len(found) == 1 and (instead := _cited(keys, row, found[0])):
        return instead
    if context == "onset":
        if han:
            chosen = max(started or found, key=lambda m: m.days)
            return _repaired(row, chosen) or chosen
        concluded = _concluded(keys, row, found)
        if concluded:
            return concluded
        chosen = min(started or found, key=lambda m: _far(row, m)) if not _says_no(row) else (started or found)[-1]
        return _repaired(row, chosen) or chosen
    found = [m for m in found if m in started or not (_by_night(m) or _any_day(keys, row, m))]
    if not symptoms:
        return None
    if han:
        found = [m for m in found if not (of_cause(keys, row, m) or well(keys, row, m) or of_reading(row, m))]
    if started:
        return min(started, key=lambda m: _far(row, m))
    beside = [
        m
        for m in found
        if any(
            item.topic == "symptom" and item.status == "+" and not item.who and abs(item.clause - m.item.clause) <= 1
            for item in row
        )
    ]
    if said_yes and not beside:
        beside = found
    return beside[0] if beside and not any(m.item.past for m in beside) else None


def _mine(keys: list[str], found: list[Moment]) -> list[Moment]:
    """'My wife a week ago, me three days ago': those said of me by name, and none that was only said before."""
    mine = [
        m
        for m in found
        if not _NAMED.isdisjoint(keys[max(m.first - 3, 0) : m.first]) and keys[m.end : m.end + 1] != ["after"]
    ]
    told = [m for m in found if not small("citing").isdisjoint(keys[max(m.first - 3, 0) : m.first])]
    return mine or ([m for m in found if m not in told] or found)


_NAMED = frozenset(("me", "mine", "myself", "meself"))


def _concluded(keys: list[str], row: list[Item], found: list[Moment]) -> Moment | None:
    """'On my birthday, so five days', 'twenty days tomorrow, so nineteen', 'it will be four days tomorrow'."""
    last = found[-1]
    summed = [m for m in found[1:] if not small("summing").isdisjoint(keys[max(m.first - 2, 0) : m.first])]
    if summed:
        return summed[-1]
    unit = next((i for i in row if i.topic == "time" and i.end == last.end and i.name in _UNITS), None)
    for item in row:
        if unit and item.number and item.first >= last.end and keys[item.first - 1] in small("summing"):
            return Moment(int(item.number.value * _UNITS[unit.name]), item.first, item.end, item)
    after = keys[last.end : last.end + 3]
    if "tomorrow" in after and (after[0] in ("tomorrow", "come") or not small("willbe").isdisjoint(keys)):
        return Moment(max(last.days - 1, 0), last.first, last.end, last.item)
    return None


def _lately(keys: list[str], row: list[Item]) -> list[Moment]:
    """就这两天: a couple of days, where it is asked since when."""
    now = [item for item in row if (item.topic, item.name) == ("cue", "now")]
    return [Moment(2, item.first, item.end, item) for item in now if keys[item.first + 1 : item.first + 2] == ["两"]]


_MANY = 30  # times in one answer that are looked at; nobody says more, and each is compared with the others


def _part_of_day(own: list[Moment], moment: Moment) -> bool:
    """寻日食完晏昼: a time of the day behind its day."""
    return moment.days == 0 and any(
        m.days and m.first < moment.first and m.item.clause == moment.item.clause and not m.item.number for m in own
    )


def _any_day(keys: list[str], row: list[Item], moment: Moment) -> bool:
    """朝早咳下: a time of day, or a 刚 of something else, where nothing is told as having happened."""
    if moment.days or moment.item.topic != "time" or keys[moment.first].isascii() or keys[moment.first] in ("今", "这"):
        return False
    clause = [item for item in row if item.clause == moment.item.clause and item.first >= moment.end]
    if moment.item.name == "justnow":
        return not any(item.topic == "symptom" for item in clause)
    end = next((item.first for item in row if item.first >= moment.end and item.topic == "sign"), len(keys))
    return not any(key in small("done") for key in keys[moment.end : end])


def _by_night(moment: Moment) -> bool:
    """夜里咳得厉害: the night of no day in particular."""
    return moment.item.topic == "time" and moment.item.name == "night"


def _far(row: list[Item], moment: Moment) -> int:
    """Tokens from a time to the nearest word of beginning or present symptom."""
    near = [
        abs(item.first - moment.first)
        for item in row
        if (item.topic == "cue" and item.name in _BEGINNINGS) or (item.topic == "symptom" and not item.who)
    ]
    return min(near, default=0)


def _started(row: list[Item], moment: Moment) -> bool:
    return any(i.topic == "cue" and i.name in _BEGINNINGS and i.clause == moment.item.clause for i in row)


def _elsewhere(keys: list[str], row: list[Item], moment: Moment) -> bool:
    """A time of a journey, a measurement, a comparison or another thing rather than of the complaint."""
    if keys[moment.first - 1 : moment.first] == ["than"]:
        return True  # worse than yesterday
    clause = [item for item in row if item.clause == moment.item.clause]
    if any(item.topic == "cue" and item.name in _BEGINNINGS for item in clause):
        return False
    if any(item.topic == "symptom" and not item.who for item in clause):
        return False
    degrees = any(item.topic == "measure" and item.name == "degree" for item in clause)
    if any(i.number and (i.number.decimal or degrees) and 34 <= i.number.value <= 43 for i in clause):
        return True
    return any((item.topic, item.name) in _ELSEWHERE for item in clause)


def _says_no(row: list[Item]) -> bool:
    return any(item.topic == "cue" and item.name in ("neg", "negv", "repair") for item in row)


def _cited(keys: list[str], row: list[Item], moment: Moment) -> Moment | None:
    """'I told you three days before, it's five really': a bare number put in place of what was said before."""
    unit = next((i for i in row if i.topic == "time" and i.end <= moment.end and i.name in _UNITS), None)
    if unit is None or small("citing").isdisjoint(keys[max(moment.first - 3, 0) : moment.first]):
        return None
    for item in row:
        if item.number and item.first > moment.end and not item.number.decimal:
            return Moment(round(item.number.value * _UNITS[unit.name]), item.first, item.end, item)
    return None


def _repaired(row: list[Item], moment: Moment | None) -> Moment | None:
    """'six days, no, seven': a later bare number takes the unit of the first."""
    if moment is None or not _says_no(row) or not moment.item.number:
        return None
    unit = next((i for i in row if i.topic == "time" and i.end == moment.end), None)
    if unit is None:
        return None
    for item in row:
        if item.number and item.first >= moment.end and item.clause > moment.item.clause:
            return Moment(round(item.number.value * _UNITS.get(unit.name, 1)), item.first, item.end, item)
    return None
