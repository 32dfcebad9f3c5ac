"""How much of what simulated residents say the understanding knows: the two were written apart, so this is printed."""

from collections import Counter
from random import Random

import pytest

from dialogs.understanding import understand
from simulator.population import make_town
from simulator.resident import SimulatedResident

CONTEXTS = {
    "temperature": "temperature",
    "symptoms": "symptoms",
    "fever": "fever",
    "onset": "onset",
    "contact": "contact",
    "count": "household",
}
ACTS = {"wrong_number", "human", "refuse", "call_later", "hold_on", "who_are_you", "repeat", "emergency", "dont_know"}
SAME_AS = {"stop_calling": "refuse", "how_got_number": "who_are_you", "slower": "repeat", "not_measured": "dont_know"}
FLOOR = 0.75


@pytest.fixture(scope="module")
def town():
    return make_town(3000, 31)


def spoken_in(language, town, most):
    """What so many people at most say: question, words, intent; those who hang up or are silent left out."""
    for person in [person for person in town.residents if person.language == language][:most]:
        if person.character.changes_language:
            continue
        rng = Random(person.id)
        someone = SimulatedResident(person, town.family(person))
        for question in CONTEXTS:
            kind = "symptom" if question == "fever" else question
            spoken = someone.answer(question, kind=kind, asked={"symptom": "fever"}, rng=rng)
            if spoken.text and not spoken.hangs_up:
                yield question, spoken.text, spoken.intent


def known(question, words, intent, language):
    """Whether the words were understood as they were meant; None where nothing was to be understood."""
    heard = understand(words, context=CONTEXTS[question], lang=language)
    name, _, value = intent.split(" + ")[0].partition(" ")
    act = SAME_AS.get(name, name)
    if act in ACTS:
        return heard.act == act
    if name.startswith(("temperature", "correction")) and value:
        return heard.temperature_c is not None and abs(heard.temperature_c - float(value)) < 0.06
    if name == "symptoms":
        return set(heard.symptoms_present) == set(value.split()[0].split(","))
    if name in ("no_symptoms", "contact_no", "symptom_no"):
        return heard.yes_no == "no" or (name != "contact_no" and not heard.symptoms_present)
    if name in ("contact_yes", "symptom_yes"):
        return heard.yes_no == "yes"
    if name in ("onset", "count"):
        return (heard.onset_days_ago if name == "onset" else heard.count) == int(value)
    return None


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_most_of_it_is_known(language, town, capsys):
    right, of = Counter(), Counter()
    for question, words, intent in spoken_in(language, town, most=500):
        verdict = known(question, words, intent, language)
        if verdict is not None:
            name = intent.split()[0]
            of[name] += 1
            right[name] += verdict
    share = sum(right.values()) / sum(of.values())
    with capsys.disabled():
        each = ", ".join(f"{name} {right[name]}/{of[name]}" for name in sorted(of))
        print(f"\n{language}: {share:.1%} of {sum(of.values())} answers understood as meant ({each})")
    assert share >= FLOOR
