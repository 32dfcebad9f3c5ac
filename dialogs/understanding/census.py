"""Who lives in a home, told in Chinese: how what its clauses tell adds up."""

import itertools
from functools import cache

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Lexicon, Mention, layer
from dialogs.understanding.told import Clause, Teller, Told
from dialogs.understanding.tree import Label


def census(keys: list[str], row: list[Item], sure: bool) -> tuple[int, int, int] | None:
    """(people, first token, end token) of a home told in Chinese; None where it is not told.

    `sure` asks for a number of all or a pair, where something else is said as well.
    """
    if all(key.isascii() for key in keys):
        return None
    clauses = _clauses(keys, row)
    teller = Teller(keys, clauses)
    for clause in clauses:
        teller.tell(clause)
        clause.told = [told for told in clause.told if not sure or told.kind == "total" or told.me]
    _send_away(keys, clauses)
    return _resolved(clauses)


def _send_away(keys: list[str], clauses: list[Clause]) -> None:
    """孩子三个，都成家了: an absence that is told of all those named right before."""
    for before, clause in itertools.pairwise(clauses):
        told = before.told and not clause.told and all(each.kind == "list" and not each.me for each in before.told)
        if told and "away" in clause.flags and keys[clause.first] in small("all"):
            before.flags.add("away")


def _stays(keys: list[str], clause: Clause, marks: list[Mention]) -> bool:
    """我带三个孙子在老家: a place where I am too."""
    away = [mark for mark in marks if mark.label.name == "away" and clause.first <= mark.first < clause.end]
    placed = all(keys[mark.first] in small("at") for mark in away)
    return (
        placed and keys[clause.first] in small("self") and not small("taking").isdisjoint(keys[clause.first + 1 :][:1])
    )


def _with_pets(keys: list[str], clause: Clause) -> bool:
    """一家三口，算上狗四口."""
    pets = [item.first for item in clause.items if (item.topic, item.name) == ("person", "pet")]
    return any(keys[at - 1] in small("counting") or keys[at - 1] in small("linking") for at in pets)


@cache
def _layer() -> Lexicon:
    return layer("home", gaps=False)


def _of_others(keys: list[str], mark: Mention, people: set[int]) -> Mention:
    """加上我婆婆, 加我们三口: words that seem to count me in or out, and speak of others."""
    follows = mark.end in people or keys[mark.end : mark.end + 1] in (["们"], ["哋"])
    name = mark.label.name
    if not follows or name not in ("withme", "withoutme"):
        return mark
    return mark._replace(label=Label("home", "included" if name == "withme" and keys[mark.first] != "加" else "none"))


def _clauses(keys: list[str], row: list[Item]) -> list[Clause]:
    """The row cut at its signs and before words like 'what is left', with what each clause says of its people."""
    people = {item.first for item in row if item.topic == "person"}
    marks = [_of_others(keys, mark, people) for mark in _layer().scan(keys)]
    cuts = {item.first: item.end for item in row if item.topic == "sign" and item.name != "list"}
    cuts |= {mark.first: mark.first for mark in marks if mark.label.name in ("left", "now") and mark.first}
    ends, counted = {item.end for item in row if item.topic == "person"}, {item.first for item in row if item.number}
    gone = [mark.end for mark in marks if mark.label.name == "away" and mark.first in ends and mark.end in counted]
    cuts |= {end: end for end in gone}  # 现在爷爷走了四口
    found, first = list[Clause](), 0
    for at in (*sorted(cuts), len(keys)):
        if first < at:
            inside = [item for item in row if first <= item.first < at]
            flags = {mark.label.name for mark in marks if first <= mark.first < at}
            included = [mark.first for mark in marks if first <= mark.first < at and mark.label.name == "included"]
            found.append(Clause(first, at, len(found), inside, flags, included=min(included, default=at)))
        first = cuts.get(at, at)
    for clause in found:
        clause.flags |= {"now"} if "left" in clause.flags else set()
        clause.flags -= {"past"} if "now" in clause.flags else set()
        clause.flags -= {"away"} if "away" in clause.flags and _stays(keys, clause, marks) else set()
        clause.flags |= {"pets"} if found.index(clause) and _with_pets(keys, clause) else set()
        clause.flags |= {"ill"} if any(i.topic == "symptom" or i.name == "ill" for i in clause.items) else set()
    return found


def _resolved(clauses: list[Clause]) -> tuple[int, int, int] | None:
    """The one number that all clauses come to."""
    clauses = _after(clauses, "repair")
    gone = [clause for clause in clauses if clause.flags & {"away", "coming"}]
    live = [clause for clause in clauses if clause not in gone and "pets" not in clause.flags]
    before = [clause for clause in live if "past" in clause.flags]
    if before and any(_says(clause) for clause in live if clause not in before and "arrived" not in clause.flags):
        live = [clause for clause in live if clause not in before]
    live = _after(live, "now")
    if before and any(each.kind in ("list", "total") for clause in gone for each in clause.told):
        for each in (each for clause in live for each in clause.told if each.kind == "others"):
            each.kind = "total"  # 原先合租四个，走了两个，还有俩
    told = _plain([each for clause in live for each in clause.told], live)
    flags = {clause.number: clause.flags for clause in live}
    totals = [each for each in told if each.kind == "total"]
    if totals:
        return _total(totals, told, flags, gone, before)
    others = [each for each in told if each.kind == "others"]
    listed = [each for each in told if each.kind == "list"]
    if others:
        last = others[-1]
        people = sum(each.people for each in listed)
        return last.people + 1 + (people if people != last.people else 0), last.first, last.end
    if listed:
        me = 0 if any(each.me for each in listed) else 1
        return sum(each.people for each in listed) + me, listed[0].first, listed[-1].end
    alone = next((clause for clause in live if _says(clause)), None)
    return (1, alone.first, alone.end) if alone else None


def _says(clause: Clause) -> bool:
    """Whether a clause tells people, or that I live alone."""
    alone = bool({"alone", "nobody"} & clause.flags) or any(
        (i.topic, i.name) == ("count", "alone") for i in clause.items
    )
    return bool(clause.told) or alone


def _plain(told: list[Told], live: list[Clause]) -> list[Told]:
    """The statements without those that only go on about some of the home: 四个人，三个都咳; 娘俩，孩子抽起来了."""
    ill = {clause.number for clause in live if "ill" in clause.flags}
    kept: list[Told] = []
    for each in told:
        whole = any(e.kind == "total" or e.me for e in kept if e.clause < each.clause)
        if whole and each.clause in ill and not each.plus:
            continue
        kept.append(each)
    return kept


def _after(clauses: list[Clause], flag: str) -> list[Clause]:
    """The clauses from the last one on with this flag that tell something, or all."""
    marked = [place for place, clause in enumerate(clauses) if flag in clause.flags]
    later = clauses[marked[-1] :] if marked else clauses
    return later if any(_says(clause) for clause in later) else clauses


def _total(
    totals: list[Told], told: list[Told], flags: dict[int, set[str]], gone: list[Clause], before: list[Clause]
) -> tuple[int, int, int]:
    """The last number of all, with what is said to come to it, less those who have left since."""
    inclusive = [each for each in totals if "withme" in flags[each.clause] and "withoutme" not in flags[each.clause]]
    last = (inclusive or totals)[-1]
    listed = [each for each in told if each.kind == "list"]
    earlier = [each for each in listed if each.first < last.first]
    later = [each for each in listed if each.first > last.first]
    people = last.people
    own, aside = flags[last.clause], flags.get(last.clause - 1, set())
    told_aside = any(each.clause == last.clause - 1 for each in told)
    if not inclusive and "included" not in own and ("withoutme" in own or ("withoutme" in aside and not told_aside)):
        people += 1
    if last.plus and earlier and sum(e.people for e in earlier) + 1 != people and not inclusive:
        people += sum(each.people for each in earlier)
    elif later and later[0].plus and "included" not in flags[later[0].clause]:
        people += sum(each.people for each in later)
    if any(last.clause == clause.number for clause in before):
        arrived = [each for each in told if "arrived" in flags[each.clause] and each is not last]
        people += sum(each.people for each in arrived if each.first > last.first)
    left = sum(e.people for c in gone if c.first >= last.end and "away" in c.flags for e in c.told if _leaves(c, e))
    if left and left < people and (any(last.clause == clause.number for clause in before) or _numbered(gone, last)):
        people -= left
    return people, last.first, last.end


def _leaves(clause: Clause, told: Told) -> bool:
    return told.kind in ("list", "total")


def _numbered(gone: list[Clause], last: Told) -> bool:
    """宿舍八个人，这周走了俩: the number itself is of those who left."""
    return any(told.kind == "total" for clause in gone if clause.first >= last.end for told in clause.told)
