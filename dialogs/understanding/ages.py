"""Numbers in an English answer that tell how old people are, and the people who are known by that alone."""

from dataclasses import dataclass

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.tally import SEVERAL
from dialogs.understanding.text import is_sign

_FEW = 6
_OLDEST = 110
_LATELY = 4  # items before a number that may be the person it is said of


@dataclass(slots=True)
class Ages:
    """First tokens of numbers that are ages; people known by their age (number of people, end); how many a noun is."""

    numbers: set[int]
    people: dict[int, tuple[int, int]]
    nouns: dict[int, int]


def ages(keys: list[str], row: list[Item]) -> Ages:
    """'My 6 year old', 'the boys, 5 and 7', 'my son who's 9', 'three kids: 2, 5 and 9'."""
    found = Ages(set(), {}, {})
    said = [(at, item) for at, item in enumerate(row) if item.number and 0 < item.number.value < _OLDEST]
    if not said or not any(key.isascii() and key.isalpha() for key in keys):
        return found
    for place, (at, item) in enumerate(said):
        aged = keys[item.first - 1 : item.first] and keys[item.first - 1] in _AGED
        if (aged or keys[max(item.first - 2, 0) : item.first] == ["who", "is"]) and _apart(keys, item.end):
            found.numbers.add(item.first)
            continue
        end = _old(keys, item.end)
        if end:
            _known_by_age(keys, row, [number for _, number in said[: place + 1]], end, found)
        elif item.first not in found.numbers:
            _beside_noun(keys, row, at, found)
    return found


_AGED = ("im", "am", "whos", "aged", "age")


def _apart(keys: list[str], end: int) -> bool:
    """Whether nothing that is counted follows: 'I'm 45, my wife ...', 'our Jade who is 6'."""
    return end >= len(keys) or is_sign(keys[end]) or keys[end] in ("and", "years", "yrs", "so", "but", "now")


def _old(keys: list[str], at: int) -> int:
    """The token behind 'year old', 'yo', 'months old'; 0 where no such words follow."""
    if keys[at : at + 1] and keys[at] in ("yo", "yos", "yrold"):
        return at + 1
    unit = keys[at : at + 1] and keys[at] in _UNITS
    return at + 2 if unit and keys[at + 1 : at + 2] and keys[at + 1] in ("old", "olds") else 0


_UNITS = frozenset(("year", "years", "yr", "yrs", "month", "months", "mth", "mths", "week", "weeks", "day", "days"))


def _known_by_age(keys: list[str], row: list[Item], numbers: list[Item], end: int, found: Ages) -> None:
    """'A two-year-old', 'two 6 year olds', 'my 5 and 7 year olds'; 'I am 60 years old' counts nobody."""
    item = numbers[-1]
    found.numbers.add(item.first)
    if any(other.topic == "person" and other.first == end for other in row):
        return
    before = numbers[-2] if len(numbers) > 1 else None
    gap = keys[before.end : item.first] if before else None
    if before and gap == []:
        found.numbers.add(before.first)
        found.people[before.first] = int(before.number.value) if before.number else 1, end
        return
    if before and gap in (["and"], [","], ["&"]) and _determined(keys, before.first):
        found.numbers.add(before.first)
        found.people[before.first] = 1, before.end
        found.people[item.first] = 1, end
    elif _determined(keys, item.first):
        found.people[item.first] = 1, end


def _determined(keys: list[str], first: int) -> bool:
    return first > 0 and keys[first - 1] in _DETERMINERS


_DETERMINERS = frozenset(
    (",", "a", "an", "my", "me", "our", "the", "her", "his", "their", "and", "plus", "with", "one", "+", "&", "n")
)


def _beside_noun(keys: list[str], row: list[Item], at: int, found: Ages) -> None:
    """A run of numbers behind people, or one behind a person who has no other number."""
    noun = next(
        (i for i in reversed(row[max(at - _LATELY, 0) : at]) if i.topic == "person" and i.name not in _WE), None
    )
    if noun is None or not keys[noun.first].isascii():
        return
    gap = keys[noun.end : row[at].first]
    run = _run(keys, row, at)
    after = keys[run[-1].end : run[-1].end + 1]
    ends = not after or is_sign(after[0]) or after[0] in ("and", "plus", "respectively", "now", "&")
    if not ends or any(key not in _BETWEEN for key in gap):
        return
    if keys[noun.end - 1] in small("plural") or noun.name in SEVERAL:
        number = row[at].number
        if len(run) == 1 and not gap and number:
            found.numbers.add(row[at].first)
            found.nouns |= (
                {noun.first: int(number.value)} if number.value <= _FEW else {}
            )  # kids two; my lads 12 is age
        elif len(run) > 1:
            found.numbers.update(item.first for item in run)
            found.nouns[noun.first] = len(run)
    elif len(run) == 1 and keys[noun.end - 1].endswith("s") and not gap and keys[noun.end - 1] not in _S_WORDS:
        found.numbers.add(run[0].first)  # my lad's 12
    elif len(run) == 1 and (not _SAYING.isdisjoint(gap) or (not gap and after)):
        found.numbers.add(run[0].first)


_S_WORDS = ("miss", "boss", "missus", "gramps", "princess", "lass")
_WE = ("they", "them", "everyone", "pet")
_SAYING = frozenset(("hes", "shes", "whos", "aged", "age", "is", "("))
_BETWEEN = _SAYING | {",", ":", "-", "theyre", "they", "are", "who", "he", "she", "ages", "just", "only", "now"}


def _run(keys: list[str], row: list[Item], at: int) -> list[Item]:
    """The numbers from one on with nothing but commas and 'and' between."""
    run = [row[at]]
    for item in row[at + 1 :]:
        if item.number and all(key in (",", "and", "&", "n", "/") for key in keys[run[-1].end : item.first]):
            run.append(item)
        elif item.topic != "sign":
            break
    return run
