"""Open connections to a server, perhaps by way of a pooler."""

from itertools import count
from typing import Any

import asyncpg

_READS_DOCUMENT = "json_to_recordset("
"""Stands in each statement over a document of rows, which has one plan whatever the document holds."""

_NEXT_HOST = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched)
"""Errors after which another host may do."""
_numbers = count(1)


class _Connection(asyncpg.Connection):
    """A connection that keeps a prepared statement on the server only where that is safe, and no plan gets worse by it.

    What is not kept is unnamed, and travels with each execution: the server plans it for its values.

    Attributes:
        is_pooled: whether a pooler may give each transaction another connection to the server.
    """

    is_pooled = True

    async def prepare(self, query: str, *, name: str | None = None, **options: Any) -> Any:
        is_kept = _READS_DOCUMENT in query and not self.is_pooled
        return await super().prepare(query, name=f"kept_{next(_numbers)}" if is_kept else "", **options)


async def open_server(*, dsns: list[str], timeout: float, **options: Any) -> Any:  # noqa: ASYNC109 - the driver's
    """Connect as `asyncpg.connect` does, with a connection that a pooler in any of its modes bears.

    Args:
        dsns: where, a host each; the first that answers is taken, and tried first from then on.
        timeout: how many seconds all of them may take, of which each has its part.
        options: what else `asyncpg.connect` takes.
    """
    last_error: BaseException | None = None
    for dsn in tuple(dsns):
        try:
            return await _open(dsn, timeout=timeout / len(dsns), **options)
        except _NEXT_HOST as error:
            last_error = error
            if dsns[0] == dsn:
                dsns.append(dsns.pop(0))
    raise last_error or OSError("no host is named")


async def _open(dsn: str, **options: Any) -> _Connection:
    connection = await asyncpg.connect(dsn, **options, connection_class=_Connection, statement_cache_size=0)
    try:
        # A pooler hands out a process id of its own.
        connection.is_pooled = await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid()
    except BaseException:
        connection.terminate()
        raise
    return connection
