"""Migrate the schema; find the revision of a database and the revision that this version needs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, column, func, inspect, select, table
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

_PACKAGE = Path(__file__).parents[1]
MIGRATIONS = next(
    folder for folder in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations") if (folder / "env.py").exists()
)
"""The folder of the migrations: inside the package in a wheel, beside it in a checkout."""

_VERSIONS = table("alembic_version", column("version_num"))


def migrate(url: URL, on_revision: Callable[[], None] = lambda: None) -> None:
    """Migrate a database to the newest revision, and call `on_revision` after each step.

    The caller must not run an event loop, because Alembic's script starts one.
    """
    from alembic import command

    config = alembic_config(url)
    config.attributes["on_revision"] = on_revision
    command.upgrade(config, "head")


def alembic_config(url: URL) -> "Config":
    """Return Alembic's configuration for a database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def needed_revision() -> str:
    """Return the newest revision, which this version needs."""
    return max(_revisions())


def pending_revisions(revision: str | None) -> list[str]:
    """Return the file names of the revisions that a database still lacks; `revision` is None for a new database."""
    files = (file.stem for file in (MIGRATIONS / "versions").glob("*.py"))
    return sorted(name for name in files if revision is None or name.partition("_")[0] > revision)


async def count_rows(database: Database) -> int:
    """Return how many rows the bot's tables hold."""

    def work(session: Session) -> int:
        existing = set(inspect(session.connection()).get_table_names())
        tables = [one for one in Base.metadata.sorted_tables if one.name in existing]
        return sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)

    return await database.read(work)


def knows(revision: str) -> bool:
    """Tell whether this version knows a revision."""
    return revision in _revisions()


def _revisions() -> set[str]:
    # File names begin with the revision; importing Alembic and the migrations would slow down the start.
    return {file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py")}


async def current_revision(database: Database) -> str | None:
    """Return the revision of a database; None if no migration has run."""
    return await database.read(_revision)


async def has_tables(database: Database) -> bool:
    """Tell whether a database has tables with the names of the bot's; without a revision, another program made them."""

    def work(session: Session) -> bool:
        return not Base.metadata.tables.keys().isdisjoint(inspect(session.connection()).get_table_names())

    return await database.read(work)


def _revision(session: Session) -> str | None:
    if not inspect(session.connection()).has_table(_VERSIONS.name):
        return None
    return session.scalar(select(_VERSIONS.c.version_num))
