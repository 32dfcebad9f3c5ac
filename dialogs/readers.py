"""Readers: one for each kind of answer; each says which meanings it can give, and makes a value of words or keys."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dialogs.dates import read_date, shown_date
from dialogs.leading import leads_with
from dialogs.questions import Ear, Option, Question, Reader, Reading, Words, said
from dialogs.symptoms import no_symptoms
from dialogs.understanding import SYMPTOMS
from dialogs.understanding.text import folding
from dialogs.wording import listed

UNSURE = "unsure"
LOWEST, HIGHEST = 34.0, 43.0  # °C a living person can have
IMPROBABLE = (35.5, 41.0)  # °C outside which a reading is asked about once more
LEAP = 1.5  # °C from the last round's reading, likewise


class _Plain:
    """What most kinds share: nothing volunteered, no keypad, every value means `given`."""

    def context(self, question: Question) -> str:
        return question.context or "open"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("given", UNSURE)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return None

    def meaning(self, value: Any, question: Question) -> str:
        return "given"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return str(value)

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {}


class YesNo(_Plain):
    """Yes or no; kept as a boolean."""

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("yes", "no", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        said = ear.understood.yes_no
        if said is None and question.heard and ear.understood.act not in _NOT_CHOOSING:
            said = _heard(question.heard, ear.words.translate(folding()))
        return ear.reading(said, said == "yes", "yes_no") if said else self.volunteered(ear, question)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        if question.context != "fever":
            return None
        if "fever" in ear.understood.symptoms_present:
            return ear.reading("yes", True, "symptoms_present")
        return ear.reading("no", False, "symptoms_absent") if "fever" in ear.understood.symptoms_absent else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return {"1": Reading("yes", True), "2": Reading("no", False)}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return "yes" if value else "no"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        meaning = self.meaning(value, question)
        label = question.label.text(language, str) if question.label else question.name
        return said(question, meaning, language) or words["is"].format(label, words[meaning])

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["yes"], "2": words["no"]}


def _heard(phrases: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """The meaning of the longest phrase in the text."""
    found = [(len(phrase), meaning) for meaning, some in phrases.items() for phrase in some if phrase in text]
    return max(found)[1] if found else None


class Temperature(_Plain):
    """A body temperature in °C; keys 378 or 37*8 are 37.8, 1002 is 100.2 °F."""

    def context(self, question: Question) -> str:
        return "temperature"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        value = ear.understood.temperature_c
        return None if value is None else ear.reading("given", round(value, 1), "temperature_c")

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return self.read(ear, question)

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        value = _degrees(keys)
        return Reading("given", value) if value is not None and LOWEST <= value <= HIGHEST else None

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["degrees"].format(f"{value:.1f}".removesuffix(".0"))

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"378": words["degrees"].format("37.8"), "365": words["degrees"].format("36.5")}


def _degrees(keys: str) -> float | None:
    whole, star, rest = keys.partition("*")
    if not (whole.isdecimal() and (rest.isdecimal() or not star)):
        return None
    value = float(f"{whole}.{rest}") if star else float(whole)
    if not star and len(whole) > 2 and value >= 200:
        value /= 10
    return round((value - 32) / 1.8, 1) if value > 90 else round(value, 1)


class Symptoms(_Plain):
    """Any of the fourteen symptoms: {"present": [...], "absent": [...]}; a plain no denies them all."""

    def context(self, question: Question) -> str:
        return "symptoms"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("some", "none", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if u.symptoms_present:
            value = {"present": list(u.symptoms_present), "absent": list(u.symptoms_absent)}
            return ear.reading("some", value, "symptoms_present")
        if u.yes_no == "no" or u.all_well:
            return ear.reading("none", no_symptoms(), "yes_no")
        if u.symptoms_absent and u.yes_no is None:
            value = {"present": [], "absent": list(u.symptoms_absent)}
            return ear.reading("none", value, "symptoms_absent")
        if leads_with(ear.words) == "no" and u.yes_no:
            return ear.reading("none", no_symptoms(), "yes_no")
        return Reading("which") if u.yes_no == "yes" else None

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if u.all_well and not u.symptoms_present:
            return ear.reading("none", no_symptoms(), "all_well")
        if not (u.symptoms_present or u.symptoms_absent):
            return None
        value = {"present": list(u.symptoms_present), "absent": list(u.symptoms_absent)}
        partly = len(u.symptoms_present) + len(u.symptoms_absent) < len(SYMPTOMS) and not u.all_well
        key = "symptoms_present" if u.symptoms_present else "symptoms_absent"
        found = ear.reading(self.meaning(value, question), value, key)
        return Reading(found.meaning, value, found.confidence, found.span, partly)

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return {"1": Reading("which"), "2": Reading("none", no_symptoms())}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return "some" if value["present"] else "none"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        present = [words[name] for name in value["present"]]
        return words["have"].format(listed(present, language)) if present else words["well"]

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["yes"], "2": words["no"]}


class OneOf(_Plain):
    """One of several options; an option named yes or no is also meant by a plain yes or no.

    Where the words name several, the one that stands last in the script counts: put the special cases there.
    """

    def context(self, question: Question) -> str:
        return question.context or "choice"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return (*(option.key for option in question.options), UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if chosen := _chosen(question, ear):
            return ear.reading(chosen[-1], chosen[-1], "choice")
        keys = {option.key for option in question.options}
        return ear.reading(u.yes_no, u.yes_no, "yes_no") if u.yes_no and u.yes_no in keys else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        option = _numbered(question.options, keys)
        return Reading(option.key, option.key) if option else None

    def meaning(self, value: Any, question: Question) -> str:
        return str(value)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        label = next((option.label for option in question.options if option.key == value), None)
        return said(question, str(value), language) or (label.text(language, str) if label else str(value))

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {str(i): option.label.text(language, str) for i, option in enumerate(question.options, 1)}


class AnyOf(OneOf):
    """Any of several options, kept as a list; keys 13: the first and the third.

    An option named none has the words for none of them; `free` keeps other words as they are said.
    """

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("some", "none", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        chosen, denied = _wanted(question, ear)
        if chosen:
            return ear.reading("some", chosen, "choice")
        if denied or u.yes_no == "no" or u.all_well:
            return ear.reading("none", [], "yes_no")
        if question.free and u.yes_no is None and u.act is None and len(ear.words.strip()) > 2:
            return Reading("some", [ear.words.strip()[:200]], loose=True)
        return None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        if keys == "0":
            return Reading("none", [])
        named = [option for option in question.options if option.key != "none"]
        options = [_numbered(named, key) for key in dict.fromkeys(keys)]
        chosen = [option.key for option in options if option]
        return Reading("some", chosen) if options and len(chosen) == len(options) else None

    def meaning(self, value: Any, question: Question) -> str:
        return "some" if value else "none"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        labels = [super(AnyOf, self).show(key, question, words, language) for key in value]
        return listed(labels, language) if labels else said(question, "none", language) or words["nothing"]

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        chosen = [option for option in question.options if option.key != "none"]
        labels = {str(i): option.label.text(language, str) for i, option in enumerate(chosen, 1)}
        return {**labels, "0": words["nothing"]}


def _wanted(question: Question, ear: Ear) -> tuple[list[str], bool]:
    """The options that are wanted, and whether something was declined.

    "No need to buy food", "rice we have enough": words of `none` that decline speak of the option that stands just
    behind them or anywhere before; of the others, like a bare "no", only where no option is named.
    """
    text = ear.words.lower().translate(folding())
    named = {option.key: option.heard for option in question.options}
    declining = [_span(text, phrase) for option in question.options for phrase in option.declines if phrase in text]
    chosen = [key for key in _chosen(question, ear) if key != "none"]
    if not declining:
        everything = len(chosen) == len(named) - ("none" in named) and not any(_first(text, named[k]) for k in chosen)
        none = any(phrase in text for phrase in named.get("none", ())) or ear.understood.yes_no == "no"
        return ([] if everything and none else chosen), "none" in _chosen(question, ear)
    wanted = [key for key in chosen if (at := _first(text, named[key])) and not _declined(at, declining)]
    return wanted, True


def _span(text: str, phrase: str) -> tuple[int, int]:
    at = text.rfind(phrase)
    return at, at + len(phrase)


def _first(text: str, phrases: Sequence[str]) -> tuple[int, int] | None:
    found = [(at, at + len(phrase)) for phrase in phrases if (at := text.find(phrase)) >= 0]
    return min(found, default=None)


def _declined(option: tuple[int, int], declining: Sequence[tuple[int, int]]) -> bool:
    near = 1 if option[1] - option[0] < 3 else 6  # characters; English has spaces and articles between
    return any(option[0] < at or 0 <= option[0] - end <= near or at <= option[0] < end for at, end in declining)


_NOT_CHOOSING = ("who_are_you", "repeat", "hold_on", "human", "call_later")


def _chosen(question: Question, ear: Ear) -> list[str]:
    """The options that were named, in the order of the script."""
    choice = ear.understood.choice
    if question.context != "open" and (choice or ear.understood.act in _NOT_CHOOSING):
        return [option.key for option in question.options if option.key in choice]
    text = ear.words.lower().translate(folding())  # options that are not read out are chosen by their words alone
    return [option.key for option in question.options if any(phrase in text for phrase in option.heard)]


def _numbered(options: Sequence[Option], key: str) -> Option | None:
    return options[int(key) - 1] if key.isdecimal() and 0 < int(key) <= len(options) else None


def _days(question: Question, unit: str | None) -> int:
    """How many of the question's unit one of the unit said is: a week is seven days."""
    if question.unit != "day" or not unit:
        return 1
    return 7 if unit.lower() in _WEEKS else 30 if unit.lower() in _MONTHS else 1


_WEEKS = ("week", "weeks", "周", "星期", "个星期", "礼拜", "个礼拜", "週")
_MONTHS = ("month", "months", "月", "个月")


class Number(_Plain):
    """A number within a range, in the unit of the question."""

    def context(self, question: Question) -> str:
        return "number"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        number = ear.understood.number
        return self._within(number[0] * _days(question, number[1]), question, ear) if number else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        whole, star, rest = keys.partition("*")
        if not (whole.isdecimal() and len(whole) < 10 and (rest.isdecimal() or not star)):
            return None
        return self._within(float(f"{whole}.{rest or 0}"), question, None)

    def _within(self, value: float, question: Question, ear: Ear | None) -> Reading | None:
        if not (question.low is None or value >= question.low) or not (question.high is None or value <= question.high):
            return None
        number = int(value) if value == int(value) else value
        return ear.reading("given", number, "number") if ear else Reading("given", number)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        unit = words.get(question.unit or "", question.unit or "")
        return f"{value}{unit}" if language.startswith("zh") else f"{value} {unit}".strip()


class Count(Number):
    """How many people live at home, the resident included."""

    def context(self, question: Question) -> str:
        return "household"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        count = ear.understood.count
        return None if count is None else self._within(count, question, ear)

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        return self.read(ear, question)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["people"].format(value)


class When(_Plain):
    """A day, as a date or as "how long"; kept as an ISO date. Keys: days ago (up to two), or month and day (1123)."""

    def context(self, question: Question) -> str:
        return question.context or "onset"

    def read(self, ear: Ear, question: Question) -> Reading | None:
        day = read_date(ear.words, ear.understood.onset_days_ago, ear.now.date())
        return None if day is None else ear.reading("given", day.isoformat(), "onset_days_ago")

    def volunteered(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        return self.read(ear, question) if question.context == "onset" and u.onset_days_ago is not None else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        if not keys.isdecimal() or len(keys) > 4:
            return None
        text = f"{now.year}-{keys[:-2]:0>2}-{keys[-2:]}" if len(keys) > 2 else ""
        day = read_date(text, int(keys) if len(keys) < 3 else None, now.date())
        return Reading("given", day.isoformat()) if day else None

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return words["since" if self.context(question) == "onset" else "on"].format(shown_date(value, language))


class Text(_Plain):
    """Free words, kept as they are said."""

    def read(self, ear: Ear, question: Question) -> Reading | None:
        return Reading("given", ear.words.strip()[:1000], loose=True) if ear.words.strip() else None


class CallTime(_Plain):
    """When to call again; kept as local ISO minutes, "" for any time."""

    def read(self, ear: Ear, question: Question) -> Reading | None:
        at = call_time(ear)
        return Reading("given", at or "", loose=not at)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        if not value:
            return words["later"]
        return f"{shown_date(value[:10], language)}{'' if language.startswith('zh') else ' '}{value[11:16]}"


def call_time(ear: Ear) -> str | None:
    """The local time at which the resident wants to be called again (ISO, minutes), where one was said."""
    u = ear.understood
    if u.call_later_minutes is not None:
        return (ear.now + timedelta(minutes=min(u.call_later_minutes, 60 * 24 * 30))).isoformat(timespec="minutes")[:16]
    if u.call_later_at is None and u.call_later_day is None:
        return None
    hour, _, minute = (u.call_later_at or "09:00").partition(":")
    at = ear.now.replace(hour=int(hour) % 24, minute=int(minute or 0) % 60) + timedelta(days=u.call_later_day or 0)
    return (at if at > ear.now else at + timedelta(days=1)).isoformat(timespec="minutes")[:16]


class Members(_Plain):
    """How the others at home are; kept for each of them, and as well | ill | apart for the household.

    The question is whether anybody is unwell: a mere yes means somebody is, and each is asked about.
    """

    def context(self, question: Question) -> str:
        return "members"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("well", "ill", "apart", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        unclear = any(m.who != "other" and not (m.well or m.symptoms_absent) for m in u.members)
        if u.symptoms_present or unclear or any(member.symptoms_present for member in u.members):
            return ear.reading("ill", "ill", "members")
        if u.all_well or u.members:
            return ear.reading("well", "well", "all_well")
        said = u.yes_no or (None if u.act else leads_with(ear.words))
        return {"yes": Reading("ill", "ill"), "no": Reading("well", "well")}.get(said or "")

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        return {"1": Reading("well", "well"), "2": Reading("apart", "apart")}.get(keys)

    def meaning(self, value: Any, question: Question) -> str:
        return str(value)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        return said(question, str(value), language) or str(value)

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {"1": words["all_well"], "2": words["apart"]}


def doubt(question: Question, value: Any, previous: Any, fever_c: float) -> str | None:
    """Why a value should be asked about once more: "abnormal", "improbable", or not at all."""
    if question.kind == "symptoms":
        return "abnormal" if value["present"] else None
    if question.kind == "count":
        return "improbable" if value > 12 else None
    if question.kind != "temperature":
        return None
    if not IMPROBABLE[0] <= value <= IMPROBABLE[1]:
        return "improbable"
    if value >= fever_c:
        return "abnormal"
    return "improbable" if isinstance(previous, (int, float)) and abs(value - previous) >= LEAP else None


KINDS: dict[str, Reader] = {
    "yes_no": YesNo(), "one_of": OneOf(), "any_of": AnyOf(), "number": Number(), "temperature": Temperature(),
    "symptoms": Symptoms(), "when": When(), "members": Members(), "count": Count(), "text": Text(),
    "call_time": CallTime(),
}  # fmt: skip
