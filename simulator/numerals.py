"""Whole numbers as people say them."""

from __future__ import annotations

from random import Random

ZH_DIGITS = "零一二三四五六七八九"
EN_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def zh_number(number: int) -> str:
    """0 to 99 in Chinese: 三十七."""
    tens, units = divmod(number, 10)
    ten = "十" if tens == 1 else f"{ZH_DIGITS[tens]}十" if tens else ""
    return ten + (ZH_DIGITS[units] if units or not tens else "")


def zh_count(number: int) -> str:
    """A count before a measure word, where two is 两."""
    return "两" if number == 2 else zh_number(number)


def en_number(number: int, rng: Random) -> str:
    """0 to 199 in English; a hundred is put in several ways."""
    if number < 20:
        return EN_UNITS[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return f"{EN_TENS[tens]}-{EN_UNITS[units]}" if units else EN_TENS[tens]
    hundred = rng.choice(("a hundred", "one hundred"))
    rest = number - 100
    if not rest:
        return hundred
    return f"{hundred}{rng.choice((' and', ''))} {en_number(rest, rng)}"
