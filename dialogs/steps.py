"""The steps of a script, read from its YAML: what each is, and where each of its meanings leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.fields import Fields
from dialogs.questions import Question
from dialogs.script import OTHERWISE, Step

_STEP_KEYS = {
    "ask", "say", "again", "help", "if", "sets", "next", "branch", "each", "end", "reason", "proxy",
}  # fmt: skip


def read_step(fields: Fields, name: Any, data: Any, questions: Mapping[str, Question]) -> Step:
    """One step of a script."""
    fields.step = str(name)
    data = fields.only(data, _STEP_KEYS, "a step")
    kinds = [kind for key, kind in (("ask", "question"), ("branch", "branch"), ("each", "each"), ("end", "end"))
             if key in data]  # fmt: skip
    if len(kinds) > 1:
        raise fields.refuse(f"is at once {' and '.join(kinds)}")
    kind = kinds[0] if kinds else "notice"
    if kind in ("question", "notice") and not data.get("say"):
        raise fields.refuse("has nothing to `say`")
    question = questions.get(str(data.get("ask")))
    if kind == "question" and question is None:
        raise fields.refuse(f"asks for `{data['ask']}`, which is not among the answers")
    cases = tuple((fields.condition(case.get("if")), str(case.get("to"))) for case in data.get("branch") or ())
    step = Step(
        name=fields.step,
        kind=kind,
        next={c.text if c else OTHERWISE: to for c, to in cases} if cases else _next(fields, kind, data, question),
        ask=question,
        say=fields.maybe(data, "say"),
        again=fields.maybe(data, "again"),
        help=fields.maybe(data, "help"),
        condition=fields.condition(data.get("if") or data.get("each") or None),
        cases=cases,
        sets=data.get("sets") or {},
        end=data.get("end"),
        reason=str(data.get("reason") or ""),
        proxy=bool(data.get("proxy")),
    )
    fields.step = ""
    return step


def _next(fields: Fields, kind: str, data: Mapping[str, Any], question: Question | None) -> dict[str, str]:
    given = data.get("next")
    expected, optional = _meanings(kind, data, question)
    if kind == "end":
        return {}
    if isinstance(given, str):
        return dict.fromkeys(expected, given)
    if not isinstance(given, Mapping):
        raise fields.refuse("has no `next`")
    for meaning in given:
        if isinstance(meaning, bool):
            raise fields.refuse(f'`next` has {meaning}: YAML reads a bare yes or no as true or false; write "yes"')
    missing = [meaning for meaning in expected if meaning not in given]
    strange = [str(meaning) for meaning in given if meaning not in expected and meaning not in optional]
    if missing or strange:
        parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(strange)}"] * bool(strange)
        raise fields.refuse(f"`next` {' and '.join(parts)} (its answers mean: {', '.join(expected)})")
    return {str(meaning): str(to) for meaning, to in given.items()}


def _meanings(kind: str, data: Mapping[str, Any], question: Question | None) -> tuple[tuple[str, ...], set[str]]:
    """The meanings that `next` must list, and those that it may."""
    if question:
        skipped = ("skipped",) if "if" in data else ()
        return (*question.reader.meanings(question), *skipped), {"lost"}
    return {"each": (("one", "done"), set()), "notice": (("said",), set())}.get(kind, ((), set()))
