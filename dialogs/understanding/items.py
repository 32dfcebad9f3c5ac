"""An answer as a row of items: known words, numbers and signs in the order they were said."""

from dataclasses import dataclass
from functools import cache

from dialogs.understanding.lexicon import Lexicon, Mention, entries, layer, words
from dialogs.understanding.numbers import Number, numbers
from dialogs.understanding.sounds import prepare, sounding
from dialogs.understanding.text import Text
from dialogs.understanding.tree import Label

_SIGNS = {
    ",": "comma", "、": "list", "/": "list", ":": "colon", "-": "comma", "(": "comma", ")": "comma", "~": "comma",
    ".": "end", "。": "end", "!": "end", ";": "end", "…": "end", "\n": "end", "?": "question", "•": "end",
}  # fmt: skip


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
    prepare()
    return layer("symptom", "part", "trouble", "cue", "person", "time", "measure", "count", "contact", gaps=False)


def items(text: Text) -> list[Item]:
    """All items of a text in order."""
    known = _layer().scan(text.keys)
    known = [_counted(text.keys, m) for m in known]
    mentions = sounding(text.keys, known)
    said = _numbers_apart(numbers(text), mentions)
    row = [item_of(label, first, end) for label, first, end in mentions if label.name != "none"]
    row += [item for m in mentions if m.label == _ILL for item in _inner(text.keys, m)]
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
    row += _named(text, row)
    row.sort(key=order)
    if any(not key.isascii() for key in text.keys):
        _afflicted(text.keys, row)
        row = _felt(text.keys, row)
    return row


def _counted(keys: list[str], mention: Mention) -> Mention:
    """十一个人 is no 一个人."""
    if (
        mention.label != _ALONE
        or keys[mention.first] != "一"
        or not mention.first
        or keys[mention.first - 1] not in _TENS
    ):
        return mention
    return Mention(Label("count", "people"), mention.first + 1, mention.end)


_ALONE, _TENS = Label("count", "alone"), frozenset("十百零")


def _afflicted(keys: list[str], row: list[Item]) -> None:
    """发烧的外婆, 咳嗽病人, 给孩子看发烧: whose symptom it is by the words right around it."""
    people = {item.first: item for item in row if item.topic == "person"}
    treated = {
        item.end: item for item in row if item.topic == "person" and keys[item.first - 1] in words("small", "for")
    }
    for item in row if people else ():
        if item.topic != "symptom" or keys[item.first].isascii():
            continue
        person = people.get(item.end + 1) if keys[item.end : item.end + 1] in (["的"], ["嘅"]) else None
        sick = people.get(item.end)
        person = person or (sick if sick and sick.name == "patient" else None)
        if person is None and keys[item.first - 1 : item.first] in (["看"], ["治"]):
            person = treated.get(item.first - 1)
        if person and person.name not in ("pet", "they", "them"):
            item.who = person.name


def _felt(keys: list[str], row: list[Item]) -> list[Item]:
    """The row without a cold that the weather has: 外头才三度，冷得很."""
    weather = any(item.topic == "measure" and keys[item.first] in words("small", "weather") for item in row)
    cold = words("small", "cold")
    return [item for item in row if not (item.name == "chills" and keys[item.first] in cold)] if weather else row


def _named(text: Text, row: list[Item]) -> list[Item]:
    """'Our Kevin's got a cough', 'Priya has been sick': people called by name who do something."""
    known = {at for item in row if item.topic != "sign" for at in range(item.first, item.end)}
    found: list[Item] = []
    for at, key in enumerate(text.keys):
        if at in known or not key.isascii() or not key.isalpha() or len(key) < 3:
            continue
        common = words("small", "name")
        ours = at > 0 and text.keys[at - 1] == "our"
        large = text.original[text.starts[at]].isupper()
        begins = at == 0 or text.keys[at - 1] in (".", "!", "?", "\n")
        name = key if key in common else key[:-1] if key.endswith("s") and key[:-1] in common else ""
        acts = text.keys[at + 1 : at + 2] and text.keys[at + 1] in words("small", "doing")
        if (acts or (name and name != key)) and (ours or (large and (name or not begins))):
            found.append(Item("person", "other", at, at + 1))
    return found


_ILL = Label("contact", "ill")


@cache
def _one_word() -> dict[str, str]:
    """English symptoms of one word."""
    names = {
        name: said for name, said in entries()["symptom"].items() if name != "none" and not name.startswith("not ")
    }
    return {word: name for name, said in names.items() for word in said if word.isascii() and word.isalpha()}


def _inner(keys: list[str], ill: Mention) -> list[Item]:
    """'Down with a cough': a symptom that ends what calls somebody ill."""
    name = _one_word().get(keys[ill.end - 1])
    return [Item("symptom", name, ill.end - 1, ill.end)] if name and ill.end - ill.first > 1 else []


_FIRST = {("contact", "met"): False, ("cue", "i"): False, ("cue", "we"): False, ("cue", "my"): False}


def order(item: Item) -> tuple[int, int, bool]:
    """Items stand in the order of their words, those around others first."""
    return item.first, -item.end, _FIRST.get((item.topic, item.name), item.topic != "count")


def item_of(label: Label, first: int, end: int) -> Item:
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
        if number.value == 0 and any(m.first == number.end and m.label.topic == "symptom" for m in mentions):
            continue  # zero cough
        first, end = longer.get(number.first, (number.first, number.first))
        if end - first > number.end - number.first or (end > number.end and first <= number.first):
            continue
        kept.append(number)
    return kept
