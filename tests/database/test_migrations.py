"""The migrations make what the models say, on both databases, and lose no row on the way there and back."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import main as alembic
from alembic.script import ScriptDirectory
from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
)
from sqlalchemy.exc import DBAPIError

from bot.__main__ import main
from bot.database.models import Base
from bot.database.schema import MIGRATIONS, alembic_config, knows, migrate, needed_revision
from tests.backends import ADMIN, open_test_backend
from tests.databases import Templates
from tests.schemas import contents, schema
from tests.statements import change, on, read

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))]
TOURNAMENT_TABLES = ("players", "events", "player_event_stats")

# The tournament bot's tables as its own models made them: without names for constraints, and without revisions.
tournament = MetaData()
Table(
    "players",
    tournament,
    Column("id", Integer, primary_key=True),
    Column("discord_id", BigInteger, unique=True, nullable=False),
    Column("username", String(100), nullable=False),
    Column("display_name", String(100)),
    Column("created_at", DateTime, server_default=func.now(), nullable=False),
)
Table(
    "events",
    tournament,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("is_active", Boolean, server_default="1", nullable=False),
    Column("created_at", DateTime, server_default=func.now(), nullable=False),
)
Table(
    "player_event_stats",
    tournament,
    Column("id", Integer, primary_key=True),
    Column("player_id", ForeignKey("players.id"), nullable=False),
    Column("event_id", ForeignKey("events.id"), nullable=False),
    Column("raw_elo", Integer, server_default="1000", nullable=False),
    Column("matches_played", Integer, server_default="0", nullable=False),
    Column("updated_at", DateTime, server_default=func.now(), nullable=False),
    UniqueConstraint("player_id", "event_id"),
)
TOURNAMENT_ROWS = (
    """INSERT INTO players (id, discord_id, username, display_name, created_at) VALUES
    (1, 80351110224678912, 'ana', NULL, '2024-02-29 23:59:59'),
    (2, 9223372036854775807, 'bob', 'Bob 🎲', '2024-03-31 02:30:00'),
    (5, 3, 'cy', '', '2024-03-31 02:30:00')""",
    """INSERT INTO events (id, name, is_active, created_at) VALUES
    (1, 'Chess', '1', '2024-01-01 00:00:00'), (2, 'chess', '0', '2024-01-02 00:00:00'),
    (4, 'Straße', '1', '2024-01-03 00:00:00'), (7, 'STRASSE', '1', '2024-01-04 00:00:00')""",
    """INSERT INTO player_event_stats (id, player_id, event_id, raw_elo, matches_played, updated_at) VALUES
    (1, 1, 1, 1234, 5, '2024-05-05 05:05:05'), (3, 2, 1, -7, 1, '2024-05-05 05:05:05'),
    (4, 2, 4, 1000, 0, '2024-05-05 05:05:05')""",
)


def test_the_models_are_what_the_migrations_make(templates: Templates, database_kind: str) -> None:
    with templates.empty(database_kind) as modelled, templates.empty(database_kind) as migrated:
        on(modelled, Base.metadata.create_all)
        migrate(migrated)
        change(migrated, "DROP TABLE alembic_version")
        assert schema(modelled) == schema(migrated)


def test_the_comparison_sees_checks_and_the_conditions_of_indexes(database_url: URL) -> None:
    scores = schema(database_url)["leaderboard_scores"]
    conditions = {name: condition for name, _, _, condition in scores["indexes"] if condition}
    assert conditions.keys() == {"uq_all_time_scores", "uq_weekly_scores"}
    assert "all_time" in conditions["uq_all_time_scores"]
    assert {"ck_leaderboard_scores_score", "ck_leaderboard_scores_type_week_consistency"} <= scores["checks"].keys()
    assert all(scores["checks"].values())


def test_alembic_finds_nothing_to_add(database_url: URL) -> None:
    command.check(alembic_config(database_url))


def test_each_migration_taken_back_leaves_the_schema_as_it_was(empty_database_url: URL) -> None:
    config = alembic_config(empty_database_url)
    on_the_way_up = [schema(empty_database_url)]
    for revision in REVISIONS:
        command.upgrade(config, revision)
        on_the_way_up.append(schema(empty_database_url))
    play(empty_database_url)

    on_the_way_down = [schema(empty_database_url)]
    for revision in reversed(["base", *REVISIONS[:-1]]):
        command.downgrade(config, revision)
        on_the_way_down.append(schema(empty_database_url))
    assert without_version(on_the_way_down) == list(reversed(without_version(on_the_way_up)))

    migrate(empty_database_url)
    assert schema(empty_database_url) == on_the_way_up[-1]


def test_rows_survive_the_way_back_and_forth(fresh_database_url: URL) -> None:
    play(fresh_database_url)
    before = contents(fresh_database_url)
    assert before.keys() == Base.metadata.tables.keys()
    assert all(before.values()), "a table without rows proves nothing"

    for revision in reversed(REVISIONS[:-1]):
        command.downgrade(alembic_config(fresh_database_url), revision)
        kept = contents(fresh_database_url).keys()
        migrate(fresh_database_url)

        after = contents(fresh_database_url)
        for table in kept:
            lost = columns_added_after(revision, table)
            assert without(after[table], lost) == without(before[table], lost), revision


def test_running_statistics_are_counted_when_they_are_added(fresh_database_url: URL) -> None:
    play(fresh_database_url)
    statistics = "SELECT score_count, score_origin + score_mean, score_m2 FROM events WHERE name = 'Tetris Blitz'"
    before = read(fresh_database_url, statistics)

    command.downgrade(alembic_config(fresh_database_url), "0002")
    migrate(fresh_database_url)

    assert read(fresh_database_url, statistics)[0] == pytest.approx(before[0], rel=1e-12)
    assert before[0][0] == 3


def test_a_tournament_bots_database_is_taken_forward_as_it_is(
    empty_database_url: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_tournament(empty_database_url)
    before = contents(empty_database_url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", empty_database_url.render_as_string(hide_password=False))

    assert main(["migrate"]) == 0

    after = contents(empty_database_url)
    before["players"][0]["display_name"] = "ana"
    for table, old_rows in before.items():
        added = after[table][0].keys() - old_rows[0].keys()
        assert without(after[table], added) == old_rows
    keys = "SELECT name_key, guild_id, score_direction, score_count FROM events ORDER BY id"
    assert read(empty_database_url, keys) == [(key, None, None, 0) for key in ("chess", "chess", "strasse", "strasse")]
    play(empty_database_url)


def test_a_migrated_tournament_bots_database_can_be_taken_back(empty_database_url: URL) -> None:
    make_tournament(empty_database_url)
    before = contents(empty_database_url)
    migrate(empty_database_url)

    command.downgrade(alembic_config(empty_database_url), "0001")

    before["players"][0]["display_name"] = "ana"
    assert contents(empty_database_url) == before


def test_a_migration_that_fails_leaves_everything_as_it_was(empty_database_url: URL) -> None:
    make_tournament(empty_database_url)
    # Of one name, and in the way of the last migration.
    change(empty_database_url, "CREATE TABLE audit_log (id INTEGER)")
    before = schema(empty_database_url)

    with pytest.raises(DBAPIError, match="audit_log"):
        migrate(empty_database_url)

    assert schema(empty_database_url) == before
    change(empty_database_url, "DROP TABLE audit_log")
    migrate(empty_database_url)
    assert len(contents(empty_database_url)["players"]) == 3


def test_two_processes_may_migrate_at_once(empty_database_url: URL, tmp_path: Path) -> None:
    started = [bot(tmp_path, empty_database_url, "migrate") for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], outputs
    assert read(empty_database_url, "SELECT version_num FROM alembic_version") == [(needed_revision(),)]


def test_the_revisions_of_this_version_are_told_without_alembic() -> None:
    assert needed_revision() == REVISIONS[-1]
    assert all(knows(revision) for revision in REVISIONS)
    assert not knows("9999")


def test_the_archive_in_a_file_lies_in_the_order_of_its_key(file_url: URL) -> None:
    without_rowid = "SELECT sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE name = 'weekly_results'"
    assert read(file_url, without_rowid) == [(1,)]
    command.downgrade(alembic_config(file_url), "0011")
    assert read(file_url, without_rowid) == [(0,)]


def test_alembic_works_from_the_command_line(empty_database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url.render_as_string(hide_password=False))
    for arguments in (["upgrade", "head"], ["check"], ["downgrade", "-1"]):
        alembic(["--config", str(MIGRATIONS.parent / "alembic.ini"), *arguments])
    assert read(empty_database_url, "SELECT version_num FROM alembic_version") == [(REVISIONS[-2],)]


def make_tournament(url: URL) -> None:
    on(url, tournament.create_all)
    change(url, *TOURNAMENT_ROWS)
    if url.get_backend_name() == "postgresql":
        # The keys were given out one by one.
        change(url, *(f"SELECT setval('{table}_id_seq', 10)" for table in TOURNAMENT_TABLES))


def bot(directory: Path, url: URL, *arguments: str) -> "subprocess.Popen[str]":
    passed_on = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME") or "COVERAGE" in key}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=directory,
        env={
            **passed_on,
            "PYTHONPATH": str(MIGRATIONS.parent),
            "DATABASE_URL": url.render_as_string(hide_password=False),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def play(url: URL) -> None:
    """Put rows into every table as the bot does: a week that is closed, and one that is open."""

    async def work() -> None:
        async with open_test_backend(url) as backend:
            event = await backend.create_event()
            for player, score in ((11, 100.5), (12, 999_999_999), (13, 0.001)):
                await backend.submit(player, score, display_name="Zoë")
            await backend.run()
            await backend.submit(11, 200)
            await backend.real.services.settings.change(ADMIN, time_zone="Europe/Berlin")
            await backend.real.scoring.recalculate(event.id)
            assert await backend.differences() == []

    asyncio.run(work())


def without(found: list[dict[str, Any]], columns: Set[str]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key not in columns} for row in found]


def columns_added_after(revision: str, table: str) -> set[str]:
    """The columns that a downgrade to a revision takes away, and one that belongs with them."""
    added = {
        "0001": {
            "events": {"score_direction"},
            "player_event_stats": {
                "all_time_leaderboard_elo",
                "weekly_elo_average",
                "weeks_participated",
                "calculated_event_elo",
            },
        },
        "0002": {
            "events": {
                *("score_count", "score_origin", "score_mean", "score_m2", "score_m2_peak"),
                *("scores_version", "elo_version", "elo_base", "elo_per_sigma"),
            }
        },
        # An event that has lost its server has no leaderboard any more, and so no direction.
        "0003": {
            "events": {"guild_id", "score_format", "score_unit", "min_score", "max_score", "score_direction"},
        },
        "0008": {
            "events": {"week_number", "week_count", "week_origin", "week_mean", "week_m2", "week_m2_peak"},
        },
        "0009": {
            "events": {"elo_field_version", "elo_origin", "elo_mean", "elo_sd", "elo_submission_id"},
        },
    }
    return set().union(*(tables.get(table, set()) for since, tables in added.items() if since >= revision))


def without_version(schemas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: table for name, table in one.items() if name != "alembic_version"} for one in schemas]
