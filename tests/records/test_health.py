"""The rules of monitoring: read from a file, and refused where they cannot be followed."""

from datetime import timedelta

import pytest

from records.health import Cluster, RulesError, colour, default_rules, load_rules, status
from records.symptoms import bits

GOOD = """
fever_c: 37.5
colours: [{colour: orange, when: {present: [rash], contact: true}}]
code: {worst_first: [orange, green], good_hours: 12, kept_days: {orange: 2}, shown_minutes: 5}
follow_ups:
  other: {urgent: true, minutes: 30}
  visit: {urgent: false, minutes: 60, when: {disposition: [unknown]}}
  spread: {urgent: true, minutes: 60, when: {fevers: 4, hours: 24, households: 3}}
escalation: [community]
reopened_within_days: 7
close_reasons: [seen]
"""


def test_rules_of_an_own_file_are_followed(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD)
    rules = load_rules(path)
    assert (rules.fever_c, rules.due("anything").within) == (37.5, timedelta(minutes=30))
    assert (rules.unreached, rules.due("visit").dispositions) == (("visit",), {"unknown"})
    assert rules.due("spread").cluster == Cluster(4, 3, timedelta(hours=24))
    assert (rules.escalation, rules.reopened_within, rules.close_reasons) == (("community",), timedelta(7), ("seen",))
    rash = bits(["rash", "cough"])
    assert colour(rules, None, True, rash, "symptomatic") == "orange"
    assert colour(rules, None, None, rash, "symptomatic") is None
    assert colour(rules, True, True, 0, "symptomatic") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fever_c: 37.5", "", "fever_c is missing"),
        ("37.5", "warm", "could not convert"),
        ("rash", "hiccup", "'hiccup' is not a symptom"),
        ("contact", "weather", r"\['weather'\] cannot be asked"),
        ("other", "human", "follow_ups: other is missing"),
        ("minutes: 30", "minutes: 0", "other: due within 0 minutes"),
        ("{disposition", "{mood", r"visit: \['mood'\] cannot open it"),
        ("[unknown]", "unknown", "disposition must be a list"),
        ("hours: 24, ", "", r"spread: a cluster wants \['hours'\] too"),
        ("fevers: 4", "fevers: 2", "2 fevers cannot be in 3 households"),
        ("{orange: 2}", "{purple: 2}", r"kept_days: \['purple'\] is not in worst_first"),
        ("good_hours: 12", "good_hours: 0", "code: a time is not above zero"),
        ("escalation: [community]", "", "escalation is missing"),
        ("close_reasons: [", "close_reasons: [[", "rules.yaml"),
    ],
)
def test_rules_that_cannot_be_followed_name_the_file_and_the_place(tmp_path, old, new, said):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(RulesError, match=said) as caught:
        load_rules(path)
    assert str(path) in str(caught.value)


def test_rules_that_are_not_there_are_named(tmp_path):
    with pytest.raises(RulesError, match=r"none\.yaml: cannot be read"):
        load_rules(tmp_path / "none.yaml")


def test_nothing_known_is_no_status():
    assert status(None, 0, 0) is None
    assert status(False, 0, 0) == "asymptomatic"
    assert default_rules().fever_c == 37.3
