"""Reads the rows of a roster: finds its columns by their headers, checks every cell, and says why a row is rejected."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from records.residents import masked
from records.roster.numbers import to_e164
from records.roster.sheets import Cells, Numbered, RosterError, read_rows

HEADER_WITHIN = 20  # rows: a title and a note may stand above the headers
LONGEST = 1_000  # characters in a cell
LONGEST_TYPED = 60  # in one that somebody types into a form
NO_COMMUNITY = "未填 not given"  # of everybody on a roster without that column
OLDEST = 1900
PUNCTUATION = re.compile(r"[\W_]+")
YEAR = re.compile(r"(\d{4})(?:\D.*|\d{4})?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is good: `phone` is E.164, `language` a code we speak, blank is what was not filled in."""

    number: int
    name: str
    phone: str
    community: str
    roster_id: str = ""
    sex: str = ""
    birth_year: int | None = None
    language: str = "zh-Hans"
    district: str = ""
    subdistrict: str = ""
    grid: str = ""
    building: str = ""
    unit: str = ""
    relation: str = ""
    time_zone: str = ""
    preferred_hour: int | None = None
    ineligible: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """The community: district, sub-district, name."""
        return (self.district, self.subdistrict, self.community)

    @property
    def door(self) -> tuple[str, str, str]:
        """Where in the community: grid, building, unit."""
        return (self.grid, self.building, self.unit)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: its number as the spreadsheet shows it, the column, the value (masked), and why."""

    row: int
    column: str
    value: str
    reason: str
    zh: str
    en: str


class _Bad(Exception):
    """A cell that cannot be taken: the field and the reason."""

    def __init__(self, field: str, reason: str, **more: Any) -> None:
        super().__init__(field, reason)
        self.field, self.reason, self.more = field, reason, more


def read_roster(path: str | Path, year: int = 2100) -> Iterator[Row | Rejected]:
    """The rows of a roster file, good and rejected, in their order; nobody is born after `year`.

    Raises RosterError where the file is no roster, at the latest when its rows are asked for.
    """
    file = Path(path)
    top, columns, rows = _table(file)
    headers = {field: header for header, field in columns.values()}
    fields = {place: field for place, (_, field) in columns.items()}
    seen: dict[int, int] = {}
    for number, cells in rows:
        if max(map(len, cells)) > LONGEST:
            yield _too_long(number, top, cells)
            continue
        values = {field: _clean(cells[place]) for place, field in fields.items() if place < len(cells)}
        if not any(values.values()):
            continue
        try:
            row = _row(number, values if "community" in headers else {**values, "community": NO_COMMUNITY}, year)
            _once(row, seen)
        except _Bad as bad:
            yield _rejected(number, headers, values, bad)
        else:
            yield row


def check_row(cells: Mapping[str, str], year: int) -> Row | Rejected:
    """One resident whose cells, by field, were typed in elsewhere: checked as a row of a roster is."""
    values = {field: _clean(cell) for field, cell in cells.items()}
    try:
        if long := next((field for field, cell in values.items() if len(cell) > LONGEST_TYPED), None):
            raise _Bad(long, "too_long", longest=LONGEST_TYPED)
        return _row(0, values, year)
    except _Bad as bad:
        return _rejected(0, {}, values, bad)


def check_cell(field: str, text: str, year: int) -> Rejected | None:
    """What is wrong with one cell, typed in before the others; None when nothing is."""
    others = {"name": "x", "phone": "+8611100000000", "community": "x"}
    checked = check_row({**others, field: text}, year)
    return checked if isinstance(checked, Rejected) else None


def write_rejected(path: Path, rejected: Sequence[Rejected]) -> Path:
    """Writes the rejected rows as CSV in UTF-8 with BOM, both languages side by side; returns the path."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("行号 Row", "列 Column", "内容 Value", "原因", "Reason"))
        for r in rejected:
            writer.writerow((r.row, _harmless(r.column), _harmless(r.value), r.zh, r.en))
    return path


def _table(path: Path) -> tuple[Cells, dict[int, tuple[str, str]], Iterator[Numbered]]:
    """The headers of the first sheet that has some, the columns we know ({place: (header, field)}), the rows below."""
    closest: set[str] = set()
    for rows in read_rows(path):
        for _, (_, cells) in zip(range(HEADER_WITHIN), rows, strict=False):
            columns = _columns(cells)
            found = {field for _, field in columns.values()}
            if found.issuperset(_words()["required"]):
                return cells, columns, rows
            closest = max(closest, found, key=len)
    missing = [_words()["headers"][field][0] for field in _words()["required"] if field not in closest]
    raise RosterError(
        f"{path}: the first {HEADER_WITHIN} rows hold no headers of a roster; "
        f"missing columns 缺少的列: {', '.join(missing)}"
    )


def _columns(cells: Cells) -> dict[int, tuple[str, str]]:
    """Which field each column holds, by its header; the first of two columns with the same meaning counts."""
    columns: dict[int, tuple[str, str]] = {}
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        field = _meanings("headers").get(_key(cell))
        if field and field not in taken:
            columns[place] = (cell.strip(), field)
            taken.add(field)
    return columns


def _row(number: int, values: Mapping[str, str], year: int) -> Row:
    for field in ("name", "community"):
        if not values.get(field):
            raise _Bad(field, "missing")
    ineligible = _meaning("ineligible", values.get("ineligible", ""))
    if ineligible is None:
        raise _Bad("ineligible", "unknown_state")
    language = _meaning("languages", values.get("language", "")) if values.get("language") else "zh-Hans"
    if language is None:
        raise _Bad("language", "unknown_language")
    relation = values.get("relation", "")
    return Row(
        number=number,
        name=values["name"],
        phone=_phone(values.get("phone", "")),
        community=values["community"],
        roster_id=values.get("roster_id", "").removesuffix(".0"),
        sex=_meaning("sexes", values.get("sex", "")) or "",
        birth_year=_birth_year(values.get("birth_year", ""), year),
        language=language,
        district=values.get("district", ""),
        subdistrict=values.get("subdistrict", ""),
        grid=values.get("grid", ""),
        building=values.get("building", ""),
        unit=values.get("unit", ""),
        relation=_meaning("relations", relation) or relation,
        time_zone=_time_zone(values.get("time_zone", "")),
        preferred_hour=_hour(values.get("preferred_hour", "")),
        ineligible=ineligible,
    )


def _phone(text: str) -> str:
    if not text:
        raise _Bad("phone", "missing_number")
    number, reason = to_e164(text)
    if reason:
        raise _Bad("phone", reason)
    return number


def _birth_year(text: str, year: int) -> int | None:
    if not text:
        return None
    written = YEAR.fullmatch(text)
    if not written or not OLDEST <= int(written[1]) <= year:
        raise _Bad("birth_year", "bad_birth_year")
    return int(written[1])


def _hour(text: str) -> int | None:
    if not text:
        return None
    hour = re.fullmatch(r"(\d{1,2})(?:[:点时]\d{0,2}.*|\.0)?", text)
    if not hour or int(hour[1]) > 23:
        raise _Bad("preferred_hour", "bad_hour")
    return int(hour[1])


def _time_zone(text: str) -> str:
    if text and text not in _zones():
        raise _Bad("time_zone", "bad_time_zone")
    return text


def _once(row: Row, seen: dict[int, int]) -> None:
    """Refuses a resident who stood in the file before; a family that shares a phone is no duplicate."""
    key = hash(row.roster_id or (row.name, row.phone, row.place, row.door))
    first = seen.setdefault(key, row.number)
    if first != row.number:
        raise _Bad("roster_id" if row.roster_id else "name", "duplicate", row=first)


def _rejected(number: int, headers: Mapping[str, str], values: Mapping[str, str], bad: _Bad) -> Rejected:
    value = values.get(bad.field, "")
    shown = masked(value) if bad.field == "phone" else value[:40]
    column = headers.get(bad.field, _words()["headers"][bad.field][0])
    return Rejected(number, column, shown, bad.reason, **_reason(bad.reason, bad.more))


def _too_long(number: int, headers: Cells, cells: Cells) -> Rejected:
    """A row with a cell that no office filled in; what it holds is not shown, since numbers may be in it."""
    place = next(place for place, cell in enumerate(cells) if len(cell) > LONGEST)
    column = headers[place].strip() if place < len(headers) else str(place + 1)
    return Rejected(number, column, "", "too_long", **_reason("too_long", {"longest": LONGEST}))


def _reason(reason: str, more: Mapping[str, Any]) -> dict[str, str]:
    """Why, in both languages."""
    return {language: text.format(**more) for language, text in _words()["reasons"][reason].items()}


@lru_cache(maxsize=4096)  # most columns repeat themselves
def _clean(text: str) -> str:
    """Full-width letters and digits made plain, spaces tidied; a word for "nothing" is nothing."""
    tidy = " ".join(unicodedata.normalize("NFKC", text).split())
    return "" if tidy.casefold() in _blanks() else tidy


def _key(text: str) -> str:
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def _meaning(kind: str, text: str) -> str | None:
    """What a word of an office means to us; None for a word we do not know."""
    return _meanings(kind).get(_key(text)) if text else ""


@cache
def _words() -> Any:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


@cache
def _meanings(kind: str) -> Mapping[str, str]:
    return {_key(word): meaning for meaning, words in _words()[kind].items() for word in words}


@cache
def _blanks() -> frozenset[str]:
    return frozenset(word.casefold() for word in _words()["blank"])


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (an apostrophe in front, after OWASP)."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
