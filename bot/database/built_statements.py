"""Statements that are built once, when the program starts, and executed with what differs."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Select, Update, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.database.dialect import is_server


async def execute_built(session: AsyncSession, statement: Executable, **parameters: Any) -> None:
    """Execute a statement that writes, after what the session has not written yet.

    Past the ORM, which would take the parameters for rows. Objects that the session holds stay as they are.
    """

    def execute(session: Session) -> None:
        session.flush()
        session.connection().execute(statement, parameters)

    await session.run_sync(execute)


def execute_together(connection: Connection, *filled: tuple[Update, Mapping[str, Any]]) -> None:
    """Execute updates of different rows, each with parameters of its own; in one round trip where that is possible."""
    if is_server(connection):
        parameters = {name: value for _, given in filled for name, value in given.items()}
        connection.execute(_together(*(statement for statement, _ in filled)), parameters)
        return
    for statement, given in filled:
        connection.execute(statement, given)


@cache
def _together(*statements: Update) -> Select[Any]:
    return select(null()).add_cte(*(statement.cte() for statement in statements))
