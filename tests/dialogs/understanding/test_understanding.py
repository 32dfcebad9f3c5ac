"""The understanding as a whole: scores held on the working half, protocol, and properties for any text."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.understanding import CONTEXTS, SYMPTOMS, explain, serve, understand
from tests.dialogs.understanding import score

FLOORS = {
    "temperature": 98, "no_invented": 99.5, "symptoms_f1": 97.5, "yes_no": 93, "household": 97, "onset": 97,
    "acts_macro_f1": 93, "emergency_recall": 99,
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
def test_working_half_scores_above_its_floor(lang: str) -> None:
    figures = score.summary(score.score("work", lang)[0][lang])
    low = {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor}
    assert not low


def test_labelled_utterances_use_known_names() -> None:
    for case in score.cases("work"):
        assert case.context in CONTEXTS, case
        assert set(case.want) == set(score.DEFAULTS), case
        assert {*case.want["symptoms_present"], *case.want["symptoms_absent"]} <= set(SYMPTOMS), case


_WORDS = st.sampled_from(
    [
        "no",
        "not",
        "but",
        "I",
        "my",
        "son",
        "fever",
        "cough",
        "yes",
        "37.8",
        "三十七",
        "度",
        "八",
        "点",
        "半",
        "没有",
        "发烧",
        "咳嗽",
        "我",
        "儿子",
        "除了",
        ",",
        "。",
        "?",
        "but",
        "also",
        "since",
        "days",
        "ago",
        "两",
        "天",
    ]
)
_ANYTHING = st.one_of(
    st.text(), st.lists(_WORDS, max_size=30).map(" ".join), st.lists(_WORDS, max_size=30).map("".join)
)


@given(text=_ANYTHING, context=st.sampled_from(sorted(CONTEXTS)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_understood_in_known_terms(text: str, context: str) -> None:
    said = understand(text, context=context)
    assert {*said.symptoms_present, *said.symptoms_absent} <= set(SYMPTOMS)
    assert not set(said.symptoms_present) & set(said.symptoms_absent)
    assert (said.temperature_c is not None) == (said.temperature_status == "ok")
    assert said.temperature_c is None or 34 <= said.temperature_c <= 43
    assert all(0 <= start < end <= len(text) for start, end in said.spans.values())
    assert set(said.spans) == set(said.confidence)


@pytest.mark.parametrize(
    "piece", ["没有发烧", "no cough ", "37.8 ", "，", "一百", "a" * 50, "\x00", "我儿子", "🤮", "what … "]
)
def test_ten_thousand_characters_take_no_time(piece: str) -> None:
    understand(piece)
    text = (piece * 10_000)[:10_000]
    times = []
    for _ in range(3):
        start = time.process_time()
        understand(text, context="symptoms")
        times.append(time.process_time() - start)
    assert min(times) < 0.05


def test_unknown_context_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown context 'weather'"):
        understand("37.8", context="weather")


def test_lines_are_answered_in_order_and_bad_ones_in_their_place() -> None:
    lines = [
        '{"lang": "en", "context": "fever", "text": "no"}',
        "nonsense",
        '{"context": "weather", "text": "a"}',
        "[1]",
    ]
    first, *bad = [json.loads(line) for line in serve(lines)]
    assert first["yes_no"] == "no"
    assert first["symptoms_absent"] == ["fever"]
    assert all(set(line) == {"error"} for line in bad)


def test_explanation_names_words_and_values() -> None:
    told = list(explain("没有发烧，我儿子咳嗽", context="symptoms"))
    assert any("symptom.fever" in line and "denied" in line for line in told)
    assert any("symptom.cough" in line and "of son" in line for line in told)


@pytest.mark.parametrize("text", ["just me and the dog", "a dog, and me", "dogs, gone all wonky, 这号是我新办"])
def test_a_pet_is_counted_with_nobody_wherever_it_stands(text: str) -> None:
    said = understand(text, context="household", lang="en")
    start, end = said.spans["count"]
    assert said.count == 1
    assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("thirty-seven seven, no, seven one", 37.1), ("36.8, make that 9", 36.9), ("37 Fahrenheit, no, Celsius", 37.0)],
)
def test_reading_is_put_right_by_its_fraction_or_unit(text: str, degrees: float) -> None:
    assert understand(text, context="temperature", lang="en").temperature_c == degrees
