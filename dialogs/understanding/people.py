"""Numbers of people and people named, each a part of the count of a home."""

import itertools

from dialogs.understanding.ages import Ages, ages
from dialogs.understanding.clauses import questions, small
from dialogs.understanding.homes import (
    adjective_noun,
    beside_me,
    both_of,
    gone_to,
    lives_here,
    owned_family,
    pronoun_in_list,
    remaining,
    said_again,
    us_alone,
)
from dialogs.understanding.items import Item
from dialogs.understanding.relatives import left_out, pronoun_listed, unknown_people, with_us
from dialogs.understanding.tally import NOT_AT_HOME, SEVERAL, Part
from dialogs.understanding.text import is_sign

_FIXED = {"couple2": 2, "three3": 3, "six": 6, "twelve": 12}


def people_said(keys: list[str], row: list[Item], asked: bool) -> list[Part]:
    """All numbers of people and people named, in the order they were said."""
    parts: list[Part] = []
    found_more = sum(item.number is not None for item in row) > 1
    away = {item.clause for item in row if item.topic == "cue" and item.name == "away"}
    out = left_out(keys, row)
    old = ages(keys, row) if asked else Ages(set(), {}, {})
    above = _by_place(keys, row)
    beasts = {
        keys[item.first - 3] for item in row if item.name == "pet" and keys[max(item.first - 2, 0)] in ("is", "s")
    }
    used = -1
    only_asked = questions(keys) if "?" in keys else ()
    for at, item in enumerate(row):
        if item.first < used or item.first in only_asked or item.first in out:
            continue
        part = None
        if item.first in old.people:
            part = Part("part", old.people[item.first][0], item.first, old.people[item.first][1])
        elif item.first in old.numbers:
            continue
        elif item.first in above:
            part = Part("part", whole_number(item) or 0, item.first, item.end, with_me=above[item.first])
        elif item.number:
            part = _numbered(keys, row, at)
            if part and part.whole and any(said.whole for said in parts) and _sometimes(keys, item):
                continue
            if part and part.kind == "part" and _said_again(keys, parts, part):
                used = part.end
                continue
            if part and owned_family(keys, row, item) and parts and parts[-1].end == item.first - 2:
                parts.pop()
            if asked and part and remaining(keys, parts, item):
                used = part.end
                continue
            if part and found_more and _of_the_one_before(keys, row, at):
                continue
            if part and part.kind == "total" and _family_of(keys, row, at):
                part.kind = "part"
            if part and part.kind == "part" and item.clause in away:
                part = None
        elif item.name == "they" and asked and pronoun_listed(keys, row, at, out) and not _same(keys, row, at):
            end = row[at + 1].end if at + 1 < len(row) and row[at + 1].number else item.end
            part = Part("part", 1, item.first, end)
        elif item.topic == "cue" and asked and us_alone(keys, item.end - 1):
            part = Part("part", 2, item.first, item.end, with_me=True)
        elif item.name == "they" and asked and pronoun_in_list(keys, row, item):
            part = Part("part", 1, item.first, item.end)
        elif item.topic == "person" and lives_here(keys, item) and not _away(keys, row, item, away):
            if keys[item.end : item.end + 2] == ["一", "家"]:
                continue  # 儿子一家三口
            if item.name == "other" and keys[item.first] in beasts:
                continue
            if _parent_of(keys, item) or _apposed(keys, row, at):
                continue
            if asked and keys[item.first].isascii() and gone_to(keys, item):
                _drop_joined(keys, parts, item)
                continue
            both = keys[max(item.first - 2, 0) : item.first]
            several = 2 if "both" in both and keys[item.end - 1] in small("plural") else SEVERAL.get(item.name, 1)
            several = old.nouns.get(item.first, 2 if both_of(keys, item.end) else several)
            part = Part("part", several, item.first, item.end)
        elif item.topic == "count" and item.name in _FIXED:
            part = _couple(keys, row, at)
            part.with_me = part.with_me and not (
                keys[item.first] == "一" and row[at - 1].topic == "person" and row[at - 1].end == item.first
            )
            if part.kind == "total" and any(said.kind == "part" for said in parts):
                part.kind = "part"
        if part and part.kind:
            part.past = item.past
            used = part.end
            parts.append(part)
    return said_again(keys, row, parts) if asked else parts


def _away(keys: list[str], row: list[Item], person: Item, away: set[int]) -> bool:
    """Whether somebody is told to be away: named last before the word for it, joined to that one, or behind it."""
    if person.clause not in away:
        return False
    first = min(i.first for i in row if (i.topic, i.name) == ("cue", "away") and i.clause == person.clause)
    before = [i for i in row if i.topic == "person" and i.clause == person.clause and i.first < first]
    if not before or person.first > first or not keys[person.first].isascii():
        return True
    for one, two in itertools.pairwise(before[before.index(person) :] if person in before else []):
        if two.first > one.first and "and" not in keys[one.end : two.first]:
            return False
    return True


def _drop_joined(keys: list[str], parts: list[Part], person: Item) -> None:
    """'Wife and children in Dhaka': who is named together is away together."""
    while parts and parts[-1].kind == "part" and keys[parts[-1].end : person.first] in (["and"], ["and", "my"]):
        person = Item("person", "", parts[-1].first, parts[-1].end)
        parts.pop()


def _by_place(keys: list[str], row: list[Item]) -> dict[int, bool]:
    """'Two in the basement, three upstairs': numbers that add up, and whether they count me."""
    placed = [i for i in row if i.number and keys[i.end : i.end + 1] and _somewhere(keys, i.end) and whole_number(i)]
    counts_me = small("me").isdisjoint(keys)
    return {item.first: counts_me for item in placed} if len(placed) > 1 else {}


def _somewhere(keys: list[str], at: int) -> bool:
    on = keys[at] in ("in", "on", "at") and keys[at + 1 : at + 2] in (["the"], ["our"], ["my"], ["one"], ["each"])
    return keys[at] in ("upstairs", "downstairs") or (on and not small("storey").isdisjoint(keys[at + 2 : at + 4]))


def _sometimes(keys: list[str], number: Item) -> bool:
    """'Three, four when my brother's back': a number of other times than now."""
    after = keys[number.end : number.end + 2]
    if keys[number.first - 1] not in (",", "or", "and", "but", ".", "-"):
        return False
    return after[:1] in (["when"], ["whenever"], ["once"]) or (len(after) == 2 and " ".join(after) in _AT_TIMES)


_AT_TIMES = ("at weekends", "on weekends", "at times", "in summer", "next month", "next week", "at christmas")


def _said_again(keys: list[str], parts: list[Part], part: Part) -> bool:
    """'Me and the weans, there's three weans': a number put to people who are named already."""
    noun = keys[part.end - 1]
    for said in parts:
        if (
            said.kind == "part"
            and keys[said.end - 1] == noun
            and said.end - said.first == 1
            and noun in small("plural")
        ):
            said.people = part.people
            return True
    return False


def _same(keys: list[str], row: list[Item], at: int) -> bool:
    """'My lad, he's 12': a pronoun for the one person just named."""
    before = next((item for item in reversed(row[:at]) if item.topic not in ("sign", "cue", "measure")), None)
    if (
        before is None
        or before.topic != "person"
        or keys[before.end : row[at].first] not in ([","], ["and"], ["-"], [])
    ):
        return False
    return keys[before.end - 1] not in small("plural") and keys[row[at].first] in ("hes", "shes")


def _parent_of(keys: list[str], item: Item) -> bool:
    """'Mother of four', 'single parent of two': the one who answers."""
    after = keys[item.end : item.end + 2]
    return item.name in _PARENTS and len(after) == 2 and after[0] in ("of", "to") and is_count(after[1])


def _apposed(keys: list[str], row: list[Item], at: int) -> bool:
    """'Granny herself', 'herself the teenager': said of the person beside."""
    if keys[row[at].first] not in _SELF:
        return False
    beside = [row[at - 1]] if at and row[at - 1].end == row[at].first else []
    after = next((other for other in row[at + 1 :] if other.topic in ("person", "sign")), None)
    named = after is not None and keys[row[at].end : after.first] == ["the"] and after.topic == "person"
    return named or any(other.topic == "person" for other in beside)


def _children_of(keys: list[str], number: Item) -> bool:
    """'A single mum with three', 'mother of two'."""
    before = keys[max(number.first - 4, 0) : number.first]
    if before[-1:] not in (["of"], ["to"], ["with"]) or small("parent").isdisjoint(before[-2:]):
        return False
    return before[-1] != "with" or not small("lone").isdisjoint(before)


def is_count(key: str) -> bool:
    """Whether a token is a small number."""
    return key in _SMALL or (key.isdecimal() and len(key) == 1)


_SMALL = frozenset(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
_PARENTS = ("mother", "father", "parents")
_SELF = ("herself", "himself")


def _of_the_one_before(keys: list[str], row: list[Item], at: int) -> bool:
    """爸妈各一个，弟弟一个: a one that only says again who was named."""
    before, number = row[at - 1] if at else None, row[at].number
    if before is None or before.topic not in ("person", "cue") or number is None or number.value != 1:
        return False
    named = before.topic == "person" or before.name == "i"
    return named and keys[before.end : row[at].first] in ([], ["各"]) and not noun_follows(row, row[at])


def _family_of(keys: list[str], row: list[Item], at: int) -> bool:
    """大女儿一家四口: the people of somebody else's family."""
    before = next((item for item in reversed(row[max(at - 4, 0) : at]) if item.topic == "person"), None)
    return before is not None and keys[before.end : row[at].first] == ["一", "家"]


def noun_follows(row: list[Item], number: Item) -> bool:
    """Whether the last number stands before a noun in its clause after all."""
    for item in row:
        if item.first >= number.end and (item.topic == "sign" or is_person(item)):
            return item.topic != "sign"
    return False


def _named(item: Item) -> bool:
    return item.topic == "person" and item.name not in NOT_AT_HOME


def is_person(item: Item) -> bool:
    """Whether an item names people who may live here."""
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


def _couple(keys: list[str], row: list[Item], at: int) -> Part:
    item = row[at]
    if keys[item.end - 1] in ("her", "him", "his") and any(_named(o) and o.first == item.end for o in row):
        return Part("", 0, item.first, item.end)  # me and her mother
    if keys[item.end : item.end + 1] == ["of"] and keys[item.end - 1] == "couple":
        noun = next((o.end for o in row if o.topic == "person" and o.first <= item.end + 2 and o.end > item.end), 0)
        return Part("part" if noun else "", 2, item.first, noun or item.end)
    people = any(other.topic == "person" and other.clause == item.clause for other in row)
    us = item.end - item.first > 1 and keys[item.first] == "us" and any(_named(other) for other in row)
    kind = "part" if us or people or any(o.topic == "person" for o in row[at:]) else "total"
    stranger = keys[item.end - 1] in ("couple", "with", "plus", "and") and (
        not small("me").isdisjoint(keys) or "share" in keys or "sharing" in keys
    )
    return Part("part" if stranger else kind, _FIXED[item.name], item.first, item.end, with_me=not stranger)


def _joined_to_others(keys: list[str], row: list[Item], number: Item) -> bool:
    """'Granny and the two of us', 'four of them plus the two of us', 'my nans live with the three of us'."""
    before = keys[max(number.first - 2, 0) : number.first]
    joined = len(before) == 2 and before[0] in ("and", "plus", "with", "+", ",") and before[1] == "the"
    return joined and any(_named(other) or other.number for other in row if other.first < number.first)


def _and_me(keys: list[str], at: int) -> bool:
    """Whether nothing but 'and me' follows."""
    if keys[at : at + 1] not in (["+"], ["and"], ["plus"], ["&"], ["n"]) or at + 1 >= len(keys):
        return False
    return keys[at + 1] in ("me", "myself", "i") and (at + 2 == len(keys) or is_sign(keys[at + 2]))


def _numbered(keys: list[str], row: list[Item], at: int) -> Part | None:
    """What a number counts, from the word after it."""
    item = row[at]
    value = whole_number(item)
    if value is None or item.status == "-" or keys[item.first] == "几":
        return None
    if value == 1 and (keys[item.end : item.end + 1] or ["."])[0] in _ONCE:
        return None
    if value == 1 and item.first and keys[item.first - 1] in small("passing"):
        return None  # 今天来一个明天走一个
    part = Part("loose", value, item.first, item.end)
    if owned_family(keys, row, item):
        return Part("part", value, item.first, item.end)
    if keys[item.first - 1 : item.first] == ["us"] and any(_named(other) and other.first < item.first for other in row):
        noun = next((other.end for other in row if other.first == item.end and _named(other)), item.end)
        return Part("part", value, item.first, noun, with_me=True)  # my parents and us three girls
    if keys[item.end : item.end + 2] == ["of", "us"] and _joined_to_others(keys, row, item):
        noun = next((o.end for o in row if o.first == item.end + 2 and _named(o)), item.end + 2)
        return Part("part", value, item.first, noun, with_me=True)  # granny and the two of us
    if small("me").isdisjoint(keys[: item.first]) and _and_me(keys, item.end):
        return Part("total", value + 1, item.first, item.end)  # 4 + me
    before = keys[item.first - 1] if item.first else ""
    if _children_of(keys, item):
        part.kind = "others"
    only_one = keys[item.first] in ("one", "1")
    if before in _AGES or (
        only_one
        and (before in _POINTING or before in _INTO or keys[item.end : item.end + 2] in (["of", "my"], ["of", "the"]))
    ):
        return None
    if (
        keys[item.end : item.end + 1] in (["second"], ["moment"], ["tick"])
        or _with_pet(keys, row, at)
        or _age(keys, row, at)
    ):
        return None
    if _folk(keys, item) and any(o.first == item.end + 1 and o.name == "people" for o in row[at + 1 : at + 4]):
        return Part("total", value, item.first, item.end + 1)
    if _folk(keys, item):
        return Part("part", value, item.first, item.end + 1, with_me=small("me").isdisjoint(keys) and "my" not in keys)
    if value == 1 and _one_thing(keys, row, item):
        return None
    if before == "them":
        return Part("part", value, item.first, item.end)
    described = adjective_noun(keys, row, item) if keys[item.first].isascii() else None
    if described:
        return None if described.name == "pet" else Part("part", value, item.first, described.end)
    for other in (o for o in row[at + 1 : at + 8] if o.first >= item.end):
        apart = other.first - part.end
        if keys[part.end : part.end + 1] and keys[part.end] in small("including") and part.kind == "loose":
            break  # four including granny
        if (other.topic, other.name) == ("person", "everyone"):
            break  # five and everyone is well
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
            mine = with_us(keys, item)
            if beside_me(keys, other.end):
                return Part("others", value, item.first, other.end)
            whole = whole or (keys[other.end : other.end + 2] in _INSIDE and keys[other.end - 1] in small("plural"))
            noun = next((o.end for o in row if o.first == other.end and _named(o)), other.end)  # teenage boys
            return Part("total" if whole else "part", value, item.first, noun, with_me=mine)
        if (other.topic, other.name) == ("count", "couples"):
            return Part("total", 2 * value, item.first, other.end)
        if other.topic == "count" and other.name in ("us", "people", "others", "grown", "minors"):
            kinds = {"others": "others", "grown": "part", "minors": "part"}
            part.kind, part.end = kinds.get(other.name, "total"), other.end
            part.with_me = other.name == "grown"
        elif part.kind == "loose" and _other_thing(other):
            return None
    if part.kind in ("total", "loose") and keys[item.first].isascii() and beside_me(keys, part.end):
        part.kind = "others"
    second = any(other.number for other in row[max(at - 12, 0) : at])
    if second and keys[part.end : part.end + 1] in (["都"], ["全"]) and ailing(row, at):
        return None  # 四人，三个都咳
    described = _described(keys, row, at) if part.kind == "total" else None
    if described:
        return Part("part", value, item.first, described.end)
    if part.kind == "loose" and (_measured_before(row, at) or (value > 20 and keys[item.end : item.end + 1] == ["了"])):
        return None
    if part.kind == "loose" and keys[max(item.first - 2, 0) : item.first] in (["family", "of"], ["household", "of"]):
        part.kind = "total"
    theirs = keys[item.end : item.end + 1] == ["of"] and keys[item.end + 1 : item.end + 2] in _THEIRS
    if part.kind == "loose" and (theirs or before in ("their", "his", "her", "my", "our", "own")):
        part.kind = "part"  # my son, his wife and their two
    if part.kind == "loose" and (end := unknown_people(keys, item)):
        here = any(o.first == end and (o.topic, o.name) == ("count", "people") for o in row)
        part = Part("total" if here else "part", value, item.first, end, with_me=with_us(keys, item))
    if part.kind == "loose" and keys[item.first - 1 : item.first] in (["plus"], ["+"], ["加"]):
        part.kind = "others"
    return part


_THEIRS = (["mine"], ["his"], ["hers"], ["theirs"], ["ours"])


def _folk(keys: list[str], number: Item) -> bool:
    """'Five guys', 'two pensioners': people who are nobody's kin; without a word of me they are all of the home."""
    return keys[number.end : number.end + 1] != [] and keys[number.end] in small("folk")


def _one_thing(keys: list[str], row: list[Item], one: Item) -> bool:
    """'Thirteen, and one bathroom': one of what is no person."""
    after = keys[one.end : one.end + 1]
    if not after or not after[0].isascii() or not after[0].isalpha():
        return False
    known = any(
        item.first >= one.end and item.first <= one.end + 2 and item.topic in ("person", "count") for item in row
    )
    return not known and after[0] not in small("filler") and after[0] not in small("linking")


_INTO = ("in", "at", "under", "on")  # in one tiny flat
_INSIDE = (["in", "here"], ["in", "this"], ["under", "this"])


_ONCE = frozenset("哈下会阵等点些样定直起般切旦边路题遍次回句声条")


_AGES = frozenset(("theyre", "hes", "shes", "aged", "age", "under", "over", "turning"))


_POINTING = frozenset(
    ("the", "that", "this", "which", "no", "any", "each", "every", "not")
)  # the one with the green door


def ailing(row: list[Item], at: int) -> bool:
    """Whether the clause goes on to say that people are ill or away."""
    clause = row[at].clause
    return any(item.clause == clause and (item.topic, item.name) in _AILING for item in row[at:]) or any(
        item.clause == clause and item.topic == "symptom" for item in row[at:]
    )


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


def whole_number(item: Item) -> int | None:
    """A number that may count people, None where it cannot."""
    number = item.number
    if number is None or number.decimal or not 0 < number.value <= 99:
        return None
    if number.spelled and number.spelled == "123456789"[: len(number.spelled)] and len(number.spelled) > 2:
        return int(number.spelled[-1])  # counted on the fingers
    if number.spelled and len(set(number.spelled)) == 1:
        return int(number.spelled[0])
    return int(number.value) if number.value <= 60 and not number.spelled else None
