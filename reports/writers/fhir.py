"""Reports as a FHIR R4B Bundle: a QuestionnaireResponse for each, and an Observation for each sign.

Source: HL7 FHIR 4.3.0, https://hl7.org/fhir/R4B/. Body temperature is LOINC 8310-5 in UCUM degrees Celsius; symptoms
have codes of our own, as SNOMED CT may not be passed on freely.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from reports.given import QUESTIONS, Given, Value

OURS = "urn:wenan"
KEYS = uuid.UUID("6f1c1c56-5e0b-4a63-9f3c-0d7a2f6b8e11")  # the space of our keys, so that they are the same each time
_LABELS = {question.key: question.label for question in QUESTIONS}


def write_fhir(path: Path, campaign: str, reports: Iterable[Given]) -> Path:
    """Writes a Bundle of type collection, one resource after the other; returns the path."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
        for number, resource in enumerate(_resources(campaign, reports)):
            entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            file.write(("," if number else "") + "\n" + json.dumps(entry, ensure_ascii=False))
        file.write("\n]}\n")
    return path


def _resources(campaign: str, reports: Iterable[Given]) -> Iterator[dict[str, Any]]:
    for report in reports:
        yield _response(campaign, report)
        for key, value in report.answers.items():
            if key == "temperature" or isinstance(value, bool):
                yield _observation(campaign, report, key, value)


def _response(campaign: str, report: Given) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": _key(campaign, report),
        "identifier": {"system": f"{OURS}:report", "value": f"{campaign}/{report.session}"},
        "status": "completed" if report.complete else "in-progress",
        "subject": _subject(report),
        "authored": report.at.isoformat(),
        "item": [
            {"linkId": key, "text": _LABELS[key].en, "answer": [_value(value, "decimal")]}
            for key, value in report.answers.items()
        ],
    }


def _observation(campaign: str, report: Given, key: str, value: Value) -> dict[str, Any]:
    temperature = key == "temperature"
    own = {"system": f"{OURS}:question", "code": key, "display": _LABELS[key].en}
    loinc = {"system": "http://loinc.org", "code": "8310-5", "display": "Body temperature"}
    category = "vital-signs" if temperature else "survey"
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": _key(campaign, report, key),
        "status": "final",
        "category": [{"coding": [{"system": system, "code": category}]}],
        "code": {"coding": [loinc if temperature else own], "text": _LABELS[key].en},
        "subject": _subject(report),
        "effectiveDateTime": report.at.isoformat(),
        "derivedFrom": [{"reference": f"urn:uuid:{_key(campaign, report)}"}],
        **_value(value, "quantity"),
    }


def _value(value: Value, number: str) -> dict[str, Any]:
    """The value under the name that FHIR gives its type; a temperature as a bare number or with its unit."""
    match value:
        case bool():
            return {"valueBoolean": value}
        case date():
            return {"valueDate": value.isoformat()}
    if number == "decimal":
        return {"valueDecimal": value}
    unit = {"unit": "°C", "system": "http://unitsofmeasure.org", "code": "Cel"}
    return {"valueQuantity": {"value": value, **unit}}


def _subject(report: Given) -> dict[str, Any]:
    return {"type": "Patient", "identifier": {"system": f"{OURS}:resident", "value": report.resident}}


def _key(*parts: Any) -> str:
    """The same key for the same report, whenever it is written."""
    said = [part.session if isinstance(part, Given) else str(part) for part in parts]
    return str(uuid.uuid5(KEYS, "/".join(said)))
