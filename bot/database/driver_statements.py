"""Statements that SQLAlchemy writes once, and the driver executes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

MOST_WRITTEN = 256
"""How many statements are kept as they are written out."""

Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as a driver takes it.

    Attributes:
        text: with the driver's own signs for parameters.
        order: which of the values (of a row, shared, constant) each sign stands for.
        processes: what a shared value is converted by, if by anything.
        constants: values that are part of the statement.
    """

    text: str
    order: tuple[int, ...]
    processes: dict[str, Process]
    constants: tuple[Any, ...]

    def fill(self, row: Sequence[Any], shared: Sequence[Any]) -> tuple[Any, ...]:
        values = (*row, *shared, *self.constants)
        return tuple([values[place] for place in self.order])


def execute_by_driver(
    connection: Connection,
    statement: ClauseElement,
    names: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    shared: Mapping[str, Any],
) -> CursorResult[Any]:
    """Execute a statement that is built once, for one row of parameters after the other.

    SQLAlchemy looks a statement up by its parts, which are thousands, and converts each parameter: what a submission
    alone writes takes it twice as long, on either database.

    Args:
        connection: where to execute it.
        statement: the statement, which returns nothing or what needs no conversion.
        names: its parameters that differ from row to row.
        rows: their values, which need no conversion either: integers, floats, texts, None, and arrays of these.
        shared: the other parameters, by name.
    """
    written = _write_out(statement, connection.dialect, names, tuple(shared))
    converted = [
        written.processes[name](value) if name in written.processes else value for name, value in shared.items()
    ]
    filled = [written.fill(row, converted) for row in rows]
    return connection.exec_driver_sql(written.text, filled if len(filled) > 1 else filled[0])


@lru_cache(MOST_WRITTEN)
def _write_out(statement: ClauseElement, dialect: Dialect, names: tuple[str, ...], shared: tuple[str, ...]) -> _Written:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what is executed is compiled to SQL
    assert compiled.positiontup is not None  # noqa: S101 - both drivers take parameters by position
    constants = {name: value for name, value in compiled.params.items() if name not in (*names, *shared)}
    places = {name: place for place, name in enumerate((*names, *shared, *constants))}
    processes = {name: compiled.binds[name].type.bind_processor(dialect) for name in shared if name in compiled.binds}
    return _Written(
        compiled.string,
        tuple(places[name] for name in compiled.positiontup),
        {name: process for name, process in processes.items() if process is not None},
        tuple(constants.values()),
    )
