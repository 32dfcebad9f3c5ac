"""Numbers of people and people named, each a part of the count of a home."""

import itertools

from dialogs.understanding.ages import Ages, ages
from dialogs.understanding.clauses import questions, small
from dialogs.understanding.counted import counted, whole_number
from dialogs.understanding.homes import (
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
from dialogs.understanding.relatives import left_out, pronoun_listed
from dialogs.understanding.tally import SEVERAL, Part, at_home

_FIXED = {"couple2": 2, "three3": 3, "six": 6, "twelve": 12}


def people_said(keys: list[str], row: list[Item], asked: bool) -> list[Part]:
    """All numbers of people and people named, in the order they were said."""
    parts = _Roll(keys, row, asked).call()
    return said_again(keys, row, parts) if asked else parts


class _Roll:
    """The people of an answer as they are gone through: what is known of all of it, and the parts found so far."""

    def __init__(self, keys: list[str], row: list[Item], asked: bool) -> None:
        self.keys, self.row, self.asked = keys, row, asked
        self.parts: list[Part] = []
        self.used = -1  # the token up to which words belong to what was found
        self.out = left_out(keys, row)
        self.unheard = self.out.union(questions(keys) if "?" in keys else ())
        self.old = ages(keys, row) if asked else Ages(set(), {}, {})
        self.placed = _by_place(keys, row)
        self.away = {item.clause for item in row if item.topic == "cue" and item.name == "away"}
        self.beasts = {
            keys[item.first - 3] for item in row if item.name == "pet" and keys[max(item.first - 2, 0)] in ("is", "s")
        }
        self.one_number = sum(item.number is not None for item in row) < 2

    def call(self) -> list[Part]:
        """The parts, from left to right."""
        for at, item in enumerate(self.row):
            if item.first < self.used or item.first in self.unheard:
                continue
            part = self._part(at, item)
            if part:
                part.past = item.past
                self.used = part.end
                self.parts.append(part)
        return self.parts

    def _part(self, at: int, item: Item) -> Part | None:
        """The people of one item; None where it speaks of none, or only once more of those before."""
        if item.first in self.old.people:
            people, end = self.old.people[item.first]
            return Part("part", people, item.first, end)
        if item.first in self.old.numbers:
            return None
        if item.first in self.placed:
            return Part("part", whole_number(item) or 0, item.first, item.end, with_me=self.placed[item.first])
        if item.number:
            return self._number(at, item)
        if item.topic == "count":
            return self._fixed(at, item) if item.name in _FIXED else None
        if item.topic == "cue":
            us = self.asked and us_alone(self.keys, item.end - 1)
            return Part("part", 2, item.first, item.end, with_me=True) if us else None
        if item.name == "they":
            return self._pronoun(at, item) if self.asked else None
        return self._person(at, item) if item.topic == "person" else None

    def _number(self, at: int, item: Item) -> Part | None:
        keys, row, parts = self.keys, self.row, self.parts
        part = counted(keys, row, at)
        if part is None or (part.whole and any(said.whole for said in parts) and _sometimes(keys, item)):
            return None
        if part.kind == "part" and _said_again(keys, parts, part):
            self.used = part.end
            return None
        if parts and parts[-1].end == item.first - 2 and owned_family(keys, row, item):
            parts.pop()  # my brother's family of four: he is one of them
        if self.asked and remaining(keys, parts, item):
            self.used = part.end
            return None
        if not self.one_number and _of_the_one_before(keys, row, at):
            return None
        if part.kind == "total" and _family_of(keys, row, at):
            part.kind = "part"
        return None if part.kind == "part" and item.clause in self.away else part

    def _pronoun(self, at: int, item: Item) -> Part | None:
        keys, row = self.keys, self.row
        if pronoun_listed(keys, row, at, self.out) and not _same(keys, row, at):
            numbered = at + 1 < len(row) and row[at + 1].number
            return Part("part", 1, item.first, row[at + 1].end if numbered else item.end)
        return Part("part", 1, item.first, item.end) if pronoun_in_list(keys, row, item) else None

    def _person(self, at: int, item: Item) -> Part | None:
        keys = self.keys
        if not lives_here(keys, item) or self._is_away(item) or _parent_of(keys, item) or _apposed(keys, self.row, at):
            return None
        if keys[item.end : item.end + 2] == ["一", "家"]:
            return None  # 儿子一家三口
        if item.name == "other" and keys[item.first] in self.beasts:
            return None
        if self.asked and keys[item.first].isascii() and gone_to(keys, item):
            _drop_joined(keys, self.parts, item)
            return None
        return Part("part", self._how_many(item), item.first, item.end)

    def _how_many(self, item: Item) -> int:
        """'Both the boys', 'the kids, both of them', 'the boys, 5 and 7', 'my parents'."""
        if item.first in self.old.nouns:
            return self.old.nouns[item.first]
        both = "both" in self.keys[max(item.first - 2, 0) : item.first] and self.keys[item.end - 1] in small("plural")
        return 2 if both or both_of(self.keys, item.end) else SEVERAL.get(item.name, 1)

    def _is_away(self, person: Item) -> bool:
        """Whether somebody is told to be away: named last before the word for it, joined to that one, or behind it."""
        if person.clause not in self.away:
            return False
        clause = [item for item in self.row if item.clause == person.clause]
        first = min(item.first for item in clause if (item.topic, item.name) == ("cue", "away"))
        before = [item for item in clause if item.topic == "person" and item.first < first]
        if not before or person.first > first or not self.keys[person.first].isascii():
            return True
        for one, two in itertools.pairwise(before[before.index(person) :] if person in before else []):
            if two.first > one.first and "and" not in self.keys[one.end : two.first]:
                return False
        return True

    def _fixed(self, at: int, item: Item) -> Part | None:
        """'The two of us', 'a couple of lodgers', 两口子; 'me and her mother' are named one by one."""
        keys, row, last = self.keys, self.row, self.keys[item.end - 1]
        if last in ("her", "him", "his") and any(at_home(o) and o.first == item.end for o in row):
            return None
        if last == "couple" and keys[item.end : item.end + 1] == ["of"]:
            noun = next((o.end for o in row if o.topic == "person" and item.end < o.end and o.first <= item.end + 2), 0)
            return Part("part", 2, item.first, noun) if noun else None
        shared = "share" in keys or "sharing" in keys or not small("me").isdisjoint(keys)
        if shared and last in ("couple", "with", "plus", "and"):
            return Part("part", _FIXED[item.name], item.first, item.end)  # I share with a couple
        told = item.end - item.first > 1 and keys[item.first] == "us" and any(at_home(o) for o in row)
        others = any(o.topic == "person" and (o.clause == item.clause or place >= at) for place, o in enumerate(row))
        listed = told or others or any(said.kind == "part" for said in self.parts)
        theirs = keys[item.first] == "一" and row[at - 1].topic == "person" and row[at - 1].end == item.first
        return Part("part" if listed else "total", _FIXED[item.name], item.first, item.end, with_me=not theirs)


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


_PARENTS = ("mother", "father", "parents")


def is_count(key: str) -> bool:
    """Whether a token is a small number."""
    return key in _SMALL or (key.isdecimal() and len(key) == 1)


_SMALL = frozenset(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))


def _apposed(keys: list[str], row: list[Item], at: int) -> bool:
    """'Granny herself', 'herself the teenager': said of the person beside."""
    if keys[row[at].first] not in _SELF:
        return False
    beside = [row[at - 1]] if at and row[at - 1].end == row[at].first else []
    after = next((other for other in row[at + 1 :] if other.topic in ("person", "sign")), None)
    named = after is not None and keys[row[at].end : after.first] == ["the"] and after.topic == "person"
    return named or any(other.topic == "person" for other in beside)


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


def is_person(item: Item) -> bool:
    """Whether an item names people who may live here, or the grown and the small of them."""
    return at_home(item) or (item.topic == "count" and item.name in ("grown", "minors"))
