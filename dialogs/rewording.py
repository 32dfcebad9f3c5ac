"""The wordings in the YAML of a script, each by its place, and the same script with other words in some of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogs.script import SCRIPTS, Script, ScriptError, find_script, read_yaml
from dialogs.wording import LANGUAGES

SAYS = ("say", "again", "help")


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its place in the file (steps/greeting/say/0/en), which of its kind, when it is said, its language.

    `short` is the one for the telephone, `when` the condition of its variant, blank where it is always said.
    """

    place: str
    step: str
    kind: str
    when: str
    language: str
    short: bool
    words: str


def shipped(name: str) -> dict[str, Any]:
    """The YAML of a script as it came with the program; ScriptError when there is none of this name."""
    return read_yaml(find_script(name))


def texts(data: Mapping[str, Any]) -> Iterator[Text]:
    """All texts of the script's own steps and results, in their order."""
    for step, content in data["steps"].items():
        for kind in SAYS:
            if content.get(kind):
                yield from _variants(f"steps/{step}/{kind}", str(step), kind, content[kind])
    for number, rule in enumerate(data.get("results") or ()):
        if rule.get("advice"):
            yield from _variants(f"results/{number}/advice", "", "advice", rule["advice"], str(rule.get("if", "")))


def reworded(data: Mapping[str, Any], words: Mapping[str, str], version: int) -> dict[str, Any]:
    """The script with these words at these places, under another version. KeyError names a place that is not there."""
    known = {text.place for text in texts(data)}
    changed: dict[str, Any] = copy.deepcopy({**data, "version": version})
    for place, said in words.items():
        if place not in known:
            raise KeyError(f"the script has no text {place}")
        *path, last = place.split("/")
        at: Any = changed
        for part in path:
            at = at[int(part)] if isinstance(at, list) else at[part]
        at[last] = " ".join(said.split())
    return changed


def checked(name: str, data: Mapping[str, Any]) -> Script:
    """The script that the YAML makes. ScriptError names the step, and what is wrong with it."""
    from dialogs.building import build

    return build(Path(f"{name}.yaml"), data, read_yaml(SCRIPTS / "common.yaml"))


def faults(name: str, data: Mapping[str, Any], words: Mapping[str, str], version: int) -> dict[str, str]:
    """What is wrong with new words, by the place of each; blank for the script as a whole. The loader's own words."""
    found = {}
    for place, said in words.items():
        try:
            checked(name, reworded(data, {place: said}, version))
        except ScriptError as error:
            found[place] = error.reason
    if not found:
        try:
            checked(name, reworded(data, words, version))
        except ScriptError as error:
            found[""] = str(error)
    return found


def _variants(place: str, step: str, kind: str, say: Any, when: str = "") -> Iterator[Text]:
    for number, variant in enumerate(say if isinstance(say, list) else [say]):
        here = f"{place}/{number}" if isinstance(say, list) else place
        asked = str(variant.get("if", when))
        for short, wording in ((False, variant), (True, variant.get("short") or {})):
            inside = f"{here}/short" if short else here
            for language in LANGUAGES:
                if language in wording:
                    yield Text(f"{inside}/{language}", step, kind, asked, language, short, str(wording[language]))
