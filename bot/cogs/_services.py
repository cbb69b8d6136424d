"""The services, as commands and buttons use them."""

from dataclasses import dataclass
from typing import Any

from discord import Interaction
from discord.ext import commands

from bot.services.announcements import FinalAnnouncements, RecordAnnouncements, ResultAnnouncements
from bot.services.audit import AuditService
from bot.services.boards import BoardService
from bot.services.events import EventService
from bot.services.help import HelpService
from bot.services.history import HistoryService
from bot.services.moderation import (
    AdditionService,
    ExcuseService,
    RemovalService,
    WithdrawalService,
)
from bot.services.posts import PostService
from bot.services.privacy import PrivacyService
from bot.services.profiles import ProfileService
from bot.services.rehearsals import RehearsalService
from bot.services.reminders import ReminderService
from bot.services.reviews import ReviewPosts, ReviewService
from bot.services.roles import RoleService
from bot.services.rules import RulesService
from bot.services.servers import SettingsService
from bot.services.standings import StandingsService
from bot.services.submissions import LeaderboardService
from bot.services.targets import TargetService
from bot.services.transfer import TransferService
from bot.services.weeks import WeeklyProcessingService
from bot.ui.pictures import Studio


@dataclass(frozen=True, slots=True)
class Services:
    """All services; the bot builds them once at the start.

    Attributes:
        studio: the studio that draws pictures of results.
        owner_id: Discord's id of the bot's owner, who is an admin in every server; None for no such user.
    """

    leaderboard: LeaderboardService
    standings: StandingsService
    profiles: ProfileService
    history: HistoryService
    weeks: WeeklyProcessingService
    events: EventService
    rules: RulesService
    additions: AdditionService
    rehearsals: RehearsalService
    removals: RemovalService
    withdrawals: WithdrawalService
    excuses: ExcuseService
    reviews: ReviewService
    review_posts: ReviewPosts
    settings: SettingsService
    audit: AuditService
    transfer: TransferService
    posts: PostService
    results: ResultAnnouncements
    finals: FinalAnnouncements
    records: RecordAnnouncements
    boards: BoardService
    reminders: ReminderService
    targets: TargetService
    help: HelpService
    roles: RoleService
    studio: Studio
    privacy: PrivacyService
    owner_id: int | None


def services_of(interaction: Interaction[Any]) -> Services:
    """Return the services of the client that received an interaction."""
    services: Services = interaction.client.services
    return services


class ServiceCog(commands.Cog):
    """The base of all cogs."""

    def __init__(self, services: Services) -> None:
        """Keep the services that the commands call."""
        self.services = services
