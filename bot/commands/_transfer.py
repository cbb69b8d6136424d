"""Commands that export an event to files, and import events or scores."""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from bot.commands._beginning import OK, begin_with_database, opened, reason_of, undone, watched
from bot.config import Settings, SettingsError
from bot.console import may_change
from bot.database import backup as backups
from bot.database.dialect import parse_database_url
from bot.domain.clock import utc_now
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
from bot.services.servers import itself
from bot.services.tournament import NoTournament, TournamentImportService, read_tournament
from bot.services.transfer import EventFile, NotAnEventFile, TransferService, read_event_file
from bot.ui.refusals import tell_mistake
from bot.ui.text import count_of
from bot.ui.tournament import write_left_behind
from bot.ui.transfer import tell_problem


def export(options: argparse.Namespace) -> int:
    """Write an event of a server into a new folder: tables for a spreadsheet, and a file that `import` takes."""
    settings = begin_with_database()
    folder: Path = options.folder
    if folder.exists():
        raise SettingsError([f"{folder} is there already. Choose another name."])
    try:
        # The folder appears with all of its files, or not at all.
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.absolute().parent) as unfinished:
            files = Path(unfinished) / "files"
            files.mkdir()
            name = asyncio.run(_export(settings, options, files))
            files.rename(folder)
    except EventNotFound as error:
        raise SettingsError([_no_event(error, options)]) from None
    except OSError as error:
        raise SettingsError([f"Nothing is exported: {reason_of(error)}."]) from error
    print(f"{name!r} is exported into {folder}.")
    return OK


async def _export(settings: Settings, options: argparse.Namespace, folder: Path) -> str:
    with watched("rows") as progress:
        async with opened(settings.database) as database:
            return await TransferService(database, utc_now, settings.scale).write_files(
                options.guild, options.event, lambda name: (folder / name).open("wb"), progress.advance
            )


def import_(options: argparse.Namespace) -> int:
    """Make an event, which `export` has written, again in a server; or import scores of a table into one."""
    if options.take_back is not None and options.event is None:
        raise SettingsError(["--take-back needs --event: the event that the scores were imported into."])
    settings = begin_with_database()
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise SettingsError([f"{options.file} cannot be read: {reason_of(error)}."]) from error
    if options.event is not None:
        return asyncio.run(_import_scores(settings, content, options))
    try:
        file = read_event_file(content)
    except NotAnEventFile as error:
        found = map(tell_mistake, error.mistakes)
        raise SettingsError([f"{options.file} is no exported event. {one}" for one in found]) from None
    try:
        return asyncio.run(_import(settings, file, options))
    except EventNameTaken:
        there = f"Server {options.guild} has another event {file.event.name!r}."
        advice = "Nothing is imported; give that one another name with `/event edit` first."
        raise SettingsError([f"{there} {advice}"]) from None


async def _import(settings: Settings, file: EventFile, options: argparse.Namespace) -> int:
    async with opened(settings.database) as database:
        service = TransferService(database, utc_now, settings.scale)
        plan = await service.plan(file, options.guild)
        if plan.is_here:
            print(f"Nothing is to do: {plan.name!r} is in server {options.guild} already.")
            return OK
        scores, players = count_of(plan.submissions, "score"), count_of(plan.players, "player")
        lines = [
            f"new event {plan.name!r}: {scores} of {players}, {count_of(plan.runs, 'closed week')}",
            f"players who are new to the server: {plan.newcomers}",
        ]
        if len(set(plan.zones)) > 1:
            lines.append("note: closed weeks are of {}; this server's weeks are of {}".format(*plan.zones))
        if not may_change(options, lines, plan.submissions, "score"):
            return undone(options)
        await service.carry_out(file, options.guild)
    print("All of it is imported.")
    return OK


async def _import_scores(settings: Settings, content: bytes, options: argparse.Namespace) -> int:
    bot = itself(options.guild)
    async with opened(settings.database) as database:
        service = TransferService(database, utc_now, settings.scale)
        try:
            if options.take_back is not None:
                count = await service.count_imported(bot, options.event, options.take_back)
                if not may_change(options, [_taken_back(count)], count, "score"):
                    return undone(options)
                taken = await service.take_back(bot, options.event, options.take_back)
                print(f"{_taken_back(taken.scores).capitalize()}.")
                return OK
            plan = await service.plan_scores(bot, options.event, content)
            for row in plan.bad:
                print(f"left out: line {row.line}, {row.cell!r}: {tell_problem(row.problem)}")
            weeks = ", ".join(map(str, plan.weeks)) or "none"
            scores, players = count_of(len(plan.new), "new score"), count_of(plan.players, "player")
            lines = [
                f"{scores} of {players}; here already: {plan.known}",
                f"closed weeks that are run again: {weeks}",
            ]
            if not may_change(options, lines, len(plan.new), "score"):
                return undone(options)
            done = await service.import_scores(bot, options.event, content)
        except LeaderboardError as error:
            raise SettingsError([_import_refused(error, options)]) from None
    print(f"Imported. Import {done.import_id} can be taken back: add `--take-back={done.import_id}`.")
    return OK


def _taken_back(count: int) -> str:
    return f"taken back: {count_of(count, 'score')} of the import"


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
    nearest = f" Did you mean {error.candidates[0]!r}?" if isinstance(error, EventUnknown) and error.candidates else ""
    return f"Server {options.guild} has no event {options.event!r}.{nearest}"


def import_tournament(options: argparse.Namespace) -> int:
    """Bring the leaderboard events, players and scores of a tournament bot's database into a server."""
    settings = begin_with_database()
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
        raise SettingsError([f"The tournament bot's database cannot be read: {reason_of(error)}."]) from error


async def _import_tournament(settings: Settings, source: URL, options: argparse.Namespace) -> int:
    async with opened(source) as tournament, opened(settings.database) as database:
        service = TournamentImportService(database, utc_now)
        try:
            data = await tournament.read(read_tournament)
        except Unavailable as error:
            reason = reason_of(error.__cause__)
            raise SettingsError([f"The tournament bot's database cannot be reached ({reason})."]) from error
        plan = await service.plan(data, options.guild)
        if may_change(options, _imported(plan), sum(len(event.submissions) for event in plan.events)):
            await service.carry_out(data, options.guild)
            print("All of it is imported.")
            return OK
    return undone(options)


def _imported(plan: TournamentPlan) -> Iterator[str]:
    for event in plan.events:
        players = count_of(len({one.player.discord_id for one in event.submissions}), "player")
        kind = "new event" if event.is_new else "event"
        repeated = f"; here already: {event.repeated}" if event.repeated else ""
        scores = f"{count_of(len(event.submissions), 'score')} of {players}{repeated}"
        yield f"{kind} {event.name!r} ({event.direction}): {scores}"
    for reason, count in plan.left_behind.items():
        if count:
            yield f"left behind: {write_left_behind(reason, count)}"
