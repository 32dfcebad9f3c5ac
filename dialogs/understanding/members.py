"""How the others at home are, when the respondent answers for them."""

from dialogs.understanding.answers import answer_words
from dialogs.understanding.items import Item
from dialogs.understanding.reading import Reading, celsius
from dialogs.understanding.text import Text
from dialogs.understanding.understood import Member

_CANONICAL = {
    "they": "other",
    "them": "other",
    "patient": "other",
    "twins": "child",
    "triplets": "child",
    "spouses": "spouse",
    "pet": "",
    "everyone": "other",
}
_OUTSIDE = ("patient", "neighbour", "colleague", "friend", "pet")


def members(text: Text, row: list[Item], found: list[Reading]) -> tuple[Member, ...]:
    """One member for each person spoken of, in the order of the answer."""
    owners = dict.fromkeys(item.who for item in row if item.who and item.who not in _OUTSIDE)
    if not owners:
        return ()
    well = {near.who for mention, near in answer_words(text.keys, row) if near and mention.label.name == "well"}
    return tuple(_member(text, row, found, who, who in well) for who in owners if _CANONICAL.get(who, who))


def _member(text: Text, row: list[Item], found: list[Reading], who: str, well: bool) -> Member:
    own = [item for item in row if item.who == who]
    symptoms = {item.name: item.status for item in own if item.topic == "symptom"}
    present = tuple(name for name, status in symptoms.items() if status == "+")
    absent = tuple(name for name, status in symptoms.items() if status == "-")
    readings = [celsius(r.value, r.unit) for r in found if r.item.who == who and r.kind != "other"]
    first, end = text.span(own[0].first, max(item.end for item in own))
    ill = any(item.topic == "contact" and item.name == "ill" and item.status == "+" for item in own)
    state = False if present or ill else True if well or absent else None
    temperature = next((r for r in reversed(readings) if r is not None), None)
    return Member(_CANONICAL.get(who, who), text.original[first:end], present, absent, temperature, state)


def all_well(text: Text, row: list[Item], context: str, about: tuple[Member, ...]) -> bool | None:
    """Whether the whole household was called well ("all five of us are fine"), None where nothing is said of it."""
    if any(member.well is False for member in about):
        return False
    together = context == "members" or any(
        (item.topic, item.name) in (("cue", "we"), ("count", "us"), ("person", "everyone")) for item in row
    )
    if not together:
        return None
    if any(item.topic == "symptom" and item.status == "+" for item in row):
        return False
    return True if any(m.label.name == "well" for m, _ in answer_words(text.keys, row)) else None
