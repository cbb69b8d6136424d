"""Runs migrations over the bot's own asynchronous drivers, on PostgreSQL and SQLite."""

import asyncio

from alembic import context
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from bot.config import load_settings
from bot.database.models import Base
from bot.database.schema import BEFORE_MIGRATIONS

OLD_TABLES = {"players", "events", "player_event_stats"}


def run(connection: Connection) -> None:
    """Run the migrations that were asked for on one connection, in one transaction."""
    # Batch mode copies tables on SQLite, where little can be altered in place.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_server_default=True,
    )
    tables = set(inspect(connection).get_table_names())
    with context.begin_transaction():
        migrations = context.get_context()
        if tables >= OLD_TABLES and migrations.get_current_revision() is None and migrations.script is not None:
            migrations.stamp(migrations.script, BEFORE_MIGRATIONS)
        context.run_migrations()


async def connect_and_run() -> None:
    """Connect to the database that was named, or to that of the settings."""
    url = context.config.attributes.get("url") or load_settings().database
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a connection: they look at the tables that are there.")
asyncio.run(connect_and_run())
