"""Do the commands of the command line; each function returns its exit code."""

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiohttp
import discord
from pydantic import SecretStr
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from bot import __version__
from bot import main as client
from bot.config import Settings, SettingsError, load_settings, unknown_settings
from bot.console import ProgressBar, may_change
from bot.database import backup as backups
from bot.database import schema
from bot.database.database import Database
from bot.database.dialect import missing_file, parse_database_url, remarks
from bot.domain.clock import utc_now
from bot.domain.progress import Progress, Unwatched
from bot.domain.tournament import TournamentPlan
from bot.errors import (
    EventNameTaken,
    EventNotFound,
    EventUnknown,
    FileTooLarge,
    ImportGone,
    LeaderboardError,
    NotAScoreFile,
    NothingToImport,
    Unavailable,
)
from bot.health import ask_page, examine_redis
from bot.logs import set_up_log
from bot.services.privacy import PrivacyService
from bot.services.ratings import redis_failure
from bot.services.servers import itself
from bot.services.tournament import NoTournament, TournamentImportService
from bot.services.transfer import EventFile, NotAnEventFile, TransferService, read_event_file
from bot.services.verification import LogRepair, RepairFailed, Verification, VerificationService
from bot.ui.privacy import FORMER_PLAYER

OK, DIFFERENCES_FOUND, NOT_READY, CANNOT_START, INTERRUPTED = 0, 1, 1, 2, 130
NOT_BACKED_UP = 3
"""A code of its own, by which a timer can tell a command to run from a failure."""
TOKEN_REFUSED = 78
"""A code of its own, by which a supervisor can tell what a restart does not mend; EX_CONFIG of sysexits.h."""
SCRIPT = "leaderboard-bot"

T = TypeVar("T")

logger = logging.getLogger(__name__)


class TokenRefused(SettingsError):
    """Discord does not take the token."""


def program() -> str:
    """Return what operators type to run this program."""
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else "python -m bot"


def run(options: argparse.Namespace) -> int:
    """Run the bot until it is told to stop."""
    settings = _begin()
    if mistakes := [*_token_mistakes(settings), *_schema_mistakes(settings), *_redis_mistakes(settings)]:
        raise SettingsError(mistakes)
    logger.info(
        "%s %s, schema %s, database %s, %s, Discord %s",
        *(SCRIPT, __version__, schema.needed_revision(), settings.database.render_as_string()),
        *("no Redis" if settings.redis_address is None else f"Redis {settings.redis_address}",),
        settings.discord_api_url,
    )
    serving = client.serve(settings, _token(settings), stays_if_refused=options.stay_if_refused)
    _speak_to_discord(serving, settings)
    return OK


def sync(options: argparse.Namespace) -> int:
    """Tell Discord about the commands."""
    settings = _begin()
    if mistakes := _token_mistakes(settings):
        raise SettingsError(mistakes)
    if options.clear and options.guild is None:
        raise SettingsError(["--clear needs --guild ID: it takes away what one server shows twice."])

    def allow(changes: client.CommandChanges) -> bool:
        lines = [f"{kind}: {', '.join(names)}" for kind, names in asdict(changes).items() if names]
        return may_change(options, lines, sum(map(len, asdict(changes).values())), "commands")

    syncing = client.sync(settings, _token(settings), options.guild, allow, clears=options.clear)
    names: list[str] | None = _speak_to_discord(syncing, settings)
    if names is None:
        return _undone(options)
    if options.clear:
        print(f"Server {options.guild} shows only the commands that every server has.")
        return OK
    where = "in every server" if options.guild is None else f"in server {options.guild}"
    print(f"Discord now offers {where}: {', '.join(names)}")
    return OK


def migrate(options: argparse.Namespace) -> int:
    """Bring the database to the schema of this version."""
    settings = _begin_with_database(takes_old=True, takes_empty=True)
    revisions, rows = asyncio.run(_pending(settings))
    if revisions and not may_change(options, [f"revision {one}" for one in revisions], rows):
        return _undone(options)
    try:
        with _watched("revisions") as progress:
            progress.begin(len(revisions))
            schema.migrate(settings.database, on_revision=partial(progress.advance, 1))
    except DBAPIError as error:
        raise SettingsError([f"The database is as it was: the migration failed ({_reason(error)})."]) from error
    print(f"The database is at revision {schema.needed_revision()}.")
    return OK


async def _pending(settings: Settings) -> tuple[list[str], int]:
    """Return the revisions that the database lacks, and how many rows it has, each of which they may change."""
    if missing_file(settings.database) is not None:
        return schema.pending_revisions(None), 0
    async with _opened(settings.database) as database:
        return schema.pending_revisions(await schema.current_revision(database)), await schema.count_rows(database)


def _undone(options: argparse.Namespace) -> int:
    """Return the exit code of a command that has left all as it was."""
    return OK if options.dry_run else CANNOT_START


def verify(options: argparse.Namespace) -> int:
    """Recompute every rating from the log, and name each row that differs."""
    settings = _begin_with_database()
    if options.write_log:
        return asyncio.run(_with_verification(settings, lambda service: _write_log(service, options)))
    if options.repair:
        return asyncio.run(_with_verification(settings, lambda service: _repair(service, options)))
    found = asyncio.run(_with_verification(settings, VerificationService.verify))
    _print_all(found.differences)
    _print_verified(found, "differences")
    return DIFFERENCES_FOUND if found.differences else OK


async def _repair(service: VerificationService, options: argparse.Namespace) -> int:
    def allow(found: Verification) -> bool:
        if found.unexplained:
            _print_all(found.unexplained)
            return False
        return may_change(options, found.differences, len(found.differences))

    try:
        found = await service.repair(allow)
    except RepairFailed as error:
        raise SettingsError([f"Nothing is repaired, because this would still differ: {error}."]) from error
    _print_verified(found, "repaired" if found.is_repaired else "differences")
    if found.is_repaired or not found.differences:
        return OK
    return CANNOT_START if found.unexplained else DIFFERENCES_FOUND


async def _write_log(service: VerificationService, options: argparse.Namespace) -> int:
    def allow(found: LogRepair) -> bool:
        return may_change(options, found.missing, len(found.missing))

    found = await service.write_log(allow)
    for one in found.unexplained:
        print(f"note: no row of the log can explain this; if it is wrong, delete it by hand: {one}")
    if found.is_written or not found.missing:
        print(f"{len(found.missing)} rows were written into the log.")
    return OK if found.is_written or not found.missing else DIFFERENCES_FOUND


def _print_all(lines: Iterable[object]) -> None:
    for line in lines:
        print(line)


def _print_verified(found: Verification, result: str) -> None:
    for name in found.awaiting:
        print(f"note: event {name!r} awaits a recalculation, which a running bot makes soon")
    if found.unexplained:
        print(
            f"The log does not know where {len(found.unexplained)} rows come from; a repair would lose them, and so it"
            f" changes nothing. `{program()} verify --write-log` writes the log from them."
        )
    print(f"{found.events} events, {found.submissions} submissions: {len(found.differences)} {result}.")


def import_tournament(options: argparse.Namespace) -> int:
    """Bring the leaderboard events, players and scores of a tournament bot's database into a server."""
    settings = _begin_with_database()
    try:
        source = parse_database_url(options.url)
    except ValueError as error:
        raise SettingsError([f"The URL of the tournament bot {error}."]) from None
    try:
        with backups.copied(source) as copy:
            return asyncio.run(_import_tournament(settings, copy, options))
    except NoTournament:
        raise SettingsError(
            ["The URL names no database of a tournament bot: it lacks its players and events."]
        ) from None
    except OSError as error:
        raise SettingsError([f"The tournament bot's database cannot be read: {_reason(error)}."]) from error


def _imported(plan: TournamentPlan) -> Iterator[str]:
    for event in plan.events:
        players = len({one.player.discord_id for one in event.submissions})
        kind = "new event" if event.is_new else "event"
        repeated = f", {event.repeated} are here already" if event.repeated else ""
        scores = f"{len(event.submissions)} scores of {players} players{repeated}"
        yield f"{kind} {event.name!r} ({event.direction}): {scores}"
    for reason, count in plan.left_behind.items():
        if count:
            yield f"left behind: {count} {reason}"


def export(options: argparse.Namespace) -> int:
    """Write an event of a server into a new folder: tables for a spreadsheet, and a file that `import` takes."""
    settings = _begin_with_database()
    folder: Path = options.folder
    if folder.exists():
        raise SettingsError([f"{folder} is there already. Choose another name."])
    try:
        # The folder is there with all of its files, or not at all.
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.absolute().parent) as unfinished:
            files = Path(unfinished) / "files"
            files.mkdir()
            name = asyncio.run(_export(settings, options, files))
            files.rename(folder)
    except EventNotFound as error:
        raise SettingsError([_no_event(error, options)]) from None
    except OSError as error:
        raise SettingsError([f"Nothing is exported: {_reason(error)}."]) from error
    print(f"{name!r} is exported into {folder}.")
    return OK


async def _export(settings: Settings, options: argparse.Namespace, folder: Path) -> str:
    with _watched("rows") as progress:
        async with _opened(settings.database) as database:
            return await TransferService(database, utc_now, settings.scale).write_files(
                options.guild, options.event, lambda name: (folder / name).open("wb"), progress.advance
            )


def import_(options: argparse.Namespace) -> int:
    """Make an event, which `export` has written, again in a server; or import scores of a table into one."""
    if options.take_back is not None and options.event is None:
        raise SettingsError(["--take-back needs --event: the event that the scores were imported into."])
    settings = _begin_with_database()
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise SettingsError([f"{options.file} cannot be read: {_reason(error)}."]) from error
    if options.event is not None:
        return asyncio.run(_import_scores(settings, content, options))
    try:
        file = read_event_file(content)
    except NotAnEventFile as error:
        raise SettingsError([f"{options.file} is no exported event. {one}" for one in error.mistakes]) from None
    try:
        return asyncio.run(_import(settings, file, options))
    except EventNameTaken:
        there = f"Server {options.guild} has another event {file.event.name!r}."
        advice = "Nothing is imported; give that one another name with `/event edit` first."
        raise SettingsError([f"{there} {advice}"]) from None


async def _import(settings: Settings, file: EventFile, options: argparse.Namespace) -> int:
    async with _opened(settings.database) as database:
        service = TransferService(database, utc_now, settings.scale)
        plan = await service.plan(file, options.guild)
        if plan.is_here:
            print(f"Nothing is to do: {plan.name!r} is in server {options.guild} already.")
            return OK
        lines = [
            f"new event {plan.name!r}: {plan.submissions} scores of {plan.players} players, {plan.runs} closed weeks",
            f"players who are new to the server: {plan.newcomers}",
        ]
        if len(set(plan.zones)) > 1:
            lines.append("note: closed weeks are of {}; this server's weeks are of {}".format(*plan.zones))
        if not may_change(options, lines, plan.submissions, "scores"):
            return _undone(options)
        await service.carry_out(file, options.guild)
    print("All of it is imported.")
    return OK


async def _import_scores(settings: Settings, content: bytes, options: argparse.Namespace) -> int:
    bot = itself(options.guild)
    async with _opened(settings.database) as database:
        service = TransferService(database, utc_now, settings.scale)
        try:
            if options.take_back is not None:
                count = await service.count_imported(bot, options.event, options.take_back)
                if not may_change(options, [f"scores of the import that are taken back: {count}"], count, "scores"):
                    return _undone(options)
                taken = await service.take_back(bot, options.event, options.take_back)
                print(f"{taken.scores} scores of the import are taken back.")
                return OK
            plan = await service.plan_scores(bot, options.event, content)
            for row in plan.bad:
                print(f"left out: line {row.line}, {row.cell!r}: {row.problem}")
            weeks = ", ".join(map(str, plan.weeks)) or "none"
            lines = [
                f"new scores: {len(plan.new)} of {plan.players} players; here already: {plan.known}",
                f"closed weeks that are run again: {weeks}",
            ]
            if not may_change(options, lines, len(plan.new), "scores"):
                return _undone(options)
            done = await service.import_scores(bot, options.event, content)
        except LeaderboardError as error:
            raise SettingsError([_import_refused(error, options)]) from None
    print(f"Imported. Import {done.import_id} can be taken back: add `--take-back={done.import_id}`.")
    return OK


def _import_refused(error: LeaderboardError, options: argparse.Namespace) -> str:
    if isinstance(error, EventNotFound):
        return _no_event(error, options)
    if isinstance(error, FileTooLarge):
        return f"{options.file} is too large: at most {error.most_bytes} bytes and {error.most_rows} rows."
    if isinstance(error, NotAScoreFile):
        return f"{options.file} is no table of scores: it needs the columns player, score and time."
    if isinstance(error, NothingToImport):
        return "Nothing is imported: every score that can be read is there already."
    if isinstance(error, ImportGone):
        return f"Event {error.event!r} has no scores of that import."
    raise error


def _no_event(error: EventNotFound, options: argparse.Namespace) -> str:
    nearest = f" Did you mean {error.nearest[0]!r}?" if isinstance(error, EventUnknown) and error.nearest else ""
    return f"Server {options.guild} has no event {options.event!r}.{nearest}"


def backup(options: argparse.Namespace) -> int:
    """Copy the database into a file, also while the bot runs; for PostgreSQL, print the command for it."""
    settings = _begin_with_database(takes_old=True)
    if (command := backups.dump_command(settings.database, options.file)) is not None:
        print(f"Nothing is backed up yet. This does it, and takes the password from PGPASSWORD:\n{command}")
        return NOT_BACKED_UP
    try:
        with _watched("pages") as progress:
            backups.copy_file(settings.database, options.file, progress)
    except FileExistsError:
        raise SettingsError([f"{options.file} is there already. Choose another name."]) from None
    except OSError as error:
        raise SettingsError([f"There is no backup: {_reason(error)}."]) from error
    print(f"The database is backed up in {options.file}.")
    return OK


def erase(options: argparse.Namespace) -> int:
    """Erase a user everywhere, as they can themselves by /my-data; scores stay, as those of a former player."""
    settings = _begin_with_database()
    return asyncio.run(_erase(settings, options))


async def _erase(settings: Settings, options: argparse.Namespace) -> int:
    async with _opened(settings.database) as database:
        service = PrivacyService(database, utc_now)
        found = await service.measure(options.user)
        if found.is_empty:
            print(f"Nothing is to do: nothing is stored about user {options.user}.")
            return OK
        lines = [
            f"{found.submissions} scores in {found.events} events of {found.servers} servers: without name and proof",
            f"{found.held} held scores, {found.reminders} servers with reminders: gone",
            f"{found.actions} rows of what the user did as an admin: without the user",
            *(f"role {one.role_id} of server {one.guild_id}: take it away by hand" for one in found.roles),
        ]
        if not may_change(options, lines, found.rows):
            return _undone(options)
        await service.erase(options.user, FORMER_PLAYER)
    print("The user is erased. Backups and exports from before still hold the name.")
    return OK


def health(_options: argparse.Namespace) -> int:
    """Tell whether a running bot is connected, and whether its database and Redis answer; asks at HEALTH_PORT."""
    settings = _begin()
    if settings.health_port is None:
        told = "not known; set HEALTH_PORT for the bot and for this command"
    elif (answer := asyncio.run(ask_page(settings.health_host, settings.health_port))) is not None:
        is_ready, lines = answer
        print(lines, end="")
        return OK if is_ready else NOT_READY
    else:
        told = f"not known; no bot answers at {settings.health_host}:{settings.health_port}"
    print("gateway:", told)
    print("database:", *_schema_mistakes(settings) or ["answers"])
    print(asyncio.run(examine_redis(settings.redis)))
    return NOT_READY


def demo(options: argparse.Namespace) -> int:
    """Play a season in a simulated Discord and serve it as a page; ignore the settings."""
    if find_spec("simcord") is None:
        raise SettingsError(["The demo needs the package simcord from requirements-dev.lock: run `make demo`."])
    from bot.demo import play

    asyncio.run(play(page=options.page, port=options.port, picture=options.picture, empty=options.empty))
    return OK


def _begin() -> Settings:
    settings = load_settings()
    set_up_log(settings.log_level, as_json=settings.log_format == "json", secrets=filter(None, [_token(settings)]))
    for remark in (*unknown_settings(), *remarks(settings.database)):
        logger.warning(remark)
    return settings


def _begin_with_database(*, takes_old: bool = False, takes_empty: bool = False) -> Settings:
    """Begin a command that cannot go on without a database that it takes; see `_schema_mistakes`."""
    settings = _begin()
    if mistakes := _schema_mistakes(settings, takes_old=takes_old, takes_empty=takes_empty):
        raise SettingsError(mistakes)
    return settings


async def _with_verification(settings: Settings, work: Callable[[VerificationService], Awaitable[T]]) -> T:
    with _watched("rows") as progress:
        async with _opened(settings.database) as database:
            return await work(VerificationService(database, progress))


async def _import_tournament(settings: Settings, source: URL, options: argparse.Namespace) -> int:
    async with _opened(source) as tournament, _opened(settings.database) as database:
        service = TournamentImportService(database, utc_now)
        try:
            data = await service.read(tournament)
        except Unavailable as error:
            reason = _reason(error.__cause__)
            raise SettingsError([f"The tournament bot's database cannot be reached ({reason})."]) from error
        plan = await service.plan(data, options.guild)
        if may_change(options, _imported(plan), sum(len(event.submissions) for event in plan.events)):
            await service.carry_out(data, options.guild)
            print("All of it is imported.")
            return OK
    return _undone(options)


def _token_mistakes(settings: Settings) -> list[str]:
    if settings.discord_token is not None:
        return []
    return ["DISCORD_TOKEN is missing. Copy the bot's token from Discord's developer portal into `.env`."]


def _token(settings: Settings) -> str:
    return (settings.discord_token or SecretStr("")).get_secret_value()


def _redis_mistakes(settings: Settings) -> list[str]:
    if settings.redis is None:
        return []
    failure = asyncio.run(redis_failure(settings.redis))
    # The bot starts without a Redis that does not answer, since that may pass.
    return [f"REDIS_URL: Redis refuses it ({failure.reason})."] if failure is not None and failure.is_refusal else []


def _schema_mistakes(settings: Settings, *, takes_old: bool = False, takes_empty: bool = False) -> list[str]:
    """Return what is wrong with the database, which may be of an older version, or not set up yet, if said so."""
    if (file := missing_file(settings.database)) is not None:
        return _missing_file_mistakes(file, is_to_be_made=takes_empty)
    try:
        revision, is_foreign = asyncio.run(_revision(settings))
    except Unavailable as error:
        return [f"DATABASE_URL: the database cannot be reached ({_reason(error.__cause__)})."]
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
    async with _opened(settings.database) as database:
        revision = await schema.current_revision(database)
        return revision, revision is None and await schema.has_tables(database)


@contextmanager
def _watched(unit: str) -> Iterator[Progress]:
    """Show how far a command is, unless its errors go into a file."""
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    with closing(ProgressBar(unit)) as progress:
        yield progress


@asynccontextmanager
async def _opened(url: URL) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def _reason(error: BaseException | None) -> str:
    reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
    return reason or type(error).__name__


def _speak_to_discord(work: Coroutine[Any, Any, Any], settings: Settings) -> Any:
    try:
        return asyncio.run(work)
    except (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, discord.LoginFailure) as error:
        if client.is_token_refused(error):
            raise TokenRefused([client.LOGIN_REFUSED]) from None
        raise SettingsError([f"Discord, at {settings.discord_api_url}, refuses the bot ({error})."]) from None
    except (aiohttp.ClientError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise SettingsError([f"Discord cannot be reached at {settings.discord_api_url} ({reason})."]) from None
