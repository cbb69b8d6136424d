"""Tell where the bot may write, and whether it knows the server yet."""

from collections.abc import Iterable
from typing import Any

from discord import Interaction, Thread

from bot.errors import Restarting


def may_write(interaction: Interaction[Any], channel_id: int) -> bool:
    """Tell whether the bot may write in a channel of the server, as far as it knows; True for an unknown channel."""
    guild, permissions = interaction.guild, interaction.app_permissions
    channel = None if guild is None else guild.get_channel_or_thread(channel_id)
    if channel_id != interaction.channel_id:
        if guild is None or channel is None:
            return True
        permissions = channel.permissions_for(guild.me)
    writes = permissions.send_messages_in_threads if isinstance(channel, Thread) else permissions.send_messages
    return permissions.view_channel and writes


def closed_among(interaction: Interaction[Any], channel_ids: Iterable[int]) -> set[int]:
    """Return those of the given channels in which the bot may not write, as far as it knows."""
    return {one for one in channel_ids if not may_write(interaction, one)}


def knows_server(interaction: Interaction[Any]) -> bool:
    """Tell whether the bot knows the channels and roles of the server; just after a start, it does not yet."""
    guild = interaction.client.get_guild(interaction.guild_id)
    return guild is not None and not guild.unavailable


def check_known(interaction: Interaction[Any]) -> None:
    """Check that the bot knows the channels and roles of the server.

    Raises:
        Restarting: Discord has not sent them yet.
    """
    if not knows_server(interaction):
        raise Restarting
