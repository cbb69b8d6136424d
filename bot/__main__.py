"""The command line: `python -m bot run | demo | migrate | sync | verify | backup | export | import | …`."""

import gc

# Imported modules never become garbage, so the collector would only slow down the start.
gc.disable()

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot import __version__
from bot.commands import (
    CANNOT_START,
    INTERRUPTED,
    SCRIPT,
    TOKEN_REFUSED,
    TokenRefused,
    backup,
    demo,
    erase,
    export,
    health,
    import_,
    import_tournament,
    migrate,
    program,
    run,
    sync,
    verify,
)
from bot.config import SettingsError
from bot.console import add_options
from bot.database.schema import needed_revision
from bot.domain.servers import GREATEST_ID
from bot.errors import Unavailable

gc.freeze()
# A hundred concurrent commands keep so many objects that the usual threshold, of hundreds, rescans them again and
# again.
gc.set_threshold(10_000, 20, 20)
gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program(), description="A leaderboard bot for Discord.")
    version = f"{SCRIPT} {__version__} (schema {needed_revision()})"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(do: Callable[[argparse.Namespace], int], *, writes: bool = False) -> argparse.ArgumentParser:
        name = do.__name__.strip("_").replace("_", "-")
        command = commands.add_parser(name, help=do.__doc__, description=do.__doc__)
        command.set_defaults(do=do)
        if writes:
            add_options(command)
        return command

    add(run).add_argument(
        "--stay-if-refused",
        action="store_true",
        help="if Discord refuses the token, wait to be stopped, for supervisors that restart whatever ends",
    )
    add(health)
    shown = add(demo)
    last = shown.add_mutually_exclusive_group()
    last.add_argument("--no-page", dest="page", action="store_false", help="end after the transcript")
    last.add_argument("--picture", type=Path, metavar="FILE", help="end with a picture of the last messages")
    last.add_argument("--empty", action="store_true", help="play no season: the page of a server without events")
    shown.add_argument("--port", type=int, default=0, help="the port of the page; 0 chooses a free one")
    add(migrate, writes=True)
    synced = add(sync, writes=True)
    synced.add_argument("--guild", type=_number, metavar="ID", help="only in this server, where changes show at once")
    synced.add_argument("--clear", action="store_true", help="take away the commands of this server alone")
    either = add(verify, writes=True).add_mutually_exclusive_group()
    either.add_argument("--repair", action="store_true", help="also correct these rows; all or nothing")
    either.add_argument("--write-log", action="store_true", help="write scores that the log does not know into the log")
    _add_files(add)
    add(erase, writes=True).add_argument("user", type=_number, metavar="DISCORD_ID", help="Discord's id of the user")
    return parser


def _add_files(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that write or read files, or another database."""
    add(backup).add_argument("file", type=Path, metavar="FILE", help="where the copy goes; nothing may be there yet")
    exported = add(export)
    exported.add_argument("folder", type=Path, metavar="FOLDER", help="where the files go; it is made anew")
    exported.add_argument("--guild", type=_number, metavar="ID", required=True, help="the server of the event")
    exported.add_argument("--event", metavar="NAME", required=True, help="the whole name of the event")
    imported = add(import_, writes=True)
    imported.add_argument("file", type=Path, metavar="FILE", help="the event.json of an export, or a table of scores")
    imported.add_argument("--guild", type=_number, metavar="ID", required=True, help="the server to import into")
    imported.add_argument(
        "--event", metavar="NAME", help="import the scores of a table (CSV: player, score, time) into this event"
    )
    imported.add_argument("--take-back", type=_number, metavar="NUMBER", help="take such an import back, by its number")
    tournament = add(import_tournament, writes=True)
    tournament.add_argument("url", metavar="URL", help="the URL of its database, which is only read")
    tournament.add_argument("--guild", type=_number, metavar="ID", required=True, help="the server to import into")


def _number(text: str) -> int:
    """Parse a number that the database can hold, such as a Discord id."""
    with suppress(ValueError):
        if abs(number := int(text)) <= GREATEST_ID:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is no id")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code.

    Returns:
        0; 1 if rows differ or the bot is not ready; 2 if the command cannot start or go on; 3 if `backup` leaves the
        backup to another program; 78 if Discord refuses the token; 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.do(options))
    except SettingsError as error:
        print("The bot cannot run:", *error.mistakes, sep="\n  - ", file=sys.stderr)
        if isinstance(error, TokenRefused):
            return TOKEN_REFUSED
    except Unavailable:
        # The usual sentence of this error is written for players.
        print("The database failed; the log says how.", file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
