"""Kinds of answer: keys, values said again, doubts; days in words; who at home is meant."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.dates import read_date
from dialogs.members import meant
from dialogs.questions import Question
from dialogs.readers import KINDS, doubt
from dialogs.script import load_script

NOW = datetime(2026, 11, 23, 10, 0)
DAILY = load_script("daily_check")
ARRIVAL = load_script("examples/arrival.yaml")


def pressed(question, keys):
    reading = question.reader.keys(keys, question, NOW)
    return reading and reading.value


@pytest.mark.parametrize(
    ("keys", "value"),
    [("378", 37.8), ("37*8", 37.8), ("37", 37.0), ("365", 36.5), ("1002", 37.9), ("985", 36.9), ("100*4", 38.0),
     ("99", 37.2),
     ("1", None), ("500", None), ("*", None), ("37*", None), ("0", None), ("999999", None)],
)  # fmt: skip
def test_temperature_by_keys(keys, value):
    assert pressed(DAILY.questions["temperature"], keys) == value


@pytest.mark.parametrize(
    ("question", "keys", "value"),
    [
        (DAILY.questions["contact"], "1", True),
        (DAILY.questions["contact"], "2", False),
        (DAILY.questions["contact"], "3", None),
        (DAILY.questions["needs"], "13", ["food", "visit"]),
        (DAILY.questions["needs"], "0", []),
        (DAILY.questions["needs"], "9", None),
        (DAILY.questions["identity"], "4", "moved"),
        (DAILY.questions["onset"], "2", "2026-11-21"),
        (DAILY.questions["onset"], "1120", "2026-11-20"),
        (DAILY.questions["onset"], "1340", None),
        (ARRIVAL.questions["stay"], "14", 14),
        (ARRIVAL.questions["stay"], "0", None),
        (ARRIVAL.questions["stay"], "400", None),
        (ARRIVAL.questions["origin"], "1", None),
    ],
)
def test_other_kinds_by_keys(question, keys, value):
    assert pressed(question, keys) == value


@pytest.mark.parametrize("kind", KINDS)
@given(keys=st.text("0123456789*#", max_size=12))
def test_any_keys_are_read_or_not(kind, keys):
    question = Question("q", kind, KINDS[kind], options=DAILY.questions["needs"].options)
    reading = question.reader.keys(keys, question, NOW)
    assert reading is None or reading.meaning in (*question.reader.meanings(question), "which")


@pytest.mark.parametrize("script", [DAILY, ARRIVAL, load_script("quarantine_followup")], ids=lambda s: s.name)
def test_every_meaning_leads_somewhere_and_keys_give_only_those(script):
    for step in script.steps.values():
        if step.ask:
            assert set(step.ask.reader.meanings(step.ask)) <= set(step.next)


@pytest.mark.parametrize(
    ("value", "previous", "why"),
    [(36.5, None, None), (37.3, None, "abnormal"), (35.4, None, "improbable"), (41.5, None, "improbable"),
     (36.2, 38.0, "improbable"), (36.9, 36.4, None)],
)  # fmt: skip
def test_doubts_about_a_temperature(value, previous, why):
    assert doubt(DAILY.questions["temperature"], value, previous, 37.3) == why


@pytest.mark.parametrize(
    ("name", "value", "chinese", "english"),
    [
        ("temperature", 37.8, "37.8度", "37.8 degrees"),
        ("temperature", 37.0, "37度", "37 degrees"),
        ("symptoms", {"present": ["cough", "rash"], "absent": []}, "有咳嗽、皮疹", "a cough and a rash"),
        ("symptoms", {"present": [], "absent": ["cough"]}, "没有不舒服", "no symptoms"),
        ("onset", "2026-11-21", "11月21日开始", "since 21 November"),
        ("contact", False, "没有外出和接触", "no travel and no contact"),
        ("needs", ["food", "medicine"], "买菜、买药", "food and medicine"),
    ],
)
def test_value_said_again(name, value, chinese, english):
    question = DAILY.questions[name]
    shown = [question.reader.show(value, question, DAILY.words[lang], lang) for lang in ("zh-Hans", "en")]
    assert shown == [chinese, english]


@pytest.mark.parametrize(
    ("text", "days_ago", "day"),
    [
        ("11月20号", None, "2026-11-20"), ("十一月二十日", None, "2026-11-20"), ("1月3号", None, "2027-01-03"),
        ("2026-11-02", None, "2026-11-02"), ("the 20th of November", None, "2026-11-20"),
        ("Nov 2nd", None, "2026-11-02"),
        ("明天", None, "2026-11-24"), ("后天", None, "2026-11-25"), ("tomorrow", None, "2026-11-24"),
        ("三天前", 3, "2026-11-20"), ("今天", None, "2026-11-23"), ("不知道", None, None), ("13月45号", None, None),
    ],
)  # fmt: skip
def test_days_in_words(text, days_ago, day):
    found = read_date(text, days_ago, date(2026, 11, 23))
    assert (found and found.isoformat()) == day


HEAD = {"id": "1", "name": "王强", "relation": "户主", "sex": "男", "birth_year": 1970}
WIFE = {"id": "2", "name": "刘梅", "relation": "配偶", "sex": "女", "birth_year": 1972}
SON = {"id": "3", "name": "王小河", "relation": "儿子", "sex": "男", "birth_year": 1998}
YOUNGER = {"id": "4", "name": "王大山", "relation": "儿子", "sex": "男", "birth_year": 2004}
MOTHER = {"id": "5", "name": "陈桂花", "relation": "母亲", "sex": "女", "birth_year": 1944}
HOME = [HEAD, WIFE, SON, YOUNGER, MOTHER]


@pytest.mark.parametrize(
    ("speaker", "word", "words", "ids"),
    [
        (HEAD, "wife", "我老婆", ["2"]), (HEAD, "son", "我儿子", ["3", "4"]), (HEAD, "son", "小河", ["3"]),
        (HEAD, "mother", "我妈", ["5"]), (HEAD, "daughter", "女儿", []), (HEAD, "neighbour", "邻居", []),
        (HEAD, "grandmother", "奶奶", ["5"]), (WIFE, "husband", "我老公", ["1"]), (SON, "father", "我爸", ["1"]),
        (SON, "mother", "我妈", ["2"]), (SON, "grandmother", "奶奶", ["5"]), (SON, "brother", "我弟", ["4"]),
    ],
)  # fmt: skip
def test_who_is_meant(speaker, word, words, ids):
    others = [member for member in HOME if member is not speaker]
    assert meant(word, words, speaker, others) == ids
