"""The roster file: an office's spreadsheet, whose bad rows are the known ones and whose good rows are the town."""

import csv
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest

from simulator.population import make_town
from simulator.roster import HEADERS, write_roster

EXAMPLE = Path(__file__).parents[2] / "examples" / "residents.csv"


@pytest.fixture(scope="module")
def town():
    return make_town(2000, 2020)


@pytest.fixture
def written(town, tmp_path):
    path = tmp_path / "residents.csv"
    return path, write_roster(town, path, 2020)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_is_the_town_of_seed_2020(written):
    assert written[0].read_bytes() == EXAMPLE.read_bytes()


def test_it_is_a_spreadsheets_csv(written):
    data = written[0].read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 2009
    assert tuple(rows(written[0])[0]) == HEADERS


def test_faults_are_eight_and_of_four_kinds(written):
    assert Counter(written[1].values()) == {
        "missing number": 2,
        "impossible number": 2,
        "unknown language": 2,
        "duplicate": 2,
    }


def test_good_rows_are_the_residents(town, written):
    path, faults = written
    good = [row for number, row in enumerate(rows(path), start=2) if number not in faults]
    assert [row["编号"] for row in good] == [person.id for person in town.residents]
    for row in good:
        number = phonenumbers.parse(row["手机号"], "CN")
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == town.by_id[row["编号"]].phone


def test_bad_rows_are_bad(town, written):
    path, faults = written
    lines = dict(enumerate(rows(path), start=2))
    for number, fault in faults.items():
        row = lines[number]
        if fault == "duplicate":
            earlier = [lines[n]["编号"] for n in range(2, number)]
            assert row["编号"] in earlier
        elif fault == "unknown language":
            assert row["语言"] not in ("中文", "英文")
        else:
            assert not possible(row["手机号"])


def possible(text):
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "CN"))
    except phonenumbers.NumberParseException:
        return False
