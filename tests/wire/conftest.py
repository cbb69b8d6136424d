"""A stub of Discord, and the settings that connect the bot to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL

from .bots import settings
from .discord_stub import DiscordStub


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStub]:
    async with DiscordStub() as stub:
        yield stub


@pytest.fixture
def environment(discord: DiscordStub, file_url: URL) -> dict[str, str]:
    """The settings of a bot on the stub, with a database that needs no server."""
    return settings(discord, file_url)
