"""Runs migrations over the bot's own asynchronous drivers, on PostgreSQL and SQLite."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.config import load_settings
from bot.database import dialect, models


def run(connection: Connection) -> None:
    """Run the migrations in the transaction of the connection."""
    dialect.keep_other_migrations_out(connection)
    # Batch mode copies tables on SQLite, where little can be altered in place.
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    context.run_migrations()


async def connect_and_run() -> None:
    """Connect to the named database, or else to the one of the settings; migrate all the way or not at all."""
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
