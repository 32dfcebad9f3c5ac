"""The telephone network of the made-up town: what becomes of a call that is dialled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from simulator.people import Person, Rates, Telephone, town_rates

ANNOUNCEMENT_SECONDS = {
    "invalid_number": 6.0,
    "suspended": 6.0,
    "powered_off": 8.0,
    "unreachable": 12.0,
    "network_error": 3.0,
    "busy": 4.0,
}


@dataclass(frozen=True, slots=True)
class Ring:
    """The outcome of a dial (an attempt outcome of `records`) and the seconds until it was known."""

    outcome: str
    ring_seconds: float


def dial(
    person: Person, at: datetime, attempt_no: int, rng: Random, *, ring_limit: float = 45.0, rates: Rates | None = None
) -> Ring:
    """Dials the person's telephone at a local time, for the `attempt_no`-th time (from 1).

    The outcome is answered_human, answered_machine, no_answer, busy, rejected, powered_off, suspended,
    invalid_number, unreachable or network_error; nobody is waited for longer than `ring_limit` seconds.
    """
    rates = (rates or town_rates())["telephone"]
    telephone = person.telephone
    outcome = _dead(telephone) or _failed(telephone, rates, rng)
    if outcome:
        return Ring(outcome, ANNOUNCEMENT_SECONDS[outcome])
    if _answers(telephone, at.hour, attempt_no, rates, rng):
        return Ring("answered_human", min(_ring_seconds(rates, rng), ring_limit))
    if telephone.machine:
        return Ring("answered_machine", min(rng.uniform(15, 25), ring_limit))
    if rng.random() < rates["rejected"]:
        return Ring("rejected", min(_ring_seconds(rates, rng), ring_limit))
    return Ring("no_answer", ring_limit)


def _dead(telephone: Telephone) -> str | None:
    """A number that no try will reach."""
    if telephone.invalid_number:
        return "invalid_number"
    return "suspended" if telephone.suspended else None


def _failed(telephone: Telephone, rates: Rates, rng: Random) -> str | None:
    """What may stop this one call before the telephone rings."""
    chances = {
        "network_error": rates["network_error"],
        "powered_off": telephone.powered_off,
        "unreachable": rates["unreachable"],
        "busy": rates["busy"],
    }
    return next((outcome for outcome, chance in chances.items() if rng.random() < chance), None)


def _answers(telephone: Telephone, hour: int, attempt_no: int, rates: Rates, rng: Random) -> bool:
    free = hour in telephone.free_hours or rng.random() < float(rates["answers_when_not_free"])
    return free and attempt_no >= telephone.answers_on_try


def _ring_seconds(rates: Rates, rng: Random) -> float:
    shape = rates["ring_seconds"]
    drawn = float(shape["least"]) + rng.expovariate(1 / (shape["mean"] - shape["least"]))
    return round(min(drawn, float(shape["most"])), 1)
