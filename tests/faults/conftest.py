"""Fixtures for tests of faults."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Literal

import pytest
from sqlalchemy import URL

from tests.backends import TestBackend, open_test_backend
from tests.patience import SOON, set_limits
from tests.proxy import Proxy, proxy_to, through
from tests.wire.conftest import discord

__all__ = ["discord"]

PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def keeps_secrets(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that the log, including tracebacks, reveals no password and no database URL."""
    caplog.set_level("DEBUG", "bot")
    yield
    for secret in (PASSWORD, "postgresql+asyncpg://", "redis://"):
        assert all(secret not in record for when in ("setup", "call") for record in _written(caplog, when)), secret


def _written(caplog: pytest.LogCaptureFixture, when: Literal["setup", "call"]) -> Iterator[str]:
    return (caplog.handler.format(record) for record in caplog.get_records(when))


@pytest.fixture
async def way(server_url: URL) -> AsyncIterator[Proxy]:
    """The proxy to the PostgreSQL of `remote`."""
    async with proxy_to(server_url) as proxy:
        yield proxy


@pytest.fixture
async def remote(server_url: URL, way: Proxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestBackend]:
    """The services with an event and a score, and several connections to a PostgreSQL through a proxy that can fail."""
    # In the end, some connections may lead nowhere.
    set_limits(monkeypatch.setattr, {"CLOSE_SECONDS": SOON})
    # A server without passwords accepts any password.
    async with open_test_backend(through(way, server_url).set(password=PASSWORD)) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        # Two connections are enough: the driver takes two seconds to close one that leads nowhere.
        await asyncio.gather(*(backend.page() for _ in range(2)))
        await backend.settle_ratings()
        yield backend
