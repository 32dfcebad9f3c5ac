"""Folds the events of a conversation into what is known of each person. Pure: nothing is read, nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dialogs.events import Answered, Concluded, Ended, Event, Heard, Requested, Reread
from records import health
from records.health import Rules
from records.symptoms import FEVER, bits

STANDARD = frozenset({"temperature", "fever", "symptoms", "onset", "contact", "needs", "needs_help"})
BEST_FIRST = ("complete", "partial", "ineligible", "refused", "break_off", "other", "non_contact", "unknown")
FINAL = frozenset({"complete", "ineligible", "refused"})  # no further attempt can better these, or may try to
ALL_CONCERNED = frozenset({"break_off", "refused", "other", "non_contact", "unknown"})


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer, and when it was given: seconds from the opening of the conversation."""

    answer: Answered
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one person's health and needs; the names are those of the columns of `Record`."""

    temperature_c: float | None = None
    fever: bool | None = None
    present: int = 0
    absent: int = 0
    onset_on: date | None = None
    contact: bool | None = None
    needs_help: bool | None = None
    needs: str | None = None
    colour: str | None = None
    advice: str | None = None
    reporter: str | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str | None:
        """Symptomatic, asymptomatic, or None when nothing of health is known."""
        return health.status(self.fever, self.present, self.absent)


@dataclass(frozen=True, slots=True)
class Fold:
    """A conversation, folded: the last answer of each name and person, what was wished, how it ended.

    Persons are known by `Answered.who`: a resident's id as text, or "member:<word>".
    """

    answers: Mapping[str, Mapping[str, Noted]]
    conclusions: Mapping[str, Concluded]
    requests: Sequence[Requested]
    ended: Ended | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Work that a conversation gives to a human: about whom, of what kind, in the words it came from."""

    who: str
    kind: str
    words: str = ""


def fold(events: Iterable[Event]) -> Fold:
    """Folds events in their order; a later answer of the same name about the same person replaces the earlier."""
    answers: dict[str, dict[str, Noted]] = {}
    conclusions: dict[str, Concluded] = {}
    requests: list[Requested] = []
    ended: Ended | None = None
    seconds = 0.0
    for event in events:
        match event:
            case Heard() | Reread():
                seconds = event.seconds
            case Answered():
                answers.setdefault(event.who, {})[event.name] = Noted(event, seconds)
            case Concluded():
                conclusions[event.who] = event
            case Requested():
                requests.append(event)
            case Ended():
                ended = event
    return Fold(answers, conclusions, requests, ended)


def find(answers: Mapping[str, Noted], concluded: Concluded | None, rules: Rules) -> Finding:
    """What the answers about one person say; the script's own conclusion goes before the rules' colour."""
    value = {name: noted.answer.value for name, noted in answers.items()}
    symptoms = value.get("symptoms") or {}
    reading = value.get("temperature")
    present, absent = bits(symptoms.get("present", ())), bits(symptoms.get("absent", ()))
    fever = _fever(reading, value.get("fever"), present, absent, rules)
    needs = value.get("needs")
    onset = value.get("onset")
    finding = Finding(
        temperature_c=None if reading is None else float(reading),
        fever=fever,
        present=present | FEVER if fever else present & ~FEVER,
        absent=absent | FEVER if fever is False else absent & ~FEVER,
        onset_on=None if onset is None else date.fromisoformat(onset[:10]),
        contact=value.get("contact"),
        needs_help=value.get("needs_help", None if needs is None else bool(needs)),
        needs="; ".join(needs) or None if needs else None,
        advice=concluded.advice if concluded else None,
        reporter=next((noted.answer.reporter for noted in reversed(list(answers.values()))), None),
        other={name: v for name, v in value.items() if name not in STANDARD},
    )
    return replace(finding, colour=(concluded.colour if concluded else None) or _colour(finding, rules))


def merge(old: Finding, new: Finding, rules: Rules) -> Finding:
    """What is known after a later conversation: what it says counts, and what it leaves open stays as it was."""
    known = {name: value for name in _PLAIN if (value := getattr(new, name)) is not None}
    merged = replace(
        old,
        **known,
        present=old.present & ~new.absent | new.present,
        absent=old.absent & ~new.present | new.absent,
        other={**old.other, **new.other},
    )
    return merged if new.colour else replace(merged, colour=_colour(merged, rules) or old.colour)


def dispositions(folded: Fold, people: Sequence[str], essential: Collection[str]) -> dict[str, str]:
    """The disposition of each of the people that an attempt was made for, the person called first in front.

    Who has the essential answers is complete. Left out are those of whom a conversation that went well said nothing,
    and whoever has not reported but asked for a call later: that stays open until no attempt is left.
    """
    ended = folded.ended.disposition if folded.ended else "break_off"
    waiting = folded.ended is not None and folded.ended.reason == "call_later"
    result: dict[str, str] = {}
    for place, who in enumerate(people):
        answers = folded.answers.get(who, {})
        disposition = _disposition(answers, ended, essential, called=place == 0)
        if disposition and not (waiting and disposition == "break_off"):
            result[who] = disposition
    return result


def better(old: str | None, new: str | None) -> str | None:
    """The disposition that says more: a later call that is not answered does not undo a partial report."""
    known = [d for d in (old, new) if d is not None]
    return min(known, key=BEST_FIRST.index, default=None)


def wanted(folded: Fold, findings: Mapping[str, Finding], called: str, rules: Rules) -> list[Wanted]:
    """The follow-ups that a conversation asks for, each kind once for a person."""
    kinds = rules.follow_ups.items()
    work = [Wanted(called, kind, r.words) for r in folded.requests for kind, rule in kinds if r.what in rule.asked]
    for who, finding in findings.items():
        concluded = folded.conclusions.get(who)
        if concluded and concluded.follow_up:
            work.append(Wanted(who, concluded.follow_up))
        elif finding.colour:
            work += [Wanted(who, kind) for kind, rule in kinds if rule.colour == finding.colour]
        if finding.needs_help:
            work += [Wanted(who, kind, finding.needs or "") for kind, rule in kinds if rule.needs_help]
    return list({(w.who, w.kind): w for w in work}.values())


_PLAIN = (
    "temperature_c", "fever", "onset_on", "contact", "needs_help", "needs", "colour", "advice", "reporter",
)  # fmt: skip


def _fever(reading: float | None, said: bool | None, present: int, absent: int, rules: Rules) -> bool | None:
    """True by the reading or by word; False when one of them denies it; None when neither is known."""
    if said or present & FEVER or (reading is not None and reading >= rules.fever_c):
        return True
    return False if said is False or absent & FEVER or reading is not None else None


def _colour(finding: Finding, rules: Rules) -> str | None:
    return health.colour(rules, finding.fever, finding.contact, finding.present, finding.status)


def _disposition(answers: Mapping[str, Noted], ended: str, essential: Collection[str], called: bool) -> str | None:
    told = STANDARD.union(essential)  # who only said who they are has not begun to report
    known = {name for name, noted in answers.items() if noted.answer.value is not None and name in told}
    met = known | {"fever"} if "temperature" in known else known
    if known and (met.issuperset(essential) or (called and ended == "complete")):
        return "complete"
    if known:
        return "partial" if ended in ("complete", "refused") else ended
    if ended in ALL_CONCERNED or (called and ended != "complete"):
        return ended
    return None
