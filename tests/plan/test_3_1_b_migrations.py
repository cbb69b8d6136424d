"""Suite B of section 3.1, migration script testing: upgrade an empty database, downgrade it, upgrade it again."""

from alembic import command
from sqlalchemy import URL

from bot.database.schema import alembic_config, migrate
from tests.schemas import schema
from tests.statements import change, read


def test_migrations_can_be_taken_back_and_made_again(empty_database_url: URL) -> None:
    migrate(empty_database_url)
    newest = schema(empty_database_url)
    change(empty_database_url, "INSERT INTO players (discord_id, username) VALUES (7, 'ana')")

    command.downgrade(alembic_config(empty_database_url), "base")
    assert schema(empty_database_url).keys() <= {"alembic_version"}
    migrate(empty_database_url)

    assert schema(empty_database_url) == newest
    assert read(empty_database_url, "SELECT discord_id FROM players") == []


def test_a_migration_that_is_made_again_keeps_every_row(empty_database_url: URL) -> None:
    migrate(empty_database_url)
    change(
        empty_database_url,
        "INSERT INTO players (id, discord_id, username) VALUES (1, 7, 'ana')",
        "INSERT INTO members (guild_id, player_id, display_name) VALUES (1001, 1, 'Ana')",
        "INSERT INTO events (guild_id, name, name_key, score_direction) VALUES (1001, 'Blitz', 'blitz', 'LOW')",
    )
    migrate(empty_database_url)
    assert read(empty_database_url, "SELECT username, display_name, version FROM players JOIN members ON TRUE") == [
        ("ana", "Ana", 0)
    ]
    assert read(empty_database_url, "SELECT name, score_direction, is_active, version, score_count FROM events") == [
        ("Blitz", "LOW", True, 0, 0)
    ]
