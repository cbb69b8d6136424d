"""Suite B of section 3.1, migration script testing: from the tournament bot's tables forward, back, forward again."""

from alembic import command
from sqlalchemy import URL

from bot.database.schema import alembic_config, migrate
from tests.schemas import schema
from tests.statements import change, read

TOURNAMENT = (
    "INSERT INTO players (id, discord_id, username, display_name) VALUES (1, 7, 'ana', NULL), (2, 8, 'bob', 'Bob')",
    "INSERT INTO events (id, name) VALUES (1, 'Chess'), (2, 'chess')",
    "INSERT INTO player_event_stats (player_id, event_id, raw_elo, matches_played) VALUES (1, 1, 99, 5), (2, 1, 9, 5)",
)
STATS = "SELECT player_id, raw_elo, matches_played, weekly_elo_average, weeks_participated FROM player_event_stats"


def test_a_tournament_database_without_migrations_keeps_every_row(empty_database_url: URL) -> None:
    migrate(empty_database_url, "0001")
    change(empty_database_url, "DROP TABLE alembic_version", *TOURNAMENT)

    migrate(empty_database_url)

    assert read(empty_database_url, f"{STATS} ORDER BY player_id") == [(1, 99, 5, 0.0, 0), (2, 9, 5, 0.0, 0)]
    assert read(empty_database_url, "SELECT username, display_name FROM players ORDER BY id") == [
        ("ana", "ana"),
        ("bob", "Bob"),
    ]
    assert read(empty_database_url, "SELECT name, score_direction FROM events ORDER BY id") == [
        ("Chess", None),
        ("chess", None),
    ]


def test_migrations_can_be_taken_back_and_made_again_with_rows(empty_database_url: URL) -> None:
    migrate(empty_database_url)
    newest = schema(empty_database_url)
    change(empty_database_url, "INSERT INTO players (discord_id, username, display_name) VALUES (7, 'ana', 'Ana')")

    command.downgrade(alembic_config(empty_database_url), "0001")
    assert "leaderboard_scores" not in schema(empty_database_url)
    migrate(empty_database_url)

    assert schema(empty_database_url) == newest
    assert read(empty_database_url, "SELECT discord_id, display_name FROM players") == [(7, "Ana")]
