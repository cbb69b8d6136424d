"""The memory that a transaction joins and sorts in."""

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from bot.database.dialect import is_server

JOIN_MEMORY = "64MB"
"""Of a server, for one transaction."""
_ENLARGE_CACHE = "PRAGMA cache_size = -8000"
"""Of a file, 8 MB, for its connection from then on: it is the only one that writes, and a bot keeps it."""

_RAISE = select(func.set_config("work_mem", JOIN_MEMORY, true())).where(
    func.pg_size_bytes(func.current_setting("work_mem")) < func.pg_size_bytes(JOIN_MEMORY)
)


def join_in_memory(session: Session) -> None:
    """Let a transaction join and sort all players of an event in memory; a greater setting of a server stays.

    The usual one is 4 MB. With that a weekly run of a million players goes through their ratings sixteen times, a part
    of them each time, which takes it 5 s more of 18. A file's cache is 2 MB, from which a run of 100,000 players pushes
    pages out that it needs again: an eighth of its time.
    """
    connection = session.connection()
    if is_server(connection):
        connection.execute(_RAISE)
    else:
        connection.exec_driver_sql(_ENLARGE_CACHE)
