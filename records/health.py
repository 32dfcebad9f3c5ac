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
CLUSTER = {"fevers", "hours", "households"}
OCCASIONS = {"asked", "colour", "needs_help", "disposition", *CLUSTER}


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
class Cluster:
    """So many residents with fever in one building, of so many households at least, within this time."""

    fevers: int
    households: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """One kind of follow-up: whether it is urgent, how soon it is due, and what opens it."""

    urgent: bool
    within: timedelta
    asked: frozenset[str] = frozenset()
    colour: str | None = None
    needs_help: bool = False
    dispositions: frozenset[str] = frozenset()
    cluster: Cluster | None = None


@dataclass(frozen=True, slots=True)
class CodeRules:
    """The colours of health codes, how long a report makes one, a worse colour is kept, and a picture of it is good."""

    worst_first: tuple[str, ...]
    good: timedelta
    kept: Mapping[str, timedelta]
    shown: timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of monitoring; `fever_c` in °C. `escalation` lists who gets overdue work, one after the other."""

    fever_c: float
    colours: tuple[ColourRule, ...]
    code: CodeRules
    follow_ups: Mapping[str, FollowUpRule]
    escalation: tuple[str, ...]
    reopened_within: timedelta
    close_reasons: tuple[str, ...]

    def due(self, kind: str) -> FollowUpRule:
        """The rule for follow-ups of this kind."""
        return self.follow_ups.get(kind, self.follow_ups["other"])

    @property
    def unreached(self) -> tuple[str, ...]:
        """The kinds of follow-up that a disposition opens, and a report makes needless."""
        return tuple(kind for kind, rule in self.follow_ups.items() if rule.dispositions)


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
            code=_code_rules(data["code"]),
            follow_ups=_follow_ups(data["follow_ups"]),
            escalation=tuple(data["escalation"]),
            reopened_within=timedelta(days=float(data["reopened_within_days"])),
            close_reasons=tuple(data["close_reasons"]),
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


def _code_rules(rule: Mapping[str, Any]) -> CodeRules:
    colours = tuple(rule["worst_first"])
    kept = {colour: timedelta(days=float(days)) for colour, days in rule["kept_days"].items()}
    if strange := set(kept) - set(colours):
        raise ValueError(f"code: kept_days: {sorted(strange)} is not in worst_first")
    good, shown = timedelta(hours=float(rule["good_hours"])), timedelta(minutes=float(rule["shown_minutes"]))
    if min(good, shown, *kept.values()) <= timedelta():
        raise ValueError("code: a time is not above zero")
    return CodeRules(colours, good, kept, shown)


def _follow_ups(kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, FollowUpRule]:
    if "other" not in kinds:
        raise ValueError("follow_ups: other is missing")
    return {kind: _follow_up(kind, rule) for kind, rule in kinds.items()}


def _follow_up(kind: str, rule: Mapping[str, Any]) -> FollowUpRule:
    when = dict(rule.get("when", {}))
    if strange := set(when) - OCCASIONS:
        raise ValueError(f"follow_ups: {kind}: {sorted(strange)} cannot open it (known: {sorted(OCCASIONS)})")
    minutes = float(rule["minutes"])
    if minutes <= 0:
        raise ValueError(f"follow_ups: {kind}: due within {minutes:g} minutes")
    return FollowUpRule(
        urgent=bool(rule["urgent"]),
        within=timedelta(minutes=minutes),
        asked=_names(kind, when, "asked"),
        colour=when.get("colour"),
        needs_help=bool(when.get("needs_help", False)),
        dispositions=_names(kind, when, "disposition"),
        cluster=_cluster(kind, when) if CLUSTER & set(when) else None,
    )


def _names(kind: str, when: Mapping[str, Any], name: str) -> frozenset[str]:
    names = when.get(name, [])
    if not isinstance(names, list):
        raise ValueError(f"follow_ups: {kind}: {name} must be a list, not {names!r}")
    return frozenset(names)


def _cluster(kind: str, when: Mapping[str, Any]) -> Cluster:
    if missing := CLUSTER - set(when):
        raise ValueError(f"follow_ups: {kind}: a cluster wants {sorted(missing)} too")
    fevers, households = int(when["fevers"]), int(when["households"])
    if not 1 <= households <= fevers:
        raise ValueError(f"follow_ups: {kind}: {fevers} fevers cannot be in {households} households")
    return Cluster(fevers, households, timedelta(hours=float(when["hours"])))
