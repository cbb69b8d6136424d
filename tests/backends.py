"""The services on a real database, with a settable clock and shortcuts for common test steps."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL

from bot.backend import Backend, open_backend
from bot.config import Settings
from bot.database.database import Database
from bot.domain.events import EventInfo
from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board, LeaderboardPage, Standing
from bot.domain.submissions import Submission, SubmissionResult
from bot.domain.weeks import Week, WeeklyRunResult
from bot.services.events import EventOptions
from bot.services.ratings import Recalculation
from bot.services.servers import Actor
from bot.services.submissions import LeaderboardService
from bot.services.verification import VerificationService
from tests.patience import UNTIL_IT_HANGS

GUILD = 1001
EVENT = "Tetris Blitz"
# A Wednesday.
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ADMIN = Actor(discord_id=9, guild_id=GUILD, manages_guild=True, role_ids=frozenset(), owns_bot=False)
MEMBER = Actor(discord_id=8, guild_id=GUILD, manages_guild=False, role_ids=frozenset(), owns_bot=False)

# All backends of a test share this, as several processes share one Discord.
_interaction_ids = itertools.count(1_000_000)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def settings_for(url: URL, **changes: Any) -> Settings:
    """Return the settings of a test: its database, no cooldown, and nothing from the environment of this machine."""
    defaults = {name: info.default for name, info in Settings.model_fields.items()}
    database = {"database_url": SecretStr(url.render_as_string(hide_password=False))}
    return Settings.model_construct(**{**defaults, **database, "submit_cooldown_seconds": 0, **changes})


@dataclass
class TestBackend:
    """The services, their clock and their database."""

    __test__ = False

    real: Backend
    clock: Clock
    database: Database

    async def create_event(
        self, direction: str = "HIGH", name: str = EVENT, *, actor: Actor = ADMIN, **options: Any
    ) -> EventInfo:
        given = EventOptions(name, **{"alarm": "none", **options})
        return (await self.real.services.events.create(actor, ScoreDirection(direction), given)).event

    async def submit(self, player: int, score: float | str, event: str = EVENT, **changes: Any) -> SubmissionResult:
        text = score if isinstance(score, str) else f"{score:.9f}"
        given: dict[str, Any] = {
            "interaction_id": next(_interaction_ids),
            "guild_id": GUILD,
            "discord_id": player,
            "username": f"player{player}",
            "display_name": f"Player {player}",
            "event_name": event,
            "score": text,
        }
        return await self.real.services.leaderboard.submit(Submission(**{**given, **changes}))

    async def submit_all(self, scores: Mapping[int, float]) -> None:
        for player, score in scores.items():
            await self.submit(player, score)

    async def play(self, *weeks: Mapping[int, float]) -> None:
        """Let players submit, week after week; the last of these weeks is the current one."""
        self.clock.move(weeks=1 - len(weeks))
        for number, scores in enumerate(weeks):
            self.clock.move(weeks=min(number, 1))
            await self.submit_all(scores)

    async def page(self, board: Board = Board.ALL_TIME, event: str = EVENT, page: int = 0) -> LeaderboardPage:
        return await self.real.services.standings.page(GUILD, event, board, page, viewer_id=0)

    async def elos(self, board: Board = Board.ALL_TIME, event: str = EVENT) -> dict[int, int | None]:
        """Return the Elos of the first page of a board, by player."""
        return {row.player.discord_id: row.elo for row in (await self.page(board, event)).standings}

    async def run(self, week: str | None = None, event: str = EVENT) -> tuple[WeeklyRunResult, ...]:
        """Run weeks, including the current one."""
        return await self.real.services.weeks.run(ADMIN, event, week, early=True)

    async def results(self, week: Week, event: str = EVENT) -> tuple[Standing, ...]:
        """Return the best ten of a closed week, as its board shows them."""
        standings = self.real.services.standings
        return (await standings.page(GUILD, event, Board.WEEK, 0, viewer_id=0, week=str(week))).standings

    async def undo(self, event: str = EVENT) -> str:
        """Undo the latest run of an event, and return its week."""
        return str((await self.real.services.weeks.undo(ADMIN, event)).week)

    async def rate(self) -> None:
        """Recalculate the stored Elos of every event at once, regardless of the bot's time window."""
        for event_id in await self.real.scoring.stale_events():
            await self.real.scoring.recalculate(event_id)

    async def settle_ratings(self, seconds: float = UNTIL_IT_HANGS) -> None:
        """Wait until the bot itself has recalculated the stored Elos of every event."""
        async with asyncio.timeout(seconds):
            while await self.real.scoring.stale_events():  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.02)

    async def differences(self) -> list[str]:
        found = await VerificationService(self.database).verify()
        return [str(difference) for difference in found.differences]


@asynccontextmanager
async def open_test_backend(url: URL, clock: Clock | None = None, **changes: Any) -> AsyncIterator[TestBackend]:
    """Open the services on a database, with changed settings."""
    clock = clock or Clock()
    database = Database(url)
    try:
        async with open_backend(settings_for(url, **changes), clock) as real:
            yield TestBackend(real, clock, database)
    finally:
        await database.close()


class DeadProcess:
    """A recalculation that never happens: its process died right after the commit."""

    def request(self, event_id: int) -> None:
        pass


def with_recalculation(backend: TestBackend, recalculation: Recalculation) -> TestBackend:
    """Return the backend as a process that leaves recalculations to others."""
    leaderboard = LeaderboardService(
        backend.database, backend.clock, RatingScale(), timedelta(0), recalculation=recalculation
    )
    services = replace(backend.real.services, leaderboard=leaderboard)
    return replace(backend, real=replace(backend.real, services=services))
