"""What the understanding gives back: plain values, each with its place in the text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dialogs.events import SYMPTOMS as SYMPTOMS

CONTEXTS = frozenset({
    "temperature", "fever", "symptoms", "household", "onset", "contact", "open",
    "confirm", "choice", "number", "members",
})  # fmt: skip

ACTS = (
    "emergency", "wrong_number", "human", "refuse", "call_later",
    "hold_on", "who_are_you", "repeat", "correction", "dont_know",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at home that the answer speaks of; `well` is None where nothing general was said."""

    who: str
    words: str
    symptoms_present: tuple[str, ...] = ()
    symptoms_absent: tuple[str, ...] = ()
    temperature_c: float | None = None
    well: bool | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """Everything that one answer says, by the rules of the house; what was not said is left at its default."""

    temperature_c: float | None = None
    temperature_status: str = "absent"
    symptoms_present: tuple[str, ...] = ()
    symptoms_absent: tuple[str, ...] = ()
    yes_no: str | None = None
    act: str | None = None
    count: int | None = None
    onset_days_ago: int | None = None
    members: tuple[Member, ...] = ()
    all_well: bool | None = None
    call_later_minutes: int | None = None
    call_later_at: str | None = None
    call_later_day: int | None = None
    choice: tuple[str, ...] = ()
    number: tuple[float, str | None] | None = None
    spans: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    confidence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
