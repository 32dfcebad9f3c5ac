"""People in an English answer who are named but do not live in the home, and those who live in it without being kin."""

from functools import cache

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import entries, spellings
from dialogs.understanding.text import is_sign

_DENIALS = {("cue", "neg"), ("cue", "negv")}


def left_out(keys: list[str], row: list[Item]) -> set[int]:
    """The first tokens of people who only own ('my wife's parents'), are denied or gone ('the kids left')."""
    out: set[int] = set()
    joined: list[Item] = []  # people joined with 'and' so far: they leave together
    for at, item in enumerate(row):
        if item.topic != "person" or not keys[item.first].isascii():
            continue
        before = row[at - 1] if at else None
        if before and before.topic == "person" and keys[before.end : item.first] in (["and"], ["and", "the"], [","]):
            joined.append(item)
        else:
            joined = [item]
        determiner = keys[item.first] == "da" and any(o.topic == "person" and o.first == item.end for o in row)
        if determiner or _owns(keys, row, at) or _denied(keys, row, at) or _elsewhere(keys, item):
            out.add(item.first)
        if _leaves(keys, item):
            out.update(person.first for person in joined)
    return out


@cache
def _owners() -> frozenset[str]:
    """Words for one person as their 's makes them: wifes, mothers; none that is a plural too."""
    patterns = [pattern for said in entries()["person"].values() for pattern in said if pattern.isascii()]
    single = {phrase.split()[-1] for pattern in patterns for phrase in spellings(pattern)}
    return frozenset(f"{word}s" for word in single if not word.endswith("s")) - small("plural")


def _one_named(item: Item) -> bool:
    """Whether somebody is named who is one person, or kin."""
    return item.topic == "person" and item.name not in ("everyone", "they", "them")


def before_his(keys: list[str], row: list[Item], at: int) -> bool:
    """'His brother's girlfriend': a word that is a plural too, and owns the person right behind it."""
    item, after = row[at], row[at + 1 : at + 2]
    owner = keys[item.end - 1] in ("brothers", "sisters", "sons", "daughters", "boys", "girls", "lads", "friends")
    next_to = bool(after) and _one_named(after[0]) and after[0].first == item.end
    return owner and next_to and keys[item.first - 1 : item.first] in (["his"], ["her"], ["my"], ["our"], ["their"])


def _owns(keys: list[str], row: list[Item], at: int) -> bool:
    """'My wife's parents', 'my sister's two boys': written as 'wifes' here, with another person behind."""
    item = row[at]
    numbered = at + 1 < len(row) and row[at + 1].number is not None and row[at + 1].first == item.end
    if before_his(keys, row, at):
        return True
    if keys[item.end - 1] not in _owners() and not (numbered and keys[item.end - 1] in small("plural")):
        return False
    if item.first and (keys[item.first - 1][0].isdecimal() or (at and row[at - 1].number and _touches(row, at))):
        return False
    following = [other for other in row[at + 1 : at + 3] if not other.number]
    gap = keys[item.end : following[0].first] if following else []
    return bool(following) and following[0].topic == "person" and len(gap) <= 1 + numbered and "and" not in gap


def _touches(row: list[Item], at: int) -> bool:
    return row[at - 1].end == row[at].first


def _denied(keys: list[str], row: list[Item], at: int) -> bool:
    """'No kids', 'we don't have any children', 'without my son'; but 'nobody but my son' is at home."""
    item = row[at]
    denials = [other for other in row[max(at - 3, 0) : at] if (other.topic, other.name) in _DENIALS]
    if not denials:
        return False
    return all(key in small("denying") for key in keys[denials[-1].end : item.first])


def _elsewhere(keys: list[str], item: Item) -> bool:
    """'At my sister's', 'since my daughter came' is another thing."""
    before = keys[max(item.first - 2, 0) : item.first]
    if not _STAYING.isdisjoint(keys[max(item.first - 4, 0) : item.first]):
        return False  # I'm at my mum and dad's for now
    at_theirs = len(before) == 2 and before[0] in small("towards") and before[1] in small("my")
    return at_theirs and keys[item.end - 1] in _owners()


_STAYING = frozenset(("im", "living", "live", "staying", "stay", "stays", "lodging"))


def _leaves(keys: list[str], item: Item) -> bool:
    """'The kids have all left home', 'my husband died': a verb of leaving right behind the person."""
    at = item.end
    while at < len(keys) and keys[at] in small("having"):
        at += 1
    if keys[at : at + 1] in (["doesnt"], ["dont"]):
        return keys[at + 1 : at + 2] in ([], ["live"], ["stay"]) or is_sign(keys[at + 1])
    if at >= len(keys) or keys[at] not in small("leaving") or keys[at + 1 : at + 2] in (["in"], ["back"]):
        return False
    return keys[at] != "left" or small("remaining").isdisjoint(keys[max(item.first - 4, 0) : item.first])


def unknown_people(keys: list[str], number: Item) -> int:
    """The token behind a noun that nobody taught, 'three nurses', 'two junior doctors'; 0 where it is no people."""
    for at in range(number.end, min(number.end + 2, len(keys))):
        key = keys[at]
        if not key.isascii() or not key.isalpha() or key in _nouns_none():
            return 0
        if len(key) > 4 and key.endswith("s") and not key.endswith("ss"):
            return at + 1
    return 0


@cache
def _nouns_none() -> frozenset[str]:
    return small("filler") | small("thing") | small("including")


def with_us(keys: list[str], number: Item) -> bool:
    """'We are three brothers', 'us three girls': the number counts the one who answers too."""
    before = keys[max(number.first - 2, 0) : number.first]
    return before[-1:] in (["us"], ["were"], ["weare"]) or before == ["we", "are"]


def pronoun_listed(keys: list[str], row: list[Item], at: int, out: set[int]) -> bool:
    """'My husband's parents, him and me', 'him, me and the baby', 'he's 9, she's 12': one more person."""
    item = row[at]
    before, after = keys[item.first - 1 : item.first], keys[item.end : item.end + 1]
    if keys[item.first] in ("hes", "shes"):
        number = row[at + 1].number if at + 1 < len(row) and row[at + 1].first == item.end else None
        return number is not None and (number.value < 25 or "im" in keys)
    if keys[item.first] not in ("him", "her"):
        return False
    begins = not before or before[0] in (",", "and", "plus", "with", "+")
    if begins and after in ([","], ["and"]) and keys[item.end + 1 : item.end + 2] in (["me"], ["myself"], ["i"]):
        return True
    return begins and (not after or after[0] in (",", "and", ".")) and any(i.first in out for i in row[:at])
