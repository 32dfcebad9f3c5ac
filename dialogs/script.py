"""Scripts: what a dialog asks and says, read from YAML, frozen, and fully checked before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dialogs.conditions import Condition
from dialogs.questions import Question
from dialogs.wording import Say, Wording

SCRIPTS = Path(__file__).parent / "scripts"
OTHERWISE = "otherwise"


class ScriptError(ValueError):
    """A script that is refused: in which file, at which step (or "" for the whole), and why."""

    def __init__(self, file: str, step: str, reason: str):
        super().__init__(f"{file}: {f'step {step}: ' if step else ''}{reason}")
        self.file, self.step, self.reason = file, step, reason


@dataclass(frozen=True, slots=True)
class Step:
    """A state of the dialog: a question, a notice, a branch, a walk over the household, or an end.

    `kind` is question | notice | branch | each | end; `next` maps each meaning to the step it leads to. From a notice
    with `proxy` on, somebody of the family speaks for the person called.
    """

    name: str
    kind: str
    next: Mapping[str, str]
    ask: Question | None = None
    say: Say | None = None
    again: Say | None = None
    help: Say | None = None
    condition: Condition | None = None
    cases: tuple[tuple[Condition | None, str], ...] = ()
    sets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    end: str | None = None
    reason: str = ""
    proxy: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something a resident may do at every step: ask who calls, refuse, hold the line ...

    `of` names the act of the understanding that `phrases` make more precise; `whole`: the phrase must be all that was
    said. After `say` the question is asked again (`then`: ask), in full (again), with the help of its step (help), or
    waited for (wait `seconds`); or the dialog goes `to` a step, from the start or after the act was met `times`.
    """

    name: str
    of: str | None = None
    phrases: tuple[str, ...] = ()
    whole: bool = False
    say: Say | None = None
    to: str | None = None
    times: int = 0
    then: str = "ask"
    seconds: float = 0.0
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A result: where the condition holds for a person, this colour, advice and kind of follow-up (data, not code)."""

    condition: Condition | None
    colour: str | None = None
    advice: Say | None = None
    follow_up: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a conversation may take: turns, seconds, misses at one question, and the wait for the first word."""

    turns: int = 60
    seconds: float = 600.0
    misses: int = 3
    silence: float = 7.0
    uncertain: float = 0.6


@dataclass(frozen=True, eq=False)
class Script:
    """A whole dialog: questions, steps, acts, result rules and wordings; compared by identity, built once."""

    name: str
    version: int
    title: Mapping[str, str]
    file: str
    start: str
    essential: tuple[str, ...]
    questions: Mapping[str, Question]
    steps: Mapping[str, Step]
    acts: Mapping[str, Act]
    results: tuple[Rule, ...]
    limits: Limits
    says: Mapping[str, Say]
    words: Mapping[str, Mapping[str, str]]
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]]
    rounds: Mapping[str, int] = field(default_factory=dict)

    def current(self, answers: Mapping[str, Any] | None) -> dict[str, Any]:
        """Answers kept under former names, by their names of today."""
        names = {old: question.name for question in self.questions.values() for old in question.was}
        return {names.get(name, name): value for name, value in (answers or {}).items()}

    def step_of(self, answer: str) -> str | None:
        """The first step that asks for an answer."""
        return next((step.name for step in self.steps.values() if step.ask and step.ask.name == answer), None)

    def label(self, question: Question, language: str) -> str:
        """What a question is called when it is spoken of."""
        return question.label.text(language, str) if question.label else question.name


def load_script(name: str | Path, version: int | None = None, folder: Path = SCRIPTS) -> Script:
    """The script of that name (newest, or the pinned `version`) or in that file; raises ScriptError."""
    path = Path(name)
    if path.suffix != ".yaml":
        path = find_script(str(name), version, folder)
    script = _loaded(path.resolve(), path.stat().st_mtime_ns if path.exists() else 0)
    if version is not None and script.version != version:
        raise ScriptError(str(path), "", f"holds version {script.version}, not {version}")
    return script


def find_script(name: str, version: int | None = None, folder: Path = SCRIPTS) -> Path:
    """The file of a script: `name.yaml` is the newest version, older ones lie beside it as `name.v1.yaml`."""
    newest, pinned = folder / f"{name}.yaml", folder / f"{name}.v{version}.yaml"
    if version is not None and pinned.exists():
        return pinned
    if not newest.exists():
        raise ScriptError(str(newest), "", f"no such script (there are: {', '.join(script_names(folder)) or 'none'})")
    return newest


def script_names(folder: Path = SCRIPTS) -> list[str]:
    """The names of the scripts in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != "common" and ".v" not in path.stem)


@cache
def _loaded(path: Path, _changed: int) -> Script:
    from dialogs.building import build

    return build(path, read_yaml(path), read_yaml(SCRIPTS / "common.yaml"))


class _Strict(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML in which a key may stand only once in a mapping."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuses the second of two equal keys, which plain YAML would silently prefer."""
        keys = [key.value for key, _ in node.value]
        double = next((key for key in keys if keys.count(key) > 1), None)
        if double is not None:
            raise yaml.constructor.ConstructorError(None, None, f"`{double}` stands twice", node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; raises ScriptError naming file and line."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Strict)
    except FileNotFoundError:
        raise ScriptError(str(path), "", "no such file") from None
    except UnicodeDecodeError:
        raise ScriptError(str(path), "", "is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise ScriptError(str(path), "", f"is not readable YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise ScriptError(str(path), "", "holds no mapping")
    return data


def to_yaml(data: Mapping[str, Any]) -> str:
    """YAML as people write it: keys in their order, Chinese as it is."""
    text: str = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=110)
    return text


def all_says(script: Script) -> Iterator[tuple[str, Say]]:
    """Every wording of a script with the step it belongs to ("" for those shared by all)."""
    for step in script.steps.values():
        yield from ((step.name, say) for say in (step.say, step.again, step.help) if say)
    yield from (("", act.say) for act in script.acts.values() if act.say)
    yield from (("", rule.advice) for rule in script.results if rule.advice)
    yield from (("", say) for say in script.says.values())


def wordings(say: Say) -> Iterator[Wording]:
    """The wordings of all its variants."""
    return (wording for _, wording in say.variants)
