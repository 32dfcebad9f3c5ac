"""The health code of a resident: the colour of their reports by rules, why it is so, and how it can change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from records.health import CodeRules, Rules
from records.seal import Seal, SealError
from records.symptoms import names
from records.tables import ERASED, Record, Resident

PURPOSE = "health-code"


@dataclass(frozen=True, slots=True)
class Reported:
    """One report: when, the colour it gave, and what spoke for that (fever, contact, symptoms by name)."""

    at: datetime
    colour: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthCode:
    """A colour with the report it comes from, the reasons, and until when the newest report keeps it good.

    `held_until` is set when a worse colour of an earlier report is kept although the newest report gave `newest`.
    """

    colour: str
    reported: Reported
    newest: Reported
    good_until: datetime
    held_until: datetime | None = None


class CodeRefused(ValueError):
    """A code that must not be trusted: `why` is forged, expired, or outdated (the colour is another one by now)."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the health code is {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Shown:
    """What a guard learns from a code: whose it is, its colour, and when it was shown."""

    resident_id: int
    name: str
    colour: str
    shown_at: datetime


def health_code(rules: CodeRules, reports: Sequence[Reported], now: datetime) -> HealthCode | None:
    """The code by all reports of a resident, in any order; None without a report that is still good.

    The newest report makes it; the worse colour of an earlier one is kept for as long as the rules say.
    """
    if not reports:
        return None
    newest = max(reports, key=lambda report: report.at)
    good_until = newest.at + rules.good
    if good_until <= now:
        return None
    standing = [report for report in reports if report is newest or report.at + _kept(rules.kept, report) > now]
    standing.sort(
        key=lambda report: (rules.worst_first.index(report.colour), report is not newest, -report.at.timestamp())
    )
    worst = standing[0]
    held = None if worst.colour == newest.colour else worst.at + _kept(rules.kept, worst)
    return HealthCode(worst.colour, worst, newest, good_until, held)


def code_of(tx: Connection, rules: Rules, resident_id: int, now: datetime) -> HealthCode | None:
    """The code of one resident by their records; None when they have not reported lately."""
    oldest = now - max([rules.code.good, *rules.code.kept.values()])
    query = select(Record.reported_at, Record.colour, Record.fever, Record.contact, Record.present).where(
        Record.resident_id == resident_id, Record.reported_at > oldest, Record.colour.in_(rules.code.worst_first)
    )
    return health_code(rules.code, [_reported(row) for row in tx.execute(query)], now)


def sign_code(seal: Seal, resident_id: int, code: HealthCode, now: datetime) -> str:
    """The code as a token, for a picture that a guard scans; it holds no name and no number."""
    return seal.sign(PURPOSE, resident_id, code.colour, int(now.timestamp()))


def check_code(tx: Connection, seal: Seal, rules: Rules, token: str, now: datetime) -> Shown:
    """What a shown token says. Raises CodeRefused."""
    try:
        resident_id, colour, seconds = seal.read(PURPOSE, token.strip())
    except SealError:
        raise CodeRefused("forged") from None
    shown_at = datetime.fromtimestamp(seconds, UTC)
    if now - shown_at > rules.code.shown:
        raise CodeRefused("expired")
    name = tx.execute(select(Resident.name).where(Resident.id == resident_id, Resident.ineligible != ERASED)).scalar()
    code = None if name is None else code_of(tx, rules, resident_id, now)
    if name is None or code is None or code.colour != colour:
        raise CodeRefused("outdated")
    return Shown(resident_id, name, colour, shown_at)


def _kept(kept: Mapping[str, timedelta], report: Reported) -> timedelta:
    return kept.get(report.colour, timedelta())


def _reported(row: Any) -> Reported:
    spoken = [*names(row.present), *["fever"] * bool(row.fever), *["contact"] * bool(row.contact)]
    return Reported(row.reported_at, row.colour, tuple(dict.fromkeys(spoken)))
