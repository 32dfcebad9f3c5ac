"""How many people live in the home, the respondent included."""

from collections.abc import Sequence

from dialogs.understanding.clauses import questions, small
from dialogs.understanding.items import Item
from dialogs.understanding.tally import NOT_AT_HOME, SEVERAL, Part, added, departed, of_them, staying
from dialogs.understanding.text import is_sign

_FIXED = {"couple2": 2, "three3": 3, "six": 6, "twelve": 12}
Count = tuple[int, int, int]  # people, first token, end token


def count(
    keys: list[str], row: list[Item], context: str, names: Sequence[int] = (), sure: bool = False, mended: bool = False
) -> Count | None:
    """(people, first token, end token), or None where the home is not counted.

    `names` are tokens that name people; `sure` asks for a number said; `mended`: the last one counts.
    """
    asked = context == "household"
    if not asked and not any(item.topic == "count" for item in row):
        return None
    paired = _paired(row) if asked else None
    if paired:
        return paired
    parts = of_them(keys, _now_only(row, _parts(keys, row, asked)), lambda part: _ailing_at(row, part.first))
    if asked and not parts and not names and _alone_now(row):
        return 1, row[0].first, row[-1].end
    if sure:
        parts = [part for part in parts if part.kind in ("total", "loose")]
    elif asked:
        parts = sorted([*parts, *(Part("part", 1, at, at + 1) for at in names)], key=lambda part: part.first)
    alone_since = next((item for item in row if asked and _left_alone(row, item, parts)), None)
    if alone_since:
        return 1, alone_since.first, alone_since.end
    left = departed(row, parts) if asked else None
    if left:
        return left.people, left.first, left.end
    parts = staying(row, parts) if parts else parts
    now = [part for part in parts if not part.past]
    now = now if any(part.kind != "part" for part in now) else parts  # "we're" is written like "were"
    loose = [part for part in now if part.kind == "loose"]
    totals = [part for part in now if part.kind == "total"] or loose
    if loose and loose[-1].first > totals[-1].first and (mended or _mended(row, totals[-1].end, loose[-1].first)):
        totals = loose
    if totals and (asked or _about_home(row, totals[-1])):
        last = totals[-1]
        return last.people + _without_me(row) + added(keys, last, now), last.first, last.end
    others = [part for part in now if part.kind == "others"]
    listed = [part for part in now if part.kind == "part"]
    if others:
        return others[-1].people + 1 + sum(part.people for part in listed), others[-1].first, others[-1].end
    if listed and (asked or _living(row)):
        return _sum(listed)
    alone = next(
        (item for item in row if item.topic == "count" and item.name == "alone" and (asked or _final(keys, item))), None
    )
    if alone and not listed and (asked or _home(row) or not _LIVING.isdisjoint(keys[alone.first : alone.end])):
        return 1, alone.first, alone.end
    if not asked or parts:
        return None
    me = next((item for item in row if any(key in small("me") for key in keys[item.first : item.end])), None)
    pet = next((item for item in row if item.topic == "person" and item.name == "pet"), None)
    return (1, min(me.first, pet.first), max(me.end, pet.end)) if me and pet else None  # 我同只猫


def _now_only(row: list[Item], parts: list[Part]) -> list[Part]:
    """以前五个，现在剩我跟我先生: what is said behind 'now', and nothing of what will be."""
    now = [item.first for item in row if (item.topic, item.name) == ("cue", "now")]
    before = [item.first for item in row if (item.topic, item.name) in (("cue", "past"), ("cue", "longpast"))]
    if now and before and before[0] < now[-1]:
        alone = any((i.topic, i.name) == ("count", "alone") and i.first >= now[-1] for i in row)
        later = [part for part in parts if part.first >= now[-1]]
        parts = later if later or alone else parts
    coming = {item.clause for item in row if (item.topic, item.name) == ("count", "coming")}
    clauses = {item.first: item.clause for item in row}
    return [part for part in parts if clauses.get(part.first) not in coming] or parts


def _alone_now(row: list[Item]) -> bool:
    return any((item.topic, item.name) == ("count", "alone") for item in row)


def _left_alone(row: list[Item], item: Item, parts: Sequence[Part]) -> bool:
    """'There used to be three, now it's just myself': alone after all that was, or after those who live elsewhere."""
    if (item.topic, item.name) != ("count", "alone") or not parts or any(part.end > item.first for part in parts):
        return False
    away = any((i.topic, i.name) == ("cue", "away") and parts[-1].end <= i.first < item.first for i in row)
    return away or all(part.past for part in parts)


def _ailing_at(row: list[Item], first: int) -> bool:
    at = next((place for place, item in enumerate(row) if item.first == first), None)
    return at is not None and _ailing(row, at)


def _mended(row: list[Item], first: int, end: int) -> bool:
    """'Three of us, no wait, five.'"""
    return any(item.topic == "cue" and item.name == "repair" and first <= item.first < end for item in row)


def _final(keys: list[str], item: Item) -> bool:
    """Whether nothing is said of me after 'just me': '就我不咳' counts nobody."""
    after = keys[item.end : item.end + 1]
    return not after or is_sign(after[0]) or after[0] in ("here", "at", "in", "了", "啊", "呀", "喇", "哦", "呢")


def _sum(listed: list[Part]) -> Count:
    me = 0 if any(part.with_me for part in listed) else 1
    return sum(part.people for part in listed) + me, listed[0].first, listed[-1].end


def _parts(keys: list[str], row: list[Item], asked: bool) -> list[Part]:
    parts: list[Part] = []
    found_more = sum(item.number is not None for item in row) > 1
    away = {item.clause for item in row if item.topic == "cue" and item.name == "away"}
    used = -1
    only_asked = questions(keys) if "?" in keys else ()
    for at, item in enumerate(row):
        if item.first < used or item.first in only_asked:
            continue
        part = None
        if item.number:
            part = _numbered(keys, row, at)
            if part and found_more and _of_the_one_before(keys, row, at):
                continue
            if part and part.kind == "total" and _family_of(keys, row, at):
                part.kind = "part"
            if part and part.kind == "part" and item.clause in away:
                part = None
        elif item.topic == "person" and item.name not in NOT_AT_HOME and item.clause not in away:
            if keys[item.end : item.end + 2] == ["一", "家"]:
                continue  # 儿子一家三口
            part = Part("part", SEVERAL.get(item.name, 1), item.first, item.end)
        elif item.topic == "count" and item.name in _FIXED:
            part = _couple(row, at)
            part.with_me = not (
                keys[item.first] == "一" and row[at - 1].topic == "person" and row[at - 1].end == item.first
            )
        if part and part.kind:
            part.past = item.past
            used = part.end
            parts.append(part)
    return parts


def _of_the_one_before(keys: list[str], row: list[Item], at: int) -> bool:
    """爸妈各一个，弟弟一个: a one that only says again who was named."""
    before, number = row[at - 1] if at else None, row[at].number
    if before is None or before.topic not in ("person", "cue") or number is None or number.value != 1:
        return False
    named = before.topic == "person" or before.name == "i"
    return named and keys[before.end : row[at].first] in ([], ["各"]) and not _noun_follows(row, row[at])


def _family_of(keys: list[str], row: list[Item], at: int) -> bool:
    """大女儿一家四口: the people of somebody else's family."""
    before = next((item for item in reversed(row[max(at - 4, 0) : at]) if item.topic == "person"), None)
    return before is not None and keys[before.end : row[at].first] == ["一", "家"]


def _paired(row: list[Item]) -> Count | None:
    """大人四个小孩两个: each number behind its noun."""
    counted = [item for item in row if item.number and _whole(item)]
    nouns = [next((noun for noun in row if noun.end == item.first and _noun(noun)), None) for item in counted]
    if len(counted) < 2 or None in nouns or _noun_follows(row, counted[-1]):
        return None
    if not all(any(o.first == i.end and (o.topic, o.name) == ("count", "people") for o in row) for i in counted):
        return None
    me = 0 if any(noun and noun.topic == "count" for noun in nouns) else 1
    rest = [i for i in row if i.topic == "person" and i.name not in NOT_AT_HOME and i not in nouns]
    people = sum(_whole(item) or 0 for item in counted) + sum(SEVERAL.get(item.name, 1) for item in rest)
    return people + me, counted[0].first, counted[-1].end


def _noun_follows(row: list[Item], number: Item) -> bool:
    """Whether the last number stands before a noun in its clause after all."""
    for item in row:
        if item.first >= number.end and (item.topic == "sign" or _noun(item)):
            return item.topic != "sign"
    return False


def _noun(item: Item) -> bool:
    known = item.topic == "person" and item.name not in NOT_AT_HOME
    return known or (item.topic == "count" and item.name in ("grown", "minors"))


def _described(keys: list[str], row: list[Item], at: int) -> Item | None:
    """一个上小学的娃: the person behind a description."""
    for item in row[at + 1 :]:
        if item.topic == "sign" or item.number:
            return None
        if item.topic == "person" and keys[item.first - 1] in ("的", "嘅"):
            return item
    return None


def _couple(row: list[Item], at: int) -> Part:
    item = row[at]
    people = any(other.topic == "person" and other.clause == item.clause for other in row)
    kind = "part" if people or any(o.topic == "person" for o in row[at:]) else "total"
    return Part(kind, _FIXED[item.name], item.first, item.end, with_me=True)


def _numbered(keys: list[str], row: list[Item], at: int) -> Part | None:
    """What a number counts, from the word after it."""
    item = row[at]
    value = _whole(item)
    if value is None or item.status == "-" or keys[item.first] == "几":
        return None
    if value == 1 and (keys[item.end : item.end + 1] or ["."])[0] in _ONCE:
        return None
    part = Part("loose", value, item.first, item.end)
    before = keys[item.first - 1] if item.first else ""
    only_one = keys[item.first] in ("one", "1")
    if before in _AGES or (
        only_one and (before in _POINTING or keys[item.end : item.end + 2] in (["of", "my"], ["of", "the"]))
    ):
        return None
    if (
        keys[item.end : item.end + 1] in (["second"], ["moment"], ["tick"])
        or _with_pet(keys, row, at)
        or _age(keys, row, at)
    ):
        return None
    for other in (o for o in row[at + 1 : at + 8] if o.first >= item.end):
        apart = other.first - part.end
        if keys[part.end : part.end + 1] in (["including"], ["counting"], ["includes"], ["plus"]):
            break  # four including granny
        if (other.topic, other.name) == ("cue", "but") and keys[other.first].isascii():
            break  # four but mother passed
        if other.number and value == 1 and apart == 0:
            return None  # 一个两居室
        if other.topic == "sign" or other.number or apart > (1 if part.kind == "loose" else 0):
            break
        if other.topic == "person" and other.name not in ("they", "them"):
            if other.name == "patient" and part.kind == "total":
                break
            if other.name == "pet":
                return None
            whole = _inclusive(row, other.end)
            listed = any(i.topic == "person" and i.name not in NOT_AT_HOME for i in row[:at])
            if whole and listed and keys[item.first].isascii():
                return Part("part", value, item.first, other.end, with_me=True)  # mum, dad and four kids including me
            return Part("total" if whole else "part", value, item.first, other.end)
        if (other.topic, other.name) == ("count", "couples"):
            return Part("total", 2 * value, item.first, other.end)
        if other.topic == "count" and other.name in ("us", "people", "others", "grown", "minors"):
            kinds = {"others": "others", "grown": "part", "minors": "part"}
            part.kind, part.end = kinds.get(other.name, "total"), other.end
            part.with_me = other.name == "grown"
        elif part.kind == "loose" and _other_thing(other):
            return None
    second = any(other.number for other in row[max(at - 12, 0) : at])
    if second and keys[part.end : part.end + 1] in (["都"], ["全"]) and _ailing(row, at):
        return None  # 四人，三个都咳
    described = _described(keys, row, at) if part.kind == "total" else None
    if described:
        return Part("part", value, item.first, described.end)
    if part.kind == "loose" and (_measured_before(row, at) or (value > 20 and keys[item.end : item.end + 1] == ["了"])):
        return None
    if part.kind == "loose" and before in ("their", "his", "her"):
        part.kind = "part"  # my son, his wife and their two
    if part.kind == "loose" and keys[item.first - 1 : item.first] in (["plus"], ["+"], ["加"]):
        part.kind = "others"
    return part


_ONCE = frozenset("哈下会阵等点些样定直起般切旦边路题遍次回句声条")
_AGES = frozenset(("theyre", "hes", "shes", "aged", "age", "under", "over", "turning"))
_POINTING = frozenset(
    ("the", "that", "this", "which", "no", "any", "each", "every", "not")
)  # the one with the green door


def _ailing(row: list[Item], at: int) -> bool:
    clause = row[at].clause
    return any(item.clause == clause and (item.topic, item.name) in _AILING for item in row[at:]) or any(
        item.clause == clause and item.topic == "symptom" for item in row[at:]
    )


_LIVING = frozenset("住居过")
_AILING = {("contact", "ill"), ("cue", "over"), ("cue", "away")}


def _with_pet(keys: list[str], row: list[Item], at: int) -> bool:
    """'Four, five with the dog.'"""
    end = row[at].end
    near = [other for other in row[at + 1 : at + 4] if other.first - end <= 4]
    joined = keys[end : end + 1] and keys[end] in ("with", "including", "counting", "if")
    return bool(joined) and any(other.topic == "person" and other.name == "pet" for other in near)


def _age(keys: list[str], row: list[Item], at: int) -> bool:
    """The second of 'they're 8 and 10'."""
    before = [other for other in row[:at] if other.number]
    if not before or keys[before[-1].end : row[at].first] not in (["and"], [","], [",", "and"]):
        return False
    return before[-1].first > 0 and keys[before[-1].first - 1] in _AGES


def _inclusive(row: list[Item], end: int) -> bool:
    """'Six students, me included', 'seven tenants altogether'."""
    return any(
        item.topic == "count" and (item.name == "inclusive" or (item.name == "people" and item.first == end))
        for item in row
    )


def _other_thing(other: Item) -> bool:
    """A noun that is no person: years, rooms, cats, degrees."""
    return (
        other.topic == "measure" and other.name in ("otherunit", "degree", "celsius", "fahrenheit", "half", "pet")
    ) or (other.topic == "time" and other.name.startswith(("unit", "longago")))


def _measured_before(row: list[Item], at: int) -> bool:
    """'Flat 12': a number that names a house, an age or a size."""
    before = row[at - 1] if at else None
    return bool(before and before.topic == "measure" and before.name in ("other", "othernear"))


def _whole(item: Item) -> int | None:
    number = item.number
    if number is None or number.decimal or not 0 < number.value <= 99:
        return None
    if number.spelled and len(set(number.spelled)) == 1:
        return int(number.spelled[0])
    return int(number.value) if number.value <= 60 and not number.spelled else None


def _without_me(row: list[Item]) -> int:
    return 1 if any(item.topic == "count" and item.name == "besidesme" for item in row) else 0


def _home(row: list[Item]) -> bool:
    return any(item.topic == "count" and item.name in ("home", "us", "live") for item in row)


def _living(row: list[Item]) -> bool:
    return any(item.topic == "count" and item.name in ("live", "alone") for item in row)


def _about_home(row: list[Item], part: Part) -> bool:
    """Outside the question: 'five of us', 'three people live here', 家里五口人."""
    inside = [item for item in row if item.topic == "count" and part.first <= item.first < part.end]
    if any(item.name == "us" for item in inside):
        return True
    return part.kind == "total" and any(
        item.topic == "count" and item.name in ("home", "live") and _apart(item, part) <= 7 for item in row
    )


def _apart(item: Item, part: Part) -> int:
    return min(abs(item.first - part.end), abs(part.first - item.end))
