"""The places where measurements run: separate databases on a real PostgreSQL and in files, and clients for them."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, text

from bot.database.database import Database
from bot.database.dialect import is_file, open_engine
from tests.databases import Templates
from tests.own_servers import DATABASE_VARIABLE, REDIS_VARIABLE, postgres_client, postgres_server, redis_server


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one run of the benchmarks.

    Attributes:
        templates: creates migrated databases that nothing else uses.
        full: whether to measure the large sizes too.
    """

    templates: Templates
    full: bool

    @contextmanager
    def database(self, kind: str) -> Iterator[URL]:
        """Provide a migrated, empty database, `postgresql` or `sqlite`."""
        with self.templates.migrated(kind) as url:
            yield url


@contextmanager
def open_place(*, full: bool) -> Iterator[Place]:
    """Find or start the servers, and finally remove everything created on them."""
    with postgres_server() as postgres, redis_server() as redis, TemporaryDirectory(prefix="leaderboard-") as folder:
        os.environ[DATABASE_VARIABLE], os.environ[REDIS_VARIABLE] = postgres, redis
        templates = Templates(Path(folder))
        try:
            yield Place(templates, full)
        finally:
            templates.close()


async def vacuum(url: URL) -> None:
    """Do what a server eventually does by itself; a file stays as the bot leaves it, which never analyses it."""
    if is_file(url):
        return
    engine = open_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()


def fill_with(url: URL, fill: Callable[[Database], Awaitable[None]]) -> None:
    """Fill a database, and vacuum it."""

    async def work() -> None:
        database = Database(url)
        try:
            await fill(database)
        finally:
            await database.close()
        await vacuum(url)

    asyncio.run(work())


def run_client(program: str, url: URL, *arguments: str, script: str | None = None) -> str:
    """Run `psql` or `pgbench` on a PostgreSQL database, and return what it printed.

    Args:
        program: the client.
        url: the database.
        arguments: further arguments.
        script: the standard input.

    Raises:
        subprocess.CalledProcessError: the client failed; its last output is in the output of this process.
    """
    address = ["-h", url.host or str(url.query["host"]), "-p", str(url.port or 5432), "-U", url.username or "postgres"]
    done = subprocess.run(
        [str(postgres_client(program)), *address, *arguments, str(url.database)],
        input=script,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PGPASSWORD": url.password or ""},
    )
    return done.stdout
