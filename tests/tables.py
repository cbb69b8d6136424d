"""Read and change the tables without the services."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Executable, Row, Select, select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Base, Job, Player, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.jobs import JobKind
from bot.domain.weeks import Week

Rows = list[dict[str, Any]]


async def rows(database: Database, table: type[Base], *, without: Collection[str] = ()) -> Rows:
    """Return all rows of a table, sorted, as dictionaries without some of the columns."""
    return await database.read(lambda session: _rows_in(session, table, without))


async def contents(database: Database, *, without: Collection[str] = (), except_for: Collection[str] = ()) -> Any:
    """Return the rows of every table, to be compared with those at another time."""

    def work(session: Session) -> dict[str, Rows]:
        tables = {mapper.local_table.description: mapper.class_ for mapper in Base.registry.mappers}
        return {name: _rows_in(session, table, without) for name, table in tables.items() if name not in except_for}

    return await database.read(work)


def _rows_in(session: Session, table: type[Base], without: Collection[str]) -> Rows:
    found = session.connection().execute(_select(table, frozenset(without)))
    return sorted(map(dict, found.mappings()), key=repr)


@cache
def _select(table: type[Base], without: frozenset[str]) -> Select[Any]:
    return select(*(column for column in table.__table__.columns if column.name not in without))


async def jobs(database: Database, kind: JobKind) -> Rows:
    """Return the jobs of a kind, sorted, as dictionaries."""
    return [row for row in await rows(database, Job) if row["kind"] is kind]


async def stats(database: Database, event_id: int) -> dict[int, Row[Any]]:
    """Return the rows of `player_event_stats` of an event by Discord's id of the player."""
    table = PlayerEventStats.__table__
    statement = select(Player.discord_id, *table.columns).join(table, table.c.player_id == Player.id)
    of_event = statement.where(table.c.event_id == event_id).order_by(Player.discord_id)
    return await database.read(lambda session: {row.discord_id: row for row in session.execute(of_event)})


async def stored_elos(database: Database, event_id: int) -> dict[int, int | None]:
    """Return the stored all-time Elos of an event by Discord's id of the player."""
    return {player: row.all_time_leaderboard_elo for player, row in (await stats(database, event_id)).items()}


async def missed(database: Database, week: Week, event_id: int = 1) -> dict[int, int]:
    """Return the weekly Elos of players who missed a closed week, by Discord's id of the player."""
    return await database.read(lambda session: missed_in(session, week, event_id))


def missed_in(session: Session, week: Week, event_id: int = 1) -> dict[int, int]:
    """Return the same inside a transaction."""
    result = WeeklyResult
    of_week = (
        select(Player.discord_id, result.weekly_elo)
        .join(result, result.player_id == Player.id)
        .join(WeeklyRun, WeeklyRun.id == result.run_id)
        .where(WeeklyRun.event_id == event_id, WeeklyRun.week_number == week.code)
        .where(result.score.is_(None), result.weekly_elo.is_not(None))
        .order_by(Player.discord_id)
    )
    return {player: elo for player, elo in session.execute(of_week) if elo is not None}


async def execute(database: Database, *statements: Executable) -> None:
    """Change rows in ways that no service does, in one transaction."""

    def work(session: Session) -> None:
        for statement in statements:
            session.execute(statement.execution_options(synchronize_session=False))

    await database.write(work)
