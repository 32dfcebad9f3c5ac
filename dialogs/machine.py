"""The state machine of a script: a trigger is a meaning, a state is a step; it moves a plain dialog about."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from transitions import Machine

from dialogs.script import Script


class Moved(Protocol):
    """What a machine moves: anything that is at a step."""

    step: str


class Walk:
    """The one machine of a script, shared by all of its dialogs; it keeps nothing of any of them."""

    def __init__(self, script: Script):
        self._machine = Machine(
            model=None,
            states=list(script.steps),
            initial=None,
            auto_transitions=False,
            model_attribute="step",
            transitions=[
                *([meaning, step.name, to] for step in script.steps.values() for meaning, to in step.next.items()),
                *([f"act:{act.name}", name, act.to] for act in script.acts.values() if act.to for name in script.steps),
            ],
        )

    def move(self, dialog: Moved, meaning: str) -> None:
        """Follow a meaning from the step where the dialog stands; MachineError where the script has no such way."""
        self._machine.events[meaning].trigger(dialog)

    def put(self, dialog: Moved, step: str) -> None:
        """Set the dialog at a step, back at an earlier question or out to an end that every step has."""
        dialog.step = self._machine.get_state(step).name


@lru_cache(maxsize=64)
def walk(script: Script) -> Walk:
    """The machine of a script, built once."""
    return Walk(script)
