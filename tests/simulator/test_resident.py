"""A simulated resident: truthful in content, a character in behaviour, seldom in the words of another."""

from dataclasses import replace
from datetime import datetime
from random import Random

import pytest

from simulator.answers import BY_KIND
from simulator.people import Health, Town
from simulator.population import make_town
from simulator.resident import SimulatedResident

QUESTIONS = ("greeting", "temperature", "symptoms", "contact", "members", "needs")
PLAIN = {
    "talkative": False,
    "terse": False,
    "hard_of_hearing": False,
    "suspicious": False,
    "refuses": False,
    "corrects_himself": False,
    "changes_language": False,
    "call_later": False,
    "wants_human": False,
    "volunteers": False,
    "dialect": False,
    "digresses": False,
    "no_thermometer": False,
    "measures_first": False,
    "fahrenheit": False,
    "hangs_up_at": None,
    "misses_wrong_readback": 0.0,
    "silent": 0.0,
}
FEVERISH = Health(38.2, frozenset({"fever", "cough"}), 3, True, frozenset({"medicine"}))
WELL = Health(36.5, frozenset(), None, False, frozenset())


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(2000, 2020)


@pytest.fixture(scope="module")
def somebody(town):
    return next(person for person in town.residents if person.language == "zh-Hans" and len(town.family(person)) > 2)


def resident(person, truth=WELL, family=(), style="speech", attempt_no=1, telephone=None, **character):
    """The person with a plain character but for what is given."""
    telephone = replace(person.telephone, wrong_person=False, **(telephone or {}))
    person = replace(
        person, truth=truth, telephone=telephone, character=replace(person.character, **{**PLAIN, **character})
    )
    return SimulatedResident(person, [person, *family], style, attempt_no)


def intents(someone, *turns, seed=1):
    rng = Random(seed)
    return [someone.answer(kind, kind=kind, asked=asked, rng=rng).intent for kind, asked in turns]


def talk(someone, rng):
    return [someone.answer(kind, kind=kind, asked={}, rng=rng) for kind in QUESTIONS]


def repeated(make, count=300):
    return [make(Random(seed)) for seed in range(count)]


def test_same_seed_same_talk(town):
    for person in town.residents[:100]:
        first, second = (talk(SimulatedResident(person, town.family(person)), Random(9)) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("style", ["speech", "chat"])
@pytest.mark.parametrize("kind", ["temperature", "symptoms"])
def test_two_residents_seldom_say_the_same(town, kind, style):
    said = []
    for person in town.residents:
        someone, rng = SimulatedResident(person, town.family(person), style), Random(person.id)
        spoken = someone.answer(kind, kind=kind, asked={"person": person.id}, rng=rng)
        said += [spoken.text] if spoken.text else []
    assert len(said) > 1800
    assert len(set(said)) / len(said) >= 0.6


def test_what_is_told_is_the_truth(town):
    checked = 0
    for person in town.residents:
        someone, rng = SimulatedResident(person, town.family(person)), Random(person.id)
        for spoken in talk(someone, rng):
            told = dict(part.split(" ", 1) for part in spoken.intent.split(" + ") if " " in part)
            if "temperature" in told and someone.takes_back is None:
                assert float(told["temperature"]) == person.truth.temperature_c
                checked += 1
            if "symptoms" in told:
                assert set(told["symptoms"].split()[0].split(",")) == person.truth.symptoms
            if "no_symptoms" in spoken.intent:
                assert not person.truth.symptoms
            if spoken.intent in ("contact_yes", "contact_no"):
                assert (spoken.intent == "contact_yes") == person.truth.contact
            if spoken.intent.startswith("needs "):
                assert set(spoken.intent.split()[1].split(",")) == person.truth.needs
    assert checked > 1000


def test_nobody_waits_for_ever(town):
    for person in town.residents[:300]:
        for spoken in talk(SimulatedResident(person, town.family(person)), Random(1)):
            assert 0.5 < spoken.seconds < 120
            assert spoken.text != ""


@pytest.mark.parametrize("kind", [*BY_KIND, "notice", "something else"])
def test_every_kind_is_answered(somebody, kind):
    asked = {"symptom": "cough", "options": {"a": "甲", "b": "乙"}, "said": {"temperature_c": 36.5}}
    for seed in range(30):
        spoken = resident(somebody).answer("step", kind=kind, asked=asked, rng=Random(seed))
        assert spoken.text or spoken.hangs_up


def test_an_unknown_kind_gets_an_acknowledgement(somebody):
    spoken = resident(somebody).answer("step", kind="dance", asked={}, rng=Random(1))
    assert spoken.intent == "ack"


def test_one_in_five_wrong_readbacks_is_missed(somebody):
    said = {"temperature_c": 37.5}
    got = repeated(
        lambda rng: (
            resident(somebody, FEVERISH, misses_wrong_readback=0.2)
            .answer("check", kind="confirm", asked={"said": said}, rng=rng)
            .intent
        ),
        2000,
    )
    assert 0.77 < got.count("confirm_wrong temperature 38.2") / len(got) < 0.83
    assert set(got) - {"repeat", "slower"} == {"confirm_wrong temperature 38.2", "confirm_right"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"temperature_c": 38.2},
        {"temperature_c": 38.16},
        {"temperature": 38.2},
        {"temperature_c": None},
        {"symptoms": ["cough", "fever"]},
        {"symptoms": {"present": ["fever", "cough"], "absent": ["rash"]}},
        {"onset_days_ago": 3},
        {"onset": "2026-02-27"},
        {"contact": "yes"},
        {"needs": ["medicine"]},
        {"cough": True, "rash": "no"},
        {"favourite_colour": "blue"},
    ],
)
def test_right_values_are_confirmed(somebody, said):
    got = repeated(
        lambda rng: (
            resident(somebody, FEVERISH)
            .answer("check", kind="confirm", asked={"said": said, "now": datetime(2026, 3, 2, 10)}, rng=rng)
            .intent
        ),
        40,
    )
    assert set(got) - {"repeat", "slower"} == {"confirm_right"}


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ({"temperature_c": 38.3}, "confirm_wrong temperature 38.2"),
        ({"symptoms": ["fever"]}, "confirm_wrong symptoms - +cough"),
        ({"symptoms": ["fever", "cough", "rash"]}, "confirm_wrong symptoms -rash +"),
        ({"rash": "yes"}, "confirm_wrong symptoms -rash +"),
        ({"onset_days_ago": 1}, "confirm_wrong onset 3"),
        ({"onset": "2026-03-01"}, "confirm_wrong onset 3"),
        ({"symptoms": {"present": [], "absent": ["cough", "fever"]}}, "confirm_wrong symptoms - +cough,fever"),
        ({"contact": "no"}, "confirm_wrong contact_yes"),
        ({"needs": ["food"]}, "confirm_wrong needs medicine"),
    ],
)
def test_wrong_values_are_put_right_at_any_question(somebody, said, intent):
    for kind in ("confirm", "symptoms", "notice"):
        asked = {"said": said, "now": datetime(2026, 3, 2, 10)}
        assert intents(resident(somebody, FEVERISH), (kind, asked)) == [intent]


def test_what_was_read_back_may_be_another_persons(town, somebody):
    other = next(member for member in town.family(somebody) if member is not somebody)
    child = replace(other, truth=FEVERISH)
    asked = {"person": somebody.id, "said": {"temperature": 38.2}, "said_of": child.id}
    assert intents(resident(somebody, family=[child]), ("symptoms", asked)) == ["no_symptoms"]


def test_a_slip_of_the_tongue_is_taken_back(somebody):
    for seed in range(60):
        someone = resident(somebody, FEVERISH, corrects_himself=True)
        first, second = intents(someone, ("temperature", {}), ("symptoms", {}), seed=seed)
        if first.startswith("temperature_repaired"):
            assert first.endswith("38.2")
            assert second != "correction 38.2"
        elif first.startswith("temperature_slip"):
            assert not first.endswith(" 38.2")
            assert second == "correction 38.2"


def test_who_refuses_gives_no_answer(somebody):
    for seed in range(50):
        rng = Random(seed)
        spoken = resident(somebody, refuses=True).answer("temperature", kind="temperature", asked={}, rng=rng)
        assert spoken.intent in ("refuse", "stop_calling")


def test_who_has_no_time_names_one_when_asked_and_answers_the_second_call(somebody):
    now = {"now": datetime(2026, 3, 2, 10)}
    first, second, third = intents(resident(somebody, call_later=True), *[("temperature", now)] * 3)
    assert first.startswith("call_later")
    assert second == third != "call_later"
    assert int(second.split()[2].split(":")[0]) > 10
    assert intents(resident(somebody, call_later=True, attempt_no=2), ("temperature", now)) == ["temperature 36.5"]


def test_in_the_evening_later_is_tomorrow(somebody):
    evening = {"now": datetime(2026, 3, 2, 20)}
    assert "tomorrow" in intents(resident(somebody, call_later=True), *[("temperature", evening)] * 2)[1]


def test_the_suspicious_ask_before_they_answer(somebody):
    got = intents(resident(somebody, suspicious=True), *[("temperature", {})] * 12)
    asks = [intent for intent in got if intent in ("who_are_you", "how_got_number", "suspicious")]
    assert len(asks) == 2
    assert got[-1] == "temperature 36.5"


def test_the_hard_of_hearing_ask_again(somebody):
    got = repeated(
        lambda rng: (
            resident(somebody, hard_of_hearing=True).answer("temperature", kind="temperature", asked={}, rng=rng).intent
        )
    )
    assert 0.1 < sum(intent.split()[0] in ("repeat", "slower") for intent in got) / len(got) < 0.3


def test_who_hangs_up_midway_does_so_at_his_turn(somebody):
    rng = Random(1)
    someone = resident(somebody, hangs_up_at=3)
    assert [spoken.hangs_up for spoken in talk(someone, rng)[:3]] == [False, False, True]


def test_a_stranger_says_wrong_number_and_goes(somebody):
    someone = SimulatedResident(
        replace(
            somebody,
            telephone=replace(somebody.telephone, wrong_person=True),
            character=replace(somebody.character, **PLAIN),
        ),
        [somebody],
    )
    first, second, *_ = talk(someone, Random(1))
    assert (first.intent, first.hangs_up) == ("wrong_number", False)
    assert (second.intent, second.hangs_up) == ("wrong_number", True)


def test_who_changes_the_language_does(somebody):
    spoken = talk(resident(somebody, changes_language=True), Random(2))
    assert not spoken[0].text.isascii()
    assert all(turn.text.isascii() for turn in spoken[2:])


def test_fahrenheit_is_said_by_those_who_use_it(town):
    person = next(person for person in town.residents if person.language == "en")
    said = repeated(
        lambda rng: (
            resident(person, FEVERISH, fahrenheit=True, style="chat")
            .answer("temperature", kind="temperature", asked={}, rng=rng)
            .text
        ),
        60,
    )
    assert all("100" in text or "hundred" in text.lower() for text in said)


def test_no_thermometer_no_reading(somebody):
    got = intents(resident(somebody, FEVERISH, no_thermometer=True), ("temperature", {}), ("temperature", {}))
    assert got == ["not_measured", "not_measured"]


def test_who_measures_first_is_away_and_then_answers(somebody):
    someone, rng = resident(somebody, measures_first=True), Random(3)
    first, second = (someone.answer("temperature", kind="temperature", asked={}, rng=rng) for _ in range(2))
    assert (first.intent, second.intent) == ("hold_on", "temperature 36.5")
    assert first.seconds > 15


def test_a_member_of_the_family_is_answered_for(town, somebody):
    other = next(member for member in town.family(somebody) if member is not somebody)
    child = replace(other, truth=FEVERISH)
    about = {"person": child.id}
    got = intents(resident(somebody, family=[child]), ("greeting", about), ("temperature", about), ("contact", about))
    assert got == ["greeting_family", "temperature 38.2", "contact_yes"]


def test_the_family_is_told_with_its_symptoms(town, somebody):
    family = [member for member in town.family(somebody) if member is not somebody]
    ill = [replace(family[0], truth=FEVERISH), *(replace(member, truth=WELL) for member in family[1:])]
    assert intents(resident(somebody, family=ill), ("members", {})) == [f"household_with {ill[0].relation}:cough,fever"]
    well = [replace(member, truth=WELL) for member in family]
    assert intents(resident(somebody, family=well), ("members", {})) == ["household_all_well"]
    assert intents(resident(somebody), ("count", {})) == ["count 1"]


def test_keys_are_pressed_when_words_have_failed_twice(somebody):
    keypad = {"1": "yes", "2": "no"}
    for kind, asked, keys in (
        ("symptom", {"symptom": "cough"}, "1"),
        ("symptom", {"symptom": "rash"}, "2"),
        ("temperature", {}, "382"),
        ("onset", {}, "3"),
        ("needs", {"options": {"food": "菜", "medicine": "药"}}, "2"),
        ("members", {}, None),
    ):
        someone, rng = resident(somebody, FEVERISH), Random(4)
        answers = [someone.answer("step", kind=kind, asked={**asked, "keypad": keypad}, rng=rng) for _ in range(40)]
        assert [spoken.keys for spoken in answers[:2]] == [None, None]
        assert {spoken.keys for spoken in answers} == {None, keys}


def test_grave_illness_is_cried_out(somebody):
    grave = Health(39.4, frozenset({"fever", "shortness_of_breath"}), 2, True, frozenset())
    assert intents(resident(somebody, grave), ("greeting", {}), ("temperature", {}))[1] == "emergency"


def test_a_machine_greets(somebody):
    assert resident(somebody).machine_greeting(Random(1)).intent == "machine"


def test_which_of_two_is_meant(town, somebody):
    family = [member for member in town.family(somebody) if member is not somebody]
    ill, well = replace(family[0], truth=FEVERISH), replace(family[1], truth=WELL)
    asked = {"heard": "孩子", "options": {ill.id: ill.name, well.id: well.name}}
    someone = resident(somebody, family=[ill, well])
    spoken = someone.answer("others", kind="one_of", asked=asked, rng=Random(1))
    assert spoken.intent == f"which {ill.id}"
    assert ill.name in spoken.text


def test_a_time_is_named_when_asked_for(somebody):
    spoken = resident(somebody).answer("when_later", kind="call_time", asked={}, rng=Random(1))
    assert spoken.intent.startswith("call_later")


def test_the_subject_is_told_by_the_step(somebody):
    someone = resident(somebody, FEVERISH)
    for step, kind, asked, intent in (
        ("contact", "yes_no", {}, "contact_yes"),
        ("fever", "yes_no", {}, "symptom_yes fever"),
        ("step", "yes_no", {"symptom": "rash"}, "symptom_no rash"),
        ("needs", "any_of", {}, "needs medicine"),
        ("step", "when", {"name": "onset"}, "onset 3"),
        ("greeting", "one_of", {}, "greeting_yes"),
        ("family", "yes_no", {}, "yes"),
        ("others", "members", {}, "count 1"),
    ):
        assert someone.answer(step, kind=kind, asked=asked, rng=Random(2)).intent == intent
