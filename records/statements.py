"""Statements whose text is the same however much they are given: built once, planned well, and quick to send."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    Integer,
    String,
    bindparam,
    case,
    column,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

Given = Mapping[str, ColumnElement[Any]]  # the columns of rows that come with a statement, by name


class Several(TypeDecorator[Collection[Any]]):
    """Numbers or words as one parameter: an array for PostgreSQL, JSON for SQLite."""

    impl = String
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are any."""
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """The values as a list, or as the JSON of one."""
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "among"

    def self_group(self, against: Any = None) -> Any:
        """Stays as it is: SQLite's `= 1` behind it would keep the index from being used."""
        return self


def among(of: Any, name: str) -> ColumnElement[bool]:
    """Whether the column is among the values given under this name. IN would be another statement for each number."""
    kind = type(of.type) if isinstance(of.type, Integer) else String
    return _Among(of, bindparam(name, type_=Several(kind)))


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: Any, **more: Any) -> str:
    of, values = element.clauses
    return f"{compiler.process(of, **more)} IN (SELECT value FROM json_each({compiler.process(values, **more)}))"


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: Any, **more: Any) -> str:
    of, values = element.clauses
    return f"{compiler.process(of, **more)} = ANY ({compiler.process(values, **more)})"


class SetBased:
    """A statement about many rows given at once; `build` makes it from the columns that they have."""

    def __init__(
        self, build: Callable[[Given], Executable], **columns: TypeEngine[Any] | type[TypeEngine[Any]]
    ) -> None:
        self._build, self._columns = build, columns
        self._for = cache(self._made)

    def execute(self, tx: Connection, rows: Iterable[Mapping[str, Any]], **more: Any) -> Any:
        """Runs it on these rows; `more` are its other parameters."""
        return tx.execute(self._for(tx.dialect.name), {"given": json.dumps(list(rows), default=_plain), **more})

    def _made(self, dialect: str) -> Executable:
        given: BindParameter[Any] = bindparam("given", type_=String)
        if dialect == "sqlite":
            row = func.json_each(given).table_valued("value", name="given").c.value
            return self._build(
                {
                    n: type_coerce(func.json_extract(row, literal_column(f"'$.{n}'")), t)
                    for n, t in self._columns.items()
                }
            )
        columns = [column(n, t) for n, t in self._columns.items()]
        rows = func.json_to_recordset(given.cast(JSON)).table_valued(*columns, name="given")
        given_rows = rows.render_derived(with_types=True)
        return self._build({n: given_rows.c[n] for n in self._columns})


def _plain(value: Any) -> str:
    """A moment as both databases write it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    raise TypeError(f"{type(value).__name__} cannot be given to a statement")


def never_back(stands: ColumnElement[Any] | Any, given: str = "now") -> ColumnElement[Any]:
    """The moment given, or the one that stands where that is later: what people send may come out of order."""
    moment = bindparam(given, type_=stands.type)
    return case((stands > moment, stands), else_=moment)


class Prepared:
    """A statement that writes, compiled once for each database and handed to its driver as it is.

    `names` are the columns that it sets. What it returns comes without types: only numbers and words may.
    """

    def __init__(self, statement: Any, *names: str) -> None:
        self._statement, self._names = statement, names
        self._for = cache(self._made)

    def execute(self, tx: Connection, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Runs it with these parameters, or with each of these."""
        text, bind = self._for(tx.dialect)
        return tx.exec_driver_sql(text, bind(rows) if isinstance(rows, Mapping) else [bind(row) for row in rows])

    def _made(self, dialect: Dialect) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._names or None)
        order = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
        by_name = {name: parameter for parameter, name in compiled.bind_names.items()}
        fixed = {p.key: p.value for p in by_name.values() if p.value is not None}
        keys = [by_name[name].key for name in order]
        processes = [by_name[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order]

        def values(row: Mapping[str, Any]) -> list[Any]:
            row = {**fixed, **row}
            return [row[k] if process is None else process(row[k]) for k, process in zip(keys, processes, strict=True)]

        if compiled.positional:
            return str(compiled), lambda row: tuple(values(row))
        return str(compiled), lambda row: dict(zip(order, values(row), strict=True))
