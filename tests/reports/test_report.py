"""The four files of a campaign."""

import csv

import openpyxl
import pytest

from reports.figures import Scope
from reports.report import campaign_tables, write_report


@pytest.mark.parametrize(("language", "word"), [("zh-Hans", "各社区情况"), ("en", "By community")])
def test_a_report_is_four_files_in_a_folder(town, tmp_path, language, word):
    with town.reading() as connection:
        paths = write_report(connection, 1, tmp_path / "out" / "march", language)
    assert [path.name for path in paths] == ["community.xlsx", "line_list.csv", "follow_up.csv", "report.html"]
    assert word in openpyxl.load_workbook(paths[0], read_only=True).sheetnames
    with paths[1].open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 240  # one row for each person of the newest round
    assert f'data-language="{language[:2]}"' in paths[3].read_text("utf-8")


def test_the_report_is_of_the_newest_round_and_the_trend_of_all(town):
    with town.reading() as connection:
        now, tables = campaign_tables(connection, Scope(1))
        _, first = campaign_tables(connection, Scope(1, round=0))
    by_key = {table.key: table for table in tables}
    assert now.round == 2
    assert by_key["overview"].rows[0].cells[0] == 240
    assert len(by_key["by_day"].rows) == 3
    assert len({table.key: table for table in first}["by_day"].rows) == 3


def test_a_report_of_a_place_holds_that_place_alone(town, tmp_path):
    scope = Scope(1, place={"community": "梅里社区"})
    with town.reading() as connection:
        _, tables = campaign_tables(connection, scope)
        page = write_report(connection, 1, tmp_path, scope=scope)[3].read_text("utf-8")
    community = next(table for table in tables if table.key == "by_community")
    assert [row.key[2] for row in community.rows] == ["梅里社区"]
    assert "桂园社区" not in page


def test_an_unknown_campaign_is_named(small, tmp_path):
    with small.reading() as connection, pytest.raises(KeyError, match="no campaign 7"):
        write_report(connection, 7, tmp_path)
