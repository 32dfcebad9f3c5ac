"""How many people live in the home, the respondent included."""

from dialogs.understanding.items import Item

_PLURAL = {"parents": 2, "grandparents": 2, "couple": 2, "twins": 2, "inlaws": 2}


def count(keys: list[str], row: list[Item], context: str) -> tuple[int, int, int] | None:
    """(people, first token, end token), or None where the home is not counted."""
    asked = context == "household"
    row = [item for item in row if not _former(row, item)]
    total = _total(row, asked)
    if total:
        return total
    if not asked and not _listed_home(row):
        return None
    return _added(keys, row, asked)


def _former(row: list[Item], item: Item) -> bool:
    """Said of the past, while something is said of now too."""
    return item.past and any(other.topic == "number" and not other.past for other in row)


def _people(row: list[Item], at: int) -> str:
    """What a number counts: 'people' (口, 个人, of us), 'others', a person, 'none' (years, dogs, rooms), or ''."""
    item = row[at]
    for other in row[at + 1 : at + 4]:
        apart = other.first - item.end
        if other.topic == "sign" or apart > 1 or other.number:
            break
        if other.topic == "count":
            return other.name
        if other.topic == "person":
            return "person"
        if other.topic in ("measure", "time") and other.name not in ("body", "half", "now", "today"):
            return "none"
    return ""


def _whole(item: Item) -> int | None:
    value = item.number.value if item.number else 0
    return int(value) if value == int(value) and 0 < value <= 60 else None


def _total(row: list[Item], asked: bool) -> tuple[int, int, int] | None:
    found: list[tuple[int, int, int]] = []
    loose: list[tuple[int, int, int]] = []
    for at, item in enumerate(row):
        if item.topic == "count" and item.name == "alone":
            found.append((1, item.first, item.end))
        value = _whole(item)
        if value is None:
            continue
        what = _people(row, at)
        extra = 1 if _besides_me(row, at) else 0
        if what == "us" or (what == "people" and (asked or _home(row))):
            found.append((value + extra, item.first, item.end))
        elif what == "others":
            found.append((value + 1, item.first, item.end))
        elif what == "" and asked:
            loose.append((value + extra, item.first, item.end))
    listed = any(item.topic == "person" for item in row)
    if found:
        return found[-1]
    if loose and (not listed or len(loose) == 1):
        return loose[-1]
    return None


def _besides_me(row: list[Item], at: int) -> bool:
    return any(other.topic == "count" and other.name == "besidesme" for other in row)


def _home(row: list[Item]) -> bool:
    return any(other.topic == "count" and other.name in ("home", "us") for other in row)


def _listed_home(row: list[Item]) -> bool:
    return any(other.topic == "count" and other.name in ("home", "alone") for other in row)


def _added(keys: list[str], row: list[Item], asked: bool) -> tuple[int, int, int] | None:
    """A list of people: me, my wife and two kids."""
    people = [(at, item) for at, item in enumerate(row) if item.topic == "person" and item.name not in ("they", "other")]
    if not people:
        return None
    total, me = 0, False
    for at, item in people:
        before = row[at - 1] if at else None
        times = 1
        if before and before.number and item.first - before.end <= 2:
            times = _whole(before) or 1
        total += times * _PLURAL.get(item.name, 1)
    return total + 1, people[0][1].first, people[-1][1].end
