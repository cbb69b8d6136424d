"""Runs migrations over the bot's own asynchronous drivers, on PostgreSQL and SQLite."""

import asyncio

from alembic import context
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from bot.config import load_settings
from bot.database import dialect, models
from bot.database.schema import BEFORE_MIGRATIONS

OLD_TABLES = {"players", "events", "player_event_stats"}


def run(connection: Connection) -> None:
    """Run the migrations that were asked for, in the transaction that the connection is in."""
    dialect.keep_other_migrations_out(connection)
    # Batch mode copies tables on SQLite, where little can be altered in place.
    context.configure(
        connection=connection,
        target_metadata=models.Event.metadata,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    migrations = context.get_context()
    tables = set(inspect(connection).get_table_names())
    if tables >= OLD_TABLES and migrations.get_current_revision() is None and migrations.script is not None:
        migrations.stamp(migrations.script, BEFORE_MIGRATIONS)
    context.run_migrations()


async def connect_and_run() -> None:
    """Connect to the database that was named, or to that of the settings; migrate all the way or not at all."""
    url = context.config.attributes.get("url") or load_settings().database
    engine = create_async_engine(
        url,
        **dialect.engine_options(url, command_timeout=None),
        execution_options=dialect.writer_options(url),
    )
    dialect.prepare_connections(engine.sync_engine, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a connection: they look at the tables that are there.")
asyncio.run(connect_and_run())
