"""The value of an answer about symptoms, `{"present": [...], "absent": [...]}`, and how two of them make one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.understanding import SYMPTOMS

Symptoms = Mapping[str, list[str]]


def no_symptoms() -> dict[str, list[str]]:
    """The answer of somebody who denies every symptom."""
    return {"present": [], "absent": list(SYMPTOMS)}


def denies_all(value: Any) -> bool:
    """Whether every symptom is denied, none by name."""
    return bool(value == no_symptoms())


def both_symptoms(old: Symptoms, new: Symptoms) -> dict[str, list[str]]:
    """Two answers about symptoms as one; the newer wins."""
    present = [name for name in old["present"] if name not in new["absent"]]
    present += [name for name in new["present"] if name not in present]
    absent = dict.fromkeys((*old["absent"], *new["absent"]))
    return {"present": present, "absent": [name for name in absent if name not in present]}


def more_symptoms(old: Symptoms, new: Symptoms) -> dict[str, list[str]]:
    """What is said by the way beside an answer known: it adds symptoms, and takes none away."""
    return both_symptoms(old, {**new, "absent": [name for name in new["absent"] if name not in old["present"]]})
