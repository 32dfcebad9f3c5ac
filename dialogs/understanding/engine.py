"""The way from a text to what it says: read, look up, then one decider for each kind of answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from dialogs.understanding import acts, answers
from dialogs.understanding.body import bodily
from dialogs.understanding.choices import choice
from dialogs.understanding.clauses import small
from dialogs.understanding.complaints import complaints, other_sense, unsaid
from dialogs.understanding.contact import about_contact, journeys
from dialogs.understanding.household import count
from dialogs.understanding.items import Item, items
from dialogs.understanding.later import later
from dialogs.understanding.learned import decide, grams, head
from dialogs.understanding.lexicon import Mention
from dialogs.understanding.members import all_well, members
from dialogs.understanding.names import names
from dialogs.understanding.onset import onset
from dialogs.understanding.pinyin import in_characters
from dialogs.understanding.reading import Reading
from dialogs.understanding.scope import Scope
from dialogs.understanding.spelling import put_right
from dialogs.understanding.status import Mentions
from dialogs.understanding.temperature import temperature
from dialogs.understanding.text import Text, is_sign, read
from dialogs.understanding.understood import Understood

Options = Mapping[str, Sequence[str]] | None
SURE, HEDGED, GUESSED = 0.95, 0.7, 0.5
# How much more the lexicons' word counts than what was learned, as exponents; measured on sets that were left out.
TRUST = {"act": 3.0, "contact": 2.5, "fever": 2.0, "status": 2.0}
GRAVE = 0.85  # how likely an emergency must be of which the lexicons know no word
CALM = 0.97  # how likely it must be that nothing at all is done before words of an emergency are taken for none


class Findings:
    """Values as they are found, each with its span and confidence."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.values: dict[str, Any] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.confidence: dict[str, float] = {}

    def note(self, key: str, value: Any, first: int, end: int, sure: float = SURE) -> None:
        """Keep a value that tokens first..end-1 say."""
        self.values[key] = value
        self.place(key, first, end, sure)

    def place(self, key: str, first: int, end: int, sure: float = SURE) -> None:
        """Keep only where something was said, and how sure it is."""
        self.spans[key] = self.text.span(first, end)
        self.confidence[key] = sure

    def understood(self) -> Understood:
        """All of it, frozen."""
        return Understood(
            **self.values, spans=MappingProxyType(self.spans), confidence=MappingProxyType(self.confidence)
        )


def hear(words: str, context: str, lang: str, options: Options, now: datetime | None) -> Understood:
    """Understand one answer."""
    text, row = look(words, context)
    named = Mentions(text.keys, row) if any(item.topic == "symptom" for item in row) else None
    Scope(text.keys, row).walk()
    found = Findings(text)
    doing = acts.acts(text.keys, row)
    readings = _temperature(found, row, context, doing[0].label.name if doing else "")
    present, absent = _symptoms(found, row, named, context)
    act = _act(found, row, context, doing)
    _yes_no(found, row, context, present, absent, act)
    found.values["symptoms_present"], found.values["symptoms_absent"] = tuple(present), tuple(absent)
    _count(found, row, context)
    mended = context == "open" and found.values.get("act") == "correction"
    told = "onset" if mended and "count" not in found.values and "temperature_c" not in found.values else context
    moment = onset(text.keys, row, told, now, bool(present), context == "fever" and found.values.get("yes_no") == "yes")
    if moment and not (told != context and moment.item.name == "justnow"):
        found.note("onset_days_ago", moment.days, moment.first, moment.end, HEDGED if moment.item.hedged else SURE)
    _found_after_all(found, context)
    about = members(text, row, readings)
    found.values["members"], found.values["all_well"] = about, all_well(text, row, context, about)
    if options:
        found.values["choice"] = choice(text.keys, row, options)
    _number(found, row)
    return found.understood()


def look(words: str, context: str) -> tuple[Text, list[Item]]:
    """An answer with its words put right, and the items in it, before anything is known of them."""
    text = read(words)
    text.keys = put_right(in_characters(text.keys))
    row = bodily(text.keys, items(text))
    if context == "contact":
        row = journeys(text, row)
    if context == "symptoms":
        row = complaints(text.keys, row)
    return text, row


def _temperature(found: Findings, row: list[Item], context: str, act: str) -> list[Reading]:
    if act == "correction" and context == "open" and not _counts_else(row):
        context = "confirm"  # "I said 37, it's 38"
    degrees, status, reading, readings = temperature(found.text.keys, row, context)
    if status == "implausible" and act in _NO_READING:
        status, reading = "absent", None
    found.values["temperature_status"] = status
    if reading:
        sure = HEDGED if reading.item.hedged or len(readings) > 1 else SURE
        found.note("temperature_c", degrees, reading.first, reading.end, sure)
    return readings


def _symptoms(found: Findings, row: list[Item], named: Mentions | None, context: str) -> tuple[list[str], list[str]]:
    """The respondent's own symptoms; the last word on each counts."""
    last: dict[str, Item] = {}
    for item in row:
        if item.topic != "symptom" or item.who or (item.status == "?" and item.name in last) or unsaid(row, item):
            continue
        if not (item.status == "-" and item.name in last and other_sense(found.text.keys, last[item.name], item)):
            last[item.name] = item
    sure = {name: GUESSED if item.guessed else HEDGED if item.hedged else SURE for name, item in last.items()}
    if named:
        taken = _weighed(found.text.keys, row, named, context, last)
        last |= taken
        sure |= dict.fromkeys(taken, GUESSED)
    for name, item in last.items():
        if item.status != "?":
            found.place(name, item.first if item.start < 0 else item.start, item.end, sure[name])
    present = [name for name, item in last.items() if item.status == "+"]
    return present, [name for name, item in last.items() if item.status == "-"]


_STATUS = {"+": "present", "-": "absent", "?": "none"}
_SIGN = {status: sign for sign, status in _STATUS.items()}


def _weighed(
    keys: list[str], row: list[Item], named: Mentions, context: str, last: Mapping[str, Item]
) -> dict[str, Item]:
    """What the rules found for each symptom, weighed against what the examples teach: those taken otherwise."""
    taken = {}
    for name in named.places:
        ruled = last[name].status if name in last else "?"
        likely = head(keys, "status").likely(named.features(name, context))
        status = _SIGN[decide(likely, _STATUS[ruled], TRUST["status"])]
        if status != ruled:
            taken[name] = _taken(row, name, status)
    return taken


def _taken(row: list[Item], name: str, status: str) -> Item:
    """Take the last mention of a symptom for this, whatever the rules made of it; all who look on see the same."""
    mentions = [item for item in row if item.topic == "symptom" and item.name == name]
    for item in mentions:
        item.status = status
    mentions[-1].who = "" if status != "?" else mentions[-1].who
    return mentions[-1]


def _yes_no(
    found: Findings, row: list[Item], context: str, present: list[str], absent: list[str], act: Mention | None
) -> None:
    keys = found.text.keys
    said = _answer(keys, row, context, bool(present), bool(absent), act)
    sure = SURE
    told = context == "fever" and "fever" in (*present, *absent)
    if context in ("contact", "fever") and keys and not told and not _nothing_else(keys, said):
        ruled = said[0] if said else "none"
        asks = found.values.get("act") not in (None, "correction")  # who asks answers seldom
        name = decide(head(keys, context).likely(set(grams(keys))), ruled, 0.0 if asks else TRUST[context])
        if name != ruled and (asks or name != "none"):  # words of a yes or no stand where none of them was ever seen
            said, sure = None if name == "none" else (name, 0, len(keys)), GUESSED
    if said is None:
        return
    found.note("yes_no", *said, sure)
    if context == "fever" and "fever" not in present and "fever" not in absent:
        (present if said[0] == "yes" else absent).append("fever")
        found.place("fever", *said[1:])


def _nothing_else(keys: list[str], said: answers.YesNo | None) -> bool:
    """Whether an answer by its words is all that was said: "nope", 嗯呐."""
    return said is not None and all(is_sign(key) for key in (*keys[: said[1]], *keys[said[2] :]))


def _answer(
    keys: list[str], row: list[Item], context: str, present: bool, absent: bool, act: Mention | None
) -> answers.YesNo | None:
    if context == "fever":
        return answers.about_fever(keys, row, act)
    if context == "contact":
        return about_contact(keys, row, act)
    if context == "symptoms":
        return answers.about_symptoms(keys, row, act, present, absent)
    said = answers.bare(keys, row, act) if context in ("open", "confirm", "members") else None
    if context == "confirm" and said is None and not present and not absent:
        fine = answers.well(keys, row)
        return ("yes", *fine[1:]) if fine else None
    return said


def _counts_else(row: list[Item]) -> bool:
    """Whether numbers may count people or days."""
    return any(i.topic in ("count", "person") or (i.topic == "time" and i.name.startswith("unit")) for i in row)


_NO_READING = ("call_later", "repeat", "who_are_you", "refuse", "wrong_number", "human")  # "call me at six"


def _found_after_all(found: Findings, context: str) -> None:
    """应该没有吧，我想想……没有: who finds the answer in the same breath asks for no time."""
    key = {"household": "count", "onset": "onset_days_ago"}.get(context, "yes_no")
    later = key in found.spans and "act" in found.spans and found.spans[key][0] >= found.spans["act"][1]
    if "act" in found.spans and key == "yes_no" and found.values.get("yes_no"):
        later = later or found.text.folded[found.spans["act"][1] :].strip(" .…,!?。") in _LAST_WORDS
    if later and found.values.get("act") == "hold_on" and found.values[key] != "yes":
        del found.values["act"], found.spans["act"], found.confidence["act"]


_LAST_WORDS = ("没有", "没", "冇", "没有的", "没有过", "没有啊", "没有吧", "no", "nope")


def _act(found: Findings, row: list[Item], context: str, doing: list[Mention]) -> Mention | None:
    keys = found.text.keys
    act = next((mention for mention in doing if not _answered(found, row, mention, context)), None)
    ruled = name = act.label.name if act else "none"
    if keys and not (act is None and _measured(found, context)):
        likely = head(keys, "act").likely(set(grams(keys)))
        if ruled != "emergency":
            likely["emergency"] *= likely["emergency"] > GRAVE
            name = decide(likely, ruled, TRUST["act"])
        elif likely["none"] > CALM:
            name = "none"
    if act and name == ruled:
        found.note("act", name, act.first, act.end)
    elif name != "none":
        found.note("act", name, 0, len(keys), GUESSED)
    if name == "call_later":
        minutes, at, day = later(keys, row)
        found.values |= {"call_later_minutes": minutes, "call_later_at": at, "call_later_day": day}
    return act


def _measured(found: Findings, context: str) -> bool:
    """Whether a temperature was asked for and told: what most answers are, and nothing else besides."""
    return context == "temperature" and found.values["temperature_status"] == "ok"


def _felt_after(row: list[Item], act: Mention) -> bool:
    """不好说，也许有一点头疼: a symptom that is felt all the same."""
    return any(i.topic == "symptom" and i.status == "+" and i.hedged and not i.who and i.first >= act.end for i in row)


def _answered(found: Findings, row: list[Item], act: Mention, context: str) -> bool:
    """'Let me see... 36.4', 'not checked since, it was 36.8': an answer after all."""
    if act.label.name == "hold_on":
        after = found.text.ends[act.end - 1]
        return any(start >= after for start, _ in found.spans.values())
    measured = found.values["temperature_status"] == "ok"
    if act.label.name == "refuse" and "挂" in found.text.keys[act.first : act.end]:
        return measured or bool(found.spans)  # 三十六度五，挂了啊
    if act.label.name == "dont_know" and context in ("symptoms", "fever"):
        return _felt_after(row, act)
    again = any(key in small("again") for key in found.text.keys[act.first : act.end])
    aside = act.label.name == "dont_know" or (act.label.name in ("call_later", "repeat") and not again)
    return aside and context == "temperature" and measured


def _count(found: Findings, row: list[Item], context: str) -> None:
    counted = any(item.topic == "count" or item.number for item in row)
    mended = counted and found.values.get("act") == "correction" and "temperature_c" not in found.values
    context = "household" if mended else context
    unsaid = found.values.get("act") in _UNCOUNTED
    named = names(found.text, row) if context == "household" else ()
    people = count(found.text.keys, row, context, named, sure=unsaid, mended=mended)
    if people:
        found.note("count", *people)


_UNCOUNTED = (
    "wrong_number",
    "dont_know",
    "hold_on",
    "refuse",
    "who_are_you",
    "repeat",
    "human",
    "call_later",
    "emergency",
)


def _number(found: Findings, row: list[Item]) -> None:
    """The first plain number said, with the word after it as its unit."""
    for at, item in enumerate(row):
        if item.number:
            after = row[at + 1] if at + 1 < len(row) else None
            near = after is not None and after.first == item.end and after.topic in ("measure", "time", "count")
            unit = "".join(found.text.keys[after.first : after.end]) if after and near else None
            found.values["number"] = (item.number.value, unit)
            return
