"""What a script must be before anybody is called with it: no jump to nowhere, no orphan, no endless loop, no blank."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.events import DISPOSITIONS
from dialogs.script import OTHERWISE, Script, ScriptError, Step, all_says, wordings

PLACES = frozenset({
    "name", "caller", "who", "whose", "others", "symptoms", "day", "advice", "fever", "answer", "value", "keys",
    "symptom", "heard", "candidates", "label", "range",
})  # fmt: skip
ENDS = ("as_is", *DISPOSITIONS)
SAYS = (
    "echo", "confirm", "confirm_improbable", "confirm_again", "still_there", "keypad_hint", "no_match", "implausible",
    "skip_it", "which_symptoms", "listing", "which_member", "correct_what", "switched", "noted",
)  # fmt: skip
_GIVEN_UP = ("unsure", "lost")
GOES = ("silent", "time_up")


def check(script: Script) -> None:
    """Raises ScriptError at the first fault."""
    if script.start not in script.steps:
        raise ScriptError(script.file, "", f"starts at `{script.start}`, which is no step")
    for step in script.steps.values():
        _check_step(script, step)
    _check_common(script)
    _check_names(script)
    _check_places(script)
    _check_reach(script)
    _check_loops(script)


def _check_step(script: Script, step: Step) -> None:
    def refuse(reason: str) -> ScriptError:
        return ScriptError(script.file, step.name, reason)

    for meaning, to in step.next.items():
        if to not in script.steps:
            raise refuse(f"goes to `{to}` on `{meaning}`, which is no step")
    if step.kind == "question" and (circle := next((m for m in _GIVEN_UP if step.next.get(m) == step.name), None)):
        raise refuse(f"leads back to itself on `{circle}`, when it was asked often enough")
    if step.kind == "end" and step.end not in ENDS:
        raise refuse(f"ends as `{step.end}`, which is no disposition (known: {', '.join(ENDS)})")
    if step.kind == "branch" and list(step.next)[-1:] != [OTHERWISE]:
        raise refuse("the last case of a branch is taken when no other fits, and has no `if`")
    if step.kind == "branch" and len(step.next) != len(step.cases):
        raise refuse("has the same case twice")
    for meaning, values in step.sets.items():
        if meaning not in step.next:
            raise refuse(f"`sets` on `{meaning}`, which is none of its meanings ({', '.join(step.next)})")
        if strange := [name for name in values if name not in script.questions]:
            raise refuse(f"`sets` `{strange[0]}`, which is not among the answers")


def _check_common(script: Script) -> None:
    for name in GOES:
        if name not in script.steps:
            raise ScriptError(script.file, "", f"step `{name}` is missing")
    for name in SAYS:
        if name not in script.says:
            raise ScriptError(script.file, "", f"`says` lacks `{name}`")
    for act in script.acts.values():
        if act.to is not None and act.to not in script.steps:
            raise ScriptError(script.file, "", f"act `{act.name}` goes to `{act.to}`, which is no step")
        if act.then not in ("ask", "again", "wait", "help"):
            raise ScriptError(
                script.file, "", f"act `{act.name}`: `then` is ask, again, wait or help, not {act.then!r}"
            )


def _check_names(script: Script) -> None:
    """A name, new or former, belongs to one answer only."""
    names = [name for question in script.questions.values() for name in (question.name, *question.was)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise ScriptError(script.file, "", f"the name `{double}` belongs to two answers")


def _check_places(script: Script) -> None:
    known = PLACES | set(script.questions) | {f"previous.{name}" for name in script.questions}
    for step, say in all_says(script):
        for wording in wordings(say):
            if strange := sorted(wording.places - known):
                raise ScriptError(script.file, step, f"says {{{strange[0]}}}, which nothing fills in")


def _check_reach(script: Script) -> None:
    starts = [script.start, *GOES, *(act.to for act in script.acts.values() if act.to)]
    reached = _reached(script, starts)
    if orphan := next((name for name in script.steps if name not in reached), None):
        raise ScriptError(script.file, orphan, "cannot be reached")
    for name in script.steps:
        if not any(script.steps[other].kind == "end" for other in _reached(script, [name])):
            raise ScriptError(script.file, name, "never comes to an end")


def _reached(script: Script, starts: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(script.steps[name].next.values())
    return reached


def _check_loops(script: Script) -> None:
    """Steps that do not wait for an answer must not lead back to themselves."""
    for start in script.steps.values():
        seen: set[str] = set()
        waiting = [start.name]
        while waiting:
            step = script.steps[waiting.pop()]
            for to in _unheard(step):
                if to == start.name:
                    raise ScriptError(script.file, start.name, "leads back to itself without asking anything")
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)


def _unheard(step: Step) -> list[str]:
    """Where a step may lead without a word of the resident's; a walk over the household comes to its end by itself."""
    if step.kind == "question":
        return [to for meaning, to in step.next.items() if meaning == "skipped"]
    return [] if step.kind == "end" else [to for meaning, to in step.next.items() if meaning != "one"]
