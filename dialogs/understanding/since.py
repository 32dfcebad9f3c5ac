"""Times of a Chinese answer: put together, weighed and taken back, so that one of them is the beginning."""

from dataclasses import dataclass, replace

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.text import is_sign

_OF_DAY = ("today", "night", "lastnight", "morning")  # names that may only tell the time of the day before them
_LOWER = 12  # hours and days that may follow a week or a month


@dataclass(slots=True)
class Moment:
    """A time said, in whole days before today, at tokens first..end-1 of one clause."""

    days: int
    first: int
    end: int
    item: Item


def together(keys: list[str], row: list[Item], said: list[Moment]) -> list[Moment]:
    """前天夜里 is one time, and so is 两个礼拜零一天; 一天拉八回 is none."""
    found: list[Moment] = []
    for moment in said:
        last = found[-1] if found else None
        gap = keys[last.end : moment.first] if last else []
        if last and _of_that_day(last, moment) and gap in ([], ["的"]):
            last.end = moment.end
        elif last and gap in _ADDING and moment.item.number and 0 < moment.days < last.days and moment.days <= _LOWER:
            found[-1] = replace(last, days=last.days + moment.days, end=moment.end)
        elif not (_rate(keys, row, moment) or _meal(keys, moment)):
            found.append(replace(moment))
    return found


_ADDING: tuple[list[str], ...] = ([], ["零"], ["又"], ["多"], ["加"], ["外", "加"], ["过"])


def _of_that_day(last: Moment, moment: Moment) -> bool:
    """夜里 behind 前天."""
    part = moment.item.topic == "time" and moment.item.name in _OF_DAY
    return part and last.item.topic == "time" and not last.item.name.startswith("unit")


def _meal(keys: list[str], moment: Moment) -> bool:
    """早饭全吐了: what was eaten, not when."""
    after = keys[moment.end : moment.end + 1]
    return keys[moment.end - 1] in ("饭", "餐") and bool(after) and after[0] in ("全", "都", "又", "也", "吐", "没")


def _rate(keys: list[str], row: list[Item], moment: Moment) -> bool:
    """一天拉八回, 一晚上咳几十遍: how often, not how long."""
    if not moment.item.number or moment.item.number.value != 1 or moment.days > 1 or keys[moment.first] != "一":
        return False
    after = keys[moment.end : moment.end + 1]
    before = keys[moment.first - 1 : moment.first]
    if not after or is_sign(after[0]) or after[0] in small("lasted") or (before and before[0] in small("lasted")):
        return False
    return keys[moment.end - 1] in ("天", "晚", "夜", "日", "上")


def meant(keys: list[str], row: list[Item], said: list[Moment]) -> list[Moment]:
    """The times that are offered: none denied, taken back, or of a day when all was well; bounds only by themselves."""
    kept = [moment for moment in said if keys[max(moment.first - 2, 0) : moment.first] not in _NOT]
    kept = [moment for moment in kept if not _compared(keys, moment)]
    ends = [item.first for item in row if (item.topic, item.name) == ("cue", "repair")]
    ends += [item.first for item in row if keys[item.first - 2 : item.first] in _NOT and item.topic == "sign"]
    after = [moment for moment in kept if ends and moment.first > max(ends)]
    if after:
        return after[:1]
    kept = [moment for moment in kept if not well(keys, row, moment)] or kept
    firm = [moment for moment in kept if not _bound(keys, moment)]
    return firm or kept


def _compared(keys: list[str], moment: Moment) -> bool:
    """没昨天那么凶, 比前天好: a day that today is held against."""
    before, after = keys[moment.first - 1 : moment.first], keys[moment.end : moment.end + 1]
    weighed = bool(before) and before[0] in small("compared")
    return weighed and bool(after) and after[0] in small("comparing")


_NOT = (["不", "是"], ["唔", "系"], ["唔", "是"], ["不", "对"])
_LOWEST, _HIGHEST = 34, 43
_BOUNDS = frozenset(
    ("不到", "没到", "未到", "唔到", "不止", "唔止", "超过", "不足", "唔够", "不够", "多于", "少于", "没有", "未够")
)


def _bound(keys: list[str], moment: Moment) -> bool:
    """不到一礼拜: less or more than what is said."""
    return "".join(keys[max(moment.first - 2, 0) : moment.first]) in _BOUNDS


def well(keys: list[str], row: list[Item], moment: Moment) -> bool:
    """昨天还好好的: the complaint was not there yet."""
    clause = [item for item in row if item.clause == moment.item.clause]
    symptoms = [item for item in clause if item.topic == "symptom" and not item.who]
    last = {item.name: item.status for item in row if item.topic == "symptom" and not item.who}
    if symptoms and all("-" in (item.status, last[item.name]) for item in symptoms):
        return True
    end = next((item.first for item in row if item.topic == "sign" and item.first >= moment.end), len(keys))
    words = "".join(keys[moment.end : end])
    return any(well in words for well in ("好好", "没事", "冇事", "还行", "正常", "没什么", "没啥", "没感觉", "没觉"))


def of_reading(row: list[Item], moment: Moment) -> bool:
    """昨夜烧到三十九: the time of a reading."""
    clause = [item.number for item in row if item.number and item.clause == moment.item.clause]
    return any(_LOWEST <= number.value <= _HIGHEST for number in clause if number is not moment.item.number)


def of_cause(keys: list[str], row: list[Item], moment: Moment) -> bool:
    """昨晚唱K唱的: the time of what may have brought it on, told by a verb said twice."""
    end = next((item.first for item in row if item.topic == "sign" and item.first >= moment.end), len(keys))
    told = keys[moment.end : end]
    while told and told[-1] in small("filler") and told[-1] != "的":
        told = told[:-1]
    return len(told) > 2 and told[-1] == "的" and told[-2] in told[:-2]
