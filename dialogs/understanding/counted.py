"""What a number in an answer about the home counts: all of it, some of it, those beside me, or nobody."""

from dataclasses import dataclass

from dialogs.understanding.clauses import small
from dialogs.understanding.homes import adjective_noun, beside_me, owned_family
from dialogs.understanding.items import Item
from dialogs.understanding.relatives import unknown_people, with_us
from dialogs.understanding.tally import Part, at_home
from dialogs.understanding.text import is_sign


@dataclass(slots=True)
class _Numeral:
    """A number that may count people, and the answer around it."""

    keys: list[str]
    row: list[Item]
    at: int  # its place in the row
    item: Item
    value: int
    before: str  # the token before it and the one behind it, "" at the ends of the answer
    after: str

    @property
    def english(self) -> bool:
        """Whether it is written in Latin letters or figures."""
        return self.keys[self.item.first].isascii()

    def part(self, kind: str, end: int, with_me: bool = False) -> Part:
        """So many people of this kind, said from the number to a token."""
        return Part(kind, self.value, self.item.first, end, with_me)

    def noun_end(self, at: int) -> int:
        """The end of the people named at a token; the token itself where nobody is."""
        return next((other.end for other in self.row if other.first == at and at_home(other)), at)


def counted(keys: list[str], row: list[Item], at: int) -> Part | None:
    """What the number at a place of the row counts, by the words around it; None where it counts nobody.

    Tried in turn: those beside it who make its meaning plain, the nouns behind it, and last what stands before it.
    """
    item = row[at]
    value = whole_number(item)
    if value is None or item.status == "-" or keys[item.first] == "几":
        return None
    before = keys[item.first - 1] if item.first else ""
    after = keys[item.end] if item.end < len(keys) else ""
    number = _Numeral(keys, row, at, item, value, before, after)
    if value == 1 and (after in _ONCE or before in small("passing")):
        return None  # 一下; 今天来一个明天走一个
    part = _in_company(number)
    if part or _of_no_people(number):
        return part
    part = _nobodys_kin(number)
    if part:
        return part
    described = adjective_noun(keys, row, item) if number.english else None
    if described:
        return None if described.name == "pet" else number.part("part", described.end)
    part, noun = _along(number)
    return _of_noun(number, noun) if noun else _without_noun(number, part)


_ONCE = frozenset("哈下会阵等点些样定直起般切旦边路题遍次回句声条")


def _in_company(number: _Numeral) -> Part | None:
    """A number that is joined to others, or to me."""
    keys, row, item = number.keys, number.row, number.item
    if owned_family(keys, row, item):
        return number.part("part", item.end)
    if number.before == "us" and any(at_home(other) and other.first < item.first for other in row):
        return number.part("part", number.noun_end(item.end), with_me=True)  # my parents and us three girls
    if keys[item.end : item.end + 2] == ["of", "us"] and _joined_to_others(keys, row, item):
        return number.part("part", number.noun_end(item.end + 2), with_me=True)  # granny and the two of us
    if small("me").isdisjoint(keys[: item.first]) and _and_me(keys, item.end):
        return Part("total", number.value + 1, item.first, item.end)  # 4 + me
    return None


def _joined_to_others(keys: list[str], row: list[Item], number: Item) -> bool:
    """'Granny and the two of us', 'four of them plus the two of us', 'my nans live with the three of us'."""
    before = keys[max(number.first - 2, 0) : number.first]
    joined = len(before) == 2 and before[0] in ("and", "plus", "with", "+", ",") and before[1] == "the"
    return joined and any(at_home(other) or other.number for other in row if other.first < number.first)


def _and_me(keys: list[str], at: int) -> bool:
    """Whether nothing but 'and me' follows."""
    if keys[at : at + 1] not in (["+"], ["and"], ["plus"], ["&"], ["n"]) or at + 1 >= len(keys):
        return False
    return keys[at + 1] in ("me", "myself", "i") and (at + 2 == len(keys) or is_sign(keys[at + 2]))


def _of_no_people(number: _Numeral) -> bool:
    """Whether a number is an age, a time, one of many things, or counts a pet in."""
    if number.before in _AGES or number.after in _MOMENTS or _with_pet(number) or _next_age(number):
        return True
    return _only_one(number) or (number.value == 1 and not _folk(number) and _one_thing(number))


_AGES = frozenset(("theyre", "hes", "shes", "aged", "age", "under", "over", "turning"))
_MOMENTS = ("second", "moment", "tick")


def _only_one(number: _Numeral) -> bool:
    """'The one with the green door', 'in one tiny flat', 'one of my ...'."""
    keys, item = number.keys, number.item
    if keys[item.first] not in ("one", "1"):
        return False
    of_mine = keys[item.end : item.end + 2] in (["of", "my"], ["of", "the"])
    return of_mine or number.before in _POINTING or number.before in _INTO


_POINTING = frozenset(("the", "that", "this", "which", "no", "any", "each", "every", "not"))
_INTO = ("in", "at", "under", "on")


def _with_pet(number: _Numeral) -> bool:
    """'Four, five with the dog.'"""
    if number.after not in ("with", "including", "counting", "if"):
        return False
    near = number.row[number.at + 1 : number.at + 4]
    return any(other.topic == "person" and other.name == "pet" and other.first - number.item.end <= 4 for other in near)


def _next_age(number: _Numeral) -> bool:
    """The second of 'they're 8 and 10'."""
    before = next((other for other in reversed(number.row[: number.at]) if other.number), None)
    if before is None or number.keys[before.end : number.item.first] not in (["and"], [","], [",", "and"]):
        return False
    return before.first > 0 and number.keys[before.first - 1] in _AGES


def _one_thing(number: _Numeral) -> bool:
    """'Thirteen, and one bathroom': one of what is no person."""
    after, end = number.after, number.item.end
    if not after.isascii() or not after.isalpha() or after in small("filler") or after in small("linking"):
        return False
    return not any(end <= other.first <= end + 2 and other.topic in ("person", "count") for other in number.row)


def _folk(number: _Numeral) -> bool:
    return number.after in small("folk")


def _nobodys_kin(number: _Numeral) -> Part | None:
    """'Five guys', 'two pensioners', 'them two'; without a word of me they are all of the home."""
    if _folk(number):
        keys, end = number.keys, number.item.end + 1
        if any(other.first == end and other.name == "people" for other in number.row[number.at + 1 : number.at + 4]):
            return number.part("total", end)
        return number.part("part", end, with_me=small("me").isdisjoint(keys) and "my" not in keys)
    return number.part("part", number.item.end) if number.before == "them" else None


def _along(number: _Numeral) -> tuple[Part, Item | None]:
    """What the words right behind a number make of it, and the noun that settles what is counted, where one comes."""
    keys, item = number.keys, number.item
    part = number.part("others" if _children_of(keys, item) else "loose", item.end)
    if part.kind == "loose" and number.after in small("including"):
        return part, None  # four including granny
    for other in number.row[number.at + 1 : number.at + 8]:
        apart = other.first - part.end
        if other.first < item.end:
            continue
        if other.number and number.value == 1 and apart == 0:
            return part, other  # 一个两居室
        if _turns(keys, other) or apart > (1 if part.kind == "loose" else 0):
            break
        if other.topic == "person" and other.name not in ("they", "them"):
            return part, None if other.name == "patient" and part.kind == "total" else other
        if (other.topic, other.name) == ("count", "couples") or (part.kind == "loose" and _other_thing(other)):
            return part, other
        if other.topic == "count" and other.name in _KINDS:
            part.kind, part.end, part.with_me = _KINDS[other.name], other.end, other.name == "grown"
    return part, None


_KINDS = {"us": "total", "people": "total", "others": "others", "grown": "part", "minors": "part"}


def _turns(keys: list[str], other: Item) -> bool:
    """Whether the answer goes on to something else: a new clause or number, 'everyone is well', 'but mother passed'."""
    if other.topic == "cue":
        return other.name == "but" and keys[other.first].isascii()
    return other.topic == "sign" or other.number is not None or (other.topic, other.name) == ("person", "everyone")


def _children_of(keys: list[str], number: Item) -> bool:
    """'A single mum with three', 'mother of two'."""
    before = keys[max(number.first - 4, 0) : number.first]
    if before[-1:] not in (["of"], ["to"], ["with"]) or small("parent").isdisjoint(before[-2:]):
        return False
    return before[-1] != "with" or not small("lone").isdisjoint(before)


def _other_thing(other: Item) -> bool:
    """A noun that is no person: years, rooms, cats, degrees."""
    return (
        other.topic == "measure" and other.name in ("otherunit", "degree", "celsius", "fahrenheit", "half", "pet")
    ) or (other.topic == "time" and other.name.startswith(("unit", "longago")))


def _of_noun(number: _Numeral, noun: Item) -> Part | None:
    """'Four kids', 'six students altogether', 'two couples'; pets, rooms and years are nobody."""
    keys, end = number.keys, noun.end
    if noun.topic == "count":
        return Part("total", 2 * number.value, number.item.first, end)
    if noun.topic != "person" or noun.name == "pet":
        return None
    whole = _inclusive(number.row, end)
    if whole and number.english and any(at_home(other) for other in number.row[: number.at]):
        return number.part("part", end, with_me=True)  # mum, dad and four kids including me
    if beside_me(keys, end):
        return number.part("others", end)
    whole = whole or (keys[end : end + 2] in _INSIDE and keys[end - 1] in small("plural"))
    with_me = with_us(keys, number.item)
    return number.part("total" if whole else "part", number.noun_end(end), with_me)  # two teenage boys


_INSIDE = (["in", "here"], ["in", "this"], ["under", "this"])


def _inclusive(row: list[Item], end: int) -> bool:
    """'Six students, me included', 'seven tenants altogether'."""
    return any(
        item.topic == "count" and (item.name == "inclusive" or (item.name == "people" and item.first == end))
        for item in row
    )


def _without_noun(number: _Numeral, part: Part) -> Part | None:
    """A number with nothing behind it, or no more than 'people', 'of us', 'others'."""
    keys, row, at = number.keys, number.row, number.at
    if part.whole and number.english and beside_me(keys, part.end):
        part.kind = "others"
    if keys[part.end : part.end + 1] in (["都"], ["全"]) and _after_number(row, at) and ailing(row, at):
        return None  # 四人，三个都咳
    if part.kind == "total":
        described = _described(keys, row, at)
        return number.part("part", described.end) if described else part
    return _loose(number, part) if part.kind == "loose" else part


def _after_number(row: list[Item], at: int) -> bool:
    return any(other.number for other in row[max(at - 12, 0) : at])


def _described(keys: list[str], row: list[Item], at: int) -> Item | None:
    """一个上小学的娃: the person behind a description."""
    for item in row[at + 1 :]:
        if item.topic == "sign" or item.number:
            return None
        if item.topic == "person" and keys[item.first - 1] in ("的", "嘅"):
            return item
    return None


def _loose(number: _Numeral, part: Part) -> Part | None:
    """A number of what is not said: known by whose it is, by a noun nobody taught, or by what it is added to."""
    keys, row, item = number.keys, number.row, number.item
    if _measured_before(row, number.at) or (number.value > 20 and number.after == "了"):
        return None
    if keys[max(item.first - 2, 0) : item.first] in (["family", "of"], ["household", "of"]):
        part.kind = "total"
    elif number.before in _OWNERS or (number.after == "of" and keys[item.end + 1 : item.end + 2] in _THEIRS):
        part.kind = "part"  # my son, his wife and their two
    elif end := unknown_people(keys, item):
        here = any(other.first == end and (other.topic, other.name) == ("count", "people") for other in row)
        part = number.part("total" if here else "part", end, with_us(keys, item))
    elif number.before in ("plus", "+", "加"):
        part.kind = "others"
    return part


_OWNERS = ("their", "his", "her", "my", "our", "own")
_THEIRS = (["mine"], ["his"], ["hers"], ["theirs"], ["ours"])


def _measured_before(row: list[Item], at: int) -> bool:
    """'Flat 12': a number that names a house, an age or a size."""
    before = row[at - 1] if at else None
    return bool(before and before.topic == "measure" and before.name in ("other", "othernear"))


def ailing(row: list[Item], at: int) -> bool:
    """Whether the clause goes on to say that people are ill or away."""
    clause = row[at].clause
    return any(
        item.clause == clause and (item.topic == "symptom" or (item.topic, item.name) in _AILING) for item in row[at:]
    )


_AILING = {("contact", "ill"), ("cue", "over"), ("cue", "away")}


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
