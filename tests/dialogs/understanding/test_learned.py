"""What was learned from examples: weights that are up to date, probabilities, and how they join the lexicons."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.understanding import explain, understand
from dialogs.understanding.engine import look
from dialogs.understanding.learned import LONGEST, QUESTIONS, decide, grams, head
from dialogs.understanding.status import Mentions
from tests.dialogs.understanding.teach import LEARNED, examples, fingerprint


@pytest.mark.parametrize("language", ["en", "zh"])
def test_weights_are_made_from_the_examples_as_they_are(language):
    made = json.loads((LEARNED / f"{language}.json").read_text(encoding="utf-8"))
    assert made["examples"] == fingerprint(language), "run `make teach`"


@settings(deadline=None)  # the first call reads the weights
@given(st.lists(st.text(min_size=1, max_size=8), max_size=40), st.sampled_from(QUESTIONS))
def test_probabilities_add_up(keys, question):
    likely = head(keys, question).likely(set(grams(keys)))
    assert math.isclose(sum(likely.values()), 1)
    assert set(likely) == set(head(["你"], question).labels)


@settings(max_examples=20, deadline=None)  # each is long
@given(st.lists(st.text(min_size=1, max_size=3), min_size=200, max_size=400))
def test_endless_talk_is_judged_by_its_ends(keys):
    assert len(list(grams(keys))) == 2 * 2 * LONGEST + 1


@pytest.mark.parametrize(("language", "script"), [("en", "en"), ("zh", "zh-Hans")])
def test_examples_are_understood_as_labelled(language, script):
    """They were learned from; that nearly all come back right says that nothing was mixed up on the way."""
    told = examples(language, "acts")
    right = sum((understand(text, lang=script).act or "none") == label for text, label in told)
    assert right / len(told) > 0.97


def test_words_of_the_lexicons_count_more_and_their_silence_less():
    likely = {"refuse": 0.65, "none": 0.25, "human": 0.1}
    assert decide(likely, "human", 3.0) == "human"
    assert decide(likely, "none", 3.0) == "none"
    assert decide({**likely, "refuse": 0.9, "none": 0.05}, "none", 3.0) == "refuse"
    assert decide(likely, "none", 0.3) == "refuse"
    assert decide({"refuse": 0.5, "none": 0.3, "human": 0.2}, "none", 0.3) == "none"  # not sure enough


def test_what_only_examples_say_is_less_sure():
    said = understand("nothing but the four walls and the cat", context="contact", lang="en")
    assert said.yes_no == "no"
    assert said.confidence["yes_no"] == 0.5
    assert understand("no", context="contact", lang="en").confidence["yes_no"] > 0.9


def test_words_of_an_emergency_are_overruled_only_where_it_is_plain():
    assert understand("my father has collapsed and he is not breathing", lang="en").act == "emergency"
    assert understand("昨天他们要叫救护车，我没让，现在好多了").act is None


def test_the_words_that_decided_are_told():
    lines = list(explain("I would much rather talk to a living nurse", context="contact", lang="en"))
    assert any(line.startswith("learned: act human") and "nurse" in line for line in lines)
    assert any(line.startswith("learned: contact") for line in lines)


def _features(text, name):
    found, row = look(text, "symptoms")
    return {each for each in Mentions(found.keys, row).features(name, "symptoms") if not each.startswith("named")}


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("no cough, my wife has chills", "no chills, my wife has cough", ("cough", "chills")),
        ("没有发烧，就是咳嗽", "没有腹泻，就是头疼", ("fever", "diarrhoea")),
    ],
)
def test_what_is_learned_of_one_symptom_holds_for_another(one, other, names):
    assert _features(one, names[0]) == _features(other, names[1])


def test_a_symptom_in_question_is_told_from_the_others():
    text = "no fever but a cough"
    assert "w<0 no" in _features(text, "fever")
    assert "w<0 no" not in _features(text, "cough")


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("no appetite and a cough", ("cough",), ()),
        ("I usually have a cough but not this week", (), ("cough",)),
    ],
)
def test_examples_tell_how_a_symptom_is_spoken_of(text, present, absent):
    said = understand(text, context="symptoms", lang="en")
    assert (said.symptoms_present, said.symptoms_absent) == (present, absent)


def test_a_status_that_only_examples_tell_is_less_sure():
    said = understand("never not coughing these days", context="symptoms", lang="en")
    assert said.symptoms_present == ("cough",)
    assert said.confidence["cough"] == 0.5


def test_the_words_that_decided_on_a_symptom_are_told():
    lines = list(explain("no appetite and a cough", context="symptoms", lang="en"))
    assert any(line.startswith("learned: cough present") for line in lines)


def test_an_emergency_without_a_word_of_one_must_be_plain():
    assert understand("孩子帮我弄的不用").act is None
    assert understand("I've taken forty paracetamol", lang="en").act == "emergency"
