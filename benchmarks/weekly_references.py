"""References for a weekly run, as others might write it: a loop over the players, and bare statements in a client."""

import asyncio
import sqlite3
import time
from contextlib import closing

from sqlalchemy import URL, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.places import run_client
from benchmarks.weekly_season import ADMIN, EVENT_ID, GUILD, NOW, OPEN, SCALE
from bot.database.database import Database
from bot.database.models import LeaderboardScore, Player, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain.methods import Rating
from bot.domain.ratings import Field
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.services.ratings import count_field, is_weekly_best
from tests.sessions import writing

RATING = Rating(ScoreDirection.HIGH, Rules(), SCALE)
OF_WEEK = f"event_id = {EVENT_ID} AND score_type = 'weekly' AND week_number = {OPEN.code}"
AVERAGE = "(round(s.weekly_average * s.weeks) + r.weekly_elo) / (s.weeks + 1)"
NAMES = f"""JOIN players ON players.id = r.player_id
  JOIN members ON members.player_id = r.player_id AND members.guild_id = {GUILD}
  JOIN plain_stats AS s ON s.player_id = r.player_id AND s.event_id = {EVENT_ID}"""
# The first statement returns {run}, {mean} and {sd}.
STATEMENTS = f"""
INSERT INTO plain_runs (event_id, week_number, ran_at, field_size, mean, sd)
  SELECT {EVENT_ID}, {OPEN.code}, CURRENT_TIMESTAMP, count(*), avg(score), {{deviation}}
  FROM plain_scores WHERE {OF_WEEK} RETURNING id AS run, mean, sd;
INSERT INTO plain_results (run_id, player_id, score, submitted_at, weekly_elo, rank)
  SELECT {{run}}, player_id, score, submitted_at,
  floor({SCALE.base_elo} + (score - {{mean}}) / {{sd}} * {SCALE.elo_per_sigma} + 0.5), rank() OVER (ORDER BY score DESC)
  FROM plain_scores WHERE {OF_WEEK};
INSERT INTO plain_results (run_id, player_id, weekly_elo) SELECT {{run}}, player_id, {SCALE.missed_week_elo}
  FROM plain_stats AS s WHERE event_id = {EVENT_ID} AND weeks > 0
  AND NOT EXISTS (SELECT 1 FROM plain_results AS r WHERE r.run_id = {{run}} AND r.player_id = s.player_id);
UPDATE plain_stats AS s SET weekly_average = {AVERAGE}, weeks = s.weeks + 1, updated_at = CURRENT_TIMESTAMP,
  event_elo = floor((coalesce(s.all_time_elo, {SCALE.base_elo}) + {AVERAGE}) / 2 + 0.5)
  FROM plain_results AS r JOIN plain_runs ON plain_runs.id = r.run_id AND plain_runs.event_id = {EVENT_ID}
  WHERE week_number = {OPEN.code} AND s.player_id = r.player_id AND s.event_id = {EVENT_ID};
DELETE FROM plain_scores WHERE {OF_WEEK};
SELECT discord_id, display_name, event_elo, rank, score, weekly_elo FROM plain_results AS r {NAMES}
  WHERE run_id = {{run}} AND rank <= 10 ORDER BY rank, submitted_at, r.player_id LIMIT 10;
SELECT discord_id, display_name, event_elo, count(*) OVER () FROM plain_results AS r {NAMES}
  WHERE run_id = {{run}} AND score IS NULL ORDER BY display_name, r.player_id LIMIT 10
"""
# SQLite has no standard deviation.
MEAN = f"(SELECT avg(score) FROM plain_scores WHERE {OF_WEEK})"
DEVIATION = f"sqrt(avg((score - {MEAN}) * (score - {MEAN})))"


def loop(url: URL) -> float:
    """Close the open week with a loop over its players, and one over those who missed it; return the seconds."""
    return asyncio.run(_loop(url))


async def _loop(url: URL) -> float:
    database = Database(url)
    try:
        async with writing(database) as session:
            await session.scalar(select(WeeklyRun))
        began = time.perf_counter()
        async with writing(database) as session:
            await _close_week(session)
        return time.perf_counter() - began
    finally:
        await database.close()


async def _close_week(session: AsyncSession) -> None:
    scores, stats = LeaderboardScore, PlayerEventStats
    of_week = is_weekly_best(EVENT_ID, OPEN.code)
    field = (await session.run_sync(count_field, of_week)).field
    run = _run_of(field)
    session.add(run)
    weekly_scores = (await session.scalars(select(scores).where(of_week).order_by(scores.score.desc()))).all()
    active: set[int] = set()
    rank, last = 0, 0.0
    for place, weekly in enumerate(weekly_scores, start=1):
        rank, last = (rank if weekly.score == last else place), weekly.score
        elo = RATING.elo(weekly.score, field)
        result = WeeklyResult(run_id=run.id, player_id=weekly.player_id, weekly_elo=elo)
        result.score, result.submitted_at, result.rank = weekly.score, weekly.submitted_at, rank
        session.add(result)
        await _update_average(session, weekly.player_id, elo)
        await _compose_elo(session, weekly.player_id)
        await session.get(Player, weekly.player_id)
        active.add(weekly.player_id)
    everybody = select(stats).where(stats.event_id == EVENT_ID, stats.weeks_participated > 0)
    for row in (await session.scalars(everybody)).all():
        if row.player_id not in active:
            missed = SCALE.missed_week_elo
            session.add(WeeklyResult(run_id=run.id, player_id=row.player_id, weekly_elo=missed))
            await _update_average(session, row.player_id, missed)
            await _compose_elo(session, row.player_id)
    await session.execute(delete(scores).where(of_week).execution_options(synchronize_session=False))


async def _update_average(session: AsyncSession, player_id: int, elo: int) -> None:
    row = await _load_ratings(session, player_id)
    total = round(row.weekly_elo_average * row.weeks_participated) + elo
    row.weeks_participated += 1
    row.weekly_elo_average = total / row.weeks_participated


async def _compose_elo(session: AsyncSession, player_id: int) -> None:
    row = await _load_ratings(session, player_id)
    row.calculated_event_elo = RATING.event_elo(row.all_time_leaderboard_elo, row.weekly_elo_average)


async def _load_ratings(session: AsyncSession, player_id: int) -> PlayerEventStats:
    stats = PlayerEventStats
    return (await session.scalars(select(stats).where(stats.player_id == player_id, stats.event_id == EVENT_ID))).one()


def _run_of(field: Field) -> WeeklyRun:
    return WeeklyRun(
        event_id=EVENT_ID,
        week_number=OPEN.code,
        ran_at=NOW,
        ran_by=ADMIN.discord_id,
        field_size=field.size,
        field_origin=field.origin,
        field_centre=field.centre,
        field_spread=field.spread,
        base_elo=SCALE.base_elo,
        elo_per_sigma=SCALE.elo_per_sigma,
        missed_week_elo=SCALE.missed_week_elo,
    )


def bare(url: URL) -> float:
    """Close the open week of the plain tables with bare statements in a client.

    Return the seconds of the transaction.
    """
    return _in_psql(url) if url.get_backend_name() == "postgresql" else _in_sqlite(url)


def _in_psql(url: URL) -> float:
    field, others = STATEMENTS.format(run=":run", mean=":mean", sd=":sd", deviation="stddev_pop(score)").split(";", 1)
    clock = "SELECT extract(epoch FROM clock_timestamp());"
    lock = f"SELECT id FROM events WHERE id = {EVENT_ID} FOR NO KEY UPDATE;"
    script = "\n".join([clock, "BEGIN;", lock, f"{field} \\gset", f"{others};", "COMMIT;", clock])
    began, *_, ended = run_client("psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", script=script).split()
    return float(ended) - float(began)


def _in_sqlite(url: URL) -> float:
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as connection:
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        field, *others = STATEMENTS.split(";")
        run, mean, sd = connection.execute(field.format(deviation=DEVIATION)).fetchone()
        for statement in others:
            connection.execute(statement.format(run=run, mean=repr(mean), sd=repr(sd))).fetchall()
        connection.execute("COMMIT")
        return time.perf_counter() - began
