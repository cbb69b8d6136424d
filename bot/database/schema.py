"""The schema's revision: which one the database has, which one this version needs."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, column, inspect, select, table

from bot.database.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BEFORE_MIGRATIONS = "0001"
"""The revision of a database that the tournament bot made, before there were migrations."""

_VERSIONS = table("alembic_version", column("version_num"))


def migrate(url: URL, revision: str = "head") -> None:
    """Bring a database to a revision. A tournament bot's database is taken over as it is, and brought forward.

    Runs an event loop of its own, so it cannot be called within one.
    """
    from alembic import command

    command.upgrade(alembic_config(url), revision)


def alembic_config(url: URL) -> "Config":
    """Return Alembic's configuration for a database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def needed_revision() -> str:
    """Return the newest revision."""
    return max(_revisions())


def knows(revision: str) -> bool:
    """Tell whether a revision is one of this version's."""
    return revision in _revisions()


def _revisions() -> set[str]:
    # The files' names begin with them: importing Alembic and the migrations takes longer than the bot has to start.
    return {file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py")}


async def current_revision(database: Database) -> str | None:
    """Return the revision of a database, or None where no migration has run."""
    async with database.reading() as session:
        return await (await session.connection()).run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.scalar(select(_VERSIONS.c.version_num))
