"""How written things are read aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_models import phrases
from voice_models.reading import chinese_number, readable

CHINESE = [
    ("体温37.8℃", "体温三十七点八度"),
    ("37.8 °C", "三十七点八度"),
    ("38度", "三十八度"),
    ("请拨打110", "请拨打幺幺零"),
    ("请拨打12345", "请拨打幺二三四五"),
    ("电话13800138000。", "电话幺三八，零零幺三，八零零零。"),
    ("010-62345678", "零幺零六，二三四五，六七八"),
    ("110个", "一百一十个"),
    ("2个人", "两个人"),
    ("2天", "两天"),
    ("12个", "十二个"),
    ("22天", "二十二天"),
    ("2月2日", "二月二日"),
    ("2026-11-22", "二零二六年十一月二十二日"),
    ("2026年", "二零二六年"),
    ("8:30", "八点半"),
    ("14:05", "十四点零五分"),
    ("10-14天", "十到十四天"),
    ("95%", "百分之九十五"),
    ("第2次", "第二次"),
    ("咳嗽", "咳嗽"),
    ("鼻塞", "鼻腮"),
]
ENGLISH = [
    ("37.8°C", "37.8 degrees Celsius"),
    ("100 °F", "100 degrees Fahrenheit"),
    ("13800138000", "one three eight, zero zero one three, eight zero zero zero"),
    ("on 2026-11-22", "on 22 November 2026"),
    ("at 14:05", "at two oh five p m"),
    ("at 9:00", "at nine a m"),
    ("2-3 days", "2 to 3 days"),
    ("5%", "5 percent"),
]


@pytest.mark.parametrize(("written", "spoken"), CHINESE)
def test_chinese(written, spoken):
    assert readable(written, "zh-Hans") == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH)
def test_english(written, spoken):
    assert readable(written, "en") == spoken


@pytest.mark.parametrize("character", "胸穷熊")
def test_syllables_that_espeak_spells_are_given_as_phonemes(character):
    assert readable(character, "zh").startswith("[[")


@pytest.mark.parametrize(("written", "spoken"), [
    ("0", "零"), ("10", "十"), ("20", "二十"), ("105", "一百零五"), ("110", "一百一十"), ("2000", "两千"),
    ("12000", "一万两千"),     ("10010", "一万零一十"), ("-3", "负三"), ("36.05", "三十六点零五"),
])  # fmt: skip
def test_numbers(written, spoken):
    assert chinese_number(written) == spoken


@given(st.text(max_size=40))
def test_no_digit_is_left_in_chinese_and_nothing_crashes(text):
    said = readable(text, "zh")
    readable(text, "en")
    assert not any(
        letter in "0123456789" for letter in said.replace("jong55", "").replace("jong35", "").replace("35]]", "")
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_tenth_of_a_degree_can_be_said_and_means_one_value(language):
    values = set(phrases.temperatures(language).values())
    assert values >= set(phrases.CELSIUS)
    for tenths in phrases.CELSIUS:
        for shape in phrases.temperature_shapes(language, tenths):
            assert phrases.temperatures(language)[shape] == tenths


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", phrases.KINDS)
def test_every_kind_of_question_expects_something(language, kind):
    assert len(phrases.expected(language, kind)) > 20


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="weather"):
        phrases.expected("en", "weather")
