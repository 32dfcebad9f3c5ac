"""A conversation as people read it: who said what, and what was understood, by which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from dialogs.events import Answered, Concluded, Ended, Heard, Requested, Reread, Said
from records.conversations import KeptTurn, load_conversation, transcript
from records.residents import load_members
from reports import labels
from reports.labels import ANSWER_LABELS, in_words
from reports.line_list import ZONE
from reports.table import Label

REQUEST_LABELS: Mapping[str, Label] = {
    "human": Label("要求人工", "Asked for a person"),
    "emergency": Label("紧急求助", "Emergency"),
    "call_later": Label("稍后再打", "Call later"),
    "stop": Label("不再来电", "No more calls"),
    "help": Label("需要帮助", "Needs help"),
}


WORDS: Mapping[str, Label] = {
    "yes": labels.YES_NO[True],
    "no": labels.YES_NO[False],
    "well": Label("都好", "all well"),
    "ill": Label("有人不舒服", "someone is ill"),
    "apart": Label("各自回答", "each for themselves"),
    "family": Label("家人代答", "the family answers"),
}
FEW = 4  # symptoms denied that are named one by one


@dataclass(frozen=True, slots=True)
class Meant:
    """Something that was understood: what, its value, about whom (blank: who speaks), by which words, how surely."""

    what: Label | str
    value: Label | str
    who: str
    words: str
    confidence: float
    confirmed: bool
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, by us or by `them`, at a time; what was understood by it, and how surely it was heard (0..1).

    `again`: nothing new was said, but words of that time were understood otherwise later.
    """

    them: bool
    text: str
    at: datetime
    meant: tuple[Meant, ...] = ()
    confidence: float = 1.0
    silent: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: about whom, on which script, how it went line by line, and how it ended (blank: it goes on)."""

    id: int
    campaign_id: int
    residents: Mapping[int, str]
    script: str
    channel: Label | str | None
    opened_at: datetime
    lines: tuple[Line, ...]
    results: tuple[tuple[str, Label | str | None, str], ...]
    ended: Label | str | None
    reason: str


def read_talk(connection: Connection, conversation: int, zone: tzinfo = ZONE) -> Talk:
    """A conversation as it stands; KeyError when there is none. Its lines are none once its words were purged."""
    kept = load_conversation(connection, conversation)
    names = {member.id: member.name for member in load_members(connection, kept.residents)}
    turns = transcript(connection, conversation)
    events = [event for turn in turns for event in turn.events]
    ended = next((event for event in reversed(events) if isinstance(event, Ended)), None)
    people = {str(key): name for key, name in names.items()}
    results = (event for event in events if isinstance(event, Concluded))
    return Talk(
        kept.id,
        kept.campaign_id,
        names,
        f"{kept.script} v{kept.script_version}",
        in_words(kept.channel, labels.CHANNEL_LABELS),
        kept.opened_at.astimezone(zone),
        tuple(line for turn in turns for line in _lines(turn, people, kept.residents[:1], zone)),
        tuple(
            (people.get(each.who, each.who), in_words(each.colour, labels.COLOUR_LABELS), each.advice or "")
            for each in results
        ),
        in_words(ended.disposition, labels.DISPOSITION_LABELS) if ended else None,
        ended.reason if ended else "",
    )


def read_lines(connection: Connection, conversation: int, zone: tzinfo = ZONE) -> tuple[Line, ...]:
    """What was said in a conversation, for the resident who said it; none once its words were purged."""
    return tuple(line for turn in transcript(connection, conversation) for line in _lines(turn, {}, (), zone))


def _lines(turn: KeptTurn, people: Mapping[str, str], called: tuple[int, ...], zone: tzinfo) -> Iterator[Line]:
    at = turn.happened_at.astimezone(zone)
    speaker = str(called[0]) if called else ""
    meant = tuple(found for event in turn.events if (found := _meant(event, people, speaker)))
    for event in turn.events:
        match event:
            case Heard(hung_up=True):
                yield Line(True, "", at, meant, silent=True)
            case Heard():
                yield Line(True, event.words or event.keys or "", at, meant, event.confidence, event.silent)
            case Reread():
                yield Line(True, "", at, meant, again=True)
            case Said():
                yield Line(False, event.text, at)


def _meant(event: Any, people: Mapping[str, str], speaker: str) -> Meant | None:
    match event:
        case Answered():
            who = "" if event.who == speaker else people.get(event.who, event.who.removeprefix("member:"))
            what = ANSWER_LABELS.get(event.name, event.name)
            words = event.words[slice(*event.span)] if event.span else event.words
            return Meant(what, value_in_words(event.value), who, words, event.confidence, event.confirmed, event.how)
        case Requested():
            what = REQUEST_LABELS.get(event.what, event.what)
            return Meant(what, event.at or "", "", event.words, 1.0, False, "words")
    return None


def value_in_words(value: Any) -> Label | str:
    """An answer in words: symptoms by their names, yes or no, anything else as it is."""
    match value:
        case bool():
            return labels.YES_NO[value]
        case None:
            return Label("不清楚", "not known")
        case {"present": present, "absent": absent}:
            return _symptoms(list(present), list(absent))
        case list():
            return labels.needs("; ".join(map(str, value))) or labels.YES_NO[False]
    return WORDS.get(value, str(value)) if isinstance(value, str) else str(value)


def _symptoms(present: list[str], absent: list[str]) -> Label:
    def named(names: list[str]) -> list[Label]:
        return [labels.SYMPTOM_LABELS.get(name, Label(name, name)) for name in names]

    has, not_ = named(present), named(absent)
    zh, en = "、".join(label.zh for label in has), ", ".join(label.en for label in has)
    if len(not_) > FEW:
        other = Label("其他", "other ") if has else Label("", "")
        denied = Label(f"没有{other.zh}症状（{len(not_)} 项）", f"no {other.en}symptoms ({len(not_)})")
    else:
        denied = Label("无" + "、".join(label.zh for label in not_), "no " + ", ".join(label.en for label in not_))
    parts = [Label(zh, en)] * bool(has) + [denied] * bool(not_)
    return Label("；".join(part.zh for part in parts) or "无", "; ".join(part.en for part in parts) or "none")
