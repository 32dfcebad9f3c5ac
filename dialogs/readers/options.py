"""One or any of several options, told apart by their words."""

# ruff: noqa: D102 - what the methods of the readers do is said once, in Reader

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dialogs.asking import asks_something
from dialogs.questions import Ear, Option, Question, Reading, Words, said
from dialogs.readers.plain import UNSURE, Plain
from dialogs.understanding.text import folding
from dialogs.wording import listed


class OneOf(Plain):
    """One of several options; an option named yes or no is also meant by a plain yes or no.

    Where the words name several, the one that stands last in the script counts: put the special cases there.
    """

    def context(self, question: Question) -> str:
        return question.context or "choice"

    def meanings(self, question: Question) -> tuple[str, ...]:
        return (*(option.key for option in question.options), UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        if chosen := _chosen(question, ear):
            return ear.reading(chosen[-1], chosen[-1], "choice")
        keys = {option.key for option in question.options}
        return ear.reading(u.yes_no, u.yes_no, "yes_no") if u.yes_no and u.yes_no in keys else None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        option = _numbered(question.options, keys)
        return Reading(option.key, option.key) if option else None

    def meaning(self, value: Any, question: Question) -> str:
        return str(value)

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        label = next((option.label for option in question.options if option.key == value), None)
        return said(question, str(value), language) or (label.text(language, str) if label else str(value))

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        return {str(i): option.label.text(language, str) for i, option in enumerate(question.options, 1)}


class AnyOf(OneOf):
    """Any of several options, kept as a list; keys 13: the first and the third.

    An option named none has the words for none of them; `free` keeps other words as they are said.
    """

    def meanings(self, question: Question) -> tuple[str, ...]:
        return ("some", "none", UNSURE)

    def read(self, ear: Ear, question: Question) -> Reading | None:
        u = ear.understood
        chosen, denied = _wanted(question, ear)
        if chosen:
            return ear.reading("some", chosen, "choice")
        if denied or u.yes_no == "no" or u.all_well:
            return ear.reading("none", [], "yes_no")
        told = u.yes_no is None and u.act is None and not asks_something(ear.words)
        if question.free and told and len(ear.words.strip()) > 2:
            return Reading("some", [ear.words.strip()[:200]], loose=True)
        return None

    def keys(self, keys: str, question: Question, now: datetime) -> Reading | None:
        if keys == "0":
            return Reading("none", [])
        named = [option for option in question.options if option.key != "none"]
        options = [_numbered(named, key) for key in dict.fromkeys(keys)]
        chosen = [option.key for option in options if option]
        return Reading("some", chosen) if options and len(chosen) == len(options) else None

    def meaning(self, value: Any, question: Question) -> str:
        return "some" if value else "none"

    def show(self, value: Any, question: Question, words: Words, language: str) -> str:
        labels = [super(AnyOf, self).show(key, question, words, language) for key in value]
        return listed(labels, language) if labels else said(question, "none", language) or words["nothing"]

    def keypad(self, question: Question, words: Words, language: str) -> dict[str, str]:
        chosen = [option for option in question.options if option.key != "none"]
        labels = {str(i): option.label.text(language, str) for i, option in enumerate(chosen, 1)}
        return {**labels, "0": words["nothing"]}


def _wanted(question: Question, ear: Ear) -> tuple[list[str], bool]:
    """The options that are wanted, and whether something was declined.

    "No need to buy food", "rice we have enough": words of `none` that decline speak of the option that stands just
    behind them or anywhere before; of the others, like a bare "no", only where no option is named.
    """
    text = ear.words.lower().translate(folding())
    named = {option.key: option.heard for option in question.options}
    declining = [_span(text, phrase) for option in question.options for phrase in option.declines if phrase in text]
    chosen = [key for key in _chosen(question, ear) if key != "none"]
    if not declining:
        everything = len(chosen) == len(named) - ("none" in named) and not any(_first(text, named[k]) for k in chosen)
        none = any(phrase in text for phrase in named.get("none", ())) or ear.understood.yes_no == "no"
        return ([] if everything and none else chosen), "none" in _chosen(question, ear)
    wanted = [key for key in chosen if (at := _first(text, named[key])) and not _declined(at, declining)]
    return wanted, True


def _span(text: str, phrase: str) -> tuple[int, int]:
    at = text.rfind(phrase)
    return at, at + len(phrase)


def _first(text: str, phrases: Sequence[str]) -> tuple[int, int] | None:
    found = [(at, at + len(phrase)) for phrase in phrases if (at := text.find(phrase)) >= 0]
    return min(found, default=None)


def _declined(option: tuple[int, int], declining: Sequence[tuple[int, int]]) -> bool:
    near = 1 if option[1] - option[0] < 3 else 6  # characters; English has spaces and articles between
    return any(option[0] < at or 0 <= option[0] - end <= near or at <= option[0] < end for at, end in declining)


NOT_CHOOSING = ("who_are_you", "repeat", "hold_on", "human", "call_later")


def _chosen(question: Question, ear: Ear) -> list[str]:
    """The options that were named, in the order of the script."""
    choice = ear.understood.choice
    if question.context != "open" and (choice or ear.understood.act in NOT_CHOOSING):
        return [option.key for option in question.options if option.key in choice]
    text = ear.words.lower().translate(folding())  # options that are not read out are chosen by their words alone
    return [option.key for option in question.options if any(phrase in text for phrase in option.heard)]


def _numbered(options: Sequence[Option], key: str) -> Option | None:
    return options[int(key) - 1] if key.isdecimal() and 0 < int(key) <= len(options) else None
