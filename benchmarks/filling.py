"""Fill a database with events of many players in a few statements, as a season of submissions would leave them."""

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    SQLColumnExpression,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from benchmarks.places import fill_with
from bot.database.dialect import UtcDateTime
from bot.database.models import Event, LeaderboardScore, Member, Player, PlayerEventStats, ScoreType
from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.weeks import Week
from bot.services.ratings import (
    count_field,
    event_elo_expression,
    is_personal_best,
    is_weekly_best,
    rating_of,
    rating_parameters,
    store_week_statistics,
)
from bot.services.ratings._expressions import elo_expression

GUILD = 1001
EVENT = "Tetris Blitz"
EVENT_ID = 1
SCALE = RatingScale()
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday; the time of the measured services."""
WEEK = Week.at(NOW, "UTC")
STEPS = 1_000
"""The number of scores between two whole numbers, as with milliseconds, so that equal scores are rare but exist."""

_PRIME = 2_147_483_647


class Nobody:
    """Ignores requests for recalculations, so that the benchmark can measure these separately."""

    def request(self, event_id: int) -> None:
        """Do nothing."""


def fill(url: URL, players: int) -> None:
    """Fill an empty database with an event where every player has a personal best, a best of this week and an Elo.

    The numbers are the same each time: those of player `n` follow from `scattered(n)`. They are distributed like sums
    of two uniform ones, with few players at both ends.
    """
    fill_with(url, lambda database: database.write(partial(_insert, players=players)))


def _insert(session: Session, players: int) -> None:
    event = Event(
        id=EVENT_ID, guild_id=GUILD, name=EVENT, name_key=EVENT.casefold(), score_direction=ScoreDirection.HIGH
    )
    session.add(event)
    session.flush()
    numbers = _numbers(players)
    n = numbers.c.n
    name = literal("player ", String) + cast(n, String)
    session.execute(insert(Player).from_select(["id", "discord_id", "username"], select(n, n, name)))
    named = select(literal(GUILD, BigInteger), n, name)
    session.execute(insert(Member).from_select(["guild_id", "player_id", "display_name"], named))
    score = cast(1 + scattered(n, salt=1) % (1_000 * STEPS) + scattered(n, salt=2) % (1_000 * STEPS), Double)
    for score_type, week in ((ScoreType.ALL_TIME, None), (ScoreType.WEEKLY, WEEK.code)):
        rows = select(
            n,
            literal(EVENT_ID, Integer),
            score / (STEPS if week is None else 2 * STEPS),
            literal(score_type, LeaderboardScore.score_type.type),
            literal(week, Integer),
            literal(NOW, UtcDateTime),
        )
        columns = ["player_id", "event_id", "score", "score_type", "week_number", "submitted_at"]
        session.execute(insert(LeaderboardScore).from_select(columns, rows))
    event.statistics = count_field(session, is_personal_best(EVENT_ID))
    store_week_statistics(event, WEEK.code, count_field(session, is_weekly_best(EVENT_ID, WEEK.code)))
    event.scores_version = event.elo_version = 1
    event.elo_base, event.elo_per_sigma = SCALE.base_elo, SCALE.elo_per_sigma
    scores = LeaderboardScore
    elo = elo_expression(scores.score)
    average = cast(scattered(scores.player_id, salt=3) % 1_500, Double)
    rated = select(
        scores.player_id, scores.event_id, elo, average, literal(4, Integer), event_elo_expression(elo, average)
    ).where(is_personal_best(EVENT_ID))
    columns = ["player_id", "event_id", "all_time_leaderboard_elo", "weekly_elo_average", "weeks_participated"]
    ratings = insert(PlayerEventStats).from_select([*columns, "calculated_event_elo"], rated)
    parameters = rating_parameters(rating_of(event, SCALE), event.statistics.field)
    session.connection().execute(ratings, parameters)


def _numbers(size: int) -> FromClause:
    """Return the numbers from 1 to a size, in a way that both databases support."""
    first = select(literal(1, BigInteger).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(type_coerce(first.c.n + 1, BigInteger)).where(first.c.n < size))


def scattered(number: SQLColumnExpression[int], salt: int) -> ColumnElement[int]:
    """Return a whole number from 0 to 2³¹ that looks random and depends only on a number and a salt."""
    n = cast(number, BigInteger)
    first = (n * (48_271 + salt)) % _PRIME
    return func.abs((first * ((n * 69_621 + salt * 7_919) % _PRIME)) % _PRIME)
