"""Buttons below a question: answers to choose, a list with ticks, a number pad; and what pressing one comes to.

What is half entered is kept with the chat (its `draft`), since whoever presses quickly is ahead of the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.talks import Standing
from bots.telegram.letters import Button, Letter
from bots.telegram.wordings import wording

DIGITS = ("7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "<")
LONGEST = 5  # characters of a temperature, such as 100.4
DAYS_AGO = ("0", "1", "2", "3")


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button of a question came to: `keys` for the dialog under the label `chosen`, or a new `draft`."""

    keys: str = ""
    chosen: str = ""
    draft: Mapping[str, Any] | None = None


def question(standing: Standing) -> Letter:
    """What the dialog says, with its buttons, nothing entered yet."""
    board = board_of(standing, {})
    return Letter(standing.reply.text, board.buttons, board.columns)


def board_of(standing: Standing, draft: Mapping[str, Any]) -> Letter:
    """The buttons of a question as they stand with what is half entered."""
    entered = entered_in(standing, draft)
    match style(standing):
        case "pad":
            return Letter(buttons=_pad(standing, entered), columns=3)
        case "ticks":
            return Letter(buttons=_ticks(standing, entered), columns=2)
    return Letter(buttons=tuple((place(standing, "option", keys), label) for keys, label in _options(standing)))


def style(standing: Standing) -> str:
    """How a question is answered on buttons: pad, ticks, or options."""
    kind = standing.reply.kind
    if kind == "temperature":
        return "pad"
    return "ticks" if kind == "any_of" or standing.reply.asked.get("list") else "options"


def press(standing: Standing, draft: Mapping[str, Any], data: str) -> Pressed | None:
    """What pressing the button with this data comes to; None for one that is not of this turn, or not there at all."""
    what, _, rest = data.partition(":")
    key = rest.rpartition(":")[2]
    if data != place(standing, what, key) or (key and what in ("none", "enter")):
        return None
    entered = entered_in(standing, draft)
    match what, style(standing):
        case "option", "options":
            return _option(standing, key)
        case "digit", "pad" if key in DIGITS:
            return Pressed(draft=_draft(standing, _typed(entered, key)))
        case "tick", "ticks" if key in dict(_list(standing)):
            return Pressed(draft=_draft(standing, _ticked(entered, key)))
        case "none", "ticks":
            return Pressed(_nothing(standing), _none(standing))
        case "enter", "pad" if entered:
            return Pressed(entered.replace(".", "*"), entered)
        case "enter", "ticks" if entered:
            return _ticks_done(standing, entered)
        case "enter", "pad" | "ticks":
            return Pressed(draft=_draft(standing, ""))
    return None


def entered_in(standing: Standing, draft: Mapping[str, Any]) -> str:
    """What is half entered at this turn of this conversation."""
    return str(draft.get("entered", "")) if draft.get("of") == _of(standing) else ""


def place(standing: Standing, what: str, key: str) -> str:
    """The data of a button: it is good for this turn of this conversation only."""
    return f"{what}:{_of(standing)}:{key}"


def _of(standing: Standing) -> str:
    return f"{standing.talk.id}:{standing.turn}"


def _draft(standing: Standing, entered: str) -> dict[str, Any]:
    return {"of": _of(standing), "entered": entered}


def _options(standing: Standing) -> list[Button]:
    reply = standing.reply
    if reply.kind == "when" and reply.asked.get("context") == "onset":
        return [(days, wording(f"days_{days}", reply.language)) for days in DAYS_AGO]
    return list(reply.buttons)


def _option(standing: Standing, key: str) -> Pressed | None:
    label = dict(_options(standing)).get(key)
    return None if label is None else Pressed(key, label)


def _pad(standing: Standing, entered: str) -> tuple[Button, ...]:
    digits = [(place(standing, "digit", sign), "⌫" if sign == "<" else sign) for sign in DIGITS]
    return (*digits, (place(standing, "enter", ""), f"✓ {entered or '__._'} °C"))


def _typed(entered: str, sign: str) -> str:
    if sign == "<":
        return entered[:-1]
    fits = len(entered) < LONGEST and not (sign == "." and ("." in entered or not entered))
    return entered + sign if fits else entered


def _list(standing: Standing) -> list[Button]:
    reply = standing.reply
    listed: Mapping[str, str] = reply.asked.get("list") or {k: v for k, v in reply.keypad.items() if k != "0"}
    return list(listed.items())


def _ticks(standing: Standing, entered: str) -> tuple[Button, ...]:
    chosen, language = entered.split(","), standing.reply.language
    rows = [
        (place(standing, "tick", key), f"{'☑' if key in chosen else '☐'} {label}") for key, label in _list(standing)
    ]
    done = f"✓ {wording('done_button', language)}"
    return (*rows, (place(standing, "none", ""), _none(standing)), (place(standing, "enter", ""), done))


def _none(standing: Standing) -> str:
    return standing.reply.keypad.get("0") or wording("none_button", standing.reply.language)


def _ticked(entered: str, key: str) -> str:
    chosen = [name for name in entered.split(",") if name]
    return ",".join(name for name in chosen if name != key) if key in chosen else ",".join([*chosen, key])


def _ticks_done(standing: Standing, entered: str) -> Pressed:
    labels = dict(_list(standing))
    chosen = [name for name in entered.split(",") if name in labels]
    keys = (",".join if standing.reply.asked.get("list") else "".join)(chosen)
    return Pressed(keys, "、".join(labels[name] for name in chosen))


def _nothing(standing: Standing) -> str:
    return "2" if standing.reply.asked.get("list") else "0"
