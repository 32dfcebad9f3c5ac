"""Writes the roster of a town as an office would send it: a spreadsheet's CSV, with a few bad rows in it."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

from simulator.people import Person, Town
from simulator.population import make_town

HEADERS = (
    "编号",
    "姓名",
    "性别",
    "出生年份",
    "手机号",
    "语言",
    "区",
    "街道",
    "社区",
    "网格",
    "楼栋",
    "房号",
    "与户主关系",
)
ID, PHONE, LANGUAGE = 0, 4, 5
SEXES = {"male": "男", "female": "女"}
LANGUAGES = {"zh-Hans": "中文", "en": "英文"}
RELATIONS = {
    "head": "户主",
    "spouse": "配偶",
    "son": "儿子",
    "daughter": "女儿",
    "father": "父亲",
    "mother": "母亲",
    "grandson": "孙子",
    "granddaughter": "孙女",
    "room_mate": "合租",
}
# How clerks type a number, by share: the digits, the three groups, and the country code in two fashions.
SPELLINGS = {
    "{}{}{}": 0.6,
    "{} {} {}": 0.15,
    "{}-{}-{}": 0.1,
    "+86-{}-{}-{}": 0.05,
    "+86 {} {} {}": 0.05,
    "86{}{}{}": 0.05,
}
# A bad row: what is wrong with it, the column spoilt, and what stands there. A duplicate is spoilt by being there.
BAD_ROWS = (
    ("missing number", PHONE, ""),
    ("missing number", PHONE, "无"),
    ("impossible number", PHONE, "111 1"),
    ("impossible number", PHONE, "1.11123E+10"),
    ("unknown language", LANGUAGE, "火星语"),
    ("unknown language", LANGUAGE, "xx"),
    ("duplicate", None, ""),
    ("duplicate", None, ""),
)

Row = list[str]


def write_roster(town: Town, path: Path, seed: int) -> dict[int, str]:
    """Writes UTF-8 with BOM and CRLF, as Excel does; returns what is wrong with each bad row, by row number.

    Row numbers are those of the spreadsheet: the headers are row 1.
    """
    rng = Random(f"roster {seed}")
    rows: list[tuple[Row, str]] = [(_row(person, rng), "") for person in town.residents]
    for number, (fault, column, text) in enumerate(BAD_ROWS, start=1):
        _insert_bad_row(rows, fault, column, text, number, rng)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(row for row, _ in rows)
    return {number: fault for number, (_, fault) in enumerate(rows, start=2) if fault}


def _row(person: Person, rng: Random) -> Row:
    return [
        person.id,
        person.name,
        SEXES[person.sex],
        str(person.birth_year),
        _spelt(person.phone, rng),
        LANGUAGES[person.language],
        person.district,
        person.subdistrict,
        person.community,
        person.grid,
        person.building,
        person.unit,
        RELATIONS[person.relation],
    ]


def _spelt(phone: str, rng: Random) -> str:
    digits = phone.removeprefix("+86")
    spelling = rng.choices(list(SPELLINGS), list(SPELLINGS.values()))[0]
    return spelling.format(digits[:3], digits[3:7], digits[7:])


def _insert_bad_row(
    rows: list[tuple[Row, str]], fault: str, column: int | None, text: str, number: int, rng: Random
) -> None:
    """A spoilt copy of a good row goes somewhere after it; only a duplicate keeps the id."""
    good = [at for at, (_, wrong) in enumerate(rows) if not wrong]
    source = rng.choice(good)
    row = list(rows[source][0])
    if column is not None:
        row[ID], row[column] = f"X{number:06d}", text
    rows.insert(rng.randint(source + 1, len(rows)), (row, fault))


def main() -> None:
    """Writes `examples/residents.csv`: the 2,000 residents of seed 2020."""
    path = Path(__file__).parent.parent / "examples" / "residents.csv"
    faults = write_roster(make_town(2000, 2020), path, 2020)
    for number, fault in faults.items():
        print(f"row {number}: {fault}")


if __name__ == "__main__":
    main()
