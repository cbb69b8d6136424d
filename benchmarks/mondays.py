"""Many small servers whose weeks close automatically at the same time: one process, PostgreSQL.

There is no reference; the goal is a rate. Each server has one event, in which all players have a score of the finished
week. From the first claim until the last week is closed, players submit to an event of another server, ten times a
second, without waiting for earlier answers. The figures are the time per server and the longest wait of a submission.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.filling import Nobody
from benchmarks.places import Place, fill_with
from benchmarks.report import Goal, Line
from bot.database.database import Database
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.submissions import Submission
from bot.services.jobs import JobRunner
from bot.services.submissions import LeaderboardService
from bot.services.weeks import WeekCloser

PLAYERS = 20
SERVERS, SERVERS_IN_FULL = 300, 10_000
FIRST_GUILD = 1_000_000
SECONDS_BETWEEN = 0.1
CLOSE = datetime(2026, 11, 23, 2, tzinfo=UTC)
SCALE = RatingScale()
BUSY = "Busy"
A_SERVER = Goal("≤", 18.0, "ms")
"""At this rate, 10,000 servers are closed within three minutes."""
IN_TIME = Goal("≤", 3.0, "s")

FILL = (
    "INSERT INTO players (id, discord_id, username) SELECT i, i, 'player' || i FROM generate_series(1, {players}) i",
    (
        "INSERT INTO members (guild_id, player_id, display_name)"
        " SELECT {first_guild} + (id - 1) / {size}, id, 'Player ' || id FROM players"
    ),
    "INSERT INTO events (id, guild_id, name, name_key, score_direction, scores_version, elo_version, elo_field_version,"
    " elo_base, elo_per_sigma, score_count, score_mean, score_m2, elo_centre, elo_spread, week_number, week_count,"
    " week_mean, week_m2)"
    " SELECT e + 1, {first_guild} + e, '" + BUSY + "', '" + BUSY.casefold() + "', 'HIGH', 1, 1, 1, 1000, 200, {size},"
    " ({size} + 1) / 2.0, {size} * ({size} * {size} - 1) / 12.0, ({size} + 1) / 2.0,"
    " sqrt(({size} * {size} - 1) / 12.0), 202647, {size}, ({size} + 1) / 2.0, {size} * ({size} * {size} - 1) / 12.0"
    " FROM generate_series(0, {servers} - 1) e",
    (
        "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number)"
        " SELECT id, (id - 1) / {size} + 1, (id - 1) % {size} + 1, 'all_time', NULL FROM players"
        " UNION ALL SELECT id, (id - 1) / {size} + 1, (id - 1) % {size} + 1, 'weekly', 202647 FROM players"
    ),
    (
        "INSERT INTO score_submissions"
        " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
        " SELECT id, player_id, event_id, score, 202647, 202647, submitted_at FROM leaderboard_scores"
        " WHERE score_type = 'weekly'"
    ),
    (
        "INSERT INTO player_event_stats (player_id, event_id, updated_at, all_time_leaderboard_elo)"
        " SELECT player_id, event_id, submitted_at, floor(1000.5 + 200 * (score - ({size} + 1) / 2.0)"
        " / sqrt(({size} * {size} - 1) / 12.0)) FROM leaderboard_scores WHERE score_type = 'all_time'"
    ),
    (
        "INSERT INTO guild_settings (guild_id, closes_weeks, announcement_channel_id)"
        " SELECT guild_id, guild_id < {first_guild} + {servers} - 1, 1 FROM events"
    ),
    (
        "INSERT INTO jobs (kind, key, due_at) SELECT 'close weeks', guild_id::text, '2026-11-23T02:00:00+00:00'"
        " FROM guild_settings WHERE closes_weeks"
    ),
    "SELECT setval('events_id_seq', {servers}), setval('players_id_seq', {players})",
)


def measure(place: Place) -> list[Line]:
    """Measure on PostgreSQL, which large bots use."""
    servers = SERVERS_IN_FULL if place.full else SERVERS
    with place.database("postgresql") as url:
        fill_with(url, lambda database: database.write(lambda session: fill_servers(session, servers + 1)))
        seconds, longest = asyncio.run(_close(Database(url), servers))
    per_server, of_many = 1000 * seconds / servers, f"{servers:,} servers of {PLAYERS} players, postgresql"
    return [
        Line(None, f"weeks of {of_many}, a server", f"{per_server:.1f} ms", "–", per_server, A_SERVER),
        Line(None, f"submissions while the weeks of {of_many} close", f"{longest:.2f} s", "–", longest, IN_TIME),
    ]


def fill_servers(session: Session, servers: int) -> None:
    """Fill an empty database with servers; the weeks of the last server do not close."""
    sizes = {"players": servers * PLAYERS, "servers": servers, "size": PLAYERS, "first_guild": FIRST_GUILD}
    for statement in FILL:
        session.execute(text(statement.format(**sizes)))


async def _close(database: Database, servers: int) -> tuple[float, float]:
    """Close the weeks; return the seconds that this took, and the longest wait of a submission."""

    def clock() -> datetime:
        return CLOSE

    closer = WeekCloser(database, clock, SCALE)
    jobs = JobRunner(database, clock, {JobKind.CLOSE_WEEKS: closer.close})
    leaderboard = LeaderboardService(database, clock, SCALE, timedelta(0), Nobody())
    try:
        began = time.perf_counter()
        closing = asyncio.create_task(jobs.do_due())
        submitted: list[asyncio.Task[float]] = []
        while not closing.done():
            submitted.append(asyncio.create_task(_submit(leaderboard, servers, len(submitted))))
            await asyncio.wait({closing}, timeout=SECONDS_BETWEEN)
        seconds = time.perf_counter() - began
        assert closing.result() == servers
        return seconds, max(await asyncio.gather(*submitted))
    finally:
        await database.close()


async def _submit(leaderboard: LeaderboardService, servers: int, number: int) -> float:
    began, player = time.perf_counter(), servers * PLAYERS + 1 + number % PLAYERS
    name, guild_id = f"player{player}", FIRST_GUILD + servers
    await leaderboard.submit(Submission(10**9 + number, guild_id, player, name, name, BUSY, f"{1 + number % 50}"))
    return time.perf_counter() - began
