"""The common parts of commands: settings, a log, a usable database, and exit codes."""

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from bot.config import Settings, SettingsError, load_settings, unknown_settings
from bot.console import ProgressBar
from bot.database import schema
from bot.database.database import Database
from bot.database.dialect import missing_file, remarks
from bot.domain.progress import Progress, Unwatched
from bot.errors import Unavailable
from bot.logs import set_up_log

OK, DIFFERENCES_FOUND, NOT_READY, CANNOT_START, INTERRUPTED = 0, 1, 1, 2, 130
NOT_BACKED_UP = 3
"""A separate code, by which a timer can distinguish a command to run from a failure."""
TOKEN_REFUSED = 78
"""A separate code, by which a supervisor recognizes what a restart does not fix; EX_CONFIG of sysexits.h."""
SCRIPT = "leaderboard-bot"

logger = logging.getLogger(__name__)


def program() -> str:
    """Return what operators type to run this program."""
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m bot"


def begin() -> Settings:
    """Load the settings and set up the log. Log warnings about mistakes that do not stop a command.

    Raises:
        SettingsError: a setting is wrong.
    """
    settings = load_settings()
    set_up_log(settings.log_level, as_json=settings.log_format == "json", secrets=filter(None, [token_of(settings)]))
    for remark in (*unknown_settings(), *remarks(settings.database)):
        logger.warning(remark)
    return settings


def begin_with_database(*, takes_old: bool = False, takes_empty: bool = False) -> Settings:
    """Begin a command that needs a usable database; see `schema_mistakes`."""
    settings = begin()
    if mistakes := schema_mistakes(settings, takes_old=takes_old, takes_empty=takes_empty):
        raise SettingsError(mistakes)
    return settings


def undone(options: argparse.Namespace, found: int = OK) -> int:
    """Return the exit code of a command that has changed nothing; after a dry run, that is `found`."""
    return found if options.dry_run else CANNOT_START


def token_of(settings: Settings) -> str:
    """Return the bot's token; empty if there is none."""
    return (settings.discord_token or SecretStr("")).get_secret_value()


def schema_mistakes(settings: Settings, *, takes_old: bool = False, takes_empty: bool = False) -> list[str]:
    """Return what is wrong with the database; `takes_old` and `takes_empty` allow an older or an empty one."""
    if (file := missing_file(settings.database)) is not None:
        return _missing_file_mistakes(file, is_to_be_made=takes_empty)
    try:
        revision, is_foreign = asyncio.run(_revision(settings))
    except Unavailable as error:
        return [f"DATABASE_URL: the database cannot be reached ({reason_of(error.__cause__)})."]
    needed, mistake = schema.needed_revision(), None
    migrate_first = f"Run `{program()} migrate` first."
    if is_foreign:
        mistake = "The database of DATABASE_URL holds tables of another program. Name a database of the bot's own."
    elif revision is None and not takes_empty:
        mistake = f"The database of DATABASE_URL has not been set up for this bot yet. {migrate_first}"
    elif revision is not None and not schema.knows(revision):
        mistake = f"The database's schema, {revision}, is newer than this version of the bot. Upgrade the bot."
    elif revision not in (None, needed) and not takes_old:
        mistake = f"The database's schema is at revision {revision}; this version needs {needed}. {migrate_first}"
    return [] if mistake is None else [mistake]


def _missing_file_mistakes(file: Path, *, is_to_be_made: bool) -> list[str]:
    if not is_to_be_made:
        first = f"Run this in the folder with `.env`, or, for a new bot, `{program()} migrate` first."
        return [f"There is no database at {file}. {first}"]
    return [] if file.parent.is_dir() else [f"There is no folder {file.parent} for the database of DATABASE_URL."]


async def _revision(settings: Settings) -> tuple[str | None, bool]:
    async with opened(settings.database) as database:
        revision = await schema.current_revision(database)
        return revision, revision is None and await schema.has_tables(database)


@contextmanager
def watched(unit: str) -> Iterator[Progress]:
    """Show the progress of a command, unless its errors go to a file."""
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    with closing(ProgressBar(unit)) as progress:
        yield progress


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[Database]:
    """Open a database, and close it in the end."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def reason_of(error: BaseException | None) -> str:
    """Return the first line of an error's message, or the name of the error."""
    reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
    return reason or type(error).__name__
