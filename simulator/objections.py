"""What is wrong in what the robot read back, and how a person puts it right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from simulator.answers import Answers, Asked, Told
from simulator.people import SYMPTOMS, Health
from simulator.speaker import Speaker

SAME_C = 0.051  # a reading in Fahrenheit comes back within this
TEMPERATURE = ("temperature_c", "temperature")
ONSET = ("onset_days_ago", "onset")
SYMPTOM_LISTS = ("symptoms", "symptoms_present")


def wrong_value(said: Mapping[str, Any], truth: Health, today: date | None) -> str | None:
    """The first key of the values read back that is not so; a key that means nothing to him is right.

    Symptoms are a list of those present or a mapping with `present`; an onset is in days or an ISO date.
    """
    return next((key for key, value in said.items() if not _right(key, value, truth, today)), None)


def _right(key: str, value: Any, truth: Health, today: date | None) -> bool:
    if value is None:
        return True
    if key in TEMPERATURE:
        return not isinstance(value, int | float) or abs(value - truth.temperature_c) <= SAME_C
    if key in ONSET:
        return _days_ago(value, today) in (None, truth.onset_days_ago)
    if key in SYMPTOM_LISTS:
        return isinstance(value, str) or _named(value) == truth.symptoms
    if key == "contact":
        return _yes(value) == truth.contact
    if key == "needs":
        return isinstance(value, str | bool) or frozenset(value) == truth.needs
    return key not in SYMPTOMS or _yes(value) == (key in truth.symptoms)


def _named(symptoms: Any) -> frozenset[str]:
    return frozenset(symptoms["present"] if isinstance(symptoms, Mapping) else symptoms)


def _days_ago(onset: Any, today: date | None) -> int | None:
    """None where it cannot be told."""
    if isinstance(onset, str):
        return (today - date.fromisoformat(onset)).days if today else None
    return onset if isinstance(onset, int) else None


def _yes(value: Any) -> bool:
    return value in (True, "yes", "present", "true")


def objection(key: str, answers: Answers, asked: Asked, speaker: Speaker, rng: Random) -> Told:
    """What he says against the wrong value at this key of `asked["said"]`."""
    truth = answers.asked_about(asked).truth
    said = asked["said"]
    if key in TEMPERATURE:
        heard = speaker.value(float(said[key]), rng)
        words, _ = answers.reading("confirm_wrong", truth.temperature_c, asked, speaker, rng, heard=heard)
        return words, f"confirm_wrong temperature {truth.temperature_c}"
    if key in SYMPTOM_LISTS or key in SYMPTOMS:
        named = _named(said[key]) if key in SYMPTOM_LISTS else frozenset([key] if _yes(said[key]) else [])
        missing = truth.symptoms - named if key in SYMPTOM_LISTS else truth.symptoms & {key} - named
        return _symptoms_put_right(named - truth.symptoms, missing, answers.flags(asked), speaker, rng)
    words = speaker.say("confirm_wrong_plain", rng, {"ill"})
    subject = {"onset_days_ago": "onset"}.get(key, key)
    right, intent = answers.tell[subject](key, asked, speaker, rng)
    return f"{words}{speaker.say('and_clause', rng)}{right}", f"confirm_wrong {intent}"


def _symptoms_put_right(
    extra: frozenset[str], missing: frozenset[str], flags: set[str], speaker: Speaker, rng: Random
) -> Told:
    fixes = [
        speaker.say(
            "fix_absent",
            rng,
            flags,
            {"none_of": speaker.denial(name, rng, flags), "bare": speaker.say(f"bare_{name}", rng)},
        )
        for name in sorted(extra)
    ]
    if missing:
        fixes.append(speaker.say("fix_missing", rng, flags, speaker.complaints(missing, rng, flags)))
    fix = speaker.joined(fixes, "and_clause", rng)
    words = speaker.say("confirm_wrong_symptoms", rng, flags, {"fix": fix})
    return words, f"confirm_wrong symptoms -{','.join(sorted(extra))} +{','.join(sorted(missing))}"
