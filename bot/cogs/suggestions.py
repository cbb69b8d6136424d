"""What is offered while a user types. Nobody is bound to take it: services check what arrives."""

from collections.abc import Iterable
from typing import Any

import pytz
from discord import Interaction
from discord.app_commands import Choice

from bot.cogs.services import Services
from bot.errors import EventNotFound
from bot.ui.weeks import name_pending

MAX_CHOICES = 25
MAX_CHOICE = 100


async def active_events(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Offer the server's events that take scores."""
    return await _events(interaction, typed, archived=False)


async def all_events(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Offer the server's events, archived ones too."""
    return await _events(interaction, typed, archived=True)


async def pending_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Offer the weeks that can be closed of the event that has been chosen."""
    if interaction.guild_id is None:
        return []
    event = getattr(interaction.namespace, "event", None) or ""
    try:
        pending = await _services(interaction).weeks.pending(interaction.guild_id, event)
    except EventNotFound:
        return []
    weeks = [(name_pending(week), str(week.week)) for week in pending]
    return _choices((name, value) for name, value in weeks if typed.strip().upper() in value)


async def time_zones(__interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Offer IANA time zones, the common ones."""
    wanted = typed.strip().replace(" ", "_").casefold()
    return _choices((zone, zone) for zone in pytz.common_timezones if wanted in zone.casefold())


async def _events(interaction: Interaction[Any], typed: str, *, archived: bool) -> list[Choice[str]]:
    if interaction.guild_id is None:
        return []
    names = await _services(interaction).events.suggest(interaction.guild_id, typed, archived=archived)
    return _choices((name, name) for name in names)


def _services(interaction: Interaction[Any]) -> Services:
    services: Services = interaction.client.services
    return services


def _choices(pairs: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    return [Choice(name=name[:MAX_CHOICE], value=value) for name, value in list(pairs)[:MAX_CHOICES]]
