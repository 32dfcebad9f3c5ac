"""How a person behaves on the telephone, and the telephone he has."""

from __future__ import annotations

from random import Random

from simulator.people import Character, Rates, Telephone, pick

HANGS_UP_BY = 7  # the last turn at which a person who hangs up midway does so
ELDER = 70


def draw_character(age: int, language: str, lives_with_others: bool, rates: Rates, rng: Random) -> Character:
    """A character by age in years and language; `rates` is the part `character`."""

    def drawn(name: str) -> bool:
        return rng.random() < float(rates[name])

    talkative = drawn("talkative")
    return Character(
        talkative=talkative,
        terse=not talkative and drawn("terse"),
        hard_of_hearing=rng.random() < rates["hard_of_hearing"]["elder" if age >= ELDER else "other"],
        suspicious=drawn("suspicious"),
        refuses=drawn("refuses"),
        answers_for_family=lives_with_others and drawn("answers_for_family"),
        corrects_himself=drawn("corrects_himself"),
        changes_language=rng.random() < rates["changes_language"][language],
        call_later=drawn("call_later"),
        wants_human=drawn("wants_human"),
        volunteers=drawn("volunteers"),
        dialect=drawn("dialect"),
        digresses=drawn("digresses"),
        no_thermometer=drawn("no_thermometer"),
        measures_first=drawn("measures_first"),
        fahrenheit=language == "en" and drawn("fahrenheit"),
        hangs_up_at=rng.randint(1, HANGS_UP_BY) if drawn("hangs_up") else None,
        misses_wrong_readback=rates["misses_wrong_readback"],
        silent=rates["silent"],
    )


def draw_telephone(number: str, rates: Rates, rng: Random) -> Telephone:
    """The telephone with this number (E.164); `rates` is the part `telephone`."""
    hours = rates["hours"]
    habit = pick(rng, {name: group["share"] for name, group in hours.items()})
    return Telephone(
        number=number,
        invalid_number=rng.random() < rates["invalid_number"],
        suspended=rng.random() < rates["suspended"],
        wrong_person=rng.random() < rates["wrong_person"],
        machine=rng.random() < rates["machine"],
        powered_off=0.5 if pick(rng, rates["powered_off"]) == "sometimes" else 0.0,
        answers_on_try=pick(rng, rates["answers_on_try"]),
        free_hours=frozenset(hours[habit]["free"]),
    )


def has_own_phone(age: int, rates: Rates, rng: Random) -> bool:
    """Whether a person of this age has a telephone of his own."""
    stage = "child" if age < 12 else "teenager" if age < 18 else "adult" if age < ELDER else "elder"
    return rng.random() < float(rates["own_phone"][stage])
