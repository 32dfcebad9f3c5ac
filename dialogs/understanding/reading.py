"""Numbers as readings: with their fraction and unit, what they measure and when they were taken."""

from dataclasses import dataclass

from dialogs.understanding.chinese import DIGITS as HAN_DIGITS
from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item

LOWEST, HIGHEST = 34.0, 43.0  # °C that a living resident may report
_WIDE = 40  # items around a number among which its time is looked for
_NEAR = 6  # tokens between a word like 'pulse' and its number


@dataclass(slots=True)
class Reading:
    """A number that may be a temperature: as said, its unit ("C", "F" or ""), the items it is made of."""

    value: float
    unit: str
    first: int
    end: int
    item: Item
    kind: str = ""  # "body" when named as body temperature, "other" when it measures something else
    rank: float | None = None  # how late in time, None where not said
    degrees: bool = False
    decimal: bool = False


def celsius(value: float, unit: str) -> float | None:
    """°C to one decimal from Fahrenheit, two from Celsius, by the unit or else by the range; None where impossible."""
    if not unit:
        unit = "F" if 93.2 <= value <= 109.4 else "C"
    degrees = round((value - 32) / 1.8, 1) if unit == "F" else round(value, 2)
    return degrees if LOWEST <= degrees <= HIGHEST else None


def readings(keys: list[str], row: list[Item]) -> list[Reading]:
    """All numbers with their fraction, unit, kind and time."""
    found: list[Reading] = []
    taken = -1
    for at, item in enumerate(row):
        if item.number and item.first >= taken:
            reading = _joined(keys, row, at)
            reading.kind = _kind(keys, row, at, reading)
            reading.rank = -2 if keys[item.first - 1 : item.first] in (["from"], ["从"]) else _rank(keys, row, at, item)
            if (reading.rank is None and _pluperfect(keys, item)) or (
                reading.rank is None and any((r.rank or 0) >= _RANKS["now"] for r in found) and _was(keys, item)
            ):
                reading.rank = _RANKS["earlier"]
            taken = reading.end
            found.append(reading)
    return found


def _joined(keys: list[str], row: list[Item], at: int) -> Reading:
    """A number with what is said of its fraction and unit: 37 度 5, thirty-eight two, 38 and a half."""
    item = row[at]
    number = item.number
    assert number is not None
    value, end, decimal = number.value, item.end, number.decimal
    reading = Reading(value, "", item.first, end, item, decimal=decimal)
    if number.spelled and not decimal:
        reading.value = _spelled(number.spelled)
        reading.decimal = reading.value != value
    reading.unit = _unit_before(row, at)
    following = [other for other in row[at + 1 : at + 8] if other.first >= end and other.name not in _HESITATIONS]
    following = [other for other in following if keys[other.first - 1 : other.end] != ["那", "个"]]
    if LOWEST <= reading.value <= HIGHEST:
        following = [other for other in following if not _pause(keys, other)]
    if _in_tenths(reading, keys, following):
        reading.end += 1
        following = [other for other in following if other.first >= reading.end]
    for other in following:
        gap = keys[reading.end : other.first]
        if gap in (["个"], ["那"]) or any(key not in _JOINTS for key in gap) or len(gap) > 3:
            break
        if other.topic == "measure" and other.name in ("degree", "celsius", "fahrenheit"):
            reading.degrees = True
            reading.unit = {"celsius": "C", "fahrenheit": "F"}.get(other.name, reading.unit)
        elif other.topic == "measure" and other.name == "half" and not reading.decimal:
            reading.value, reading.decimal = reading.value + 0.5, True
        elif other.topic == "measure" and other.name == "point":
            pass
        elif other.number and not reading.decimal and _fraction(reading, other, keys, gap) and not _of_time(row, other):
            digits = other.number.spelled or f"{other.number.value:.0f}"
            if len(digits) == 2 and int(digits[1]) - int(digits[0]) == 1:
                digits = digits[0] + "5"  # 五六 is between the two
            reading.value, reading.decimal = float(f"{reading.value:.0f}.{digits}"), True
        else:
            break
        reading.end = other.end
    if reading.degrees and reading.decimal and keys[reading.end : reading.end + 1] == ["分"]:
        reading.end += 1  # 三十六度五分
    return reading


def _pause(keys: list[str], comma: Item) -> bool:
    """三十六度，四: a comma before one figure that nothing follows."""
    figure, after = keys[comma.end : comma.end + 1], keys[comma.end + 1 : comma.end + 2]
    alone = bool(figure) and figure[0] in HAN_DIGITS and (not after or after[0] in _CLOSING)
    return (comma.topic, comma.name) == ("sign", "comma") and alone


def _in_tenths(reading: Reading, keys: list[str], following: list[Item]) -> bool:
    """三十六个七: a figure behind 个 with nothing that it counts."""
    if not LOWEST <= reading.value <= HIGHEST or keys[reading.end : reading.end + 1] != ["个"]:
        return False
    figure = next((other for other in following if other.first == reading.end + 1), None)
    if figure is None or figure.number is None or figure.number.value >= 10 or figure.number.spelled:
        return False
    after = keys[figure.end : figure.end + 1]
    return not after or after[0] in _CLOSING


_CLOSING = frozenset("吧啊呢了嘅啦喇呀,。.!")
_DAYS = ("unitday", "unitweek", "unitmonth", "unityear", "unithour")


def _of_time(row: list[Item], number: Item) -> bool:
    """38 度 5 天了: days, no tenths."""
    return any(i.topic == "time" and i.name in _DAYS and i.first == number.end for i in row)


def _fraction(reading: Reading, other: Item, keys: list[str], gap: list[str]) -> bool:
    """Whether the next number is the fraction of this one: one digit, or two after a degree sign or a point."""
    assert other.number is not None
    small = other.number.value < 10 or bool(other.number.spelled)
    if other.number.decimal or not (small or (other.number.value < 100 and reading.degrees)):
        return False
    whole = 30 <= reading.value <= 45 or 90 <= reading.value <= 110
    return whole and (
        reading.degrees or keys[other.first] in HAN_DIGITS or not keys[other.first].isdecimal() or not gap
    )


def _spelled(digits: str) -> float:
    """三七八 is 37.8, one oh one is 101, 三八 is 38, nine eight six is 98.6."""
    if digits == "3456":
        return float(digits)  # 三四五六 is counted on the fingers
    if len(digits) in (3, 4) and "34" <= digits[:2] <= "43":
        return float(f"{digits[:2]}.{digits[2:]}")
    if digits[0] == "1" and len(digits) == 4 and digits[:3] <= "109":
        return float(f"{digits[:3]}.{digits[3]}")
    if len(digits) == 3 and "93" <= digits[:2] <= "99":
        return float(f"{digits[:2]}.{digits[2]}")
    return float(digits)


def _kind(keys: list[str], row: list[Item], at: int, reading: Reading) -> str:
    """What the number measures, from the words around it."""
    if _english_other(keys, row[at], reading) or _theirs(keys, row, at, reading) or _forgotten(keys, reading):
        return "other"
    if reading.unit in ("C", "F") or (reading.degrees and not _other_after(keys, row, at, reading)):
        before = _measure_before(keys, row, at)
        return "other" if before == "other" else "body"
    if _other_after(keys, row, at, reading) or _ratio(keys, row, at, reading):
        return "other"
    if reading.value <= 24 and keys[reading.end - 1] in ("点", "時", "时") and not reading.decimal:
        return "other"  # 十二点多才起
    return _measure_before(keys, row, at)


def _measure_before(keys: list[str], row: list[Item], at: int) -> str:
    """The last measure named before the number, not further than the number before it."""
    end = row[at].first
    for other in reversed(row[:at]):
        gap = keys[other.end : end]
        if other.number and (not gap or gap in _PAIRED or (gap == [","] and _high(row[at]))):
            end = other.first  # one thirty over eighty, 125和78
            continue
        if other.number or (other.topic == "sign" and other.name in ("end", "question")):
            return ""
        if other.topic != "measure" or end - other.end > _NEAR:
            continue
        if other.name == "body" and any(
            o.name == "other" and o.end == other.first for o in row[:at] if o.topic == "measure"
        ):
            return "other"  # the heater says 41
        own = not keys[other.first].isascii() and _right_before(row, other)
        if other.name == "body" or (other.name == "other" and (own or not _after_number(row, other))):
            return other.name
        if other.name == "othernear" and end - other.end <= 1:
            return "other"
    return ""


def _right_before(row: list[Item], place: Item) -> bool:
    """低压九十, 房间温度18: a thing measured that stands right before its number."""
    named = [place.end, *(i.end for i in row if i.topic == "measure" and i.first == place.end)]
    return any(item.number and item.first in named for item in row)


def _high(item: Item) -> bool:
    """血压一百三，八十五: a number that no body temperature is."""
    return item.number is not None and HIGHEST < item.number.value < 93 and not item.number.decimal


def _told_by_other(before: list[Item], says: Item) -> bool:
    """'The heater says 41.'"""
    return any((o.topic, o.name) == ("measure", "other") and o.end == says.first for o in before)


def _after_number(row: list[Item], place: Item) -> bool:
    """'24 in the flat and 36.7': a place that belongs to the number before it."""
    before = [item for item in row if item.end <= place.first and item.name not in ("degree", "celsius")]
    if any(item.end == place.first and item.name in ("degree", "celsius") for item in row):
        return bool(before and before[-1].number)
    return bool(before and before[-1].number and place.first - before[-1].end <= 1)


def _forgotten(keys: list[str], reading: Reading) -> bool:
    """三十六多少来着, 36点几忘了: only the whole of it is known."""
    part = "".join(keys[reading.end : reading.end + 2])
    if part in ("多少", "点几", "度几", "点多") or part[:1] == "几":
        return part == "多少" or any(keys[at : at + 2] in _LOST for at in range(reading.end, len(keys) - 1))
    return False


_LOST = (["来", "着"], ["忘", "了"], ["忘", "记"], ["没", "记"], ["不", "记"], ["记", "不"], ["唔", "记"], ["不", "清"])


def _ratio(keys: list[str], row: list[Item], at: int, reading: Reading) -> bool:
    """138 over 84, 135/85."""
    item = row[at]
    if reading.value > HIGHEST and keys[reading.end : reading.end + 1] == ["了"] and not reading.decimal:
        return True  # 我七十三了 tells an age
    after, behind = keys[reading.end : reading.end + 1], keys[item.first - 1 : item.first]
    if after == ["over"]:
        return True
    if after == ["/"] and reading.value > HIGHEST:
        return any(other.number and other.first == reading.end + 1 for other in row[at + 1 : at + 3])
    before = [other.number for other in row[max(at - 3, 0) : at] if other.number and other.end == item.first - 1]
    return bool(before) and (behind == ["over"] or (behind == ["/"] and before[0].value > HIGHEST))


def _english_other(keys: list[str], item: Item, reading: Reading) -> bool:
    """'21 degrees in the living room', '39 Acacia Avenue', 'a hundred press-ups', 'I'm 84'."""
    if reading.decimal or not keys[item.end - 1].isascii():
        return False
    after = keys[reading.end : reading.end + 3]
    if len(after) == 3 and after[0] in small("inside") and after[1] in small("my") and after[2] not in small("bodily"):
        return True
    if reading.degrees or not after:
        return False
    if any(key in small("street") for key in after[: 1 + (after[0] not in small("offering"))]):
        return True
    several = after[0].isalpha() and len(after[0]) > 3 and after[0].endswith("s") and after[0] not in small("offering")
    aged = keys[item.first - 1 : item.first] == ["im"] or keys[max(item.first - 2, 0) : item.first] == ["i", "am"]
    return several or (aged and celsius(reading.value, reading.unit) is None)


def _unit_before(row: list[Item], at: int) -> str:
    """华氏九十八度六."""
    before = row[at - 1] if at else None
    if before and before.topic == "measure" and row[at].first == before.end:
        return {"celsius": "C", "fahrenheit": "F"}.get(before.name, "")
    return ""


def _other_after(keys: list[str], row: list[Item], at: int, reading: Reading) -> bool:
    for other in row[at + 1 : at + 5]:
        if other.first < reading.end:
            continue
        if other.number or other.topic == "sign":
            return False
        apart = other.first - reading.end
        if other.topic == "measure" and other.name == "otherafter" and _right_before(row, other):
            return False  # 36.5 外面38度
        if other.topic == "measure" and other.name == "otherunit":
            return apart == 0
        if other.topic == "measure" and other.name == "otherafter":
            return apart <= 2 and keys[reading.first - 1 : reading.first] not in (["我"], ["俺"])
        if other.topic == "measure" and other.name == "othernear" and other.end - other.first > 1:
            return apart == 0
        if other.topic == "time" and other.name.startswith("unit") and apart == 0:
            return True
        if other.topic == "count" and other.name in ("us", "people", "others") and apart == 0:
            return True
        if other.topic == "person" and apart == 0 and other.name not in ("they", "them"):
            return not _called(keys, other)
    return False


def _called(keys: list[str], person: Item) -> bool:
    """'98.6 baby': the one who hears it."""
    after = keys[person.end : person.end + 1]
    return keys[person.first] in small("vocative") and (not after or not after[0].isalnum())


def _theirs(keys: list[str], row: list[Item], at: int, reading: Reading) -> bool:
    """'He's 38', '38 for him', '37.9 the wife's': the reading of somebody who is named by a pronoun or behind it."""
    before = keys[max(reading.first - 2, 0) : reading.first]
    if before[-1:] and before[-1] in ("hes", "shes", "his", "hers", "theirs", "theyre"):
        return True
    if len(before) == 2 and before[0] in ("he", "she", "his", "hers", "theirs") and before[1] in ("is", "was", "has"):
        return True
    after = keys[reading.end : reading.end + 3]
    if after[:1] != ["for"]:
        return False
    named = any(o.topic == "person" and reading.end < o.first <= reading.end + 2 for o in row[at + 1 : at + 6])
    return named and not _called(keys, next(o for o in row[at + 1 : at + 6] if o.topic == "person"))


def _rank(keys: list[str], row: list[Item], at: int, item: Item) -> float | None:
    """How late the reading was: the nearest word of time in its clause, None where nothing is said."""
    best, distance = None, 99
    row = row[max(at - _WIDE, 0) : at + _WIDE]
    numbers = [other.first for other in row if other.number]
    for other in row:
        if other.topic != "when" and other.topic != "time":
            continue
        rank = _RANKS.get(other.name)
        if rank is None and other.name in ("unithour", "unitminute") and keys[other.first].isascii():
            rank = _RANKS["today"]  # two hours ago
        if rank is None:
            continue
        if other.name == "today" and keys[other.first] in _DAYTIMES:
            late = not small("late").isdisjoint(keys[other.first : other.end])
            rank = _RANKS["afternoon" if late else "morning"]  # 中午才三十七度三
        elif other.name == "today" and keys[other.first] == "刚":
            rank = _RANKS["morning"]  # 刚起床37，喝完水36.8
        apart = item.first - other.end if other.first < item.first else other.first - item.end
        between = any(min(other.first, item.first) < first < max(other.first, item.first) for first in numbers)
        next_one = next((first for first in numbers if first >= other.end), -1)
        if other.first > item.first and 0 <= next_one - other.end <= 2 and not keys[other.first].isascii():
            continue  # 37.8 早上38.9: the morning belongs to the second
        together = other.clause == item.clause or _goes_on(row, other, item) or _told_before(keys, other, item)
        together = together or (other.first > item.first and _alone(keys, other) and other.clause == item.clause + 1)
        if apart < distance and not between and together:
            best, distance = rank, apart
    return best


def _alone(keys: list[str], time: Item) -> bool:
    """三十七度五，上午；: a time that is a clause by itself."""
    before, after = keys[time.first - 1 : time.first], keys[time.end : time.end + 1]
    return before == [","] and (not after or after[0] in ",;.。!?")


def _told_before(keys: list[str], time: Item, item: Item) -> bool:
    """上午低点儿，三十六度五: the time stands in the words before."""
    between = keys[time.end : item.first]
    return 0 < len(between) <= _ASIDE and not keys[time.first].isascii() and not {"。", ".", "!", "?"} & set(between)


_ASIDE = 12  # tokens between a time and its number, where a comma lies between


def _pluperfect(keys: list[str], item: Item) -> bool:
    """'It had been 38', 'I'd gone to bed with 38'."""
    before = keys[max(item.first - 8, 0) : item.first]
    had = [at for at, key in enumerate(before[:-1]) if key in small("had") and before[at + 1] in small("done")]
    return bool(had) and _SENTENCE.isdisjoint(before[had[-1] :])


def _was(keys: list[str], item: Item) -> bool:
    """'Down to 36.8, it was 38.2'."""
    return keys[item.first - 1 : item.first] in (["was"], ["were"])


def _goes_on(row: list[Item], time: Item, item: Item) -> bool:
    """昨晚可是三十八度: a word that turns, but no sign, between a time and its number."""
    signs = any(i.topic == "sign" and time.first < i.first < item.first for i in row)
    return 0 <= item.first - time.end <= 2 and not signs


_PAIRED = (["和"], ["跟"], ["比"], ["/"], ["到"])
_SENTENCE = frozenset(".!?;,")
_DAYTIMES = frozenset("早上中下清朝晌凌天午傍")
_HESITATIONS = ("end",)
_JOINTS = frozenset(
    ("and", "an", "n", "a", "uh", "um", "er", "erm", "…", ".", "嗯", "呃", "额", "-", "啊", "那", "个", ",")
)
_RANKS: dict[str, float] = {
    "now": 4, "justnow": 4, "later": 4, "today": 3, "morning": 1, "afternoon": 2.5, "before": -1, "yesterday": -2,
    "lastnight": -2, "night": -2, "d2": -3, "d3": -4, "earlier": -1, "past": -1,
}  # fmt: skip
