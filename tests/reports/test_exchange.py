"""What other machines read: FHIR that its library accepts, Flow Results by their specification, JSON and Parquet."""

import json
from datetime import UTC, date, datetime

import duckdb
import jsonschema
import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import select

from records.tables import Record, Resident
from reports.figures import Scope
from reports.given import QUESTIONS, read_given
from reports.line_list import line_list
from reports.report import campaign_tables
from reports.table import Column, Label, Ratio, Row, Table, spread
from reports.writers.fhir import write_fhir
from reports.writers.flow_results import FIELDS, write_flow_results
from reports.writers.json_file import write_json
from reports.writers.parquet import write_parquet

NAME = "三月每日健康询问"
NOW = datetime(2026, 3, 5, tzinfo=UTC)
ROW = {
    "type": "array",
    "prefixItems": [
        {"type": "string", "format": "date-time"}, {"type": "string"}, {"type": "string"}, {"type": "string"},
        {"enum": [question.key for question in QUESTIONS]}, {"type": ["string", "number"]}, {"type": "object"},
    ],
    "minItems": len(FIELDS), "maxItems": len(FIELDS),
}  # fmt: skip


@pytest.fixture
def given(small):
    with small.reading() as tx:
        return list(read_given(tx, Scope(1, round=0)))


def test_every_report_is_there_with_its_answers(small, given):
    with small.reading() as tx:
        rows = tx.execute(select(Record.__table__).where(Record.round == 0, Record.reported_at.is_not(None))).all()
    assert len(given) == len(rows) > 150
    warm = {row.resident_id: row.temperature_c for row in rows if row.temperature_c is not None}
    assert sorted(g.answers["temperature"] for g in given if "temperature" in g.answers) == sorted(warm.values())
    assert sum(g.answers.get("fever") is True for g in given) == sum(bool(row.present & 1) for row in rows)
    assert sum(g.answers.get("contact") is False for g in given) == sum(row.contact is False for row in rows)


def test_fhir_is_valid_and_the_same_each_time(given, tmp_path):
    text = write_fhir(tmp_path / "a.json", NAME, given).read_text("utf-8")
    assert write_fhir(tmp_path / "b.json", NAME, given).read_text("utf-8") == text
    bundle = Bundle.model_validate_json(text)
    resources = [entry.resource for entry in bundle.entry]
    responses = [r for r in resources if r.get_resource_type() == "QuestionnaireResponse"]
    temperatures = [r for r in resources if r.get_resource_type() == "Observation" and r.valueQuantity]
    assert len(responses) == len(given)
    assert len(temperatures) == sum("temperature" in g.answers for g in given)
    assert {(t.valueQuantity.code, t.code.coding[0].code) for t in temperatures} == {("Cel", "8310-5")}
    keys = {entry.fullUrl for entry in bundle.entry}
    assert len(keys) == len(resources)
    assert all(r.derivedFrom[0].reference in keys for r in resources if r.get_resource_type() == "Observation")


def test_flow_results_have_a_row_for_each_answer(given, tmp_path):
    descriptor, data = write_flow_results(tmp_path, NAME, NOW, given)
    rows, package = json.loads(data.read_text("utf-8")), json.loads(descriptor.read_text("utf-8"))
    assert len(rows) == sum(len(g.answers) for g in given)
    judge = jsonschema.Draft202012Validator(ROW)  # one for all rows: it checks the schema and reads it once
    jsonschema.Draft202012Validator.check_schema(ROW)
    for row in rows:
        judge.validate(row)
    assert len({row[1] for row in rows}) == len(rows)
    (resource,) = package["resources"]
    assert resource["path"] == data.name
    questions = resource["schema"]["questions"]
    assert {row[4] for row in rows} <= set(questions)
    for row in rows:
        asked = questions[row[4]]
        if asked["type"] == "select_one":
            assert row[5] in asked["type_options"]["choices"]


@pytest.fixture
def tables(small):
    with small.reading() as tx:
        now, tables = campaign_tables(tx, Scope(1))
        return [*tables, line_list(tx, now)]


def test_json_holds_every_cell_with_its_parts(tables, tmp_path):
    for table in tables:
        found = json.loads(write_json(tmp_path / "t.json", table).read_text("utf-8"))
        assert [column["key"] for column in found["columns"]] == [column.key for column in table.columns]
        for row, line in zip([*found["rows"], found["total"]], [*table.rows, table.total], strict=True):
            for column, cell in zip(table.columns, line.cells if line else (), strict=line is not None):
                value = row[column.key]
                match cell:
                    case Ratio():
                        assert (value["numerator"], value["denominator"]) == (cell.numerator, cell.denominator)
                    case Label():
                        assert (value["zh"], value["en"]) == (cell.zh, cell.en)
                    case date():
                        assert value == cell.isoformat()
                    case _:
                        assert value == cell


def test_parquet_holds_the_cells_with_their_types(tables, tmp_path):
    for table in tables:
        path = write_parquet(tmp_path / f"{table.key}.parquet", table, "zh-Hans")
        found = duckdb.read_parquet(str(path))
        whole = spread(table)
        assert found.columns == [column.key for column in whole.columns]
        for row, line in zip(found.fetchall(), whole.rows, strict=True):
            for value, cell in zip(row, line.cells, strict=True):
                match cell:
                    case Ratio():
                        assert value == pytest.approx(cell.value)
                    case Label():
                        assert value == cell.zh
                    case datetime():
                        assert value == cell.replace(tzinfo=None, microsecond=0)
                    case _:
                        assert value == cell


@pytest.mark.parametrize("text", ["", "NULL", '"', "a\nb", ",", "\\", "=1+1", " x "])
def test_text_in_parquet_stays_as_it_is(tmp_path, text):
    columns = (Column("who", Label("谁", "Who")), Column("what", Label("何", "What")))
    table = Table("t", Label("t", "t"), columns, (Row((), (text, None)), Row((), ("other", "x"))))
    found = duckdb.read_parquet(str(write_parquet(tmp_path / "t.parquet", table, "en"))).fetchall()
    assert found == [(text, None), ("other", "x")]


def test_neither_names_a_person(small, given, tmp_path):
    files = [write_fhir(tmp_path / "a.json", NAME, given), *write_flow_results(tmp_path, NAME, NOW, given)]
    with small.reading() as tx:
        people = tx.execute(select(Resident.name, Resident.phone)).all()
    for file in files:
        text = file.read_text("utf-8")
        assert not [name for name, phone in people if name in text or phone[-8:] in text]
