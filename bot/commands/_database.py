"""Commands for the whole database: migrate it, verify it, back it up, erase a user from it."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from bot.commands._beginning import (
    CANNOT_START,
    DIFFERENCES_FOUND,
    NOT_BACKED_UP,
    OK,
    begin_with_database,
    opened,
    program,
    reason_of,
    undone,
    watched,
)
from bot.config import Settings, SettingsError
from bot.console import may_change
from bot.database import backup as backups
from bot.database import schema
from bot.database.dialect import missing_file
from bot.domain.clock import utc_now
from bot.services.privacy import PrivacyService
from bot.services.verification import LogRepair, RepairFailed, Verification, VerificationService
from bot.ui.privacy import FORMER_PLAYER
from bot.ui.text import count_of

T = TypeVar("T")


def migrate(options: argparse.Namespace) -> int:
    """Bring the database to the schema of this version."""
    settings = begin_with_database(takes_old=True, takes_empty=True)
    revisions, rows = asyncio.run(_pending(settings))
    if revisions and not may_change(options, [f"revision {one}" for one in revisions], rows):
        return undone(options)
    try:
        with watched("revisions") as progress:
            progress.begin(len(revisions))
            schema.migrate(settings.database, on_revision=partial(progress.advance, 1))
    except DBAPIError as error:
        raise SettingsError([f"The database is as it was: the migration failed ({reason_of(error)})."]) from error
    print(f"The database is at revision {schema.needed_revision()}.")
    return OK


async def _pending(settings: Settings) -> tuple[list[str], int]:
    """Return the revisions that the database lacks, and the number of its rows, any of which they may change."""
    if missing_file(settings.database) is not None:
        return schema.pending_revisions(None), 0
    async with opened(settings.database) as database:
        return schema.pending_revisions(await schema.current_revision(database)), await schema.count_rows(database)


def verify(options: argparse.Namespace) -> int:
    """Recompute every rating from the log, and name each row that differs."""
    settings = begin_with_database()
    if options.write_log:
        return asyncio.run(_with_verification(settings, lambda service: _write_log(service, options)))
    if options.repair:
        return asyncio.run(_with_verification(settings, lambda service: _repair(service, options)))
    found = asyncio.run(_with_verification(settings, VerificationService.verify))
    _print_all(found.differences)
    _print_verified(found)
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
    _print_verified(found)
    if found.is_repaired or not found.differences:
        return OK
    return CANNOT_START if found.unexplained else undone(options, DIFFERENCES_FOUND)


async def _write_log(service: VerificationService, options: argparse.Namespace) -> int:
    def allow(found: LogRepair) -> bool:
        return may_change(options, found.missing, len(found.missing))

    found = await service.write_log(allow)
    for one in found.unexplained:
        print(f"note: no row of the log can explain this; if it is wrong, delete it by hand: {one}")
    if found.missing and not found.is_written:
        return undone(options, DIFFERENCES_FOUND)
    print(f"Written into the log: {count_of(len(found.missing), 'row')}.")
    return OK


async def _with_verification(settings: Settings, work: Callable[[VerificationService], Awaitable[T]]) -> T:
    with watched("rows") as progress:
        async with opened(settings.database) as database:
            return await work(VerificationService(database, progress))


def _print_all(lines: Iterable[object]) -> None:
    for line in lines:
        print(line)


def _print_verified(found: Verification) -> None:
    for name in found.awaiting:
        print(f"note: event {name!r} awaits a recalculation, which a running bot makes soon")
    if found.unexplained:
        print(
            f"The log does not explain {count_of(len(found.unexplained), 'row')}. A repair would lose what it does not"
            f" explain, and so changes nothing. `{program()} verify --write-log` writes the log from them."
        )
    wrong = len(found.differences)
    result = f"{wrong:,} repaired" if found.is_repaired else count_of(wrong, "difference")
    print(f"{count_of(found.events, 'event')}, {count_of(found.submissions, 'submission')}: {result}.")


def backup(options: argparse.Namespace) -> int:
    """Copy the database into a file, also while the bot runs; for PostgreSQL, print the command for it."""
    settings = begin_with_database(takes_old=True)
    if (command := backups.dump_command(settings.database, options.file)) is not None:
        print(f"Nothing is backed up yet. This does it, and takes the password from PGPASSWORD:\n{command}")
        return NOT_BACKED_UP
    try:
        with watched("pages") as progress:
            backups.copy_file(settings.database, options.file, progress)
    except FileExistsError:
        raise SettingsError([f"{options.file} is there already. Choose another name."]) from None
    except OSError as error:
        raise SettingsError([f"There is no backup: {reason_of(error)}."]) from error
    print(f"The database is backed up in {options.file}.")
    return OK


def erase(options: argparse.Namespace) -> int:
    """Erase a user everywhere, as they can themselves by /my-data; scores stay, as those of a former player."""
    settings = begin_with_database()
    return asyncio.run(_erase(settings, options))


async def _erase(settings: Settings, options: argparse.Namespace) -> int:
    async with opened(settings.database) as database:
        service = PrivacyService(database, utc_now)
        found = await service.measure(options.user)
        if found.is_empty:
            print(f"Nothing is to do: nothing is stored about user {options.user}.")
            return OK
        scores, events = count_of(found.submissions, "score"), count_of(found.events, "event")
        lines = [
            f"{scores} in {events} of {count_of(found.servers, 'server')}: without name and proof",
            f"{count_of(found.held, 'held score')}, reminders in {count_of(found.reminders, 'server')}: gone",
            f"{count_of(found.actions, 'row')} of what the user did as an admin: without the user",
            *(f"role {one.role_id} of server {one.guild_id}: take it away by hand" for one in found.roles),
        ]
        if not may_change(options, lines, found.rows):
            return undone(options)
        await service.erase(options.user, FORMER_PLAYER)
    print("The user is erased. Backups and exports from before still hold the name.")
    return OK
