"""The telephone exchange of a made-up town: what becomes of a dial, and who comes to the telephone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from simulator.network import Ring, dial
from simulator.people import Town
from simulator.resident import SimulatedResident, Spoken


class Callee:
    """A resident at the telephone; `ids` maps the store's ids of residents to those of the town."""

    def __init__(self, resident: SimulatedResident, ids: Mapping[str, str], rng: Random) -> None:
        self.resident, self.ids, self.rng = resident, ids, rng

    def answer(self, step: str, kind: str, asked: Mapping[str, object]) -> Spoken:
        """What the resident does when asked at a step; `asked` as in `Reply.asked`, with `now` and `keypad`."""
        about = {"person": self.ids[str(asked["person"])]} if str(asked.get("person")) in self.ids else {}
        return self.resident.answer(step, kind=kind, asked={**asked, **about}, rng=self.rng)


class Exchange:
    """Connects to the people of a town; every call has a seed of its own, so that calls do not disturb each other."""

    def __init__(self, town: Town, ids: Mapping[str, str], seed: int, style: str = "speech") -> None:
        self.town, self.ids, self.seed, self.style = town, ids, seed, style

    def dial(self, phone: str, at: datetime, number: int, ring_limit: float) -> Ring:
        """The `number`-th dial of a number (E.164) at a local time; one that the town does not have is invalid."""
        if phone not in self.town.by_phone:
            return Ring("invalid_number", 6.0)
        rng = Random(f"dial {self.seed} {phone} {at.isoformat()}")
        return dial(self.town.holder(phone), at, number, rng, ring_limit=ring_limit)

    def pick_up(self, phone: str, at: datetime, number: int) -> Callee:
        """Whoever answers this number."""
        person = self.town.holder(phone)
        resident = SimulatedResident(person, self.town.family(person), self.style, number)
        return Callee(resident, self.ids, Random(f"talk {self.seed} {phone} {at.isoformat()}"))
