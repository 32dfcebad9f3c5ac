"""Pictures: a scanner reads the code, labels and Chinese names have their glyphs, long tables are cut."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image, ImageFont

from records.health import default_rules
from records.health_code import Reported, health_code, sign_code
from records.seal import Seal
from reports import labels
from reports.code import code_lines
from reports.community import community_table
from reports.table import Label
from reports.writers.picture import FONT, MOST_ROWS, code_picture, table_picture

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = default_rules().code


def opened(png):
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize("colour", ["green", "yellow", "red"])
def test_scanner_reads_the_token_off_the_picture(colour, language):
    code = health_code(RULES, [Reported(NOW - timedelta(days=1), colour, ("cough",)), Reported(NOW, "green")], NOW)
    token = sign_code(Seal("a secret of the tests"), 123456, code, NOW)
    lines = [line.read(language) for line in code_lines(code, NOW, SHANGHAI)]
    found = zxingcpp.read_barcodes(opened(code_picture(token, code.colour, lines)))
    assert [barcode.text for barcode in found] == [token]


def test_lines_of_a_code_say_why_and_how_it_changes():
    reports = [Reported(NOW - timedelta(days=2), "red", ("fever",)), Reported(NOW, "green")]
    words = code_lines(health_code(RULES, reports, NOW), NOW, SHANGHAI)
    assert [line.zh for line in words] == [
        "红码", "2026-03-10 09:00:00", "3月8日报告：发热", "最近报告为绿码，若一直如此，3月15日 09:00 转绿码",
    ]  # fmt: skip
    assert "turns on 15 March at 09:00" in words[3].en


def missing(text):
    """The signs that the font draws as the box of an unknown one."""
    font = ImageFont.truetype(FONT, 40)
    box = font.getmask("\U0010fffd").getbbox(), bytes(font.getmask("\U0010fffd"))
    return {
        sign for sign in text if not sign.isspace() and (font.getmask(sign).getbbox(), bytes(font.getmask(sign))) == box
    }


def test_every_sign_of_labels_and_rosters_has_a_glyph():
    said = [value for name, value in vars(labels).items() if name.endswith("_LABELS")]
    text = "".join(label.zh + label.en for table in said for label in table.values() if isinstance(label, Label))
    roster = Path("examples/residents.csv").read_text("utf-8-sig")
    assert len(text) > 500
    assert not missing(set(text) | set(roster))
    assert not missing("臺灣陳黃劉趙楊龍鄧蕭謝羅葉℃、。《》—…ñéü")
    assert missing("𰻝") == {"𰻝"}  # the check itself can fail


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_table_is_drawn_with_its_total_and_cut_when_long(figures, language):
    table = community_table(figures)
    keys = [column.key for column in table.columns[:4]]
    short = opened(table_picture(table, keys, language))
    assert short.format == "PNG"
    assert short.getextrema() != ((255, 255),) * 3
    long = replace(table, rows=table.rows * 10)
    assert opened(table_picture(long, keys, language)).height < short.height + 45 * (MOST_ROWS - len(table.rows) + 2)
    with pytest.raises(KeyError, match="no column 'mood'"):
        table_picture(table, ["mood"], language)
