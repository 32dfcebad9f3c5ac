"""What each resident reported, question by question, for machines that read on: no names, no numbers, no free words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from records.symptoms import SYMPTOMS, names
from records.tables import Community, Record, Resident
from reports.figures import Scope
from reports.labels import SYMPTOM_LABELS
from reports.table import Label

Value = bool | float | date


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its key, in both languages; `kind` is boolean, quantity (°C) or date."""

    key: str
    label: Label
    kind: str


@dataclass(frozen=True, slots=True)
class Given:
    """The report of one resident in one round: who by number, where, when, by whom, and the answers by question.

    A question that was not answered is not there.
    """

    resident: str
    round: int
    day: date
    community: str
    at: datetime
    reporter: str
    complete: bool
    answers: Mapping[str, Value]

    @property
    def session(self) -> str:
        """A key of this report within its campaign."""
        return f"{self.round}-{self.resident}"


QUESTIONS = (
    Question("temperature", Label("体温", "Body temperature"), "quantity"),
    *(Question(name, label, "boolean") for name, label in SYMPTOM_LABELS.items()),
    Question("onset", Label("何时开始不适", "When the complaint began"), "date"),
    Question("contact", Label("近期外出或接触病人", "Recent travel or contact with a sick person"), "boolean"),
    Question("needs_help", Label("是否需要帮助", "Needs help"), "boolean"),
)


def read_given(connection: Connection, scope: Scope) -> Iterator[Given]:
    """All reports of a scope, in the order of residents and rounds."""
    columns: tuple[Any, ...] = (
        *(Resident.id, Resident.roster_id, Community.name.label("community"), Record.round, Record.day, Record.fever),
        *(Record.temperature_c, Record.present, Record.absent, Record.onset_on, Record.contact, Record.needs_help),
        *(Record.reported_at, Record.reporter, Record.disposition),
    )
    query = (
        select(*columns)
        .join(Resident, Resident.id == Record.resident_id)
        .join(Community, Community.id == Record.community_id)
        .where(*scope.conditions(), Record.reported_at.is_not(None))
        .order_by(Record.resident_id, Record.round)
    )
    for row in connection.execute(query):
        yield Given(
            resident=row.roster_id or str(row.id),
            round=row.round,
            day=row.day,
            community=row.community,
            at=row.reported_at,
            reporter=row.reporter or "self",
            complete=row.disposition == "complete",
            answers=dict(_answers(row)),
        )


def _answers(row: Any) -> Iterator[tuple[str, Value]]:
    present, absent = set(names(row.present)), set(names(row.absent))
    said: dict[str, Value | None] = {
        "temperature": row.temperature_c,
        **{name: name in present for name in SYMPTOMS if name in present | absent},
        "onset": row.onset_on,
        "contact": row.contact,
        "needs_help": row.needs_help,
    }
    return ((question.key, value) for question in QUESTIONS if (value := said.get(question.key)) is not None)
