"""Share compiled statements among tests, each of which opens its own engines."""

from sqlalchemy import Dialect, Engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MANY = 5000


def share_compiled_statements() -> None:
    """Let an engine execute what another engine for the same kind of database has compiled."""

    def are_same(one: Dialect, other: object) -> bool:
        return type(one) is type(other)

    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite, SQLiteDialect_pysqlite):
        setattr(dialect, "__eq__", are_same)  # noqa: B010 - mypy takes no new method
        setattr(dialect, "__hash__", lambda one: hash(type(one)))  # noqa: B010
    compiled: LRUCache[object, object] = LRUCache(MANY)
    setattr(Engine, "_compiled_cache", property(lambda _: compiled, lambda *_: None))  # noqa: B010
