"""Migrate the schema; find the revision of a database and the revision that this version needs."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, column, inspect, select, table
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

_PACKAGE = Path(__file__).parents[1]
MIGRATIONS = next(
    folder for folder in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations") if (folder / "env.py").exists()
)
"""A wheel has the migrations inside of the package, a checkout beside it."""

_VERSIONS = table("alembic_version", column("version_num"))


def migrate(url: URL, revision: str = "head") -> None:
    """Bring a database to a revision. The caller must not run an event loop, because Alembic's script starts one."""
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
    """Return the revision that this version needs, the newest."""
    return max(_revisions())


def knows(revision: str) -> bool:
    """Tell whether this version has a revision."""
    return revision in _revisions()


def _revisions() -> set[str]:
    # File names begin with the revision; an import of Alembic and the migrations would delay the start.
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
