"""How a dialog goes on from step to step, until it needs an answer or is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs import answers, ending, focus, household, speech
from dialogs.events import Said
from dialogs.machine import walk
from dialogs.questions import Ear, Reading, item
from dialogs.readers import UNSURE
from dialogs.script import OTHERWISE, Step

if TYPE_CHECKING:
    from dialogs.dialog import Dialog


def go_on(dialog: Dialog) -> None:
    """Walk on until an answer is needed or the conversation is over, then say so."""
    limits = dialog.script.limits
    too_long = dialog.telephone and dialog.seconds >= limits.seconds  # a letter may wait for hours
    if not dialog.over and (dialog.turns >= limits.turns or too_long):
        step = dialog.script.steps[dialog.step]
        if step.kind != "end":
            focus.keep_pending(dialog)
            walk(dialog.script).put(dialog, "time_up")
    if dialog.rewind and not dialog.focus and not dialog.over:
        back_to(dialog, dialog.rewind, dialog.called)
        dialog.rewind = ""
    passed: set[tuple[str, str]] = set()
    while not dialog.over and not dialog.focus and not _waits(dialog, dialog.script.steps[dialog.step], passed):
        pass
    if not dialog.over:
        speech.ask(dialog)
    speech.finish(dialog)
    dialog.events.append(Said(dialog.step, dialog.text[0], dialog.text[1]))
    if dialog.over:
        dialog.events[-1], dialog.events[-2] = dialog.events[-2], dialog.events[-1]


def _waits(dialog: Dialog, step: Step, passed: set[tuple[str, str]]) -> bool:
    """Do what the step is for; True when the resident has to speak before the dialog goes on."""
    match step.kind:
        case "question":
            return _at_question(dialog, step, passed)
        case "notice":
            _notice(dialog, step)
        case "branch":
            case = next(c for c, _ in step.cases if c is None or c.holds(dialog))
            move(dialog, case.text if case else OTHERWISE)
        case "each":
            _next_person(dialog, step)
        case "end":
            ending.end(dialog, step)
    return False


def _at_question(dialog: Dialog, step: Step, passed: set[tuple[str, str]]) -> bool:
    question = step.ask
    assert question is not None
    known = dialog.answers.get(dialog.about, {})
    household.conclude_others(dialog, question)
    key = (step.name, dialog.about)
    if question.name in known and f"{dialog.about} {question.name}" not in dialog.partly and key not in passed:
        passed.add(key)
        value = known[question.name]
        meaning = UNSURE if value is None else question.reader.meaning(value, question)
        _set(dialog, step, meaning)
        move(dialog, meaning)
        return False
    if key in passed:
        answers.forget(dialog, question.name, dialog.about)
    if step.condition and not step.condition.holds(dialog):
        move(dialog, "skipped")
        return False
    return True


def _set(dialog: Dialog, step: Step, meaning: str) -> None:
    for name, value in step.sets.get(meaning, {}).items():
        if dialog.answers.get(dialog.about, {}).get(name) != value:
            answers.keep(dialog, item(name, dialog.about, Reading("", value), Ear(speech.NOTHING, "", dialog.now)))


def _notice(dialog: Dialog, step: Step) -> None:
    key = f"{dialog.about} {step.name}"
    if step.say and key not in dialog.met:
        dialog.met.append(key)
        dialog.speak(step.say)
    dialog.family = dialog.family or step.proxy
    move(dialog, "said")


def _next_person(dialog: Dialog, step: Step) -> None:
    """Speak about the next member for whom the condition holds; back to the person called when there is none."""
    walked = dialog.walked.setdefault(step.name, [])
    for person in household.everybody(dialog):
        if person not in walked and person != dialog.called:
            dialog.about = person
            if step.condition and step.condition.holds(dialog):
                walked.append(person)
                move(dialog, "one")
                return
    dialog.about = dialog.called
    move(dialog, "done")


def move(dialog: Dialog, meaning: str) -> None:
    """Follow a meaning to the next step."""
    walk(dialog.script).move(dialog, meaning)
    dialog.no_match = dialog.no_input = 0
    dialog.manner = "say"


def back_to(dialog: Dialog, name: str, who: str) -> None:
    """Run again from the question that asks for `name`; what is answered is passed over."""
    step = dialog.script.step_of(name) if who == dialog.called else _round_of(dialog, name, who)
    if step and (step != dialog.step or dialog.about != who):
        dialog.about = dialog.called
        walk(dialog.script).put(dialog, step)
        dialog.no_match = dialog.no_input = 0


def _round_of(dialog: Dialog, name: str, who: str) -> str | None:
    """The round of the household, already begun, in which this person is asked for `name`, once more."""
    for step in dialog.script.steps.values():
        question = dialog.script.steps[step.next["one"]].ask if step.kind == "each" else None
        if question and question.name == name and step.name in dialog.walked and dialog.about != who:
            dialog.walked[step.name] = [other for other in dialog.walked[step.name] if other != who]
            return step.name
    return None
