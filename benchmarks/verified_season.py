"""A season to verify: one event with a closed week and an open one, with five scores per player in each."""

from collections.abc import Callable
from functools import cache, partial

from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.places import fill_with
from benchmarks.weekly_season import ADMIN, CLOSED, EVENT, NUMBERS, OPEN, PLAYERS, SCALE, weeks_of
from bot.database.database import Database
from bot.database.models import Event
from bot.services.ratings import LeaderboardScoringService, count_field, is_personal_best

SUBMISSIONS = 10
"""The number of submissions of each player."""

EVENT_ID = 1
EVENTS = (
    "INSERT INTO events (id, guild_id, name, name_key, score_direction, scores_version)"
    f" VALUES ({EVENT_ID}, {ADMIN.guild_id}, '{EVENT}', '{EVENT.casefold()}', 'HIGH', 1)"
)
# The last submission of a week is its best; modulo a prime near a million, a million players' scores mostly differ.
SCORE = "1 + (id * CAST({factor} AS BIGINT)) % 999983 + {place} / 10.0"
AT = "'2026-11-{day} 12:0{place}:00.000000'"
LOG = (
    "INSERT INTO score_submissions"
    " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
    f" SELECT CAST(id AS BIGINT) * 100 + {{number}}, id, {EVENT_ID}, {SCORE}, {{week}}, {{week}}, {AT} FROM players"
)
WEEKLY_BESTS = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number, submitted_at)"
    f" SELECT id, {EVENT_ID}, {SCORE}, 'weekly', {{week}}, {AT} FROM players"
)
PERSONAL_BESTS = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, submitted_at)"
    " SELECT player_id, event_id, score, 'all_time', submitted_at FROM"
    " (SELECT player_id, event_id, score, submitted_at, row_number() OVER (PARTITION BY player_id ORDER BY score DESC,"
    " submitted_at) AS place FROM leaderboard_scores WHERE score_type = 'weekly') AS ranked WHERE place = 1"
)
RATINGS = (
    "INSERT INTO player_event_stats (player_id, event_id, updated_at)"
    f" SELECT id, {EVENT_ID}, CURRENT_TIMESTAMP FROM players"
)
DAMAGE = "UPDATE player_event_stats SET calculated_event_elo = 7 WHERE player_id % 10 = 0"


@cache
def season_of(players: int) -> Callable[[URL], None]:
    """Return a function that fills a migrated database with a season, as the bot would have left it."""
    return partial(_fill, players)


@cache
def damaged_season_of(players: int) -> Callable[[URL], None]:
    """Return a function that does the same for a season in which the rating of every tenth player is wrong."""

    def fill(url: URL) -> None:
        _fill(players, url)
        fill_with(url, lambda database: database.write(lambda session: _execute(session, DAMAGE)))

    return fill


def _fill(players: int, url: URL) -> None:
    async def fill(database: Database) -> None:
        await database.write(partial(_insert, players=players))
        await LeaderboardScoringService(database, SCALE).recalculate(EVENT_ID)
        await weeks_of(database).run(ADMIN, EVENT, str(CLOSED), early=True)

    fill_with(url, fill)


def _insert(session: Session, players: int) -> None:
    _execute(session, PLAYERS, numbers=NUMBERS.format(players=players))
    _execute(session, EVENTS)
    for week, factor, day in ((CLOSED, 1987, 10), (OPEN, 7919, 17)):
        given: dict[str, object] = {"week": week.code, "factor": factor, "day": day}
        of_week = SUBMISSIONS // 2
        for place in range(of_week):
            _execute(session, LOG, **given, place=place, number=place + of_week * (week == OPEN))
        _execute(session, WEEKLY_BESTS, **given, place=of_week - 1)
    _execute(session, PERSONAL_BESTS)
    _execute(session, RATINGS)
    session.get_one(Event, EVENT_ID).statistics = count_field(session, is_personal_best(EVENT_ID))


def _execute(session: Session, statement: str, **given: object) -> None:
    session.execute(text(statement.format(**given)))
