"""Which member of the household is meant, where a word like "my son" fits several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dialogs import acts, answers, hearing, household
from dialogs.questions import Ear, Item

if TYPE_CHECKING:
    from dialogs.dialog import Dialog


def ask_which(dialog: Dialog, heard: str, candidates: list[str], items: list[Item]) -> None:
    """The next question is whom a word like "my son" means."""
    dialog.focus = {"on": "which", "context": "choice", "heard": heard, "candidates": candidates, "items": items,
                    "before": dialog.focus}  # fmt: skip
    dialog.no_match = dialog.no_input = 0


def telling(dialog: Dialog, ear: Ear) -> None:
    """An answer to "which son?"."""
    assert dialog.focus is not None
    candidates = dialog.focus["candidates"]
    act = acts.meant(dialog, ear)
    chosen = next((who for who in ear.understood.choice if who in candidates), None)
    if act in acts.FIRST or (act and act not in ("dont_know", "correction") and not chosen):
        acts.perform(dialog, str(act), ear)
    elif chosen:
        told(dialog, chosen, ear)
    else:
        hearing.missed(dialog)


def told(dialog: Dialog, who: str, ear: Ear) -> None:
    """It is known now of whom the answers speak."""
    assert dialog.focus is not None
    items = [{**one, "who": who} for one in dialog.focus["items"]]
    dialog.focus = dialog.focus["before"]
    dialog.no_match = 0
    answers.take(dialog, items, ear)


def leave_open(dialog: Dialog) -> None:
    """It was never said who is meant: keep the answers under the word that was used."""
    assert dialog.focus is not None
    unknown = f"member:{dialog.focus['heard']}"
    items = [{**one, "who": unknown, "confidence": one["confidence"] / 2} for one in dialog.focus["items"]]
    dialog.focus = dialog.focus["before"]
    for one in items:
        answers.keep(dialog, one)


def options(dialog: Dialog) -> Mapping[str, tuple[str, ...]] | None:
    """What can be chosen while members are told apart."""
    if not dialog.focus or dialog.focus["on"] != "which":
        return None
    return {who: household.names(dialog, who, i) for i, who in enumerate(dialog.focus["candidates"])}
