"""From the YAML of a script, laid over the common one, to a frozen `Script`; refuses what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogs.checks import GOES, check
from dialogs.conditions import Condition, ConditionError, read_condition
from dialogs.questions import Option, Question
from dialogs.readers import KINDS
from dialogs.script import OTHERWISE, Act, Limits, Rule, Script, ScriptError, Step
from dialogs.understanding.text import folding
from dialogs.wording import LANGUAGES, Say, Wording, WordingError, read_wording, traditional

_STEP_KEYS = {
    "ask", "say", "again", "help", "if", "sets", "next", "branch", "each", "end", "reason", "proxy",
}  # fmt: skip
_ANSWER_KEYS = {
    "kind", "was", "label", "options", "range", "unit", "context", "said", "free", "listing", "echo", "heard",
}  # fmt: skip
_TOP_KEYS = {
    "script", "version", "title", "start", "essential", "answers", "steps", "acts", "results", "limits", "says",
    "words", "phrases", "rounds",
}  # fmt: skip
_PHRASES = ("phrases", "declines")
_LISTING = ("fever", "cough", "diarrhoea", "fatigue", "sore_throat", "shortness_of_breath", "loss_of_smell_taste")


def build(path: Path, data: Mapping[str, Any], common: Mapping[str, Any]) -> Script:
    """The script in `data`, with the common acts, steps and wordings where it has none of its own."""
    return _Builder(str(path.name), data, common).script()


class _Builder:
    """Knows the file and the step it is at, so that every refusal can name them."""

    def __init__(self, file: str, data: Mapping[str, Any], common: Mapping[str, Any]):
        self.file, self.step = file, ""
        self.own = data
        self.data = {**data, **{key: _over(common.get(key), data.get(key)) for key in
                                ("steps", "acts", "limits", "says", "words", "phrases", "answers")}}  # fmt: skip
        self.answers: Mapping[str, Any] = self.data["answers"] or {}

    def refuse(self, reason: str) -> ScriptError:
        """The refusal, to be raised."""
        return ScriptError(self.file, self.step, reason)

    def script(self) -> Script:
        """The whole script, checked."""
        self._only(self.own, _TOP_KEYS, "a script")
        for key in ("script", "version", "title", "start", "answers", "steps"):
            if not self.own.get(key):
                raise self.refuse(f"`{key}` is missing")
        if not isinstance(self.own["version"], int):
            raise self.refuse(f"`version` is a whole number, not {self.own['version']!r}")
        questions = {name: self._question(name, data) for name, data in self._map(self.answers, "answers").items()}
        title = self._wording(self.own["title"], "title")
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
            says={name: self._say(data, name) for name, data in self.data["says"].items()},
            words=self._words(),
            phrases={kind: self._phrases(data) for kind, data in self.data["phrases"].items()},
            rounds=dict(self.own.get("rounds") or {}),
        )
        check(script)
        return script

    def _steps(self, questions: Mapping[str, Question]) -> dict[str, Step]:
        """The script's own steps, and of the common ones those that it can come to."""
        steps = {str(name): self._step(name, data, questions) for name, data in self.own["steps"].items()}
        waiting = [*GOES, *(act["to"] for act in self.data["acts"].values() if act and "to" in act)]
        waiting += [to for step in steps.values() for to in step.next.values()]
        while waiting:
            name = waiting.pop()
            if name not in steps and name in self.data["steps"]:
                steps[name] = self._step(name, self.data["steps"][name], questions)
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
                raise self.refuse(f"`essential` names `{name}`, which is not among the answers")
        return names

    def _question(self, name: str, data: Any) -> Question:
        where = f"answer `{name}`"
        data = self._only(data, _ANSWER_KEYS, where)
        kind = data.get("kind")
        if kind not in KINDS:
            raise self.refuse(f"{where}: unknown kind {kind!r} (known: {', '.join(KINDS)})")
        options = self._map(data.get("options") or {}, f"{where}: options")
        if (kind in ("one_of", "any_of")) != bool(options):
            raise self.refuse(f"{where}: {'needs' if not options else 'does not take'} `options`")
        low, high = data.get("range") or (None, None)
        return Question(
            name=str(name),
            kind=kind,
            reader=KINDS[kind],
            was=tuple(data.get("was") or ()),
            label=self._wording(data["label"], where) if data.get("label") else None,
            options=self._options(kind, options, where),
            low=low,
            high=high,
            unit=data.get("unit"),
            context=data.get("context"),
            said={key: self._wording(value, where) for key, value in (data.get("said") or {}).items()} or None,
            heard=self._heard(data.get("heard"), where),
            free=bool(data.get("free")),
            echo=bool(data.get("echo", True)),
            listing=tuple(data.get("listing") or (_LISTING if kind == "symptoms" else ())),
        )

    def _heard(self, data: Any, where: str) -> dict[str, tuple[str, ...]] | None:
        if data is None:
            return None
        phrases = {}
        for meaning, some in self._map(data, f"{where}: heard").items():
            if meaning not in ("yes", "no"):
                raise self.refuse(f'{where}: `heard` has {meaning!r}; write "yes" and "no" in quotes')
            phrases[meaning] = tuple(phrase.translate(folding()) for phrase in self._list(some))
        return phrases

    def _options(self, kind: str, data: Mapping[Any, Any], where: str) -> tuple[Option, ...]:
        """The options; any_of can always be answered by none of them."""
        options = tuple(self._option(key, value, where) for key, value in data.items())
        if kind != "any_of" or "none" in data:
            return options
        phrases = [phrase for some in self.data["phrases"]["nothing"].values() for phrase in some]
        return *options, self._option("none", {**self.data["words"]["nothing"], "phrases": phrases}, where)

    def _option(self, key: Any, data: Any, where: str) -> Option:
        if not isinstance(key, str):
            raise self.refuse(f'{where}: option {key!r} is not a word; write "yes" and "no" in quotes')
        label = self._wording({k: v for k, v in data.items() if k not in _PHRASES}, f"{where}: option {key}")
        labels = [label.text(language, str) for language in LANGUAGES]
        declines = self._list(data.get("declines"))
        phrases = tuple(dict.fromkeys([*labels, *self._list(data.get("phrases")), *declines]))
        heard, declining = ([phrase.translate(folding()) for phrase in some] for some in (phrases, declines))
        spoken = tuple(phrase for phrase in heard if phrase not in ("yes", "no"))
        return Option(key, label, phrases, spoken, tuple(declining))

    def _step(self, name: Any, data: Any, questions: Mapping[str, Question]) -> Step:
        self.step = str(name)
        data = self._only(data, _STEP_KEYS, "a step")
        kinds = [kind for key, kind in (("ask", "question"), ("branch", "branch"), ("each", "each"), ("end", "end"))
                 if key in data]  # fmt: skip
        if len(kinds) > 1:
            raise self.refuse(f"is at once {' and '.join(kinds)}")
        kind = kinds[0] if kinds else "notice"
        if kind in ("question", "notice") and not data.get("say"):
            raise self.refuse("has nothing to `say`")
        question = questions.get(str(data.get("ask")))
        if kind == "question" and question is None:
            raise self.refuse(f"asks for `{data['ask']}`, which is not among the answers")
        cases = tuple((self._condition(case.get("if")), str(case.get("to"))) for case in data.get("branch") or ())
        step = Step(
            name=self.step,
            kind=kind,
            next={c.text if c else OTHERWISE: to for c, to in cases} if cases else self._next(kind, data, question),
            ask=question,
            say=self._maybe(data, "say"),
            again=self._maybe(data, "again"),
            help=self._maybe(data, "help"),
            condition=self._condition(data.get("if") or data.get("each") or None),
            cases=cases,
            sets=data.get("sets") or {},
            end=data.get("end"),
            reason=str(data.get("reason") or ""),
            proxy=bool(data.get("proxy")),
        )
        self.step = ""
        return step

    def _next(self, kind: str, data: Mapping[str, Any], question: Question | None) -> dict[str, str]:
        given = data.get("next")
        expected, optional = _meanings(kind, data, question)
        if kind == "end":
            return {}
        if isinstance(given, str):
            return dict.fromkeys(expected, given)
        if not isinstance(given, Mapping):
            raise self.refuse("has no `next`")
        for meaning in given:
            if isinstance(meaning, bool):
                raise self.refuse(f'`next` has {meaning}: YAML reads a bare yes or no as true or false; write "yes"')
        missing = [meaning for meaning in expected if meaning not in given]
        strange = [str(meaning) for meaning in given if meaning not in expected and meaning not in optional]
        if missing or strange:
            parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(strange)}"] * bool(strange)
            raise self.refuse(f"`next` {' and '.join(parts)} (its answers mean: {', '.join(expected)})")
        return {str(meaning): str(to) for meaning, to in given.items()}

    def _act(self, name: str, data: Any) -> Act:
        data = self._only(data, set(Act.__slots__) - {"name"}, f"act `{name}`")
        phrases = tuple(phrase.translate(folding()) for phrase in self._list(data.get("phrases")))
        values = {key: value for key, value in data.items() if key not in ("say", "phrases")}
        return Act(name, say=self._maybe(data, "say"), phrases=phrases, **values)

    def _rule(self, data: Any) -> Rule:
        data = self._only(data, {"if", "colour", "advice", "follow_up"}, "a result")
        advice = self._maybe(data, "advice")
        return Rule(self._condition(data.get("if")), data.get("colour"), advice, data.get("follow_up"))

    def _limits(self) -> Limits:
        limits = self._only(self.data["limits"], set(Limits.__slots__), "limits")
        for name, value in limits.items():
            if not isinstance(value, (int, float)) or value <= 0:
                raise self.refuse(f"limits: `{name}` is a number above 0, not {value!r}")
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

    def _maybe(self, data: Mapping[str, Any], key: str) -> Say | None:
        return self._say(data[key], key) if data.get(key) else None

    def _say(self, data: Any, where: str) -> Say:
        variants = data if isinstance(data, list) else [data]
        read = tuple((self._condition(variant.get("if")) if isinstance(variant, Mapping) else None,
                      self._wording(variant, where)) for variant in variants)  # fmt: skip
        if not read or read[-1][0] is not None:
            raise self.refuse(f"`{where}`: the last wording is said when no other fits, and takes no `if`")
        return Say(read)

    def _wording(self, data: Any, where: str) -> Wording:
        try:
            return read_wording(data)
        except WordingError as error:
            raise self.refuse(f"`{where}`: {error}") from None

    def _condition(self, text: Any) -> Condition | None:
        if text is None:
            return None
        try:
            return read_condition(str(text), self.answers)
        except ConditionError as error:
            raise self.refuse(f"condition {error}") from None

    def _only(self, data: Any, keys: set[str], where: str) -> dict[str, Any]:
        strange = [str(key) for key in self._map(data, where) if key not in keys]
        if strange:
            raise self.refuse(f"{where} has no `{strange[0]}` (it has: {', '.join(sorted(keys))})")
        return dict(data)

    def _map(self, data: Any, where: str) -> Mapping[Any, Any]:
        if not isinstance(data, Mapping):
            raise self.refuse(f"{where} is a mapping, not {data!r}")
        return data

    def _list(self, data: Any) -> list[str]:
        if data is not None and not isinstance(data, list):
            raise self.refuse(f"`phrases` is a list, not {data!r}")
        return [str(item) for item in data or ()]


def _meanings(kind: str, data: Mapping[str, Any], question: Question | None) -> tuple[tuple[str, ...], set[str]]:
    """The meanings that `next` must list, and those that it may."""
    if question:
        skipped = ("skipped",) if "if" in data else ()
        return (*question.reader.meanings(question), *skipped), {"lost"}
    return {"each": (("one", "done"), set()), "notice": (("said",), set())}.get(kind, ((), set()))


def _over(common: Any, own: Any) -> dict[Any, Any]:
    """The common mapping with the script's own entries laid over it."""
    return {**(common or {}), **(own if isinstance(own, Mapping) else {})}
