"""Telephone numbers as people and spreadsheets write them, brought to E.164."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

REGION = "CN"  # of numbers written without a country
EXCEL_FLOAT = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
SEVERAL = re.compile(r"[/、;,]")
SEPARATORS = re.compile(r"[\s().-]+")
BEIJING = re.compile(r"10\d{8}")  # the one fixed line that starts as mobile numbers do
CHINESE_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?(1\d{10})")


@lru_cache(maxsize=100_000)  # families share numbers, and write them alike
def to_e164(text: str) -> tuple[str, str]:
    """The number in E.164, or "" and the reason why it is none."""
    first = next((part for part in SEVERAL.split(text) if part.strip()), text).strip()
    if whole := EXCEL_FLOAT.fullmatch(first):
        first = _unfold(whole[1] + (whole[2] or ""), int(whole[3]))
        if not first:
            return "", "digits_lost"
    try:
        parsed = _parsed(first.removesuffix(".0"))
    except phonenumbers.NumberParseException:
        return "", "impossible_number"
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE or not _whole(parsed, first) or _cut_mobile(parsed):
        return "", "impossible_number"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), ""


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    # A Chinese mobile number is taken as it is: of one never assigned, such as 111 0000 1000, the library takes the
    # first digits for a carrier's prefix and drops them.
    if mobile := CHINESE_MOBILE.fullmatch(SEPARATORS.sub("", text)):
        return phonenumbers.PhoneNumber(country_code=86, national_number=int(mobile[1]))
    return phonenumbers.parse(text, REGION)


def _whole(parsed: phonenumbers.PhoneNumber, text: str) -> bool:
    """Whether all digits typed are in the number, but for the country and a zero in front of either."""
    digits = "".join(filter(str.isdigit, text.removesuffix(".0")))
    dropped = digits.removesuffix(phonenumbers.national_significant_number(parsed))
    return dropped.lstrip("0") in ("", str(parsed.country_code), f"{parsed.country_code}0")


def _cut_mobile(parsed: phonenumbers.PhoneNumber) -> bool:
    """Whether a Chinese number starts as a mobile one but has not its 11 digits."""
    digits = phonenumbers.national_significant_number(parsed)
    return parsed.country_code == 86 and digits.startswith("1") and len(digits) != 11 and not BEIJING.fullmatch(digits)


def _unfold(digits: str, power: int) -> str:
    """1.1112345678E+10 as 11112345678; "" when digits are missing, of which nobody knows whether they were zeros."""
    return digits if len(digits) == power + 1 else ""
