"""What a resident may know of themselves: the health code as a picture, and what was reported this week."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from bots.telegram.letters import Letter
from bots.telegram.wordings import wording
from records.addresses import Linked
from records.health import default_rules
from records.health_code import code_of, sign_code
from records.seal import Seal
from records.self_reports import reported_since
from records.store import Tx
from records.symptoms import names
from reports.code import COLOUR_LABELS, NO_CODE, NO_REASON, code_lines
from reports.labels import SYMPTOM_LABELS

WEEK = timedelta(days=6)


def status(tx: Tx, seal: Seal, linked: Linked, at: datetime, zone: tzinfo) -> Letter:
    """The health code with its reasons and how it can change, as a picture that a guard can check."""
    code = code_of(tx, default_rules(), linked.resident_id, at)
    if code is None:
        return Letter(NO_CODE.read(linked.language))
    lines = [label.read(linked.language) for label in code_lines(code, at, zone)]
    return Letter("\n".join(lines), code=(sign_code(seal, linked.resident_id, code, at), code.colour))


def week(tx: Tx, linked: Linked, at: datetime, zone: tzinfo) -> Letter:
    """One line for each report of the last seven days."""
    reports = reported_since(tx, linked.resident_id, at.astimezone(zone).date() - WEEK)
    if not reports:
        return Letter(wording("week_empty", linked.language))
    lines = [_line(report, linked.language, zone) for report in reports]
    return Letter("\n".join([wording("week", linked.language), *lines]))


def _line(report: Any, language: str, zone: tzinfo) -> str:
    at = report.reported_at.astimezone(zone)
    symptoms = [SYMPTOM_LABELS[name].read(language) for name in names(report.present)]
    parts = [
        f"{report.temperature_c:.1f}°C" if report.temperature_c is not None else "",
        "、".join(symptoms) if language.startswith("zh") else ", ".join(symptoms).lower(),
        NO_REASON.read(language) if not symptoms and report.absent else "",
        COLOUR_LABELS[report.colour].read(language) if report.colour in COLOUR_LABELS else "",
    ]
    return f"{at:%m-%d %H:%M}  " + ("，" if language.startswith("zh") else ", ").join(part for part in parts if part)
