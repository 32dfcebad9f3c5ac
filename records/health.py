"""The rules of monitoring: fever, status, the colour of the health code, and what a human must follow up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from records.symptoms import bits

SYMPTOMATIC, ASYMPTOMATIC, NON_REPORTING, CLOSED = "symptomatic", "asymptomatic", "non_reporting", "closed"
CONDITIONS = {"fever", "contact", "present", "status"}


class RulesError(ValueError):
    """Rules that cannot be followed; the message names the file, the place and what is wrong."""


@dataclass(frozen=True, slots=True)
class ColourRule:
    """A colour, and what must be so: a blank condition is not asked, one symptom of `present` is enough."""

    colour: str
    fever: bool | None = None
    contact: bool | None = None
    present: int = 0
    status: str | None = None

    def holds(self, fever: bool | None, contact: bool | None, present: int, status: str | None) -> bool:
        """Whether every condition asked for is met; what is not known meets none."""
        return (
            self.fever in (None, fever)
            and self.contact in (None, contact)
            and (not self.present or bool(self.present & present))
            and self.status in (None, status)
        )


@dataclass(frozen=True, slots=True)
class Due:
    """How soon a follow-up of one kind is due, and whether it is urgent."""

    urgent: bool
    within: timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of monitoring; `fever_c` in °C."""

    fever_c: float
    colours: tuple[ColourRule, ...]
    follow_ups: Mapping[str, Due]
    not_reached: frozenset[str]

    def due(self, kind: str) -> Due:
        """How soon a follow-up of this kind is due."""
        return self.follow_ups.get(kind, self.follow_ups["other"])


def status(fever: bool | None, present: int, absent: int) -> str | None:
    """The monitoring status by what a resident reported; None when nothing of health is known.

    One sign is enough to be symptomatic; without any, fever or at least one symptom must have been denied.
    """
    if fever or present:
        return SYMPTOMATIC
    return ASYMPTOMATIC if fever is False or absent else None


def colour(rules: Rules, fever: bool | None, contact: bool | None, present: int, status: str | None) -> str | None:
    """The colour of the health code by the first rule that holds; None when none does."""
    return next((r.colour for r in rules.colours if r.holds(fever, contact, present, status)), None)


@cache
def default_rules() -> Rules:
    """The rules that ship with Wen'an."""
    return load_rules(Path(__file__).with_name("health.yaml"))


def load_rules(path: Path) -> Rules:
    """The rules of a YAML file, fully checked; RulesError says what is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Rules(
            fever_c=float(data["fever_c"]),
            colours=tuple(_colour_rule(rule) for rule in data["colours"]),
            follow_ups=_follow_ups(data["follow_ups"]),
            not_reached=frozenset(data["not_reached"]),
        )
    except OSError as error:
        raise RulesError(f"{path}: cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise RulesError(f"{path}: {error.args[0]} is missing") from error
    except (yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        raise RulesError(f"{path}: {error}") from error


def _colour_rule(rule: Mapping[str, Any]) -> ColourRule:
    when = dict(rule["when"])
    if strange := set(when) - CONDITIONS:
        raise ValueError(f"colours: {sorted(strange)} cannot be asked (known: {sorted(CONDITIONS)})")
    present: Sequence[str] = when.pop("present", ())
    return ColourRule(colour=rule["colour"], present=bits(present), **when)


def _follow_ups(kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, Due]:
    if "other" not in kinds:
        raise ValueError("follow_ups: other is missing")
    return {kind: Due(bool(v["urgent"]), timedelta(minutes=float(v["minutes"]))) for kind, v in kinds.items()}
