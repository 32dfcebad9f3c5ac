"""How a conversation ends: the result of each person, and the disposition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs import focus, speech
from dialogs.conditions import Condition
from dialogs.events import Concluded, Ended
from dialogs.script import Step

if TYPE_CHECKING:
    from dialogs.dialog import Dialog


def end(dialog: Dialog, step: Step) -> None:
    """The dialog has come to an end step: judge, say goodbye, be over."""
    dialog.about = dialog.called
    _conclude(dialog)
    if step.say:
        dialog.speak(step.say)
    _finish(dialog, _standing(dialog, str(step.end)), step.reason or str(step.end))


def break_off(dialog: Dialog, reason: str) -> None:
    """The line is dead: what there is, is kept and judged."""
    focus.keep_pending(dialog)
    dialog.about = dialog.called
    _conclude(dialog)
    _finish(dialog, _standing(dialog, "as_is"), reason)


def _finish(dialog: Dialog, disposition: str, reason: str) -> None:
    dialog.disposition, dialog.focus = disposition, None
    dialog.events.append(Ended(disposition, reason, dialog.step))


def _standing(dialog: Dialog, end: str) -> str:
    """The disposition: what the step says, held against what was really answered."""
    essentials = dialog.has_essentials(dialog.called)
    if end == "complete":
        return end if essentials or not dialog.script.essential else "break_off"
    if end in ("as_is", "refused") and essentials:
        return "partial"
    if end == "as_is":
        return "break_off" if dialog.spoke else "non_contact"
    return end


def _conclude(dialog: Dialog) -> None:
    advices: dict[str, list[str]] = {}
    for who in [dialog.called, *(person for person in dialog.answers if person != dialog.called)]:
        dialog.about = who
        rule = next((r for r in dialog.script.results if _holds(dialog, r.condition, who)), None)
        if rule and any(value is not None for value in dialog.answers.get(who, {}).values()):
            advice = speech.advice(dialog, rule.advice)
            dialog.events.append(Concluded(who, rule.colour, advice or None, rule.follow_up))
            if advice and (who == dialog.called or rule.condition):
                advices.setdefault(advice, []).append(who)
    dialog.about = dialog.called
    spoken = [speech.addressed(dialog, people, advice) for advice, people in advices.items()]
    dialog.advice = ("" if dialog.language.startswith("zh") else " ").join(spoken)


def _holds(dialog: Dialog, condition: Condition | None, who: str) -> bool:
    return bool(condition.holds(dialog)) if condition else dialog.has_essentials(who)
