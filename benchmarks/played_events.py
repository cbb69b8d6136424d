"""Servers whose events have been played, filled with set-based statements as the bot would leave them after a week."""

import random
import string
from datetime import UTC, datetime, timedelta

from sqlalchemy import URL, BigInteger, Connection, Integer, bindparam, insert, select, text
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import Event
from bot.domain.scores import ScoreDirection
from bot.domain.weeks import Week
from bot.services.ratings import count_field, is_personal_best, store_week_statistics
from tests.statements import on
from tests.wire.discord_people import Guild, User

_FIRST_PLAYER = 10**17
_PLAYERS = """
INSERT INTO players (discord_id, username)
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :players)
SELECT :first + i, 'player' || i FROM numbers
"""
_MEMBERS = """
INSERT INTO members (guild_id, player_id, display_name)
SELECT :guild, id, 'Player ' || (discord_id - :first) FROM players
"""
_LOG = """
INSERT INTO score_submissions (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)
SELECT CAST(events.id AS BIGINT) * 10000000 + players.id, players.id, events.id,
       1 + ((CAST(players.id AS BIGINT) * 7919 + events.id * 104729) % 1000003) / 1000.0, :week, :week, :at
FROM events CROSS JOIN players WHERE events.guild_id = :guild
"""
_BESTS = """
INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number, submitted_at)
SELECT player_id, event_id, score, 'all_time', NULL, submitted_at FROM score_submissions
UNION ALL SELECT player_id, event_id, score, 'weekly', week_number, submitted_at FROM score_submissions
"""
_RATINGS = """
INSERT INTO player_event_stats (player_id, event_id, updated_at)
SELECT player_id, event_id, submitted_at FROM score_submissions"""


def player(number: int) -> User:
    """Return a player created by `fill`, from number 1, as Discord describes them."""
    return User(f"player{number}", id=_FIRST_PLAYER + number, display_name=f"Player {number}")


def typed(score: float) -> str:
    """Return a score as a player types it; with exactly two decimals, it is unambiguous in every language."""
    return f"{score:.2f}"


def fill(url: URL, guild: Guild, events: int, players: int) -> list[str]:
    """Create players and events, with one score of each player in each event, submitted a week ago.

    The scores are spread evenly over 1 to 1,001. The database must not contain any players yet.

    Returns:
        The names of the events.
    """
    names = add_events(url, guild, events)
    a_week_ago = datetime.now(UTC) - timedelta(weeks=1)
    week_code = Week.at(a_week_ago, "UTC").code

    def work(connection: Connection) -> None:
        types = {"players": Integer, "first": BigInteger, "guild": BigInteger, "week": Integer, "at": UtcDateTime}
        values = {
            "players": players,
            "first": _FIRST_PLAYER,
            "guild": guild.id,
            "week": week_code,
            "at": a_week_ago,
        }
        for statement in (_PLAYERS, _MEMBERS, _LOG, _BESTS, _RATINGS):
            named = [name for name in values if f":{name}" in statement]
            typed = text(statement).bindparams(*(bindparam(name, type_=types[name]) for name in named))
            connection.execute(typed, {name: values[name] for name in named})
        _count(connection, guild, week_code)
        connection.execute(text("ANALYZE"))

    on(url, work)
    return names


def add_events(url: URL, guild: Guild, events: int) -> list[str]:
    """Create events that nobody has played, each named with two made-up words; return their names."""
    letters = random.Random(events)
    words = ["".join(letters.choices(string.ascii_lowercase, k=6)).capitalize() for _ in range(2 * events)]
    names = [f"{first} {second}" for first, second in zip(words[::2], words[1::2], strict=True)]
    rows = [
        {"guild_id": guild.id, "name": name, "name_key": name.casefold(), "score_direction": ScoreDirection.HIGH}
        for name in names
    ]
    on(url, lambda connection: connection.execute(insert(Event), rows))
    return names


def _count(connection: Connection, guild: Guild, week_code: int) -> None:
    """Store running statistics; those of the personal bests equal those of the week."""
    with Session(connection) as session:
        for event in session.scalars(select(Event).where(Event.guild_id == guild.id)):
            field = count_field(session, is_personal_best(event.id))
            event.statistics = field
            store_week_statistics(event, week_code, field)
        session.commit()
