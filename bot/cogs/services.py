"""What the commands are given to work with."""

from dataclasses import dataclass

from bot.services.events import EventService
from bot.services.moderation import RemovalService
from bot.services.servers import SettingsService
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
