"""The grammar of what residents say: it parses, every rule can be said, and no slot stays empty."""

import re
from itertools import product
from random import Random

import pytest

from simulator.people import NEEDS, SYMPTOMS
from simulator.speaker import Speaker
from simulator.wordings import FILES, Grammar, grammar

LANGUAGES = sorted(FILES)
STYLES = ("speech", "chat")
INTENTS = """greeting_yes greeting_family wrong_number temperature temperature_repaired temperature_twice
temperature_both temperature_normal not_measured symptoms symptoms_since no_symptoms symptom_yes
symptom_no onset contact_yes contact_no household_all_well household_others_well household_with
household_with_only count needs_none needs_some yes no correction confirm_right confirm_wrong
confirm_wrong_symptoms confirm_wrong_plain repeat slower who_are_you how_got_number call_later call_at
hold_on refuse stop_calling human emergency suspicious question off_topic ack goodbye machine dont_know
number choice which text"""
FLAGS = [
    {"male"},
    {"female", "terse"},
    {"male", "talkative", "dialect"},
    {"female", "proxy", "dialect"},
    {"male", "ill", "feverish", "high", "elder"},
    {"female", "family_ill", "few"},
    {"male", "alone"},
]


def one_grammar(rules):
    return Grammar("made up", rules, {})


def slots_of(speaker, rng):
    reading, flags = speaker.reading(rng.choice((36.5, 37.0, 37.8, 38.6)), rng)
    onset, since = speaker.onset(rng.randint(0, 15), rng)
    slots = {**reading, **onset, **speaker.complaints(rng.sample(SYMPTOMS, 2), rng), **speaker.count(3, rng)}
    slots |= {name: speaker.value(37.1, rng) for name in ("wrong", "earlier", "heard", "kin_value")}
    slots |= {
        "kin": "K",
        "kins": "K",
        "role": "R",
        "relative": "R",
        "name": "N",
        "label": "L",
        "members": "M",
        "at": speaker.clock(15, rng),
        "needs": speaker.needs(NEEDS, rng),
        "fix": "F",
    }
    return slots, flags | since


@pytest.mark.parametrize(("language", "style"), list(product(LANGUAGES, STYLES)))
def test_every_intent_can_be_said(language, style):
    rng = Random(1)
    for intent, flags, _ in product(INTENTS.split(), FLAGS, range(25)):
        speaker = Speaker(language, style, flags, fahrenheit=language == "en" and rng.random() < 0.5)
        slots, more = slots_of(speaker, rng)
        said = speaker.written(speaker.say(intent, rng, more, slots), rng)
        assert said, (intent, flags)
        assert not re.search(r"[{}<>\[\]|]|\(|\)", said), (intent, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_used(language):
    rules = grammar(language).rules
    named = {name for rule in rules.values() for way in rule.ways for name in re.findall(r"<(\w+)>", way.text)}
    from_code = re.compile("(noun|bare|have|no|days|lasting|need|kin|role|at|and|fix)_|today|tomorrow|member|value")
    named |= set(INTENTS.split())
    assert [name for name in rules if name not in named and not from_code.match(name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_speech_has_no_punctuation(language):
    speaker, rng = Speaker(language, "speech", ["talkative", "male"]), Random(3)
    for _ in range(300):
        slots, flags = slots_of(speaker, rng)
        said = speaker.written(speaker.say("temperature", rng, flags, slots), rng)
        assert not re.search(r"[，。！？、,!?]|\.(?!\d)", said)


def test_shares_are_kept():
    made = one_grammar({"a": [{"say": "x", "share": 3}, "y"]})
    rng = Random(5)
    said = [made.say("a", rng) for _ in range(4000)]
    assert 0.72 < said.count("x") / 4000 < 0.78


def test_flags_choose_the_way():
    made = one_grammar({"a": [{"say": "short", "when": "terse"}, {"say": "long", "when": "!terse"}]})
    assert made.say("a", Random(1), frozenset({"terse"})) == "short"
    assert made.say("a", Random(1)) == "long"


def test_brackets_nest():
    made = one_grammar({"a": ["(x(1|2)|y)[100%z[0%q]]{s}(w)?"]})
    said = {made.say("a", Random(seed), slots={"s": "!"}) for seed in range(100)}
    assert said == {start + "z!" + end for start in ("x1", "x2", "y") for end in ("", "w")}


def test_slots_may_be_worked_out_when_needed():
    made = one_grammar({"a": ["x[0%{costly}]{cheap}"]})
    assert made.say("a", Random(1), slots={"cheap": lambda: "y"}) == "xy"


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ({"a": ["(x|y"]}, "brackets do not match"),
        ({"a": ["x)"]}, "brackets do not match"),
        ({"a": ["[x"]}, "brackets do not match"),
        ({"a": ["(x]"]}, "brackets do not match"),
        ({"a": ["<b>"]}, "there is no rule <b>"),
    ],
)
def test_broken_rules_are_refused_by_name(rules, complaint):
    with pytest.raises(ValueError, match=f"made up: a: {complaint}"):
        one_grammar(rules)


def test_missing_slot_is_named():
    with pytest.raises(KeyError, match="gone"):
        one_grammar({"a": ["{gone}"]}).say("a", Random(1))


@pytest.mark.parametrize(
    ("celsius", "fahrenheit", "words"),
    [
        (37.8, False, {"thirty-seven point eight", "thirty-seven eight", "37.8"}),
        (37.8, True, {"a hundred point zero", "a hundred", "one hundred", "100.0"}),
        (36.5, False, {"thirty-six and a half", "thirty-six point five"}),
    ],
)
def test_english_readings(celsius, fahrenheit, words):
    speaker = Speaker("en", "speech", fahrenheit=fahrenheit)
    said = {speaker.value(celsius, Random(seed)) for seed in range(300)}
    assert words <= said


@pytest.mark.parametrize(
    ("celsius", "words"),
    [
        (37.8, {"三十七度八", "三十七点八", "三七八", "37.8"}),
        (36.5, {"三十六度半", "三十六点五", "三六五"}),
        (38.0, {"三十八度", "三十八度整"}),
    ],
)
def test_chinese_readings(celsius, words):
    speaker = Speaker("zh-Hans", "speech")
    assert words <= {speaker.value(celsius, Random(seed)) for seed in range(300)}
