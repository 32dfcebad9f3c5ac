"""An answer as a row of items: known words, numbers and signs in the order they were said."""

from dataclasses import dataclass
from functools import cache

from dialogs.understanding.lexicon import Lexicon, Mention, entries, layer
from dialogs.understanding.numbers import Number, numbers
from dialogs.understanding.sounds import sounding
from dialogs.understanding.text import Text
from dialogs.understanding.tree import Label

_SIGNS = {
    ",": "comma", "、": "list", "/": "list", ":": "colon", "-": "comma", "(": "comma", ")": "comma", "~": "comma",
    ".": "end", "。": "end", "!": "end", ";": "end", "…": "end", "\n": "end", "?": "question", "•": "end",
}  # fmt: skip
_APART = 10  # tokens between a part of the body and its trouble


@dataclass(slots=True)
class Item:
    """One item: where it is, whose it is, and whether it was denied; filled in by the scope pass."""

    topic: str
    name: str
    first: int
    end: int
    number: Number | None = None
    start: int = -1  # first token of all its words, where these are apart
    who: str = ""  # "" is the respondent
    status: str = "+"  # "+" now, "-" denied or over, "?" not to be told
    past: bool = False
    clause: int = -1
    hedged: bool = False
    settled: bool = False
    guessed: bool = False  # known by its sound only
    lasting: bool = False  # said to go on by its own words, which no end of other things ends


@cache
def _layer() -> Lexicon:
    return layer("symptom", "part", "trouble", "cue", "person", "time", "measure", "count", "contact", gaps=False)


@cache
def _body() -> dict[tuple[str, str], str]:
    """(part, trouble) -> symptom, from the file that says which trouble of which part is which symptom."""
    pairs = ((symptom, pair.split()) for symptom, pairs in entries()["body"].items() for pair in pairs)
    return {(part, trouble): symptom for symptom, (part, trouble) in pairs}


def items(text: Text) -> list[Item]:
    """All items of a text in order; parts of the body with their troubles become symptoms."""
    known = _layer().scan(text.keys)
    mentions = sounding(text.keys, known)
    said = _numbers_apart(numbers(text), mentions)
    row = [_item(label, first, end) for label, first, end in mentions if label.name != "none"]
    if mentions is not known:
        for item in row:
            item.guessed = (
                item.topic == "symptom" and Mention(Label("symptom", item.name), item.first, item.end) not in known
            )
    row += [Item("number", "", number.first, number.end, number) for number in said]
    taken = {at for number in said for at in range(number.first, number.end)}
    row = [item for item in row if item.number or item.first not in taken or item.end - 1 not in taken]
    row += [
        Item("sign", _SIGNS[key], at, at + 1) for at, key in enumerate(text.keys) if key in _SIGNS and at not in taken
    ]
    row.sort(key=_order)
    return _bodily(text.keys, row)


_FIRST = {("contact", "met"): False, ("cue", "i"): False, ("cue", "we"): False, ("cue", "my"): False}


def _order(item: Item) -> tuple[int, int, bool]:
    return item.first, -item.end, _FIRST.get((item.topic, item.name), item.topic != "count")


def _item(label: Label, first: int, end: int) -> Item:
    """A known word; a name like 'not fever' is a symptom denied by the very words."""
    topic, name = label
    if topic == "symptom" and name.startswith("not "):
        return Item(topic, name[4:], first, end, status="-", settled=True)
    return Item(topic, name, first, end)


def _numbers_apart(said: list[Number], mentions: list[Mention]) -> list[Number]:
    """Numbers that are not a piece of longer known words (一点, one moment)."""
    longer = {at: (m.first, m.end) for m in mentions if m.end - m.first > 1 for at in range(m.first, m.end)}
    kept = []
    for number in said:
        first, end = longer.get(number.first, (number.first, number.first))
        if end - first > number.end - number.first or (end > number.end and first <= number.first):
            continue
        kept.append(number)
    return kept


def _bodily(keys: list[str], row: list[Item]) -> list[Item]:
    """Bind each trouble to the parts of the body before it in its clause, else to those after it."""
    if not any(item.topic == "trouble" for item in row):
        return row
    table, bound = _body(), list[Item]()
    parts: list[Item] = []
    carried: list[Item] = []  # parts of the last clause without a trouble: "my throat, it is sore"
    asked: list[Item] = []  # parts of the last trouble, for "is it sore? it is"
    open_trouble: Item | None = None
    for item in row:
        bound.append(item)
        if item.topic == "sign" and item.name != "list":
            carried = parts if item.name == "comma" else (parts or asked) if item.name == "question" else []
            parts, asked, open_trouble = [], [], None
        elif item.topic == "part":
            if open_trouble and item.first - open_trouble.end <= 5:
                _bind(table, item, open_trouble, bound)
                continue
            parts.append(item)
        elif item.topic == "trouble":
            again = (
                asked if keys[item.end : item.end + 1] not in (["in"], ["across"], ["of"], ["on"], ["around"]) else []
            )
            near = [part for part in parts or carried[-1:] or again if item.first - part.end <= _APART]
            if item.name == "fine" and keys[item.first - 1] in ("im", "am", "i", "feel", "else", "otherwise", "rest"):
                continue  # a sore throat, otherwise I'm all right
            if near and not any((part.name, item.name) in table or ("alone", item.name) in table for part in near):
                continue
            for part in near:
                _bind(table, part, item, bound)
            if not near and ("alone", item.name) in table:
                bound.append(Item("symptom", table["alone", item.name], item.first, item.end, start=item.first))
            parts, carried, asked, open_trouble = [], [], near, None if near else item
    bound.sort(key=_order)
    return bound


def _bind(table: dict[tuple[str, str], str], part: Item, trouble: Item, bound: list[Item]) -> None:
    symptom = table.get((part.name, trouble.name))
    if symptom:
        start, first, end = min(part.first, trouble.first), trouble.first, trouble.end
        bound.append(_item(Label("symptom", symptom), first, max(end, part.end) if part.first > first else end))
        bound[-1].start = start
    elif ("alone", trouble.name) in table:  # the stomach that aches is no aching body
        bound[:] = [i for i in bound if i.topic != "symptom" or i.first != trouble.first]
