"""Names of people at home, known by how they are said: "me and our Karen", "I share with Dave and Priya"."""

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.text import Text


def names(text: Text, row: list[Item]) -> list[int]:
    """The tokens that name people: written large after a word that joins people, or anything after 'our'."""
    known = {at for item in row if item.topic not in ("sign", "cue") for at in range(item.first, item.end)}
    found: list[int] = []
    for at in range(1, len(text.keys)):
        if at in known or not text.keys[at].isascii() or not text.keys[at].isalpha() or text.keys[at] in small("me"):
            continue
        joined = _joined(text.keys, at, found) and text.original[text.starts[at]].isupper()
        named = text.keys[at - 1] == "our" and text.keys[at] not in small("filler")
        if (joined or named) and at + 1 not in {item.first for item in row if item.topic == "person"}:
            found.append(at)
    return found


def _joined(keys: list[str], at: int, found: list[int]) -> bool:
    """After 'and', 'with', 'plus' or another name, or before 'and me'."""
    listed = keys[at - 1] == "," and at - 2 in found
    return keys[at - 1] in small("joins") or listed or keys[at + 1 : at + 3] in (["and", "me"], ["and", "i"])
