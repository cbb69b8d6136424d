"""Build the services, with the work in the background, on a database and a Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.cogs import Services
from bot.config import Settings
from bot.database.database import Database
from bot.domain.clock import Clock, utc_now
from bot.domain.jobs import JobKind
from bot.services.announcements import FinalAnnouncements, RecordAnnouncements, ResultAnnouncements
from bot.services.audit import AuditService
from bot.services.boards import BoardService
from bot.services.events import EventService
from bot.services.help import HelpService
from bot.services.history import HistoryService
from bot.services.jobs import JobRunner
from bot.services.moderation import (
    AdditionService,
    ExcuseService,
    RemovalService,
    WithdrawalService,
)
from bot.services.posts import PostService
from bot.services.privacy import PrivacyService
from bot.services.profiles import ProfileService
from bot.services.ratings import LeaderboardScoringService, Recalculator, open_lock
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
from bot.services.weeks import WeekCloser, WeeklyProcessingService
from bot.ui.pictures import Studio

LAST_RECALCULATIONS_SECONDS = 1.0
"""The end waits this long for running transactions, and as long again for the work in the background."""


@dataclass(frozen=True, slots=True)
class Backend:
    """The services, and the background work."""

    services: Services
    scoring: LeaderboardScoringService
    recalculator: Recalculator
    jobs: JobRunner
    database: Database


@asynccontextmanager
async def open_backend(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Backend]:
    """Build the services on the database and the Redis of the settings; close both in the end."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database, settings.database_pool_size)
        stack.push_async_callback(database.close)
        lock = await stack.enter_async_context(open_lock(settings.redis, settings.elo_debounce_seconds))
        scoring = LeaderboardScoringService(database, settings.scale)
        recalculator = Recalculator(scoring, lock)
        closer = WeekCloser(database, clock, settings.scale)
        reviews = ReviewService(database, clock, settings.scale, recalculator)
        jobs = JobRunner(database, clock, {JobKind.CLOSE_WEEKS: closer.close, JobKind.REVIEW: reviews.remind})
        stack.push_async_callback(_stop, recalculator, jobs, database)
        cooldown = timedelta(seconds=settings.submit_cooldown_seconds)
        standings = StandingsService(database, clock, settings.scale)
        weeks = WeeklyProcessingService(database, clock, settings.scale)
        studio = Studio()
        stack.push_async_callback(studio.close)
        services = Services(
            leaderboard=LeaderboardService(database, clock, settings.scale, cooldown, recalculator),
            standings=standings,
            profiles=ProfileService(database, clock, settings.scale),
            history=HistoryService(database, clock, settings.scale),
            weeks=weeks,
            events=EventService(database, clock),
            rules=RulesService(database, clock, settings.scale),
            additions=AdditionService(database, clock, settings.scale, recalculator),
            rehearsals=RehearsalService(database, settings.scale),
            removals=RemovalService(database, clock, settings.scale, recalculator),
            withdrawals=WithdrawalService(database, clock, settings.scale, recalculator),
            excuses=ExcuseService(database, clock, settings.scale),
            reviews=reviews,
            review_posts=ReviewPosts(database, clock),
            settings=SettingsService(database, clock),
            audit=AuditService(database),
            transfer=TransferService(database, clock, settings.scale),
            posts=PostService(database, clock),
            results=ResultAnnouncements(database, clock, weeks),
            finals=FinalAnnouncements(database, clock),
            records=RecordAnnouncements(database, clock),
            boards=BoardService(database, clock, standings),
            reminders=ReminderService(database, clock, settings.scale),
            help=HelpService(database, clock, settings.scale),
            targets=TargetService(database, clock, settings.scale),
            roles=RoleService(database, clock, scoring),
            studio=studio,
            privacy=PrivacyService(database, clock),
            owner_id=settings.bot_owner_id,
        )
        yield Backend(services, scoring, recalculator, jobs, database)


async def _stop(recalculator: Recalculator, jobs: JobRunner, database: Database) -> None:
    jobs.end()
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_RECALCULATIONS_SECONDS):
            # A transaction that is cancelled midway is logged as an error, so wait until none is running.
            await database.idle()
    with suppress(TimeoutError):
        # Up to Python 3.11, `asyncio.wait_for`, which the Redis client uses, may swallow a cancellation, so repeat it.
        async with asyncio.timeout(LAST_RECALCULATIONS_SECONDS):
            await asyncio.gather(recalculator.stop(), jobs.stop())
