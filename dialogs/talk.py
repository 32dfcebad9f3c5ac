"""Talks: conversations written down as people read them, played against a script, or recorded from a typed one.

script: daily_check
facts: {language: en}
talk:
- we: robot                  # words that must be said (a list: all of them); @step: where we must be
- they: "yes"                # words; null is silence; {keys: "378"}, {hangs_up: true}, {words: ..., confidence: 0.4}
outcome: complete
answers: {temperature: 36.5}                # of the person called; {"2": {...}} under `others`
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dialogs.dialog import Dialog
from dialogs.events import Answered, Concluded, Event, Heard, Reply, Requested
from dialogs.script import Script, load_script, read_yaml, to_yaml

_PEOPLE = {
    "zh-Hans": ("张伟", "李芳", "张小明", "桂园社区"), "zh-Hant": ("張偉", "李芳", "張小明", "桂園社區"),
    "en": ("Tom Brown", "Mary Brown", "Jack Brown", "Guiyuan Community"),
}  # fmt: skip


def facts_of(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Facts for a talk: a person of 46 with wife and son (`members: 1` for one alone), and what is given otherwise."""
    given = dict(given or {})
    language = str(given.pop("language", "zh-Hans"))
    head, wife, son, caller = _PEOPLE[language]
    members: Any = given.pop("members", 1)
    if isinstance(members, int):
        members = [
            {"id": "1", "name": head, "relation": "head", "sex": "m", "birth_year": 1980},
            {"id": "2", "name": wife, "relation": "spouse", "sex": "f", "birth_year": 1982},
            {"id": "3", "name": son, "relation": "son", "sex": "m", "birth_year": 2010},
        ][:members]
    resident = {"id": members[0]["id"], "name": members[0]["name"], "language": language}
    facts = {"resident": resident, "members": members, "caller": caller, "recorded": False, "channel": "phone",
             "now": "2026-11-23T10:00", "fever_c": 37.3, "previous": None, "day": 1}  # fmt: skip
    return {**facts, **given}


def heard_from(they: Any, seconds: float) -> Heard:
    """One turn of the resident's as it is written in a talk."""
    if they is None:
        return Heard(seconds=seconds)
    if isinstance(they, bool):  # what YAML makes of a bare yes or no
        return Heard(words="yes" if they else "no", seconds=seconds)
    if not isinstance(they, Mapping):
        return Heard(words=str(they), seconds=seconds)
    said = dict(they)
    keys = str(said.pop("keys")) if "keys" in said else None
    hung_up = bool(said.pop("hangs_up", False))
    return Heard(**{"seconds": seconds, "keys": keys, "hung_up": hung_up, "how": "keys" if keys else "words", **said})


def play(talk: Mapping[str, Any], script: Script) -> list[str]:
    """Play a talk, the dialog written to JSON and read back between any two turns; the faults found, in words."""
    dialog = Dialog(script, facts_of(talk.get("facts")))
    events, faults = dialog.open(), []
    for number, turn in enumerate(talk["talk"], 1):
        if "we" in turn:
            faults += [f"turn {number}: {fault}" for fault in _check_we(turn["we"], dialog.reply)]
            continue
        if dialog.over:
            faults.append(f"turn {number}: they speak, but the conversation is over at {dialog.step}")
            break
        dialog = Dialog.recall(script, json.loads(json.dumps(dialog.memory())))
        events += dialog.hear(heard_from(turn["they"], dialog.seconds + 8))
    return [*faults, *_check_end(talk, dialog, events)]


def _check_we(we: Any, reply: Reply) -> Iterable[str]:
    for wanted in we if isinstance(we, list) else [we]:
        text = str(wanted)
        if text.startswith("@"):
            if reply.step != text[1:] and reply.kind != text[1:]:
                yield f"we are at {reply.step} ({reply.kind}), not {text[1:]}; we say {reply.short!r}"
        elif text.startswith("!"):
            if text[1:] in reply.text or text[1:] in reply.short:
                yield f"we say {text[1:]!r} in {reply.short!r}"
        elif text not in reply.text and text not in reply.short:
            yield f"we do not say {text!r} but {reply.short!r}"


def _check_end(talk: Mapping[str, Any], dialog: Dialog, events: Sequence[Event]) -> Iterable[str]:
    if "outcome" in talk and dialog.disposition != talk["outcome"]:
        yield f"the outcome is {dialog.disposition}, not {talk['outcome']}; at {dialog.step} we say {dialog.text[1]!r}"
    answers = answers_of(events)
    wanted = {dialog.called: talk.get("answers") or {}, **(talk.get("others") or {})}
    for who, values in wanted.items():
        for name, value in values.items():
            got = answers.get(str(who), {}).get(name)
            if not _agrees(got, value):
                yield f"{name} of {who} is {got!r}, not {value!r}"
    for request in talk.get("requests") or ():
        got = [{"what": e.what, "at": e.at} for e in events if isinstance(e, Requested)]
        if request not in [one["what"] for one in got] and request not in got:
            yield f"{request!r} was not requested, but {got}"
    reporters = {e.who: e.reporter for e in events if isinstance(e, Answered)}
    for who, reporter in (talk.get("reporters") or {}).items():
        if reporters.get(str(who)) != reporter:
            yield f"{reporters.get(str(who))} reports about {who}, not {reporter}"
    colours = {e.who: e.colour for e in events if isinstance(e, Concluded)}
    for who, colour in (talk.get("colours") or {}).items():
        if colours.get(str(who)) != colour:
            yield f"the colour of {who} is {colours.get(str(who))}, not {colour}"


def _agrees(got: Any, wanted: Any) -> bool:
    """Symptoms may be written as the list of those present; everything else must be equal."""
    if isinstance(got, dict) and isinstance(wanted, list):
        return sorted(got["present"]) == sorted(wanted)
    return bool(got == wanted)


def answers_of(events: Iterable[Event]) -> dict[str, dict[str, Any]]:
    """The answers that hold in the end, by person and name."""
    answers: dict[str, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, Answered):
            answers.setdefault(event.who, {})[event.name] = event.value
    return answers


def record(script: Script, facts: Mapping[str, Any], heard: Iterable[Heard], file: str | None = None) -> str:
    """A typed talk as the YAML of a test case: what both said, the outcome and the answers, as they came out.

    `file`: the path of a script that is loaded from a file, seen from the folder where the talk will lie.
    """
    dialog = Dialog(script, facts)
    events = dialog.open()
    talk: list[dict[str, Any]] = [{"we": [f"@{dialog.reply.step}", dialog.reply.short]}]
    for one in heard:
        events += dialog.hear(one)
        talk += [{"they": _written(one)}, {"we": [f"@{dialog.reply.step}", dialog.reply.short]}]
    answers = answers_of(events)
    case: dict[str, Any] = {"script": file or script.name, "facts": _given(facts), "talk": talk}
    if dialog.disposition:
        case["outcome"] = dialog.disposition
    case["answers"] = answers.pop(dialog.called, {})
    return to_yaml({**case, "others": answers} if answers else case)


def _written(heard: Heard) -> Any:
    if heard.hung_up:
        return {"hangs_up": True}
    return {"keys": heard.keys} if heard.keys else heard.words


def _given(facts: Mapping[str, Any]) -> dict[str, Any]:
    usual = facts_of()
    given = {key: value for key, value in facts.items() if key != "resident" and usual.get(key) != value}
    return {"language": facts["resident"].get("language", "zh-Hans"), **given}


def file_of(script: str, talk: Path) -> str | None:
    """How a talk kept at that path names its script, where that is a file and no shipped script."""
    return os.path.relpath(script, talk.parent) if script.endswith(".yaml") else None


def load_talk(path: Path) -> tuple[dict[str, Any], Script]:
    """A talk from its file, with the script that it is played on (a name, or a path beside the file)."""
    talk = read_yaml(path)
    name = str(talk["script"])
    return talk, load_script(path.parent / name if name.endswith(".yaml") else name, talk.get("version"))
