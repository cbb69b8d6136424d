"""Statements over many rows of parameters, written once for servers and files."""

import json
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from bot.database.dialect import constant, is_postgresql, write_out

Columns = Mapping[str, TypeEngine[Any]]
"""The columns of a table of parameters: names and types, in order."""

Rows = Sequence[tuple[Any, ...]]
"""The rows of a table of parameters."""

AT_A_TIME = 1_000
"""How many rows or keys a statement takes if it lists them one by one."""

T = TypeVar("T")

_OF = "of"
"""The key under which each row of a document names its statement."""


class RowsStatement:
    """A statement over a table of parameters.

    The table travels as one JSON text. SQLite may round fractions that it reads from JSON, so there `write` handles
    rows one by one, and so does `fetch` for rows with fractions. Callers of `execute` must tolerate the rounding.
    """

    def __init__(self, name: str, columns: Columns, build: Callable[[sa.FromClause], Any]) -> None:
        """Build the statement with `build` from a table of parameters; `name` must be unique among statements."""
        self.name = name
        self.build = build
        self._columns = columns
        self._keys = (*columns, _OF)
        self._parameters = tuple(f"{name}_{key}" for key in columns)

    def fetch(self, connection: sa.Connection, rows: Rows, **shared: Any) -> list[sa.Row[Any]]:
        """Return what the statement finds for all rows; `shared` are parameters that all rows share."""
        found: list[sa.Row[Any]] = []
        together: list[tuple[Any, ...]] = []
        is_exact = is_postgresql(connection)
        for row in rows:
            if is_exact or not _has_fraction(row):
                together.append(row)
            else:
                found += connection.execute(self._over_one, self._named(row) | shared)
        if together:
            found += self.execute(connection, together, **shared)
        return found

    def execute(self, connection: sa.Connection, rows: Rows, **shared: Any) -> sa.CursorResult[Any]:
        """Execute the statement for all rows at once."""
        statement = self._over_document if is_postgresql(connection) else self._over_file_document
        return connection.execute(statement, {self.name: self.document(rows)} | shared)

    def write(self, connection: sa.Connection, rows: Rows, **shared: Any) -> None:
        """Execute a statement that writes and returns nothing, for one or more rows."""
        if is_postgresql(connection):
            self.execute(connection, rows, **shared)
        else:
            connection.execute(self._over_one, [self._named(row) | shared for row in rows])

    def document(self, rows: Rows) -> str:
        """Return the table as one parameter."""
        return json.dumps([dict(zip(self._keys, (*row, self.name), strict=True)) for row in rows]) if rows else "[]"

    def table(self) -> sa.FromClause:
        """Return the table of parameters, on PostgreSQL.

        PostgreSQL estimates a hundred rows for a document, and would rather read small tables whole than look up that
        many rows. A condition that every row fulfils lowers the estimate to one.
        """
        named = [sa.column(name, kind) for name, kind in self._columns.items()]
        document = sa.cast(sa.bindparam(self.name, type_=sa.String()), sa.JSON)
        read = sa.func.json_to_recordset(document).table_valued(
            sa.column(_OF, sa.String()), *named, name=f"{self.name}_read"
        )
        rows = read.render_derived(with_types=True)
        own = sa.select(*(rows.c[name] for name in self._columns)).where(rows.c[_OF] == constant(self.name))
        return own.cte(f"{self.name}_rows")

    @cached_property
    def _over_document(self) -> Any:
        return write_out(self.build(self.table()), on_postgresql=True)

    @cached_property
    def _over_file_document(self) -> Any:
        each = sa.func.json_each(sa.bindparam(self.name, type_=sa.String())).table_valued(
            "value", name=f"{self.name}_each"
        )
        values = [
            sa.type_coerce(sa.func.json_extract(each.c.value, f"$.{name}"), kind).label(name)
            for name, kind in self._columns.items()
        ]
        rows = sa.select(*values).select_from(each).subquery(f"{self.name}_rows")
        return write_out(self.build(rows), on_postgresql=False)

    @cached_property
    def _over_one(self) -> Any:
        named = zip(self._parameters, self._columns.items(), strict=True)
        values = [sa.bindparam(parameter, type_=kind).label(name) for parameter, (name, kind) in named]
        return write_out(self.build(sa.select(*values).subquery(f"{self.name}_rows")), on_postgresql=False)

    def _named(self, row: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(self._parameters, row, strict=True))


class OptimisticWrite:
    """Statements that write together, provided that no row on which they depend has changed or is locked."""

    def __init__(self, locks: Sequence[RowsStatement], asking: RowsStatement, writes: Sequence[RowsStatement]) -> None:
        """Run `writes` if each of `locks` finds and locks a row for each of its parameters; run `asking` first."""
        self._locks, self._asking, self._writes = locks, asking, writes
        self._composed: dict[frozenset[RowsStatement], Any] = {}

    def execute(
        self, connection: sa.Connection, rows: Mapping[RowsStatement, Rows], **shared: Any
    ) -> list[sa.Row[Any]] | None:
        """Write, in one statement on PostgreSQL.

        Args:
            connection: the connection; on SQLite, inside a transaction that holds the write lock.
            rows: the parameters of each statement; a statement without parameters is left out.
            shared: parameters that all rows share.

        Returns:
            The result of `asking` from before the writes; None if nothing was written.
        """
        filled = {part: some for part, some in rows.items() if some}
        if is_postgresql(connection):
            documents = {part.name: part.document(some) for part, some in filled.items()}
            found = connection.execute(self._together(frozenset(filled)), documents | shared).all()
            return [row for row in found if row[0] is not None] if found else None
        answers = self._asking.fetch(connection, filled.get(self._asking, ()))
        for write in self._writes:
            if write in filled:
                write.write(connection, filled[write], **shared)
        return answers

    def _together(self, filled: frozenset[RowsStatement]) -> Any:
        """Return one statement made of those with parameters.

        PostgreSQL would plan and start the others for nothing.
        """
        if filled not in self._composed:
            self._composed[filled] = self._compose(filled)
        return self._composed[filled]

    def _compose(self, filled: Collection[RowsStatement]) -> Any:
        """Compose one statement that locks, writes and asks.

        It returns no row if a lock fails; otherwise at least one row, possibly empty.
        """
        are_locked = []
        for lock in (one for one in self._locks if one in filled):
            wanted = lock.table()
            found = sa.select(sa.func.count()).select_from(lock.build(wanted).cte(lock.name)).scalar_subquery()
            are_locked.append(
                found == sa.func.json_array_length(sa.cast(sa.bindparam(lock.name, type_=sa.String()), sa.JSON))
            )
        if_locked = sa.select(sa.literal(1).label("is_locked")).where(*are_locked).cte("if_locked")
        writes = []
        for write in (one for one in self._writes if one in filled):
            table = write.table()
            rows = sa.select(*table.c).join_from(table, if_locked, sa.true()).cte(f"{write.name}_if")
            writes.append(write.build(rows).cte(write.name))
        asking, nothing = self._asking, sa.select(sa.null().label("nothing"))
        answer = (asking.build(asking.table()) if asking in filled else nothing).subquery(asking.name)
        together = sa.select(*answer.c).select_from(if_locked.outerjoin(answer, sa.true())).add_cte(*writes)
        return write_out(together, on_postgresql=True)


def _has_fraction(row: tuple[Any, ...]) -> bool:
    return any(isinstance(value, float) for value in row)


def read_first(statement: sa.Select[Any], name: str) -> sa.CTE:
    """Return a part of a statement that runs first, so that the plan of the rest begins with few rows."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def is_in_file(rows: sa.FromClause) -> bool:
    """Tell whether a table of parameters is for a file."""
    return isinstance(rows, sa.Subquery)


def insert_rows(
    table: type[DeclarativeBase],
    columns: Columns,
    *,
    passes_existing: bool = False,
    replaces: Collection[str] = (),
    replaces_if: sa.ColumnElement[bool] | None = None,
    where: Callable[[sa.FromClause], sa.ColumnElement[bool]] = lambda _: sa.true(),
    **shared: Any,
) -> Callable[[sa.FromClause], sa.Executable]:
    """Return a function that builds an INSERT from a table of parameters and the shared parameters.

    Args:
        table: the target of the INSERT.
        columns: the columns of the table of parameters.
        passes_existing: whether to skip rows that violate a unique key, instead of failing.
        replaces: a unique key; an existing row with the same key gets the other values, instead of failing.
        replaces_if: the condition for an existing row to get them; None for always.
        where: returns the condition for a row of parameters to be inserted.
        shared: the parameters that all rows share, by column.
    """

    def build(rows: sa.FromClause) -> sa.Executable:
        insert = sqlite.insert(table) if is_in_file(rows) else postgresql.insert(table)
        # Without a WHERE, SQLite would parse ON CONFLICT as a part of the SELECT.
        values = sa.select(*(rows.c[name] for name in columns), *shared.values()).where(where(rows))
        filled = insert.from_select([*columns, *shared], values, include_defaults=False)
        if replaces:
            new = {name: filled.excluded[name] for name in (*columns, *shared) if name not in replaces}
            return filled.on_conflict_do_update(index_elements=[*replaces], set_=new, where=replaces_if)
        return filled.on_conflict_do_nothing() if passes_existing else filled

    return build


def in_chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield rows or keys in chunks of the size that one statement takes."""
    for start in range(0, len(rows), AT_A_TIME):
        yield rows[start : start + AT_A_TIME]


def add_rows(session: Session, table: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, given as values by column name."""
    for some in in_chunks(rows):
        session.execute(sa.insert(table), some)


def read_numbers(session: Session, statement: sa.Select[float]) -> "array[float]":
    """Return the numbers that a statement finds, in order, without creating a row object for each."""
    connection = session.connection()
    if is_postgresql(connection):
        together = sa.select(sa.func.array_agg(statement.subquery().c[0], type_=sa.ARRAY(sa.Double)))
        return array("d", connection.execute(together).scalar_one() or ())
    with connection.execute(statement) as found:
        cursor: Any = found.cursor
        return array("d", chain.from_iterable(cursor))


def free_id(session: Session, column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> int:
    """Return a negative id that a column does not contain, below all others; Discord's ids are positive."""
    return min(session.scalar(sa.select(sa.func.min(column))) or 0, 0) - 1
