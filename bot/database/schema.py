"""The schema's revision: which one the database has, which one this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from bot.database.engine import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BEFORE_MIGRATIONS = "0001"
"""The revision of a database that the tournament bot made, before there were migrations."""


def migrate(url: URL, revision: str = "head") -> None:
    """Bring a database to a revision. A tournament bot's database is taken over as it is, and brought forward.

    Runs an event loop of its own, so it cannot be called within one.
    """
    command.upgrade(alembic_config(url), revision)


def alembic_config(url: URL) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def needed_revision() -> str:
    """Return the newest revision."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None  # noqa: S101
    return head


def knows(revision: str) -> bool:
    """Tell whether a revision is one of this version's."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


async def current_revision(database: Database) -> str | None:
    """Return the revision of a database, or None where no migration has run."""
    async with database.reading() as session:
        return await (await session.connection()).run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
