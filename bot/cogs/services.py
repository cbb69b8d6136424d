"""What the commands are given to work with."""

from dataclasses import dataclass

from bot.services.events._service import EventService
from bot.services.moderation._service import RemovalService
from bot.services.servers._service import SettingsService
from bot.services.submissions._service import LeaderboardService
from bot.services.weeks._service import WeeklyProcessingService


@dataclass(frozen=True, slots=True)
class Services:
    """The services, built once at the start.

    Attributes:
        owner_id: Discord's id of the bot's owner, an admin everywhere; None for nobody.
    """

    leaderboard: LeaderboardService
    weeks: WeeklyProcessingService
    events: EventService
    removals: RemovalService
    settings: SettingsService
    owner_id: int | None
