"""A season to rehearse: one event whose players submit a score in each of its closed weeks and in the open one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.places import fill_with
from benchmarks.weekly_season import ADMIN, EVENT, EVENTS, MEMBERS, NUMBERS, PLAYERS
from bot.database.database import Database
from bot.database.models import WeeklyRun
from bot.domain.ratings import Field, RatingScale
from bot.domain.weeks import Week

EVENT_ID = 1
FIRST = Week(2025, 40)
# Modulo a prime near a million, so that scores mostly differ, also from week to week.
LOG = (
    "INSERT INTO score_submissions"
    " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
    " SELECT CAST(id AS BIGINT) * 1000 + {number}, id, {event}, 1 + (id * CAST({factor} AS BIGINT)) % 999983,"
    " {week}, {week}, '{at}' FROM players"
)

__all__ = ["ADMIN", "EVENT", "season_of"]


@cache
def season_of(players: int, weeks: int) -> Callable[[URL], None]:
    """Return a function that fills a migrated database with a season of some players and closed weeks."""
    return partial(_fill, players, weeks)


def _fill(players: int, weeks: int, url: URL) -> None:
    async def fill(database: Database) -> None:
        await database.write(partial(_insert_players, players=players))
        week = FIRST
        for number in range(weeks + 1):
            await database.write(partial(_insert_week, week=week, number=number, is_closed=number < weeks))
            week = week.next()

    fill_with(url, fill)


def _insert_players(session: Session, players: int) -> None:
    _execute(session, PLAYERS, numbers=NUMBERS.format(players=players))
    _execute(session, MEMBERS)
    _execute(session, EVENTS)


def _insert_week(session: Session, week: Week, number: int, *, is_closed: bool) -> None:
    at = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(weeks=number)
    when = f"{at:%Y-%m-%d %H:%M:%S.%f}"
    _execute(session, LOG, event=EVENT_ID, number=number, factor=1987 + 31 * number, week=week.code, at=when)
    if is_closed:
        run = WeeklyRun(event_id=EVENT_ID, week_number=week.code, ran_at=at, ran_by=ADMIN.discord_id)
        run.field, run.scale = Field(0, 0.0, 0.0, 0.0), RatingScale()
        session.add(run)


def _execute(session: Session, statement: str, **given: object) -> None:
    session.execute(text(statement.format(**given)))
