"""Open connections to a server, perhaps through a pooler."""

from itertools import count
from typing import Any

import asyncpg

_READS_DOCUMENT = "json_to_recordset("
"""Occurs in each statement over a document of rows; such a statement has one plan whatever the document contains."""

_NEXT_HOST = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched)
"""Errors after which another host is worth a try."""
_numbers = count(1)


class _Connection(asyncpg.Connection):
    """A connection that keeps prepared statements on the server only where that is safe and does not worsen plans.

    Other statements are unnamed and sent with each execution, so the server plans them for their values.

    Attributes:
        is_pooled: whether a pooler may use a different server connection for each transaction.
    """

    is_pooled = True

    async def prepare(self, query: str, *, name: str | None = None, **options: Any) -> Any:
        is_kept = _READS_DOCUMENT in query and not self.is_pooled
        return await super().prepare(query, name=f"kept_{next(_numbers)}" if is_kept else "", **options)


async def open_server(*, dsns: list[str], timeout: float, **options: Any) -> Any:  # noqa: ASYNC109 - the driver's
    """Connect like `asyncpg.connect`, in a way that works behind a pooler in any mode.

    Args:
        dsns: one for each host. The first host that answers is used, and comes first from then on.
        timeout: the total time in seconds, shared equally among the hosts.
        options: further options of `asyncpg.connect`.
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
        # A pooler reports its own process id, not the server's.
        connection.is_pooled = await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid()
    except BaseException:
        connection.terminate()
        raise
    return connection
