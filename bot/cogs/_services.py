"""What the commands work with."""

from dataclasses import dataclass
from typing import Any

from discord import Interaction
from discord.ext import commands

from bot.cogs._answering import actor_of
from bot.services.events import EventService
from bot.services.moderation import RemovalService
from bot.services.servers import Actor, SettingsService
from bot.services.standings import StandingsService
from bot.services.submissions import LeaderboardService
from bot.services.weeks import WeeklyProcessingService


@dataclass(frozen=True, slots=True)
class Services:
    """The services, built once at the start.

    Attributes:
        owner_id: Discord's id of the bot's owner, an admin everywhere; None for nobody.
    """

    leaderboard: LeaderboardService
    standings: StandingsService
    weeks: WeeklyProcessingService
    events: EventService
    removals: RemovalService
    settings: SettingsService
    owner_id: int | None


class ServiceCog(commands.Cog):
    """Base of the cogs: commands over services."""

    def __init__(self, services: Services) -> None:
        """Answer by means of the services."""
        self.services = services

    def actor(self, interaction: Interaction[Any]) -> Actor:
        """Return the user of an interaction as Discord vouches for them."""
        return actor_of(interaction, self.services.owner_id)
