"""How many people live in the home, the respondent included."""

from collections.abc import Sequence

from dialogs.understanding.census import census
from dialogs.understanding.clauses import small
from dialogs.understanding.counted import ailing, whole_number
from dialogs.understanding.homes import anew, apposed_names, ordinal_of_me
from dialogs.understanding.items import Item
from dialogs.understanding.people import is_person, noun_follows, people_said
from dialogs.understanding.tally import SEVERAL, Part, added, at_home, departed, of_them, staying
from dialogs.understanding.text import is_sign

_MANY = 250  # items of an answer that are looked at
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
    row = row[:_MANY]
    told = asked and (census(keys, row, sure) or _paired(row))
    if told:
        return told
    said = people_said(keys, row, asked)
    if asked:
        start = anew(keys, row, [*(part.first for part in said), *names])
        said, names = [part for part in said if part.first > start], [at for at in names if at > start]
    parts = of_them(keys, _now_only(keys, row, said), lambda part: _ailing_at(row, part.first))
    told = asked and _before_names(keys, row, parts, names)
    if told:
        return told
    if sure:
        parts = [part for part in parts if part.whole]
    elif asked:
        named = [at for at in names if at not in apposed_names(keys, parts, names)]
        parts = sorted([*parts, *(Part("part", 1, at, at + 1) for at in named)], key=lambda part: part.first)
    told = asked and _after_leaving(keys, row, parts)
    if told:
        return told
    now = _present(staying(row, parts))
    listed = [part for part in now if part.kind == "part"]
    found = _of_all(keys, row, now, asked, mended) or _with_others(keys, row, now, listed)
    if listed:
        return found or (_sum(keys, row, listed) if asked or _living(row) else None)
    return found or _alone(keys, row, asked) or (_unspoken(keys, row) if asked and not now else None)


def _before_names(keys: list[str], row: list[Item], parts: Sequence[Part], names: Sequence[int]) -> Count | None:
    """What is plain before names are counted: 'there are five and I'm the sixth', or alone and nobody else."""
    ordinal = ordinal_of_me(keys)
    if ordinal and all(part.people < ordinal[0] for part in parts):
        return ordinal
    return (1, row[0].first, row[-1].end) if not parts and not names and _alone_now(row) else None


def _after_leaving(keys: list[str], row: list[Item], parts: Sequence[Part]) -> Count | None:
    """Who is left where the others have gone: me alone, or the former number less those who went."""
    alone = _alone_at_last(keys, row, parts) or next((item for item in row if _left_alone(row, item, parts)), None)
    if alone:
        return 1, alone.first, alone.end
    left = departed(row, parts)
    return (left.people, left.first, left.end) if left else None


def _present(parts: list[Part]) -> list[Part]:
    """The parts that tell of now; all of them where only a list is left, for "we're" is written like "were"."""
    now = [part for part in parts if not part.past]
    return now if any(part.kind != "part" for part in now) else parts


def _of_all(keys: list[str], row: list[Item], now: list[Part], asked: bool, mended: bool) -> Count | None:
    """The last number of all and who is added to it; a number without a noun where no other is, or it mends another."""
    loose = [part for part in now if part.kind == "loose"]
    totals = [part for part in now if part.kind == "total"] or loose
    if not totals:
        return None
    last = totals[-1]
    if loose and loose[-1].first > last.first and (mended or _mended(row, last.end, loose[-1].first)):
        last = loose[-1]
    if not asked and not _about_home(row, last):
        return None
    return last.people + _without_me(row) + added(keys, last, now), last.first, last.end


def _with_others(keys: list[str], row: list[Item], now: list[Part], listed: list[Part]) -> Count | None:
    """The last number of others, me, and those who are listed besides."""
    others = [part for part in now if part.kind == "others"]
    if not others:
        return None
    married = "married" in keys and not any(item.name in ("wife", "husband", "spouse") for item in row)
    people = others[-1].people + 1 + married + sum(part.people for part in listed)
    return people, others[-1].first, others[-1].end


def _alone(keys: list[str], row: list[Item], asked: bool) -> Count | None:
    """'Just me': outside the question only where it ends what is said, or is said of living."""
    said = [item for item in row if (item.topic, item.name) == ("count", "alone")]
    alone = next((i for i in said if asked or _final(keys, i) or not _AT_HOME.isdisjoint(keys[i.first : i.end])), None)
    if alone and (asked or _home(row) or not _LIVING.isdisjoint(keys[alone.first : alone.end])):
        return 1, alone.first, alone.end
    return None


def _unspoken(keys: list[str], row: list[Item]) -> Count | None:
    """Homes in which nobody is counted or named: 'married, no kids', 我同只猫."""
    if "married" in keys and any(item.topic == "cue" and item.name == "neg" for item in row):
        return 2, keys.index("married"), keys.index("married") + 1
    me = next((item for item in row if any(key in small("me") for key in keys[item.first : item.end])), None)
    pet = next((item for item in row if item.topic == "person" and item.name == "pet"), None)
    return (1, min(me.first, pet.first), max(me.end, pet.end)) if me and pet else None


def _now_only(keys: list[str], row: list[Item], parts: list[Part]) -> list[Part]:
    """以前五个，现在剩我跟我先生: what is said behind 'now' or 'so' after what was, and nothing of what will be."""
    now = [item.first for item in row if (item.topic, item.name) == ("cue", "now")]
    now = now or [at for at, key in enumerate(keys) if key in small("concluding")]
    before = [item.first for item in row if (item.topic, item.name) in _FORMER]
    if now and before and before[0] < now[-1]:
        alone = any((i.topic, i.name) == ("count", "alone") and i.first >= now[-1] for i in row)
        clauses = {item.first: item.clause for item in row}
        present = clauses.get(now[-1], len(row))
        later = [part for part in parts if part.first >= now[-1] or clauses.get(part.first, -1) >= present]
        parts = later if later or alone else parts
    coming = {item.clause for item in row if (item.topic, item.name) == ("count", "coming")}
    clauses = {item.first: item.clause for item in row}
    return [part for part in parts if clauses.get(part.first) not in coming] or parts


_FORMER = {("cue", "past"), ("cue", "longpast"), ("cue", "away")}


def _alone_now(row: list[Item]) -> bool:
    return any((item.topic, item.name) == ("count", "alone") for item in row)


def _left_alone(row: list[Item], item: Item, parts: Sequence[Part]) -> bool:
    """'There used to be three, now it's just myself': alone after all that was, or after those who live elsewhere."""
    if (item.topic, item.name) != ("count", "alone") or not parts or any(part.end > item.first for part in parts):
        return False
    away = any((i.topic, i.name) == ("cue", "away") and parts[-1].end <= i.first < item.first for i in row)
    return away or all(part.past for part in parts)


def _alone_at_last(keys: list[str], row: list[Item], parts: Sequence[Part]) -> Item | None:
    """'When my parents were alive there were five of us. I'm on my own now.'"""
    last = next((item for item in reversed(row) if (item.topic, item.name) == ("count", "alone")), None)
    if last is None or not parts or not keys[last.first].isascii() or any(part.end > last.first for part in parts):
        return None
    former = any((item.topic, item.name) in _FORMER and item.first < last.first for item in row)
    begins = keys[max(last.first - 1, 0)] in ("im", "am", "live", "now") or keys[last.first] in ("im", "live", "its")
    return last if former and begins and "with" not in keys[last.end : last.end + 2] else None


def _ailing_at(row: list[Item], first: int) -> bool:
    at = next((place for place, item in enumerate(row) if item.first == first), None)
    return at is not None and ailing(row, at)


def _mended(row: list[Item], first: int, end: int) -> bool:
    """'Three of us, no wait, five.'"""
    return any(item.topic == "cue" and item.name == "repair" and first <= item.first < end for item in row)


def _final(keys: list[str], item: Item) -> bool:
    """Whether nothing is said of me after 'just me': '就我不咳' counts nobody."""
    after = keys[item.end : item.end + 1]
    return not after or is_sign(after[0]) or after[0] in ("here", "at", "in", "了", "啊", "呀", "喇", "哦", "呢")


def _sum(keys: list[str], row: list[Item], listed: list[Part]) -> Count:
    spoken = not small("me").isdisjoint(keys) or "my" in keys
    both = not spoken and {"wife", "husband"} <= {i.name for i in row if i.topic == "person"}  # one of them answers
    among = any(i.name == "among" and not _me_besides(keys, i) for i in row if i.topic == "count")
    parents = (
        not spoken and any(i.name in ("parents", "grandparents") for i in row) and any(p.people > 1 for p in listed)
    )
    me = 0 if both or among or parents or any(part.with_me for part in listed) else 1
    spouses = any(item.topic == "person" and item.name in ("wife", "husband", "spouse") for item in row)
    married = "married" in keys and keys[max(keys.index("married") - 1, 0)] not in ("got", "not", "get", "isnt")
    return sum(part.people for part in listed) + me + (married and not spouses and me), listed[0].first, listed[-1].end


def _me_besides(keys: list[str], among: Item) -> bool:
    """'Me, mum and two sisters, I'm the eldest': whether I am named apart from my place among others."""
    return not small("me").isdisjoint((*keys[: among.first], *keys[among.end :]))


def _paired(row: list[Item]) -> Count | None:
    """大人四个小孩两个: each number behind its noun."""
    counted = [item for item in row if item.number and whole_number(item)]
    nouns = [next((noun for noun in row if noun.end == item.first and is_person(noun)), None) for item in counted]
    if len(counted) < 2 or None in nouns or noun_follows(row, counted[-1]):
        return None
    if not all(any(o.first == i.end and (o.topic, o.name) == ("count", "people") for o in row) for i in counted):
        return None
    me = 0 if any(noun and noun.topic == "count" for noun in nouns) else 1
    rest = [item for item in row if at_home(item) and item not in nouns]
    people = sum(whole_number(item) or 0 for item in counted) + sum(SEVERAL.get(item.name, 1) for item in rest)
    return people + me, counted[0].first, counted[-1].end


_DWELLING = frozenset(("live", "living", "lives"))
_LIVING = frozenset("住居过里企") | _DWELLING
_AT_HOME = frozenset("里企") | _DWELLING  # 家里就我一个，行了吧


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
