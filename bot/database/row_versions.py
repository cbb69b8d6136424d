"""Versions of rows: what was decided by rows that nobody had locked is written only where they are still the same."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Executable, FromClause, Integer, null, select

from bot.database import dialect
from bot.database.models import Event, Player
from bot.database.rows import Columns, RowsStatement, is_in_file


def row_version(table: type[Event | Player], rows: FromClause) -> ColumnElement[Any]:
    """Return a number that is another one after each update of a row; NULL where a writer is alone anyway."""
    return null() if is_in_file(rows) else dialect.row_version(table.__tablename__)


def _hold(table: type[Event | Player]) -> Callable[[FromClause], Executable]:
    def build(rows: FromClause) -> Executable:
        # Where another transaction has updated a row meanwhile, this is asked again of the row as it is then.
        unchanged = (table.id == rows.c.id) & (row_version(table, rows) == rows.c.version)
        return select(table.id).join(rows, unchanged).with_for_update(key_share=True, skip_locked=True, of=table)

    return build


_VERSIONS: Columns = {"id": Integer(), "version": BigInteger()}
HOLD_EVENTS = RowsStatement("held_events", _VERSIONS, _hold(Event))
"""Locks those events that nobody has locked, or updated since they were read."""
HOLD_PLAYERS = RowsStatement("held_players", _VERSIONS, _hold(Player))
"""Locks those players likewise."""
