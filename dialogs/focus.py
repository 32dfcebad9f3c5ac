"""What a question may need before it is settled: values confirmed, symptoms listed, members told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialogs import answers, confirming, hearing, listing, whom
from dialogs.questions import Ear

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

HANDLERS: dict[str, Callable[[Dialog, Ear], None]] = {
    "confirm": confirming.confirming, "listing": listing.listing, "which": whom.telling,
}  # fmt: skip


def keys(dialog: Dialog, pressed: str, ear: Ear) -> None:
    """Keys while something is confirmed (1 yes, 2 no), listed, or told apart (1, 2, 3 ...)."""
    assert dialog.focus is not None
    match dialog.focus["on"], pressed:
        case "confirm", "1":
            confirming.settle(dialog, dialog.focus["items"])
        case "confirm", "2":
            confirming.reject(dialog, dialog.focus["items"])
        case "listing", "1" | "2":
            symptom = dialog.focus["left"][0]
            listing.note(dialog, [symptom] * (pressed == "1"), [symptom] * (pressed == "2"), ear)
        case "which", digit if digit.isdecimal() and 0 < int(digit) <= len(dialog.focus["candidates"]):
            whom.told(dialog, dialog.focus["candidates"][int(digit) - 1], ear)
        case _:
            hearing.missed(dialog)


def keep_pending(dialog: Dialog) -> None:
    """The conversation goes elsewhere before values were confirmed: keep them, with half the confidence."""
    pending = dialog.focus["items"] if dialog.focus and dialog.focus["on"] == "confirm" else []
    if dialog.focus and dialog.focus["on"] == "listing":
        pending = [listing.listed(dialog)] if dialog.focus["present"] or dialog.focus["absent"] else []
    dialog.focus = None
    for one in pending:
        answers.keep(dialog, {**one, "confidence": one["confidence"] / 2})


def give_up(dialog: Dialog) -> None:
    """Nothing understood for the last time: go on with what there is."""
    assert dialog.focus is not None
    dialog.no_match = dialog.no_input = 0
    match dialog.focus["on"]:
        case "confirm":
            keep_pending(dialog)
        case "listing":
            listing.skip_one(dialog)
        case "which":
            whom.leave_open(dialog)
