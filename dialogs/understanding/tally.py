"""Households told in two steps: who came to the number, who has left it, who is only a part of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialogs.understanding.items import Item
from dialogs.understanding.text import is_sign

SEVERAL = {"triplets": 3, "spouses": 2, "parents": 2, "grandparents": 2, "twins": 2, "inlaws": 2, "siblings": 2}
NOT_AT_HOME = ("them", "pet", "everyone", "they", "patient", "neighbour", "colleague", "friend")
_THEM = (["of", "them"], ["of", "whom"], ["of", "those"], ["of", "which"])
_ADDING = frozenset(("plus", "and", "+", "&", "n"))
_ARTICLES = frozenset(("a", "an", "the", "my", "our", "her", "his", "also", "now"))


@dataclass(slots=True)
class Part:
    """A number of people said: 'total' of all, 'loose' number without a noun, 'others' than me, or 'part' of a list."""

    kind: str
    people: int
    first: int
    end: int
    with_me: bool = False
    past: bool = False

    @property
    def whole(self) -> bool:
        """Whether it may be the number of all."""
        return self.kind in ("total", "loose")


def at_home(item: Item) -> bool:
    """Whether an item names people who may live here."""
    return item.topic == "person" and item.name not in NOT_AT_HOME


def of_them(keys: list[str], parts: Sequence[Part], ailing: Callable[[Part], bool]) -> list[Part]:
    """'Four, and two of them are ill' is four; 'lodgers, three of them' is three lodgers."""
    kept: list[Part] = []
    for part in parts:
        told = any(before.whole for before in kept)
        if part.whole and keys[part.end : part.end + 2] in _THEM:
            if not told and kept and kept[-1].kind == "part":
                kept[-1].people = part.people
            continue
        if part.whole and told and keys[part.end - 2 : part.end] == ["of", "us"] and ailing(part):
            continue
        kept.append(part)
    return kept


def departed(row: list[Item], parts: Sequence[Part]) -> Part | None:
    """'We were four but mother passed': the former number less those who have left, where no later number is told."""
    gone = {item.clause for item in row if (item.topic, item.name) == ("cue", "away")}
    clauses = {item.first: item.clause for item in row}
    told = [part for part in parts if part.whole and clauses.get(part.first) not in gone]
    if not gone or not told or not told[-1].past:
        return None
    last = told[-1]
    leaving = [item for item in row if item.clause in gone and item.first >= last.end]
    number = next((p.people for p in parts if p.whole and clauses.get(p.first) in gone and p.first >= last.end), 0)
    people = number or sum(SEVERAL.get(i.name, 1) for i in leaving if at_home(i))
    return Part("total", last.people - people, last.first, last.end) if 0 < people < last.people else None


def staying(row: list[Item], parts: list[Part]) -> list[Part]:
    """The parts less the numbers of those who have left: 'one flatmate, the other one moved out'."""
    gone = {item.clause for item in row if (item.topic, item.name) == ("cue", "away")}
    left = {item.first for item in row if item.clause in gone}
    return [part for part in parts if not (part.kind == "loose" and part.first in left)] or parts


def _owner(key: str) -> bool:
    """'The two of us and my wife's parents': wifes."""
    return key.isascii() and key.isalpha() and key.endswith("s") and len(key) > 3


def added(keys: list[str], total: Part, parts: Sequence[Part]) -> int:
    """'Three of us plus my nephew', 'the four of us and an au pair': how many come to the number of all."""
    people, end = 0, total.end
    for part in parts:
        if part.kind != "part" or part.first < end:
            continue
        gap = [key for key in keys[end : part.first] if key not in ("oh", "then")]
        gap = gap[1:] if gap[:2] in ([",", "and"], [",", "plus"]) and total.kind == "total" else gap
        joined = bool(gap) and gap[0] in (_ADDING if total.kind == "total" else ("plus", "+"))
        ends = gap[:1] != ["and"] or not keys[part.end : part.end + 1] or is_sign(keys[part.end])
        if not joined or not ends or any(key not in _ARTICLES and not _owner(key) for key in gap[1:]):
            break
        people, end = people + part.people, part.end
    return people
