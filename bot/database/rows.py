"""Statements over many rows of parameters, which reach the database together."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    FromClause,
    Row,
    Select,
    TableValuedAlias,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, TypeEngine[Any]]
"""A table of parameters: what its columns are called, in their order, and what they hold."""

Rows = Sequence[tuple[Any, ...]]
"""What such a table is filled with."""


class RowsStatement:
    """A statement over a table of parameters, written once for every database.

    Where a database takes arrays, all rows are one execution. Elsewhere it is executed row by row, which costs little
    in a file, where nothing has to travel.
    """

    def __init__(self, name: str, columns: Columns, build: Callable[[FromClause], Executable]) -> None:
        """Have `build` make the statement from a table of parameters; `name` tells them from other statements'."""
        self.name = name
        self._columns = columns
        self._build = build
        self._parameters = [f"{name}_{key}" for key in columns]

    def fetch(self, connection: Connection, rows: Rows, **shared: Any) -> list[Row[Any]]:
        """Return what the statement finds, for all rows of parameters, and for those that they share."""
        if not rows:
            return []
        if _takes_arrays(connection):
            return list(connection.execute(self.over_arrays, self.arrays(rows) | shared))
        return [row for one in self.row_by_row(rows) for row in connection.execute(self.over_one, one | shared)]

    @cached_property
    def over_arrays(self) -> Any:
        """The statement over all rows, each column of which is an array."""
        arrays = [
            bindparam(parameter, type_=postgresql.ARRAY(kind, dimensions=1))
            for parameter, kind in zip(self._parameters, self._columns.values(), strict=True)
        ]
        named = [column(key, kind) for key, kind in self._columns.items()]
        return self._build(func.unnest(*arrays).table_valued(*named, name=f"{self.name}_rows").render_derived())

    @cached_property
    def over_one(self) -> Any:
        """The statement over one row."""
        values = [
            bindparam(parameter, type_=kind).label(key)
            for parameter, (key, kind) in zip(self._parameters, self._columns.items(), strict=True)
        ]
        return self._build(select(*values).subquery(f"{self.name}_rows"))

    def arrays(self, rows: Rows) -> dict[str, list[Any]]:
        """Return the parameters of `over_arrays`."""
        return dict(zip(self._parameters, map(list, zip(*rows, strict=True)), strict=True))

    def row_by_row(self, rows: Rows) -> list[dict[str, Any]]:
        """Return the parameters of `over_one`."""
        return [dict(zip(self._parameters, row, strict=True)) for row in rows]


def write_together(connection: Connection, *writes: tuple[RowsStatement, Rows], **shared: Any) -> None:
    """Execute statements that change different rows; in one round trip where that is possible."""
    due = [(statement, rows) for statement, rows in writes if rows]
    if not due:
        return
    if _takes_arrays(connection):
        parameters = {key: array for one, rows in due for key, array in one.arrays(rows).items()}
        connection.execute(_together(*(statement for statement, _ in due)), parameters | shared)
        return
    for statement, rows in due:
        connection.execute(statement.over_one, [one | shared for one in statement.row_by_row(rows)])


@cache
def _together(*statements: RowsStatement) -> Select[Any]:
    """Return one statement that does the same as several."""
    return select(literal(1)).add_cte(*(statement.over_arrays.cte(statement.name) for statement in statements))


def _takes_arrays(connection: Connection) -> bool:
    """Tell whether a parameter may be an array."""
    return connection.dialect.name == "postgresql"


def insert_rows(
    table: type[DeclarativeBase], columns: Columns, **shared: BindParameter[Any]
) -> Callable[[FromClause], Executable]:
    """Return what builds an INSERT of a table of parameters, and of those that all rows share."""

    def build(rows: FromClause) -> Executable:
        values = select(*rows.c, *shared.values())
        return insert(table).from_select([*columns, *shared], values, include_defaults=False)

    return build


def insert_new_rows(table: type[DeclarativeBase], columns: Columns) -> Callable[[FromClause], Executable]:
    """Return what builds an INSERT of those rows of a table of parameters that break no unique key."""

    def build(rows: FromClause) -> Executable:
        is_array = isinstance(rows, TableValuedAlias)
        statement = postgresql.insert(table) if is_array else sqlite.insert(table)
        # SQLite takes ON CONFLICT for a part of a SELECT that has no WHERE.
        new = statement.from_select(list(columns), select(*rows.c).where(true()), include_defaults=False)
        return new.on_conflict_do_nothing()

    return build
