"""Whether somebody was out of town or near a sick person, put in whatever way."""

import itertools

from dialogs.understanding.answers import YesNo, answer_words, bare
from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Mention
from dialogs.understanding.text import Text


def journeys(text: Text, row: list[Item]) -> list[Item]:
    """The items with places known by their capital letter: 'been over in Exeter', 'back from Manila'."""
    covered = {at for item in row if item.topic != "cue" for at in range(item.first, item.end)}
    keys, found = text.keys, list[Item]()
    for at in range(len(keys)):
        large = text.original[text.starts[at]].isupper() and len(keys[at]) > 1
        if at not in covered and (large or (at > 1 and not keys[at].isascii())) and _journey(keys, at, large):
            found.append(Item("contact", "trip", at, at + 1))
    return sorted([*row, *found], key=lambda item: item.first) if found else row


def _journey(keys: list[str], at: int, large: bool) -> bool:
    """Whether the words beside a place say that I went there: 'to London', 'London and back', 'nowhere but Leeds'."""
    before = keys[max(at - 6, 0) : at]
    if large and (keys[at + 1 : at + 3] == ["and", "back"] or before[-1:] in (["besides"], ["except"], ["but"])):
        return before[-1:] != ["but"] or before[-2:-1] == ["nowhere"]
    if not before or before[-1] not in small("towards"):
        return False
    only = large and before[-1] in ("to", "in") and before[-2:-1] and before[-2] in small("excepting")
    return bool(only) or any(key in small("moved") for key in before[:-1])


def _excepted(keys: list[str], item: Item) -> bool:
    """'No trips except one to Boston', 'nothing only a day in Galway': what a denial leaves out."""
    before = keys[max(item.first - 6, 0) : item.first]
    if item.topic != "contact" or item.name not in ("trip", "met") or item.status != "-":
        return False
    apart = any(pair in ("apart from", "other than", "aside from", "save for") for pair in _pairs(before))
    return apart or not small("excepting").isdisjoint(before)


def _pairs(keys: list[str]) -> list[str]:
    return [f"{one} {two}" for one, two in itertools.pairwise(keys)]


def _negative(keys: list[str]) -> bool:
    """'He was tested and came back negative.'"""
    return "negative" in keys and "positive" not in keys and not small("testing").isdisjoint(keys)


def _unmet(row: list[Item], item: Item) -> bool:
    """'I saw my cousin over Zoom': a meeting at a distance."""
    remote = {i.clause for i in row if (i.topic, i.name) == ("contact", "remote")}
    return item.name == "met" and item.clause in remote


def about_contact(keys: list[str], row: list[Item], act: Mention | None = None) -> YesNo | None:
    """Answer to 'were you out of town, or near a sick or infected person, in the last 14 days'."""
    evidence = [item for item in row if item.topic == "contact"]
    yes = [i for i in evidence if (_counts(keys, row, i) and not _only_planned(row, i)) or _excepted(keys, i)]
    yes = [item for item in yes if not _unmet(row, item)]
    if _negative(keys) and all(item.name == "met" for item in yes):
        return "no", keys.index("negative"), keys.index("negative") + 1
    if yes and all(item.name == "met" for item in yes) and any(i.name == "ill" and i.status == "-" for i in evidence):
        return "no", yes[0].first, yes[0].end  # 去邻居家搓麻将，她家没人生病
    if act and act.label.name in _EVASIVE and not any(item.name in _EVASIVE[act.label.name] for item in evidence):
        return None
    if yes:
        undecided = all(item.hedged for item in yes) and _undecided(keys, row)
        return None if undecided else ("yes", yes[0].first, yes[0].end)
    plain = _by_part(keys, row) or bare(keys, row, act)
    sick = next((item for item in row if _sick_other(keys, row, item)), None)
    sick = None if any(item.name == "remote" for item in evidence) else sick
    never = next((i for i in evidence if sick and _denies(i, sick)), None)
    if sick and not never and not (plain and plain[0] == "no" and not _but_after(row, plain[1], sick)):
        return "yes", sick.first, sick.end
    if plain and plain[0] == "no":
        return plain
    if never:
        return "no", never.first, never.end
    if plain and plain[0] == "yes" and any(i.name == "neg" and i.first < plain[1] for i in evidence):
        plain = None  # 没出门，但快递天天有
    past = next((i for i in row if plain and plain[0] == "yes" and i.topic == "time" and i.name in _LONG_AGO), None)
    if past and not evidence:
        return "no", past.first, past.end  # last year, yes
    if plain and not (evidence and plain[0] == "yes" and all(i.name == "local" for i in evidence)):
        return plain
    healthy = _others_well(keys, row)
    if healthy:
        return "no", healthy.first, healthy.end
    asking = {item.clause for item in row if item.topic == "cue" and item.name == "unsure"}
    evidence = [item for item in evidence if item.clause not in asking]
    no = [item for item in evidence if item.name == "local" or item.status == "-" or _another_time(keys, row, item)]
    return ("no", no[0].first, no[0].end) if no else None


# what must be said beside these acts to answer all the same
_EVASIVE = {"refuse": ("trip", "met", "neg"), "repeat": ("trip", "neg"), "who_are_you": ("trip", "neg")}


def _denies(item: Item, sick: Item) -> bool:
    """Whether a denial stands after the sick person, or right before in the same clause."""
    return (item.name == "neg" or item.status == "-") and (item.first > sick.first or item.clause == sick.clause)


def _only_planned(row: list[Item], item: Item) -> bool:
    """'I was meant to go to Cork, but the ferry was off.'"""
    plan = next((i for i in row if (i.topic, i.name) == ("contact", "planned") and i.first <= item.first), None)
    if plan is None or item.name == "met":
        return False
    return not any(i.topic == "cue" and i.name in ("i", "we") and plan.end <= i.first < item.first for i in row)


def _by_part(keys: list[str], row: list[Item]) -> YesNo | None:
    """'Travel no, contact yes': the two halves of the question answered one by one; one yes is enough."""
    said = [mention for mention, _ in answer_words(keys, row) if mention.label.name in ("yes", "no", "hedged")]
    parts = [mention for mention in said if keys[mention.first - 1 : mention.first] and _part(keys, mention)]
    yes = next((mention for mention in parts if mention.label.name != "no"), None)
    return ("yes", yes.first, yes.end) if yes and len(said) > 1 else None


def _part(keys: list[str], mention: Mention) -> bool:
    return any(key in small("parts") for key in keys[max(mention.first - 2, 0) : mention.first])


def _others_well(keys: list[str], row: list[Item]) -> Mention | None:
    """'I've only seen my daughter and she's right as rain.'"""
    if not any(item.topic == "person" and item.name not in ("pet", "they", "them") for item in row):
        return None
    return next((mention for mention, _ in answer_words(keys, row) if mention.label.name == "well"), None)


def _undecided(keys: list[str], row: list[Item]) -> bool:
    """'Perhaps I met one, I really can't say.'"""
    return any(mention.label.name == "unsure" for mention, _ in answer_words(keys, row))


def _another_time(keys: list[str], row: list[Item], item: Item) -> bool:
    return _long_ago(keys, row, item) or _to_come(row, item)


def _to_come(row: list[Item], item: Item) -> bool:
    """A journey that is only planned."""
    return any(i.topic == "cue" and i.name == "future" and i.clause == item.clause for i in row)


def _but_after(row: list[Item], first: int, sick: Item) -> bool:
    """'No, but my son has a cold.'"""
    return any(item.topic == "cue" and item.name == "but" and first < item.first <= sick.first for item in row)


def _counts(keys: list[str], row: list[Item], item: Item) -> bool:
    if item.status != "+" or _another_time(keys, row, item) or (item.who and item.name != "met"):
        return False
    if item.name == "went":
        return not any(
            other.topic == "contact" and other.name == "local" and other.clause == item.clause for other in row
        )
    return item.name in ("trip", "met")


def _long_ago(keys: list[str], row: list[Item], item: Item) -> bool:
    """Whether a time of months or more is said of a journey; 月 in a name of a place is none."""
    if keys[item.first] in ("刚", "才"):
        return False  # 回老家过年刚回来
    for at, other in enumerate(row):
        if other.topic == "time" and _said_of(row, item, other):
            number = row[at - 1].number if at and row[at - 1].end == other.first else None
            counted = number is not None
            if number and other.name == "unitday" and number.value > _PERIOD:
                return True
            if other.name in _LONG_AGO or (counted and other.name in ("unityear", "unitmonth")):
                return True
    return False


_PERIOD = 15  # days that the question asks for, and one in case


def _said_of(row: list[Item], item: Item, time: Item) -> bool:
    """A time in the clause of a journey, or after it where no other is named: 'I did, but that was last May'."""
    if time.clause == item.clause:
        return True
    if time.first < item.first:
        return item.name == "ill" and item.first - time.end <= _BEFORE
    if time.first - item.end > _AFTER:
        return False
    between = [other for other in row if item.first < other.first < time.first and other.clause != item.clause]
    beside = [other for other in row if other.clause == time.clause and other is not item]
    ends = any(other.topic == "sign" and other.name in ("end", "question") for other in between)
    return not ends and not any(other.topic == "contact" for other in between + beside)


_AFTER = 10  # tokens from a journey to its time in a later clause
_BEFORE = 5  # tokens from a time to the illness of somebody: 'back in spring, when my cousin had it'
_LONG_AGO = ("longago", "halfyear")


def _third_person(keys: list[str], item: Item) -> bool:
    """'The lady I clean for was taken ill.'"""
    before = keys[max(item.first - 3, 0) : item.first]
    return (
        bool(before) and before[-1] in ("was", "is", "are", "were", "taken", "has", "fell", "got") and "i" not in before
    )


def _of_another(keys: list[str], row: list[Item], item: Item) -> bool:
    """Whether an illness is said of somebody else: the person or 'I' named last before it in its clause."""
    if item.who:
        return True
    if keys[item.first].isascii():
        for other in reversed(row):
            if other.clause == item.clause and other.first < item.first:
                if other.topic == "person" and other.name != "pet":
                    return True
                if other.topic == "cue" and other.name in ("i", "we"):
                    return False
    return _third_person(keys, item)


def _sick_other(keys: list[str], row: list[Item], item: Item) -> bool:
    """Somebody else who is ill now."""
    if item.topic == "contact" and item.name == "ill":
        return _of_another(keys, row, item) and item.status == "+" and not _long_ago(keys, row, item)
    over = item.status == "-" and not item.past
    return item.topic == "symptom" and bool(item.who) and item.status != "?" and not over
