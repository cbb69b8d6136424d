"""Find waiting transactions on a PostgreSQL."""

from sqlalchemy import text

from bot.database.database import Database

WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""


async def are_waiting(database: Database, many: int) -> bool:
    """Return whether at least this many transactions on a database wait for a lock."""
    return await database.read(lambda session: bool(session.scalar(text(WAITING)) >= many))
