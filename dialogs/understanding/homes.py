"""Homes told in English as stories: where the telling begins anew, who is only said again, who lives with whom."""

import itertools
from collections.abc import Iterator, Sequence

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.tally import NOT_AT_HOME, Part
from dialogs.understanding.text import is_sign

_ACQUAINTED = ("friend", "colleague")
_PRONOUNS = ("him", "her", "he", "she")


def lives_here(keys: list[str], item: Item) -> bool:
    """Whether a person named may live in the home; friends and colleagues do where they are counted or owned."""
    if item.topic != "person":
        return False
    if item.name in _ACQUAINTED:
        return keys[item.first].isascii() and item.first > 0 and keys[item.first - 1] in small("counting")
    return item.name not in NOT_AT_HOME


def anew(keys: list[str], row: list[Item], people: Sequence[int]) -> int:
    """The token from which all is told anew ('so it's me and Harold', 'at home me and my son'), or -1."""
    for at in range(len(keys) - 1, 0, -1):
        if keys[at] in _SO and keys[at + 1 : at + 2] and _begins(keys, row, at + 1, keys[at] == "so"):
            end = len(keys)
            if any(at < first < end for first in people) or _says_alone(row, at):
                return at
    return -1


_SO = ("so", "here", "home", "house", "otherwise", "really", "flat", "left")
_IT_IS = frozenset(("its", "it", "theres", "there", "just", "only", "now", "im", "weare", "were", "me", "i", "alone"))


def _begins(keys: list[str], row: list[Item], at: int, so: bool) -> bool:
    """Whether the home begins to be told here: 'it's only me', 'just the two of us', 'so five with me'."""
    before = keys[max(at - 4, 0) : at - 1]
    stated = so or not before or not {",", "but", "so", "now", "and", "."}.isdisjoint(before)
    number = so and any((item.number or item.topic == "person") and item.first == at for item in row)
    return stated and (keys[at] in _IT_IS or number)


def _says_alone(row: list[Item], at: int) -> bool:
    return any((item.topic, item.name) == ("count", "alone") and item.end > at + 1 for item in row)


def owned_family(keys: list[str], row: list[Item], number: Item) -> bool:
    """'My brother's family of four': the people of somebody else's family."""
    before = keys[max(number.first - 3, 0) : number.first]
    return before[1:] == ["family", "of"] and any(i.topic == "person" and i.end == number.first - 2 for i in row)


def beside_me(keys: list[str], end: int) -> bool:
    """'Four people living with me', 'two apart from myself': a number that I come to."""
    after = keys[end : end + 3]
    with_me = len(after) == 3 and after[0] in _STAYING and after[1] == "with" and after[2] in ("me", "us")
    then = [key for key in keys[end : end + 4] if key not in ("then", ",")]
    plus = len(then) > 1 and then[0] in ("and", "plus", "+", "&") and then[1] in ("me", "myself", "i")
    last = plus and (len(keys) <= end + 3 or is_sign(keys[-1]))
    return with_me or (last and small("me").isdisjoint(keys[:end]))


_STAYING = ("living", "live", "lives", "staying", "stay", "stays", "here")


def adjective_noun(keys: list[str], row: list[Item], number: Item) -> Item | None:
    """'Two very tired parents', 'one old labrador': the people or pet behind up to two words that say how they are."""
    for item in row:
        if item.first > number.end and (item.topic == "sign" or item.number):
            return None
        if item.topic == "person" and number.end < item.first <= number.end + 2:
            between = keys[number.end : item.first]
            plain = all(key.isalpha() and key not in small("linking") for key in between)
            return item if plain and (lives_here(keys, item) or item.name == "pet") else None
    return None


def pronoun_in_list(keys: list[str], row: list[Item], item: Item) -> bool:
    """'Me, him, four under ten', 'me, she, and our four': one more between the commas of a list."""
    before, after = keys[max(item.first - 2, 0) : item.first], keys[item.end : item.end + 1]
    if keys[item.first] not in _PRONOUNS or len(before) < 2 or before[1] not in (",", "and", "&", "+", "so"):
        return False
    listed = (
        before[0] in small("me")
        or before[0] == ","
        or any(o.topic == "person" and o.end == item.first - 1 for o in row)
    )
    return listed and (not after or after[0] in (",", "and", "&", "+", "."))


def us_alone(keys: list[str], at: int) -> bool:
    """'My two, his two, and us': two more, who are we."""
    before, after = keys[max(at - 2, 0) : at], keys[at + 1 : at + 2]
    ends = not after or is_sign(after[0]) or after[0] == "and"
    return keys[at] == "us" and ends and before[-1:] in (["and"], ["plus"], ["theres"], ["+"], [","])


def both_of(keys: list[str], end: int) -> bool:
    """'The kids, both of them'."""
    after = [key for key in keys[end : end + 4] if key != ","]
    return after[:3] == ["both", "of", "them"] or after == ["both"]


def said_again(keys: list[str], row: list[Item], parts: list[Part]) -> list[Part]:
    """The parts without a last one that only sums up: 'me and my brother, two old bachelors'."""
    listed = [part for part in parts if part.kind == "part"]
    if (
        len(listed) > 1
        and keys[listed[0].end - 1] == "couple"
        and sum(part.people for part in listed[1:]) == listed[0].people
    ):
        return parts[1:] if any(part.with_me for part in listed[1:]) else parts  # a couple, me and him
    if listed and listed[-1].with_me and _us_besides(keys, listed[-1]):
        whole = sum(part.people for part in listed[:-1]) + 1
        return (
            parts[:-1] if len(listed) > 1 and whole == listed[-1].people else parts
        )  # my wife and I, both of us women
    if parts and any(item.topic == "person" and item.first >= parts[-1].first for item in row):
        return parts
    if len(listed) < 2 or listed[-1] is not parts[-1] or keys[listed[-1].first - 1] != ",":
        return parts
    whole = sum(part.people for part in listed[:-1]) + (0 if any(p.with_me for p in listed[:-1]) else 1)
    ends = listed[-1].end >= len(keys) - 1 or is_sign(keys[listed[-1].end])
    me = not small("me").isdisjoint(keys[: listed[-1].first])
    return parts[:-1] if me and ends and listed[-1].people == whole and listed[-1].people > 1 else parts


def _us_besides(keys: list[str], part: Part) -> bool:
    return "us" in keys[part.first : part.end] and keys[part.first - 1] in (",", ".", "-")


def remaining(keys: list[str], parts: list[Part], number: Item) -> bool:
    """'Five children but only one's at home': fewer of those named before; the number takes its place."""
    after = keys[number.end : number.end + 4]
    stays = keys[number.first] == "ones" or bool(after and after[0] in _STAYS)
    here = not {"home", "here", "left"}.isdisjoint(after)
    last = parts[-1] if parts and parts[-1].kind == "part" else None
    if last is None or not (stays and here) or number.number is None or number.number.value >= last.people:
        return False
    last.people = int(number.number.value)
    return True


_STAYS = ("s", "is", "are", "still", "left", "at", "live", "lives")


def apposed_names(keys: list[str], parts: Sequence[Part], names: Sequence[int]) -> set[int]:
    """'Two roommates, Kyle and DeShawn': the names of those already counted."""
    out: set[int] = set()
    for part in parts:
        run = list(_names_after(keys, part.end, names))
        if len(run) == part.people and part.people > 1 and part.kind in ("part", "others"):
            out.update(run)
    return out


def _names_after(keys: list[str], end: int, names: Sequence[int]) -> Iterator[int]:
    for name in sorted(at for at in names if at >= end):
        if any(key not in (",", ":", "and", "&", "-", "(", "called", "named") for key in keys[end:name]):
            return
        yield name
        end = name + 1


def gone_to(keys: list[str], item: Item) -> bool:
    """'Wife and children in Dhaka', 'a son in Australia': people in a place with a name of its own."""
    at = item.end + (
        keys[item.end : item.end + 1] in (["back"], ["s"], ["is"], ["are"], ["still"], ["live"], ["lives"], ["living"])
    )
    at += keys[at : at + 1] == ["back"]
    place = keys[at + 1 : at + 2]
    return keys[at : at + 1] == ["in"] and bool(place) and place[0].isalpha() and place[0] not in small("inplace")


def ordinal_of_me(keys: list[str]) -> tuple[int, int, int] | None:
    """'There are five and I'm the sixth'."""
    for at, (first, second) in enumerate(itertools.pairwise(keys)):
        ends = at + 3 >= len(keys) or is_sign(keys[at + 3])
        if (first, second) == ("im", "the") and ends and keys[at + 2 : at + 3] and keys[at + 2] in _ORDINALS:
            return _ORDINALS.index(keys[at + 2]) + 1, at, at + 3
    return None


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
