"""Phrases that a recogniser should be ready to hear at a question: its grammar, in words as they are spoken."""

from __future__ import annotations

from functools import lru_cache

from dialogs.questions import Question
from dialogs.script import Script
from dialogs.understanding import SYMPTOMS

_DIGITS = "零一二三四五六七八九"
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@lru_cache(maxsize=2048)
def expected(script: Script, question: Question, language: str) -> tuple[str, ...]:
    """What may be said to a question in a language (zh-Hant is spoken like zh-Hans), acts included."""
    language = "en" if language == "en" else "zh-Hans"
    own = script.phrases.get(question.kind, {}).get(language, ())
    options = [phrase for option in question.options for phrase in option.phrases if _is(phrase, language)]
    more = {"temperature": _temperatures, "count": _counts, "number": _counts, "when": _days}.get(question.kind)
    numbers = more(language) if more else ()
    names = _symptoms(script, language) if question.kind in ("symptoms", "members") else ()
    yes_no = (
        script.phrases["yes_no"].get(language, ()) if question.kind not in ("temperature", "number", "when") else ()
    )
    return tuple(dict.fromkeys((*numbers, *options, *names, *own, *yes_no, *acts_phrases(script, language))))


def acts_phrases(script: Script, language: str) -> tuple[str, ...]:
    """What may be said at every step."""
    return script.phrases["acts"].get("en" if language == "en" else "zh-Hans", ())


def _is(phrase: str, language: str) -> bool:
    return phrase.isascii() == (language == "en")


def _symptoms(script: Script, language: str) -> tuple[str, ...]:
    have, not_have = ("{}", "no {}") if language == "en" else ("有点{}", "没有{}")
    names = [script.words[language][name].removeprefix("a ") for name in SYMPTOMS]
    return tuple(phrase for name in names for phrase in (name, have.format(name), not_have.format(name)))


def spoken(number: int, language: str) -> str:
    """A whole number from 0 to 99 as it is spoken."""
    if language == "en":
        if number < 20:
            return (*_ONES, *_TEENS)[number]
        return _TENS[number // 10] + (f" {_ONES[number % 10]}" if number % 10 else "")
    if number < 10:
        return _DIGITS[number]
    tens = "" if number < 20 else _DIGITS[number // 10]
    return f"{tens}十{_DIGITS[number % 10] if number % 10 else ''}"


def _temperatures(language: str) -> tuple[str, ...]:
    phrases = []
    for whole in range(34, 43):
        word = spoken(whole, language)
        phrases += [f"{word} degrees", word] if language == "en" else [f"{word}度", word]
        for tenth in range(1, 10):
            tenth_word = spoken(tenth, language)
            shapes = (
                (f"{word} point {tenth_word}",)
                if language == "en"
                else (f"{word}度{tenth_word}", f"{word}点{tenth_word}")
            )
            phrases += shapes
    return tuple(phrases)


def _counts(language: str) -> tuple[str, ...]:
    if language == "en":
        return tuple(spoken(n, language) for n in range(100))
    counted = tuple(f"{_amount(n)}个" for n in range(1, 100))
    return (*(spoken(n, language) for n in range(100)), *counted)


def _amount(number: int) -> str:
    """A number before what is counted in Mandarin: two is 两."""
    return "两" if number == 2 else spoken(number, "zh-Hans")


def _days(language: str) -> tuple[str, ...]:
    if language == "en":
        return tuple(f"{spoken(n, language)} day{'s' if n > 1 else ''} ago" for n in range(1, 31))
    return tuple(f"{_amount(n)}天前" for n in range(1, 31))
