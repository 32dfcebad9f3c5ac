"""The folds as tables: what is heard, and what becomes known."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.events import Answered, Concluded, Ended, Heard, Requested
from records.folds import BEST_FIRST, Finding, better, dispositions, find, fold, merge, wanted
from records.health import default_rules
from records.symptoms import SYMPTOMS, bits, names

RULES = default_rules()


def found(*answers, concluded=None):
    folded = fold([Answered(name, value, "1") for name, value in answers])
    return find(folded.answers.get("1", {}), concluded, RULES)


@pytest.mark.parametrize(
    ("answers", "fever", "status", "colour"),
    [
        ([], None, None, None),
        ([("temperature", 37.2)], False, "asymptomatic", "green"),
        ([("temperature", 37.3)], True, "symptomatic", "red"),
        ([("temperature", 36.5), ("fever", True)], True, "symptomatic", "red"),
        ([("fever", False)], False, "asymptomatic", "green"),
        ([("fever", None)], None, None, None),
        ([("symptoms", {"present": [], "absent": ["cough"]})], None, "asymptomatic", "green"),
        ([("symptoms", {"present": ["fever"], "absent": []})], True, "symptomatic", "red"),
        ([("symptoms", {"present": ["cough"], "absent": ["fever"]})], False, "symptomatic", "yellow"),
        ([("symptoms", {"present": ["chest_pain"], "absent": []})], None, "symptomatic", "red"),
        ([("contact", True)], None, None, "yellow"),
        ([("contact", False)], None, None, None),
        ([("temperature", 36.5), ("contact", True)], False, "asymptomatic", "yellow"),
    ],
)
def test_answers_become_fever_status_and_colour(answers, fever, status, colour):
    finding = found(*answers)
    assert (finding.fever, finding.status, finding.colour) == (fever, status, colour)
    assert ("fever" in names(finding.present)) is (fever is True)
    assert ("fever" in names(finding.absent)) is (fever is False)


def test_last_answer_of_a_name_wins():
    finding = found(("temperature", 38.6), ("onset", "2026-03-08"), ("temperature", 36.8))
    assert (finding.temperature_c, finding.fever, finding.onset_on) == (36.8, False, date(2026, 3, 8))


@pytest.mark.parametrize(
    ("answers", "needs_help", "needs"),
    [
        ([], None, None),
        ([("needs", [])], False, None),
        ([("needs", ["food", "猫粮"])], True, "food; 猫粮"),
        ([("needs_help", True)], True, None),
        ([("needs_help", False), ("needs", [])], False, None),
    ],
)
def test_needs_are_blank_until_spoken_of(answers, needs_help, needs):
    finding = found(*answers)
    assert (finding.needs_help, finding.needs) == (needs_help, needs)


def test_the_script_judges_before_the_rules():
    finding = found(("temperature", 39.0), concluded=Concluded("1", colour="yellow", advice="rest"))
    assert (finding.colour, finding.advice) == ("yellow", "rest")


def test_threshold_of_fever_is_a_setting():
    answers = fold([Answered("temperature", 37.4, "1")]).answers["1"]
    assert find(answers, None, replace(RULES, fever_c=37.5)).fever is False


def test_symptom_unknown_to_us_is_named():
    with pytest.raises(ValueError, match="'hiccup' is not a symptom"):
        found(("symptoms", {"present": ["hiccup"]}))


A, B = Answered("temperature", 36.5, "1"), Answered("symptoms", {"present": []}, "1")
A2 = Answered("temperature", 36.5, "2", "proxy")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([A, B, Ended("complete", "done", "bye")], {"1": "complete"}),
        ([A, Ended("complete", "done", "bye")], {"1": "complete"}),
        ([A, B, A2, Ended("complete", "done", "bye")], {"1": "complete", "2": "partial"}),
        ([A, B, Ended("break_off", "hang_up", "onset")], {"1": "complete", "2": "break_off"}),
        ([A, Ended("break_off", "hang_up", "symptoms")], {"1": "break_off", "2": "break_off"}),
        ([A, Ended("break_off", "call_later", "later")], {}),
        ([A, B, Ended("partial", "call_later", "later")], {"1": "complete"}),
        ([A, Ended("partial", "silence", "symptoms")], {"1": "partial"}),
        ([A, Ended("refused", "refuse", "symptoms")], {"1": "partial", "2": "refused"}),
        ([Ended("refused", "refuse", "greeting")], {"1": "refused", "2": "refused"}),
        ([Ended("unknown", "wrong_number", "greeting")], {"1": "unknown", "2": "unknown"}),
        ([Ended("ineligible", "moved", "greeting")], {"1": "ineligible"}),
        ([Heard(words="喂")], {"1": "break_off", "2": "break_off"}),
    ],
)
def test_each_person_has_a_disposition(events, expected):
    assert dispositions(fold(events), ["1", "2"], ["temperature", "symptoms"]) == expected


def test_reading_answers_the_question_of_fever():
    assert dispositions(fold([A, Ended("break_off", "hang_up", "x")]), ["1"], ["fever"]) == {"1": "complete"}


@given(st.lists(st.one_of(st.none(), st.sampled_from(BEST_FIRST))))
def test_better_never_loses_a_disposition(given_in_turn):
    result = None
    for disposition in given_in_turn:
        result = better(result, disposition)
    assert result == min((d for d in given_in_turn if d), key=BEST_FIRST.index, default=None)


SOME = st.sets(st.sampled_from(SYMPTOMS)).map(bits)


@given(SOME, SOME, SOME, SOME)
def test_merged_symptoms_are_never_both_present_and_absent(old_present, old_absent, new_present, new_absent):
    old = Finding(present=old_present, absent=old_absent & ~old_present)
    new = Finding(present=new_present, absent=new_absent & ~new_present)
    merged = merge(old, new, RULES)
    assert not merged.present & merged.absent
    assert merged.present & new_present == new_present
    assert merge(merged, new, RULES) == merged


def test_each_kind_of_work_is_wanted_once():
    folded = fold([Requested("human", "找人"), Requested("human", "人工"), Requested("repeat"), Requested("emergency")])
    assert [(w.kind, w.words) for w in wanted(folded, {}, "1", RULES)] == [("human", "人工"), ("emergency", "")]
