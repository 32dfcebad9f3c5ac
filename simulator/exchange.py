"""The telephone exchange of a made-up town: what becomes of a dial, and who comes to the telephone."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random

from simulator.network import Ring, dial
from simulator.people import Town
from simulator.resident import SimulatedResident, Spoken

OF_HEALTH = ("temperature", "symptom", "no_symptoms", "not_measured")  # intents that tell of one person's health
OF_ALL = "household"


class Callee:
    """A resident at the telephone; whoever's health is told of is noted in `told`.

    `aloud` says whether he is to be heard, not read; `machine` whether it is only his answering machine.
    """

    def __init__(
        self, resident: SimulatedResident, rng: Random, told: set[str], aloud: bool = False, machine: bool = False
    ) -> None:
        self.resident, self.rng, self.told, self.aloud, self.machine = resident, rng, told, aloud, machine

    def answer(self, step: str, kind: str, asked: Mapping[str, object]) -> Spoken:
        """What the resident does when asked at a step; `asked` as in `Reply.asked`, with `now` and `keypad`."""
        spoken = self.resident.answer(step, kind=kind, asked=asked, rng=self.rng)
        if spoken.intent.startswith(OF_HEALTH):
            self.told.add(str(asked.get("person", self.resident.person.id)))
        elif spoken.intent.startswith(OF_ALL):
            self.told.update(member.id for member in self.resident.answers.family)
        return spoken


class Exchange:
    """Connects to the people of a town; every call has a seed of its own, so that calls do not disturb each other.

    The households in `aloud` are heard: there an answering machine picks up like anybody, for the line to find out.
    """

    def __init__(self, town: Town, seed: int, style: str = "speech", aloud: Container[str] = ()) -> None:
        self.town, self.seed, self.style, self.aloud = town, seed, style, aloud
        self.told: set[str] = set()
        self._machines: set[tuple[str, int]] = set()  # calls that a machine is about to take

    def dial(self, phone: str, at: datetime, number: int, ring_limit: float) -> Ring:
        """The `number`-th dial of a number (E.164) at a local time; one that the town does not have is invalid."""
        if phone not in self.town.by_phone:
            return Ring("invalid_number", 6.0)
        rng = Random(f"dial {self.seed} {phone} {at.isoformat()}")
        ring = dial(self.town.holder(phone), at, number, rng, ring_limit=ring_limit)
        if ring.outcome == "answered_machine" and self.town.holder(phone).household in self.aloud:
            self._machines.add((phone, number))
            return replace(ring, outcome="answered_human")
        return ring

    def pick_up(self, phone: str, at: datetime, number: int) -> Callee:
        """Whoever answers this number."""
        person = self.town.holder(phone)
        aloud, machine = person.household in self.aloud, (phone, number) in self._machines
        self._machines.discard((phone, number))
        resident = SimulatedResident(person, self.town.family(person), "voice" if aloud else self.style, number)
        rng = Random(f"talk {self.seed} {phone} {at.isoformat()}")
        return Callee(resident, rng, self.told, aloud, machine)
