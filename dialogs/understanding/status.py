"""How a symptom is spoken of, as the learned weights see it: the words and the kinds of word around where it is named.

Two rows are looked at: the words, and the kinds of those that have one (denial, person, time ...). Every symptom named
is "T" where it is the one in question, else "S", so that what is learned of a cough holds for a rash. The weights tell
present, absent or none of these (somebody else's, only asked about); scope.py tells the same by rules, and engine.py
weighs the two.
"""

from collections.abc import Iterator, Sequence

from dialogs.understanding.items import Item

WINDOW = 8  # words to each side
MOST = 200  # words of an answer that are looked at
_KINDS = frozenset(("person", "number", "cue", "time", "count", "contact"))
_BREAKS = frozenset((".", "!", ";", "\n", "?", "…", ",", "but", "但", "cue:but"))


class Mentions:
    """The symptoms named in an answer and the rows around them; made before the rules change the items."""

    def __init__(self, keys: Sequence[str], row: Sequence[Item]) -> None:
        self.words: list[str] = []
        self.kinds: list[str] = []
        self.places: dict[str, list[tuple[int, int]]] = {}
        for kind, words, item in _pieces(keys[:MOST], row):
            if item:
                self.places.setdefault(item.name, []).append((len(self.words), len(self.kinds)))
            self.words.extend(words)
            if kind:
                self.kinds.append(kind)

    def features(self, name: str, context: str) -> set[str]:
        """What the weights look up for one of `places`."""
        found = {f"asked {context}", f"named {name}", f"times {min(len(self.places[name]), 3)}"}
        own = (name, f"{name}-")
        words, kinds = ([_shown(word, own) for word in row] for row in (self.words, self.kinds))
        found.update(f"any {word}" for word in words)
        for word_at, kind_at in self.places[name]:
            _around(found, words, word_at, "w")
            _around(found, kinds, kind_at, "k")
        return found


def _pieces(keys: Sequence[str], row: Sequence[Item]) -> Iterator[tuple[str, list[str], Item | None]]:
    """The answer from left to right: kind, words and, for a symptom, its item. Symptoms stand before other items."""
    cover: dict[int, Item] = {}
    for item in row:
        if item.topic == "symptom":
            cover.update(dict.fromkeys(range(item.first, item.end), item))
    for item in row:
        if item.topic in _KINDS:
            for at in range(item.first, item.end):
                cover.setdefault(at, item)
    at = 0
    while at < len(keys):
        known, first = cover.get(at), at
        at += 1
        if known is None:
            yield (keys[first] if len(keys[first]) == 1 and not keys[first].isalnum() else ""), [keys[first]], None
            continue
        while at < len(keys) and cover.get(at) is known:
            at += 1
        if known.topic == "symptom":
            mark = f"<{known.name}{'-' if known.settled and known.status == '-' else ''}>"
            yield mark, [mark], known
        elif known.topic in ("person", "number"):
            yield known.topic, [known.topic], None
        else:
            yield f"{known.topic}:{known.name}", list(keys[first:at]), None


def _shown(word: str, own: tuple[str, str]) -> str:
    if word[0] != "<" or len(word) < 3:
        return word
    name = word[1:-1]
    return ("T" if name in own else "S") + ("-" if name[-1] == "-" else "")


def _around(found: set[str], row: list[str], at: int, tag: str) -> None:
    left, right = row[max(at - WINDOW, 0) : at][::-1], row[at + 1 : at + 1 + WINDOW]
    for side, near in ((f"{tag}<", left), (f"{tag}>", right)):
        inside = True
        for away, word in enumerate(near):
            found.add(f"{side} {word}")
            if word in _BREAKS:
                inside = False
            if inside:
                found.add(f"{side}in {word}")
            if away < 3:
                found.add(f"{side}{away} {word}")
                found.add(f"{side}{away}{away + 1} {word} {near[away + 1] if away + 1 < len(near) else ''}")
        found.add(f"{side}3 {' '.join(near[:3])}")
    found.add(f"{tag}<> {' '.join(left[:1])} {' '.join(right[:1])}")
    found.add(f"{tag}<<> {' '.join(left[:2])} {' '.join(right[:1])}")
