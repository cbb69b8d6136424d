"""A season to query: one event whose players submit a score each in ten weeks; the last of these is open.

Nine weeks were played and closed more than a year before `NOW`, so that nearly all of the log lies before a date a year
ago; nobody played in between.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.places import fill_with
from benchmarks.verified_season import EVENT_ID, EVENTS, PERSONAL_BESTS, RATINGS
from benchmarks.weekly_season import ADMIN, EVENT, GUILD, MEMBERS, NUMBERS, PLAYERS, SCALE
from bot.database.database import Database
from bot.database.models import Event
from bot.domain.weeks import Week
from bot.services.ratings import (
    LeaderboardScoringService,
    count_field,
    is_personal_best,
    is_weekly_best,
    store_week_statistics,
)
from bot.services.weeks import WeeklyProcessingService

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""The time of the measured services."""
CLOSED = tuple(Week(2025, number) for number in range(39, 48))
OPEN = Week.at(NOW, "UTC")
A_YEAR_AGO = "2025-11-28"

# Modulo a prime near a million, so that scores mostly differ, also from week to week.
SCORE = "1 + (id * CAST({factor} AS BIGINT)) % 999983"
LOG = (
    "INSERT INTO score_submissions"
    " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
    f" SELECT CAST(id AS BIGINT) * 100 + {{number}}, id, {EVENT_ID}, {SCORE}, {{week}}, {{week}}, '{{at}}' FROM players"
)
WEEKLY_BESTS = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number, submitted_at)"
    f" SELECT id, {EVENT_ID}, {SCORE}, 'weekly', {{week}}, '{{at}}' FROM players"
)

__all__ = ["A_YEAR_AGO", "EVENT", "GUILD", "NOW", "season_of"]


@cache
def season_of(players: int) -> Callable[[URL], None]:
    """Return a function that fills a migrated database with a season, as the bot would have left it."""
    return partial(_fill, players)


def _fill(players: int, url: URL) -> None:
    async def fill(database: Database) -> None:
        await database.write(partial(_insert, players=players))
        await LeaderboardScoringService(database, SCALE).recalculate(EVENT_ID)
        for week in CLOSED:
            weeks = WeeklyProcessingService(database, partial(week.ends_at, "UTC"), SCALE)
            await weeks.run(ADMIN, EVENT, str(week))

    fill_with(url, fill)


def _insert(session: Session, players: int) -> None:
    _execute(session, PLAYERS, numbers=NUMBERS.format(players=players))
    _execute(session, MEMBERS)
    _execute(session, EVENTS)
    for number, week in enumerate((*CLOSED, OPEN)):
        given: dict[str, object] = {
            "number": number,
            "week": week.code,
            "factor": 1987 + 31 * number,
            "at": f"{week.monday} 12:00:00.000000",
        }
        _execute(session, LOG, **given)
        _execute(session, WEEKLY_BESTS, **given)
    _execute(session, PERSONAL_BESTS)
    _execute(session, RATINGS)
    event = session.get_one(Event, EVENT_ID)
    event.statistics = count_field(session, is_personal_best(EVENT_ID))
    store_week_statistics(event, OPEN.code, count_field(session, is_weekly_best(EVENT_ID, OPEN.code)))


def _execute(session: Session, statement: str, **given: object) -> None:
    session.execute(text(statement.format(**given)))
