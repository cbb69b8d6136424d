"""The migrations create what the models define, on both databases, and preserve every row."""

import asyncio
from contextlib import suppress

import pytest
from alembic import command
from alembic.config import main as alembic
from alembic.script import ScriptDirectory
from sqlalchemy import URL, insert
from sqlalchemy.exc import DBAPIError

from bot.database.models import Base, EventRole, Notice, Post, RoleGrant
from bot.database.schema import MIGRATIONS, alembic_config, knows, migrate, needed_revision
from bot.domain.jobs import JobKind
from bot.domain.reminders import Reminder
from bot.domain.roles import Award
from bot.domain.servers import Trouble
from bot.errors import ScoreHeld
from bot.services.events import EventOptions
from tests import tables as rows
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.databases import Templates
from tests.patience import limits
from tests.schemas import contents, schema
from tests.statements import change, on, read
from tests.wire.bots import once

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))]


def test_the_models_are_what_the_migrations_make(templates: Templates, database_kind: str) -> None:
    with templates.empty(database_kind) as modelled, templates.empty(database_kind) as migrated:
        on(modelled, Base.metadata.create_all)
        migrate(migrated)
        change(migrated, "DROP TABLE alembic_version")
        assert schema(modelled) == schema(migrated)


def test_the_comparison_sees_checks_and_the_conditions_of_indexes(database_url: URL) -> None:
    found = schema(database_url)
    conditions = {
        index: condition for table in found.values() for index, _, _, condition in table["indexes"] if condition
    }
    assert conditions.keys() == {
        *("uq_all_time_scores", "uq_weekly_scores"),
        *("uq_excuses_event", "uq_excuses_guild", "idx_held_scores_waiting"),
        *("idx_score_submissions_removals", "idx_score_submissions_removed_by", "idx_score_submissions_added_by"),
        *("idx_members_withdrawn", "uq_events_season"),
    }
    assert "all_time" in conditions["uq_all_time_scores"]
    checks = found["leaderboard_scores"]["checks"]
    assert {"ck_leaderboard_scores_score", "ck_leaderboard_scores_type_week_consistency"} <= checks.keys()
    assert all(checks.values())


def test_tables_of_many_rows_lie_in_the_order_of_their_keys_in_a_file(file_url: URL) -> None:
    without_rowid = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%' ORDER BY name"
    assert read(file_url, without_rowid) == [("members",), ("weekly_results",)]


def test_each_migration_taken_back_leaves_the_schema_as_it_was(empty_database_url: URL) -> None:
    config = alembic_config(empty_database_url)
    on_the_way_up = [tables(empty_database_url)]
    for revision in REVISIONS:
        command.upgrade(config, revision)
        on_the_way_up.append(tables(empty_database_url))
    play(empty_database_url)
    before = contents(empty_database_url)
    assert before.keys() == Base.metadata.tables.keys()
    assert all(before.values()), "a table without rows proves nothing"

    on_the_way_down = [tables(empty_database_url)]
    for revision in reversed(["base", *REVISIONS[:-1]]):
        command.downgrade(config, revision)
        on_the_way_down.append(tables(empty_database_url))
    assert on_the_way_down == list(reversed(on_the_way_up))

    migrate(empty_database_url)
    assert tables(empty_database_url) == on_the_way_up[-1]
    play(empty_database_url)


def tables(url: URL) -> dict[str, object]:
    return {name: table for name, table in schema(url).items() if name != "alembic_version"}


def test_rows_stay_when_nothing_is_left_to_migrate(fresh_database_url: URL) -> None:
    play(fresh_database_url)
    before = contents(fresh_database_url)
    migrate(fresh_database_url)
    assert contents(fresh_database_url) == before


def test_a_migration_that_fails_leaves_everything_as_it_was(empty_database_url: URL) -> None:
    # It has the name of the last table to be created.
    change(empty_database_url, "CREATE TABLE audit_log (id INTEGER)")
    before = schema(empty_database_url)

    with pytest.raises(DBAPIError, match="audit_log"):
        migrate(empty_database_url)

    assert schema(empty_database_url) == before
    change(empty_database_url, "DROP TABLE audit_log")
    migrate(empty_database_url)
    play(empty_database_url)


async def test_two_processes_may_migrate_at_once(empty_database_url: URL) -> None:
    environment = {"DATABASE_URL": empty_database_url.render_as_string(hide_password=False), **limits()}
    codes = [code for code, _ in await asyncio.gather(*(once("migrate", environment=environment) for _ in range(2)))]
    assert codes == [0, 0]
    revisions = await asyncio.to_thread(read, empty_database_url, "SELECT version_num FROM alembic_version")
    assert revisions == [(needed_revision(),)]


def test_the_revisions_of_this_version_are_told_without_alembic() -> None:
    assert needed_revision() == REVISIONS[-1]
    assert all(knows(revision) for revision in REVISIONS)
    assert not knows("9999")


def test_alembic_works_from_the_command_line(empty_database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url.render_as_string(hide_password=False))
    for arguments in (["upgrade", "head"], ["check"], ["downgrade", "-1"]):
        alembic(["--config", str(MIGRATIONS.parent / "alembic.ini"), *arguments])
    assert read(empty_database_url, "SELECT version_num FROM alembic_version") == [
        (revision,) for revision in REVISIONS[-2:-1]
    ]


def play(url: URL) -> None:
    """Write rows to every table as the bot does: two weeks closed, one open, a score removed, a player withdrawn."""

    async def work() -> None:
        async with open_test_backend(url) as backend:
            event = await backend.create_event()
            for player, score in ((11, 100.5), (12, 999_999_999), (13, 0.001)):
                await backend.submit(player, score, display_name="Zoë")
            await backend.run()
            await backend.submit(11, 200)
            await backend.submit(12, 300)
            await backend.real.services.removals.remove(ADMIN, EVENT, 12)
            await backend.real.services.withdrawals.withdraw(ADMIN, 13)
            backend.clock.move(weeks=1)
            await backend.run()
            await backend.real.services.excuses.excuse(ADMIN, 12, "2026-W50")
            await backend.real.services.reminders.switch(GUILD, 2, Reminder.RESULTS, is_on=True)
            await backend.submit(11, 250)
            await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(alarm_max="1000"))
            with suppress(ScoreHeld):
                await backend.submit(12, 2000)
            await backend.real.jobs.do_due()
            await backend.real.services.settings.change(ADMIN, time_zone="Europe/Berlin", closes_weeks=True)
            await backend.real.scoring.recalculate(event.id)
            await post(backend, event.id)
            assert await backend.differences() == []

    asyncio.run(work())


async def post(backend: TestBackend, event_id: int) -> None:
    """Post something about an event, have a later post refused, and award a role."""
    of_server = {"guild_id": ADMIN.guild_id, "kind": JobKind.RESULTS}
    posted = {"key": f"{event_id}:202647", "event_id": event_id, "channel_id": 1, "nonce": 2**63 - 1}
    refused = {"trouble": Trouble.CHANNEL_GONE, "place_id": 1, "noted_at": backend.clock.now}
    await rows.execute(
        backend.database,
        insert(Post).values(**of_server, **posted, message_id=2, digest="0" * 64, posted_at=backend.clock.now),
        insert(Notice).values(**of_server, **refused, shown_at=backend.clock.now),
        insert(EventRole).values(id=1, event_id=event_id, role_id=2**63 - 1, award=Award.ELO, elo=-1),
        insert(RoleGrant).values(award_id=1, discord_id=2**63 - 1, given_at=backend.clock.now),
    )
