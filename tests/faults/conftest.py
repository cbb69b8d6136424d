"""What tests of faults share."""

from tests.wire.conftest import discord

__all__ = ["discord"]
