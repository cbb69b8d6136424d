"""Statements over many rows of parameters, which reach the database together."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    CursorResult,
    Double,
    Executable,
    FromClause,
    Row,
    Select,
    String,
    Subquery,
    TableValuedAlias,
    bindparam,
    column,
    func,
    insert,
    literal,
    null,
    select,
    true,
    type_coerce,
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

    Where a database takes arrays, all rows are one execution. In a file they are one too if they fit into JSON, which
    takes a crowd of submissions a quarter less time than one execution each. Fractions do not: their last digit might
    be another one. What submissions write is executed row by row, by the driver.
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
        if takes_arrays(connection) or (self._fits_json and len(rows) > 1):
            return list(self.execute(connection, rows, **shared))
        return [row for one in self.row_by_row(rows) for row in connection.execute(self.over_one, one | shared)]

    def execute(self, connection: Connection, rows: Rows, **shared: Any) -> CursorResult[Any]:
        """Execute the statement for all rows at once, of which there is one or more.

        In a file they are JSON, which may change the last digit of a fraction.
        """
        if takes_arrays(connection):
            return connection.execute(self.over_arrays, self.arrays(rows) | shared)
        return connection.execute(self.over_json, {self.name: json.dumps(rows)} | shared)

    @cached_property
    def _fits_json(self) -> bool:
        return not any(isinstance(kind, Double) for kind in self._columns.values())

    @cached_property
    def over_json(self) -> Any:
        """The statement over all rows, which are one list of lists in JSON."""
        each = func.json_each(bindparam(self.name, type_=String())).table_valued("value", name=f"{self.name}_each")
        values = [
            type_coerce(func.json_extract(each.c.value, f"$[{n}]"), kind).label(key)
            for n, (key, kind) in enumerate(self._columns.items())
        ]
        return self._build(select(*values).select_from(each).subquery(f"{self.name}_rows"))

    @cached_property
    def over_arrays(self) -> Any:
        """The statement over all rows, each column of which is an array."""
        return self._build(self._unnested())

    @cached_property
    def over_one(self) -> Any:
        """The statement over one row."""
        values = [
            bindparam(parameter, type_=kind).label(key)
            for parameter, (key, kind) in zip(self._parameters, self._columns.items(), strict=True)
        ]
        return self._build(select(*values).subquery(f"{self.name}_rows"))

    def over_arrays_if(self, condition: CTE) -> Any:
        """Return the statement over all rows, or over none where a condition has no row."""
        rows = self._unnested()
        return self._build(select(*rows.c).join_from(rows, condition, true()).cte(f"{self.name}_if"))

    def _unnested(self) -> TableValuedAlias:
        named = [column(key, kind) for key, kind in self._columns.items()]
        return func.unnest(*self._arrays()).table_valued(*named, name=f"{self.name}_rows").render_derived()

    def _arrays(self) -> list[BindParameter[Any]]:
        return [
            bindparam(parameter, type_=postgresql.ARRAY(kind, dimensions=1))
            for parameter, kind in zip(self._parameters, self._columns.values(), strict=True)
        ]

    def finds_all(self) -> ColumnElement[bool]:
        """Return the condition that the statement finds something for each row."""
        found = select(func.count()).select_from(self.over_arrays.cte(self.name))
        return found.scalar_subquery() == func.cardinality(self._arrays()[0])

    def arrays(self, rows: Rows) -> dict[str, list[Any]]:
        """Return the parameters of `over_arrays`."""
        return dict(zip(self._parameters, map(list, zip(*rows, strict=True)), strict=True))

    def row_by_row(self, rows: Rows) -> list[dict[str, Any]]:
        """Return the parameters of `over_one`."""
        return [dict(zip(self._parameters, row, strict=True)) for row in rows]


Filled = tuple[RowsStatement, Rows]
"""A statement and what its table of parameters is filled with."""


def write_together(
    connection: Connection,
    *writes: Filled,
    asking: Filled | None = None,
    held: Sequence[Filled] = (),
    **shared: Any,
) -> list[Row[Any]] | None:
    """Execute statements that change different rows; in one round trip where that is possible.

    Args:
        connection: where to execute them.
        writes: the statements that write, each with its rows.
        asking: one that reads what there is before anything is written.
        held: statements that lock rows without waiting, where a database has such; unless they find all of them,
            nothing is written.
        shared: the parameters that all rows share.

    Returns:
        What `asking` finds; None where nothing was written.
    """
    due = [(statement, rows) for statement, rows in writes if rows]
    if not due:
        return []
    if not takes_arrays(connection):
        found = [] if asking is None else asking[0].fetch(connection, asking[1])
        for statement, rows in due:
            connection.execute(statement.over_one, [one | shared for one in statement.row_by_row(rows)])
        return found
    asked = [asking] if asking is not None and asking[1] else []
    parameters = {key: array for one, rows in (*held, *asked, *due) for key, array in one.arrays(rows).items()}
    together = _together(_statements(held), *_statements(asked) or [None], *_statements(due))
    rows = connection.execute(together, parameters | shared).all()
    # One of nothing but NULL only tells that all were held.
    return [row for row in rows if row[0] is not None] if rows else None


def _statements(filled: Sequence[Filled]) -> tuple[RowsStatement, ...]:
    return tuple(statement for statement, _ in filled)


@cache
def _together(held: tuple[RowsStatement, ...], asking: RowsStatement | None, *writes: RowsStatement) -> Select[Any]:
    """Return one statement that does the same as several: a row or more if all are held, else none."""
    if_held = select(literal(1).label("is_held")).where(*(one.finds_all() for one in held)).cte("if_held")
    ctes = [one.over_arrays_if(if_held).cte(one.name) for one in writes]
    if asking is None:
        return select(null()).select_from(if_held).add_cte(*ctes)
    answer = asking.over_arrays.subquery(asking.name)
    return select(*answer.c).select_from(if_held.outerjoin(answer, true())).add_cte(*ctes)


def read_first(statement: Select[Any], name: str) -> CTE:
    """Return a part of a statement that is executed before the rest, whose plan then begins with few rows."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def takes_arrays(connection: Connection) -> bool:
    """Tell whether a parameter may be an array."""
    return connection.dialect.name == "postgresql"


def is_in_file(rows: FromClause) -> bool:
    """Tell whether a table of parameters is one for a file, where no parameter may be an array."""
    return isinstance(rows, Subquery)


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
        statement = sqlite.insert(table) if is_in_file(rows) else postgresql.insert(table)
        # SQLite takes ON CONFLICT for a part of a SELECT that has no WHERE.
        new = statement.from_select(list(columns), select(*rows.c).where(true()), include_defaults=False)
        return new.on_conflict_do_nothing()

    return build
