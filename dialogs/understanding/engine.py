"""The way from a text to what it says: read, look up, then one decider for each kind of answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from dialogs.understanding import acts, answers
from dialogs.understanding.household import count
from dialogs.understanding.items import Item, items
from dialogs.understanding.onset import onset
from dialogs.understanding.scope import Scope
from dialogs.understanding.temperature import temperature
from dialogs.understanding.text import Text, read
from dialogs.understanding.understood import Understood

Options = Mapping[str, Sequence[str]] | None


def hear(words: str, context: str, lang: str, options: Options, now: datetime | None) -> Understood:
    """Understand one answer."""
    text = read(words)
    keys = text.keys
    row = items(text)
    Scope(keys, row).walk()
    spans: dict[str, tuple[int, int]] = {}
    degrees, status, reading, _ = temperature(keys, row, context)
    if reading:
        spans["temperature_c"] = text.span(reading.first, reading.end)
    present, absent = _symptoms(text, row, spans)
    yes_no = _yes_no(keys, row, context, bool(present))
    if yes_no:
        spans["yes_no"] = text.span(yes_no[1], yes_no[2])
        if context == "fever" and not {"fever"} & {*present, *absent}:
            (present if yes_no[0] == "yes" else absent).append("fever")
            spans["fever"] = spans["yes_no"]
    act = acts.act(keys, row)
    if act:
        spans["act"] = text.span(act.first, act.end)
    people = count(keys, row, "household" if act and act.label.name == "correction" and not reading else context)
    if people:
        spans["count"] = text.span(people[1], people[2])
    moment = onset(row, context, now, bool(present))
    if moment:
        spans["onset_days_ago"] = text.span(moment.first, moment.end)
    return Understood(
        temperature_c=degrees,
        temperature_status=status,
        symptoms_present=tuple(present),
        symptoms_absent=tuple(absent),
        yes_no=yes_no[0] if yes_no else None,
        act=act.label.name if act else None,
        count=people[0] if people else None,
        onset_days_ago=moment.days if moment else None,
        spans=MappingProxyType(spans),
    )


def _symptoms(text: Text, row: list[Item], spans: dict[str, tuple[int, int]]) -> tuple[list[str], list[str]]:
    """The respondent's own symptoms; the last word on each counts."""
    last: dict[str, Item] = {}
    for item in row:
        if item.topic == "symptom" and not item.who and (item.status != "?" or item.name not in last):
            last[item.name] = item
    for name, item in last.items():
        if item.status != "?":
            spans[name] = text.span(item.first if item.start < 0 else item.start, item.end)
    present = [name for name, item in last.items() if item.status == "+"]
    return present, [name for name, item in last.items() if item.status == "-"]


def _yes_no(keys: list[str], row: list[Item], context: str, symptoms: bool) -> answers.YesNo | None:
    if context == "fever":
        return answers.about_fever(keys, row)
    if context == "contact":
        return answers.about_contact(keys, row)
    if context in ("symptoms", "open", "confirm"):
        said = answers.bare(keys, row)
        return said or (answers.well(keys, row) if context == "symptoms" and not symptoms else None)
    return None
