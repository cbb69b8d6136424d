"""`python -m bot migrate` under load, twice at once, and killed midway."""

import asyncio
import itertools
import os
import random
import secrets
import shutil
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import URL

from bot.database.models import ScoreSubmission
from bot.database.schema import MIGRATIONS, alembic_config, needed_revision
from tests.patience import limits
from tests.schemas import schema
from tests.tracing import untraced
from tests.wire.bots import EVENT, count, create_event, settings, submit, told
from tests.wire.discord_stub import DiscordStub, User
from tests.wire.forked_bot import ForkedBot, forked

pytestmark = untraced

NEXT_VERSION = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{newest}"


def upgrade():
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("later", sa.Integer, server_default="0", nullable=False))
        events.create_check_constraint(op.f("ck_events_later"), "later >= 0")


def downgrade():
    with op.batch_alter_table("events") as events:
        events.drop_constraint(op.f("ck_events_later"), type_="check")
        events.drop_column("later")
"""
"""A future migration of the table whose rows every submission locks."""
ROUNDS = 8
LONGEST_LIFE_SECONDS = 0.4
PLAYERS = 8


async def test_a_killed_migration_leaves_the_schema_whole_or_not_begun(
    database_url: URL, empty_database_url: URL
) -> None:
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbits(32))
    chances = random.Random(seed)
    whole = await of_thread(schema, database_url)
    environment = {"DATABASE_URL": empty_database_url.render_as_string(hide_password=False), **limits()}
    codes = set()
    for number in range(ROUNDS):
        async with (
            ForkedBot("migrate", env=environment) as one,
            ForkedBot("migrate", env=environment) as two,
        ):
            await asyncio.sleep(chances.uniform(0, LONGEST_LIFE_SECONDS))
            await asyncio.gather(one.kill(), two.kill())
        codes |= {await one.wait_exit(), await two.wait_exit()}
        found = await of_thread(schema, empty_database_url)
        assert found.keys() <= {"alembic_version"} or found == whole, f"CRASH_SEED={seed}, round {number} of {ROUNDS}"
        if found == whole:
            await of_thread(command.downgrade, alembic_config(empty_database_url), "base")
    assert -9 in codes, "none was killed before its end"

    # Run two at once, as when two processes of a new version start.
    async with ForkedBot("migrate", env=environment) as one, ForkedBot("migrate", env=environment) as two:
        assert [await one.wait_exit(), await two.wait_exit()] == [0, 0], one.output + two.output
    assert f"The database is at revision {needed_revision()}." in one.output
    assert await of_thread(schema, empty_database_url) == whole


async def test_players_notice_nothing_of_migrations_while_they_play(
    discord: DiscordStub, fresh_database_url: URL, tmp_path: Path
) -> None:
    environment = settings(discord, fresh_database_url, SUBMIT_COOLDOWN_SECONDS="0")
    next_version = alembic_config(fresh_database_url)
    next_version.set_main_option("script_location", str(migrations_of_the_next_version(tmp_path / "next")))
    submitted = 0
    is_over = asyncio.Event()

    async def play(player: User) -> None:
        nonlocal submitted
        while not is_over.is_set():
            submitted += 1
            await told(await submit(discord, player, str(submitted)), EVENT)

    async with forked(discord, environment) as bot:
        await create_event(discord)
        async with asyncio.TaskGroup() as players:
            for number in range(PLAYERS):
                players.create_task(play(User(f"player{number}")))
            for times in itertools.count(1):
                await of_thread(command.upgrade, next_version, "head")
                await of_thread(command.downgrade, next_version, "-1")
                if times >= 3 and submitted > PLAYERS:
                    break
            is_over.set()
        assert await bot.stop() == 0
    assert "Traceback" not in bot.output
    assert await count(fresh_database_url, ScoreSubmission.id) == submitted


def migrations_of_the_next_version(folder: Path) -> Path:
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "next.py").write_text(NEXT_VERSION.format(newest=needed_revision()))
    return folder


async def of_thread(work: Any, *arguments: Any) -> Any:
    """Run work that starts its own event loop."""
    return await asyncio.to_thread(work, *arguments)
