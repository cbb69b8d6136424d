"""The bot is killed at random moments, and its data stay intact."""

import os
import secrets

import pytest
from sqlalchemy import URL

from tests.faults.crashes import crash_rounds

ROUNDS = 20
SEED = "CRASH_SEED"


@pytest.mark.long
async def test_a_crash_at_any_moment_loses_doubles_and_halves_nothing(database_url: URL) -> None:
    await crash_rounds(database_url, ROUNDS, int(os.environ.get(SEED) or secrets.randbits(32)))
