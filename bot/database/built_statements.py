"""Statements that are built once, when the program starts, and executed with what differs."""

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def execute_built(session: AsyncSession, statement: Executable, **parameters: Any) -> None:
    """Execute a statement that writes, after what the session has not written yet.

    Past the ORM, which would take the parameters for rows. Objects that the session holds stay as they are.
    """

    def execute(session: Session) -> None:
        session.flush()
        session.connection().execute(statement, parameters)

    await session.run_sync(execute)
