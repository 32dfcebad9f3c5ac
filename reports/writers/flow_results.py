"""Reports as a Flow Results package of the FLOIP initiative: a descriptor and one row for each answer.

Source: Flow Results Specification 1.0.0-rc1, https://floip.gitbook.io/flow-results-specification/.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reports.given import QUESTIONS, Given, Question, Value

KEYS = uuid.UUID("b0a6f2f1-8a4e-4f7e-9a65-3f4c4f2d1c77")
FIELDS = (
    ("timestamp", "Timestamp", "datetime"),
    ("row_id", "Row ID", "string"),
    ("contact_id", "Contact ID", "string"),
    ("session_id", "Session ID", "string"),
    ("question_id", "Question ID", "string"),
    ("response", "Response", "any"),
    ("response_metadata", "Response Metadata", "object"),
)


def write_flow_results(folder: Path, campaign: str, created: datetime, reports: Iterable[Given]) -> list[Path]:
    """Writes flow-results.json (the descriptor) and flow-results-data.json (the rows); returns their paths."""
    data, descriptor = folder / "flow-results-data.json", folder / "flow-results.json"
    with data.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, row in enumerate(_rows(reports)):
            file.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
        file.write("\n]\n")
    described = json.dumps(_descriptor(campaign, created, data.name), ensure_ascii=False, indent=2)
    descriptor.write_text(described + "\n", encoding="utf-8")
    return [descriptor, data]


def _rows(reports: Iterable[Given]) -> Iterator[list[Any]]:
    for report in reports:
        said = {"reporter": report.reporter, "round": report.round, "community": report.community}
        for key, value in report.answers.items():
            row = f"{report.session}-{key}"
            yield [report.at.isoformat(), row, report.resident, report.session, key, _response(value), said]


def _response(value: Value) -> str | float:
    match value:
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
    return value


def _descriptor(campaign: str, created: datetime, data: str) -> dict[str, Any]:
    schema = {
        "language": "eng",
        "fields": [{"name": name, "title": title, "type": kind} for name, title, kind in FIELDS],
        "questions": {question.key: _question(question) for question in QUESTIONS},
    }
    resource = {
        "path": data, "api-data-url": None, "name": "flow-results-data", "mediatype": "application/json",
        "encoding": "utf-8", "schema": schema,
    }  # fmt: skip
    return {
        "profile": "flow-results-package",
        "name": "wenan-reports",
        "flow-results-specification": "1.0.0-rc1",
        "created": created.isoformat(),
        "modified": created.isoformat(),
        "id": str(uuid.uuid5(KEYS, campaign)),
        "title": campaign,
        "resources": [resource],
    }


def _question(question: Question) -> dict[str, Any]:
    options: dict[str, Any]
    match question.kind:
        case "boolean":
            kind, options = "select_one", {"choices": ["yes", "no"]}
        case "quantity":
            kind, options = "numeric", {"range": [34, 43]}
        case _:
            kind, options = "datetime", {}
    return {"type": kind, "label": question.label.en, "type_options": options}
