"""What tests of faults share."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from tests.backends import TestBackend, open_test_backend
from tests.proxy import Proxy, proxy_to, through
from tests.wire.conftest import discord

__all__ = ["discord"]


@pytest.fixture
async def way(server_url: URL) -> AsyncIterator[Proxy]:
    """The way to the PostgreSQL of `remote`."""
    async with proxy_to(server_url) as proxy:
        yield proxy


@pytest.fixture
async def remote(server_url: URL, way: Proxy) -> AsyncIterator[TestBackend]:
    """The services with an event and a score, and several connections to a PostgreSQL by a way that can fail."""
    async with open_test_backend(through(way, server_url)) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await asyncio.gather(*(backend.page() for _ in range(8)))
        await backend.settle_ratings()
        yield backend
