"""Write to the database without the services and without `Database`, so that tests see its own refusals."""

from sqlalchemy import Executable

from tests.backends import TestBackend
from tests.sessions import writing


async def write(backend: TestBackend, *statements: Executable) -> None:
    """Execute statements in one transaction."""
    async with writing(backend.database) as session:
        for statement in statements:
            await session.execute(statement)
