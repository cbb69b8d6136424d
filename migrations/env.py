"""Run migrations with the bot's asynchronous drivers, on PostgreSQL and SQLite."""

import asyncio

from alembic import context
from sqlalchemy import Connection, NullPool

from bot.config import load_settings
from bot.database import dialect, models


def run(connection: Connection) -> None:
    """Run the migrations in the transaction of the connection."""
    dialect.keep_other_migrations_out(connection)
    # SQLite can alter little in place; batch mode copies the table.
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
        on_version_apply=lambda **_: context.config.attributes.get("on_revision", lambda: None)(),
    )
    context.run_migrations()


async def connect_and_run() -> None:
    """Connect to the given database, or else to the one in the settings; migrate completely or not at all."""
    url = context.config.attributes.get("url") or load_settings().database
    engine = dialect.open_engine(url, poolclass=NullPool, execution_options=dialect.writer_options(url))
    dialect.prepare_connections(engine.sync_engine, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a connection to the database; there is no offline mode.")
asyncio.run(connect_and_run())
