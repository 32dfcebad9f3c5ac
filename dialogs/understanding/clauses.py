"""Where clauses end, what stands alone in them, and on which side of its object a denial stands."""

from functools import cache

from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import words

_TURNS = {("cue", "but"), ("cue", "have"), ("cue", "hedge"), ("cue", "self"), ("cue", "i")}
_SAID = {("cue", "neg"), ("cue", "negv"), ("cue", "have"), ("cue", "still"), ("cue", "now")}
_ANSWERS = {("cue", "neg"), ("cue", "negv"), ("cue", "yes"), ("cue", "noneof"), ("cue", "raised")}


@cache
def small(name: str) -> frozenset[str]:
    """A set of small words from the files small."""
    return words("small", name)


_ENDS = frozenset((".", "!", ";", "\n", "?"))


def questions(keys: list[str]) -> set[int]:
    """The tokens of sentences that begin like an English question and end in a question mark."""
    found: set[int] = set()
    start = 0
    for at, key in enumerate(keys):
        if key in _ENDS:
            while start < at and (keys[start] in small("lead") or keys[start] == ","):
                start += 1
            if key == "?" and keys[start] in small("asking"):
                found.update(range(start, at))
            start = at + 1
    return found


class Clauses:
    """The row of items seen by clause; every look costs no more than its clause."""

    def __init__(self, keys: list[str], row: list[Item]) -> None:
        self.keys, self.row = keys, row
        self.last_sign: list[int] = []  # for each item: the token after the sign before it
        self.next_end: list[int] = []  # for each item: the token where its clause ends
        sign = 0
        for item in row:
            self.last_sign.append(sign)
            sign = item.end if item.topic == "sign" else sign
        end = len(keys)
        for item in reversed(row):
            self.next_end.append(end)
            end = item.first if _ends(item) else end
        self.next_end.reverse()

    def filler(self, start: int, end: int) -> bool:
        """Whether tokens start..end-1 say nothing of their own."""
        return all(key in small("filler") for key in self.keys[start:end])

    def rest_is_filler(self, at: int) -> bool:
        """Whether nothing but filler follows an item in its clause."""
        return self.filler(self.row[at].end, self.next_end[at])

    def alone(self, at: int) -> bool:
        """Whether an item stands alone in its clause."""
        return self.filler(self.last_sign[at], self.row[at].first) and self.rest_is_filler(at)

    def style(self, start: int) -> str:
        """'after' in a clause like 'fever no cough yes' (a symptom first, an answer last), else 'before'."""
        first: Item | None = None
        last, last_at = None, 0
        for at in range(start, len(self.row)):
            item = self.row[at]
            kind = (item.topic, item.name)
            if item.topic == "sign" and item.name != "list":
                break
            if kind in _TURNS and not self._answers(at, last):
                english = first is not None and self.keys[first.first].isascii()
                if not (english and kind == ("cue", "i") and self._fronted(at)):
                    break
                return "after"
            had = first is not None and kind == ("cue", "have")
            if item.topic == "symptom" or kind in _ANSWERS or self._journey(item) or had:
                first = first or item
                last, last_at = item, at
        if first is None or last is None or first.topic == "cue" or last.topic != "cue":
            return "before"
        return "after" if self.filler(last.end, max(last.end, self.next_end[last_at])) else "before"

    def _journey(self, item: Item) -> bool:
        return item.topic == "contact" and item.name in ("trip", "met") and not self.keys[item.first].isascii()

    def _fronted(self, at: int) -> bool:
        """'The fever I don't have, the cough I have': what is said of a symptom that stands before it."""
        for place in range(at + 1, len(self.row)):
            item = self.row[place]
            kind = (item.topic, item.name)
            if _ends(item) and kind != ("cue", "have"):
                break
            if kind not in _SAID:
                return False
            if kind in _ANSWERS or self.rest_is_filler(place):
                return True
        return False

    def _answers(self, at: int, last: Item | None) -> bool:
        """Whether a word that could begin a clause only ends this one: 不算有, 倒是有."""
        item = self.row[at]
        if last and last.end == item.first and last.topic == "cue":
            return True
        turns = any(other.first == item.first and other.name == "but" for other in self.row[at + 1 : at + 2])
        return (item.topic, item.name) == ("cue", "have") and not turns and self.rest_is_filler(at)


def _ends(item: Item) -> bool:
    return item.topic == "sign" or (item.topic, item.name) in _TURNS
