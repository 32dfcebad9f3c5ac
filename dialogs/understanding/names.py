"""Names of people at home, known by how they are said: "me and our Karen", "me, Dave, Priya and the baby"."""

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.text import Text


def names(text: Text, row: list[Item]) -> list[int]:
    """The tokens that name people: written large or a common name beside what joins people, or anything after 'our'."""
    known = {at for item in row if item.topic not in ("sign", "cue") for at in range(item.first, item.end)}
    people = {item.first for item in row if item.topic == "person"}  # whom 'Sanjay's parents', 'Uncle Joe' speak of
    people |= {item.end + 1 for item in row if item.topic == "person" and item.name != "other"}  # baby Leo, my wife Ann
    pets = [item.first for item in row if item.topic == "person" and item.name == "pet"]
    animals = {text.keys[at - 2] for at in pets if at >= 2 and text.keys[at - 1] in ("the", "our", "my")}  # Rex the dog
    animals |= {text.keys[at - 3] for at in pets if at >= 3 and text.keys[at - 2] in ("is", "was")}  # Rex is a labrador
    found: list[int] = []
    for at, key in enumerate(text.keys):
        if at in known or not key.isascii() or not key.isalpha() or key in small("me") or key in small("filler"):
            continue
        if key in animals or any(text.keys[said] == key for said in found):
            continue
        named = at > 0 and text.keys[at - 1] == "our"
        large = text.original[text.starts[at]].isupper() and len(key) > 1
        if (named or ((large or key in small("name")) and _joined(text, at, found))) and at + 1 not in people:
            found.append(at)
    return found


def _joined(text: Text, at: int, found: list[int]) -> bool:
    """After 'and', 'with' or another name, after a comma with a list going on, or before 'and me'."""
    keys = text.keys
    before, after = keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else ""
    if before in small("sized") and at > 1:
        before = keys[at - 2]
    if before in small("joins") or (before == "," and at - 2 in found):
        return True
    if keys[at + 1 : at + 3] in (["and", "me"], ["and", "i"]):
        return True
    listed = before in ("", ",", "then", "me", "&", "+") and after in (",", "and", "&", "+", "n", "plus", ".", "")
    return listed and bool(before or after)
