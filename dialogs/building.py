"""From the YAML of a script, laid over the common one, to a frozen `Script`; refuses what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogs.checks import GOES, check
from dialogs.declared import read_question
from dialogs.fields import Fields
from dialogs.questions import Question
from dialogs.script import Act, Limits, Rule, Script, Step
from dialogs.steps import read_step
from dialogs.understanding.text import folding
from dialogs.wording import LANGUAGES, traditional

_TOP_KEYS = {
    "script", "version", "title", "start", "essential", "answers", "steps", "acts", "results", "limits", "says",
    "words", "phrases", "rounds",
}  # fmt: skip


def build(path: Path, data: Mapping[str, Any], common: Mapping[str, Any]) -> Script:
    """The script in `data`, with the common acts, steps and wordings where it has none of its own."""
    return _Builder(str(path.name), data, common).script()


class _Builder:
    """Puts the parts of a script together."""

    def __init__(self, file: str, data: Mapping[str, Any], common: Mapping[str, Any]):
        self.file = file
        self.own = data
        self.data = {**data, **{key: _over(common.get(key), data.get(key)) for key in
                                ("steps", "acts", "limits", "says", "words", "phrases", "answers")}}  # fmt: skip
        self.answers: Mapping[str, Any] = self.data["answers"] or {}
        self.fields = Fields(file, self.answers)

    def script(self) -> Script:
        """The whole script, checked."""
        self.fields.only(self.own, _TOP_KEYS, "a script")
        for key in ("script", "version", "title", "start", "answers", "steps"):
            if not self.own.get(key):
                raise self.fields.refuse(f"`{key}` is missing")
        if not isinstance(self.own["version"], int):
            raise self.fields.refuse(f"`version` is a whole number, not {self.own['version']!r}")
        questions = self._questions()
        title = self.fields.wording(self.own["title"], "title")
        steps = self._steps(questions)
        script = Script(
            name=str(self.own["script"]),
            version=self.own["version"],
            title={language: title.text(language, str) for language in LANGUAGES},
            file=self.file,
            start=str(self.own["start"]),
            essential=self._essential(questions),
            questions=self._asked(questions, steps),
            steps=steps,
            acts={name: self._act(name, data) for name, data in self.data["acts"].items() if data is not None},
            results=tuple(self._rule(data) for data in self.own.get("results") or ()),
            limits=self._limits(),
            says={name: self.fields.say(data, name) for name, data in self.data["says"].items()},
            words=self._words(),
            phrases={kind: self._phrases(data) for kind, data in self.data["phrases"].items()},
            rounds=dict(self.own.get("rounds") or {}),
        )
        check(script)
        return script

    def _questions(self) -> dict[str, Question]:
        phrases = [phrase for some in self.data["phrases"]["nothing"].values() for phrase in some]
        nothing = {**self.data["words"]["nothing"], "phrases": phrases}
        answers = self.fields.mapping(self.answers, "answers")
        return {name: read_question(self.fields, name, data, nothing) for name, data in answers.items()}

    def _steps(self, questions: Mapping[str, Question]) -> dict[str, Step]:
        """The script's own steps, and of the common ones those that it can come to."""
        steps = {str(name): read_step(self.fields, name, data, questions) for name, data in self.own["steps"].items()}
        waiting = [*GOES, *(act["to"] for act in self.data["acts"].values() if act and "to" in act)]
        waiting += [to for step in steps.values() for to in step.next.values()]
        while waiting:
            name = waiting.pop()
            if name not in steps and name in self.data["steps"]:
                steps[name] = read_step(self.fields, name, self.data["steps"][name], questions)
                waiting.extend(steps[name].next.values())
        return steps

    def _asked(self, questions: Mapping[str, Question], steps: Mapping[str, Step]) -> dict[str, Question]:
        """The script's own answers, and of the common ones those that its steps ask for or set."""
        asked = {step.ask.name for step in steps.values() if step.ask}
        asked |= {name for step in steps.values() for values in step.sets.values() for name in values}
        return {name: q for name, q in questions.items() if name in asked or name in self.own["answers"]}

    def _essential(self, questions: Mapping[str, Question]) -> tuple[str, ...]:
        names = tuple(self.own.get("essential") or ())
        for name in names:
            if name not in questions:
                raise self.fields.refuse(f"`essential` names `{name}`, which is not among the answers")
        return names

    def _act(self, name: str, data: Any) -> Act:
        data = self.fields.only(data, set(Act.__slots__) - {"name"}, f"act `{name}`")
        phrases = tuple(phrase.translate(folding()) for phrase in self.fields.listing(data.get("phrases")))
        values = {key: value for key, value in data.items() if key not in ("say", "phrases")}
        return Act(name, say=self.fields.maybe(data, "say"), phrases=phrases, **values)

    def _rule(self, data: Any) -> Rule:
        data = self.fields.only(data, {"if", "colour", "advice", "follow_up"}, "a result")
        advice = self.fields.maybe(data, "advice")
        return Rule(self.fields.condition(data.get("if")), data.get("colour"), advice, data.get("follow_up"))

    def _limits(self) -> Limits:
        limits = self.fields.only(self.data["limits"], set(Limits.__slots__), "limits")
        for name, value in limits.items():
            if not isinstance(value, (int, float)) or value <= 0:
                raise self.fields.refuse(f"limits: `{name}` is a number above 0, not {value!r}")
        return Limits(**limits)

    def _words(self) -> dict[str, dict[str, str]]:
        words: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for name, data in self.data["words"].items():
            wording = {**data}
            wording.setdefault("zh-Hant", traditional(data["zh-Hans"]))
            for language in LANGUAGES:
                words[language][str(name)] = wording[language]
        return words

    def _phrases(self, data: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
        return {language: tuple(str(phrase) for phrase in phrases) for language, phrases in data.items()}


def _over(common: Any, own: Any) -> dict[Any, Any]:
    """The common mapping with the script's own entries laid over it."""
    return {**(common or {}), **(own if isinstance(own, Mapping) else {})}
