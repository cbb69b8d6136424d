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

from bot.database.dialect import is_server
from bot.database.driver_statements import execute_by_driver

Columns = Mapping[str, TypeEngine[Any]]
"""A table of parameters: what its columns are called, in their order, and what they hold."""

Rows = Sequence[tuple[Any, ...]]
"""What such a table is filled with."""


class RowsStatement:
    """A statement over a table of parameters, written once for every database.

    One row is a parameter for each column. Of more rows each column is an array, where a database takes arrays; in a
    file they are one text in JSON if they fit into that, which takes a crowd of submissions a quarter less time than
    one execution each. Fractions do not: their last digit might be another one.
    """

    def __init__(self, name: str, columns: Columns, build: Callable[[FromClause], Executable]) -> None:
        """Have `build` make the statement from a table of parameters; `name` tells them from other statements'."""
        self.name = name
        self.parameters = tuple(f"{name}_{key}" for key in columns)
        self._columns = columns
        self._build = build

    def fetch(self, connection: Connection, rows: Rows, **shared: Any) -> list[Row[Any]]:
        """Return what the statement finds, for all rows of parameters, and for those that they share."""
        together = is_server(connection) or self._fits_json
        parts = [rows] if together and rows else [[row] for row in rows]
        return [row for part in parts for row in self.execute(connection, part, **shared)]

    def execute(self, connection: Connection, rows: Rows, **shared: Any) -> CursorResult[Any]:
        """Execute the statement for all rows at once, of which there is one or more.

        In a file, more than one are JSON, which may change the last digit of a fraction.
        """
        if is_server(connection):
            is_one = len(rows) == 1
            statement, filled = self._over_one if is_one else self._over_arrays, self.fill(rows, is_one=is_one)
        elif len(rows) == 1:
            statement, filled = self.over_one_in_file, self.fill(rows, is_one=True)
        else:
            statement, filled = self._over_json, {self.name: json.dumps(rows)}
        return connection.execute(statement, filled | shared)

    def fill(self, rows: Rows, *, is_one: bool) -> dict[str, Any]:
        """Return the parameters of the statement over one row, or over arrays."""
        values = rows[0] if is_one else map(list, zip(*rows, strict=True))
        return dict(zip(self.parameters, values, strict=True))

    @cached_property
    def _fits_json(self) -> bool:
        return not any(isinstance(kind, Double) for kind in self._columns.values())

    @cached_property
    def _over_json(self) -> Any:
        each = func.json_each(bindparam(self.name, type_=String())).table_valued("value", name=f"{self.name}_each")
        values = [
            type_coerce(func.json_extract(each.c.value, f"$[{n}]"), kind).label(key)
            for n, (key, kind) in enumerate(self._columns.items())
        ]
        return self._build(select(*values).select_from(each).subquery(self._table_name))

    @cached_property
    def over_one_in_file(self) -> Any:
        """The statement over one row, in a file."""
        return self._build(self._row().subquery(self._table_name))

    @cached_property
    def _over_one(self) -> Any:
        return self.over_table(is_one=True)

    @cached_property
    def _over_arrays(self) -> Any:
        return self.over_table(is_one=False)

    def over_table(self, condition: CTE | None = None, *, is_one: bool) -> Any:
        """Return the statement over one row, or over arrays; over none where a condition has no row."""
        rows: FromClause = self._row().cte(self._table_name) if is_one else self._unnested()
        if condition is not None:
            rows = select(*rows.c).join_from(rows, condition, true()).cte(f"{self.name}_if")
        return self._build(rows)

    def finds_all(self, *, is_one: bool) -> ColumnElement[bool]:
        """Return the condition that the statement finds something for each row."""
        found = select(func.count()).select_from(self.over_table(is_one=is_one).cte(self.name)).scalar_subquery()
        return found == (1 if is_one else func.cardinality(self._arrays()[0]))

    @property
    def _table_name(self) -> str:
        return f"{self.name}_rows"

    def _row(self) -> Select[Any]:
        return select(
            *(
                bindparam(parameter, type_=kind).label(key)
                for parameter, (key, kind) in zip(self.parameters, self._columns.items(), strict=True)
            )
        )

    def _unnested(self) -> TableValuedAlias:
        named = [column(key, kind) for key, kind in self._columns.items()]
        return func.unnest(*self._arrays()).table_valued(*named, name=self._table_name).render_derived()

    def _arrays(self) -> list[BindParameter[Any]]:
        return [
            bindparam(parameter, type_=postgresql.ARRAY(kind, dimensions=1))
            for parameter, kind in zip(self.parameters, self._columns.values(), strict=True)
        ]


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
    if not is_server(connection):
        found = [] if asking is None else asking[0].fetch(connection, asking[1])
        for statement, rows in due:
            execute_by_driver(connection, statement.over_one_in_file, statement.parameters, rows, shared)
        return found
    asked = [asking] if asking is not None and asking[1] else []
    filled = (*held, *asked, *due)
    # What a submission alone takes is a fifth less where its parameters are no arrays.
    is_one = all(len(rows) == 1 for _, rows in filled)
    parameters = {key: value for one, rows in filled for key, value in one.fill(rows, is_one=is_one).items()}
    together = _together(_statements(held), *_statements(asked) or [None], *_statements(due), is_one=is_one)
    rows = execute_by_driver(connection, together, tuple(parameters), [tuple(parameters.values())], shared).all()
    # One of nothing but NULL only tells that all were held.
    return [row for row in rows if row[0] is not None] if rows else None


def _statements(filled: Sequence[Filled]) -> tuple[RowsStatement, ...]:
    return tuple(statement for statement, _ in filled)


@cache
def _together(
    held: tuple[RowsStatement, ...], asking: RowsStatement | None, *writes: RowsStatement, is_one: bool
) -> Select[Any]:
    """Return one statement that does the same as several: a row or more if all are held, else none."""
    are_held = [one.finds_all(is_one=is_one) for one in held]
    if_held = select(literal(1).label("is_held")).where(*are_held).cte("if_held")
    ctes = [one.over_table(if_held, is_one=is_one).cte(one.name) for one in writes]
    if asking is None:
        return select(null()).select_from(if_held).add_cte(*ctes)
    answer = asking.over_table(is_one=is_one).subquery(asking.name)
    return select(*answer.c).select_from(if_held.outerjoin(answer, true())).add_cte(*ctes)


def read_first(statement: Select[Any], name: str) -> CTE:
    """Return a part of a statement that is executed before the rest, whose plan then begins with few rows."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


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
