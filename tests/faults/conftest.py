"""What tests of faults share."""

from tests.database.conftest import server_url
from tests.wire.conftest import discord

__all__ = ["discord", "server_url"]
