"""The 14 symptoms we ask about, as bits of a whole number: quick to store, to count and to compare."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.events import SYMPTOMS as SYMPTOMS

BIT = {name: 1 << place for place, name in enumerate(SYMPTOMS)}
FEVER = BIT["fever"]


def bits(names: Iterable[str]) -> int:
    """The symptoms as bits, in the order of `SYMPTOMS`; ValueError names a stranger."""
    result = 0
    for name in names:
        if name not in BIT:
            raise ValueError(f"{name!r} is not a symptom (known: {', '.join(SYMPTOMS)})")
        result |= BIT[name]
    return result


def names(value: int) -> tuple[str, ...]:
    """The symptoms whose bits are set."""
    return tuple(name for name, bit in BIT.items() if value & bit)
