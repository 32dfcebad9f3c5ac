"""Parts of the body that an English answer complains of in pictures: 'someone's using my skull as a drum'."""

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item, order

_SYMPTOMS = {
    "throat": "sore_throat",
    "nose": "runny_nose",
    "head": "headache",
    "muscle": "muscle_ache",
    "allover": "muscle_ache",
}
_STATES = ("is", "are", "was", "were", "have", "had", "and", "been", "going", "dont")
_LACK = ("isnt", "hasnt", "not", "arent", "doesnt")
_OWNERS = frozenset(("my", "me", "ma", "mi", "the", "this", "own", "mine", "a"))
_NOBODY = frozenset(("someone", "somebody", "something"))


def complaints(keys: list[str], row: list[Item]) -> list[Item]:
    """The row with a guessed symptom for each part that is spoken of in a clause which tells nothing known of it."""
    if not any(item.topic == "part" and (item.name in _SYMPTOMS or item.name == "sense") for item in row):
        return row
    found: list[Item] = []
    clause: list[Item] = []
    for item in [*row, None]:
        if item is not None and not (item.topic == "sign" and item.name != "list"):
            clause.append(item)
            continue
        parts = [other for other in clause if other.topic == "part" and other.name in _SYMPTOMS]
        if clause and (lost := _sense_lacking(keys, clause, row)):
            found.append(lost)
        elif parts and _answered(keys, clause, parts):
            found.append(Item("symptom", _SYMPTOMS[parts[0].name], parts[0].first, parts[0].end))
        elif parts and not any(_settled(other) for other in clause) and not _plain(keys, clause, item):
            found += [_guess(keys, part) for part in parts if _complained(keys, part)]
        clause = []
    return sorted([*row, *found], key=order) if found else row


def _answered(keys: list[str], clause: list[Item], parts: list[Item]) -> bool:
    """'Cough no, throat no, nose yes': nothing but the part and its answer."""
    words = [item for item in clause if item.name not in ("repair", "have", "list")]
    answer = len(words) == 2 and words[0] is parts[0] and words[1].topic == "cue" and words[1].name in ("neg", "yes")
    return answer and keys[words[1].first].isascii() and words[1].first == parts[0].end


def _sense_lacking(keys: list[str], clause: list[Item], row: list[Item]) -> Item | None:
    """'My taste is back but smell isn't'."""
    last, sense = clause[-1], clause[-2] if len(clause) > 1 else None
    if sense is None or (sense.topic, sense.name) != ("part", "sense") or keys[last.first] not in _LACK:
        return None
    if last.first != sense.end or not any(i.name == "loss_of_smell_taste" and i.end <= sense.first for i in row):
        return None
    return Item("symptom", "loss_of_smell_taste", sense.first, last.end, settled=True)


def _settled(item: Item) -> bool:
    return item.topic in ("symptom", "number") or (item.topic == "trouble" and item.name != "run")


def _plain(keys: list[str], clause: list[Item], sign: Item | None) -> bool:
    """A test, a blow or a haircut ails nobody; nor does what is only asked, or another's part."""
    if sign is not None and sign.name == "question":
        return True
    first = next(item.first for item in clause if item.topic == "part")
    if any(item.topic == "person" and item.name != "them" and item.first < first for item in clause):
        return not all(keys[item.first].rstrip("s") in _NOBODY for item in clause if item.topic == "person")
    end = sign.first if sign else len(keys)
    return any(
        key in small("bodyplain") for key in keys[clause[0].first : end] + keys[max(clause[0].first - 6, 0) : end]
    )


def _complained(keys: list[str], part: Item) -> bool:
    """Mine, and no place where something lies; the head and limbs only where something is told of them."""
    key, before = keys[part.first], keys[max(part.first - 2, 0) : part.first]
    if part.name == "allover":
        return key == "every"
    if not key.isascii() or part.end - part.first > 2 or _OWNERS.isdisjoint(before):
        return False
    if before[-1:] == ["a"] and keys[part.end : part.end + 1] != ["like"]:
        return False
    told = keys[part.end : part.end + 1] and keys[part.end] in small("telling")
    if part.name == "muscle":
        return bool(told) and key.endswith("s") and keys[part.end] not in _STATES
    if part.name == "head":
        inside = len(before) == 2 and before[0] in ("in", "inside", "behind", "round", "around", "across", "through")
        return key in ("head", "heads", "skull", "noggin", "brain", "brains") and bool(told or inside or key == "skull")
    return True


def _guess(keys: list[str], part: Item) -> Item:
    return Item("symptom", _SYMPTOMS[part.name], part.first, part.end, guessed=True)


def unsaid(row: list[Item], symptom: Item) -> bool:
    """Whether a complaint that was only guessed from its part turned out denied: then nothing was said of it."""
    guessed = symptom.guessed and symptom.status == "-"
    return guessed and any(item.topic == "part" and item.first == symptom.first for item in row)


def other_sense(keys: list[str], lost: Item, kept: Item) -> bool:
    """Whether one of two senses is lost: 'smell's still gone, taste is fine'."""
    if lost.status != "+" or lost.name != "loss_of_smell_taste":
        return False
    words = [{key.rstrip("s") for key in keys[i.start if i.start >= 0 else i.first : i.end]} for i in (lost, kept)]
    said = [_SENSES & heard for heard in words]
    return all(said) and said[0].isdisjoint(said[1])


_SENSES = {"smell", "taste"}
