"""A season with a week to close: one week archived, the next one open, and the same rows again in plain tables."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.places import fill_with
from bot.database.database import Database
from bot.database.dialect import is_file
from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.domain.weeks import Week
from bot.services.ratings import count_field, is_personal_best
from bot.services.servers import Actor
from bot.services.weeks import WeeklyProcessingService

GUILD = 1001
ADMIN = Actor(discord_id=9, guild_id=GUILD, manages_guild=True, role_ids=frozenset(), owns_bot=False)
EVENT, WARM_UP = "Tetris Blitz", "Warm-up"
EVENT_ID, WARM_UP_ID = 1, 2
WARM_UP_PLAYERS = 10
CLOSED, OPEN = Week(2026, 46), Week(2026, 47)
NOW = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
"""The Monday after the open week."""
SCALE = RatingScale()

# Of five players, one joins in the open week and one misses it; a run counts all of them.
ABSENT = {CLOSED: 0, OPEN: 1}
# Modulo a prime near a million, so that the scores of a million players are spread and seldom equal.
SCORE = "1 + (i * {factor}) % 999983"
NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {players})"
PLAYERS = "INSERT INTO players (id, discord_id, username) {numbers} SELECT i, i, 'player' || i FROM numbers"
MEMBERS = f"INSERT INTO members (guild_id, player_id, display_name) SELECT {GUILD}, id, 'Player ' || id FROM players"
EVENTS = (
    "INSERT INTO events (id, guild_id, name, name_key, score_direction)"
    f" VALUES ({EVENT_ID}, {GUILD}, '{EVENT}', '{EVENT.casefold()}', 'HIGH'),"
    f" ({WARM_UP_ID}, {GUILD}, '{WARM_UP}', '{WARM_UP.casefold()}', 'HIGH')"
)
BESTS = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type) {numbers}"
    " SELECT i, {event}, {score}, 'all_time' FROM numbers"
)
RATINGS = """
INSERT INTO player_event_stats (player_id, event_id, updated_at)
{numbers} SELECT i, {event}, CURRENT_TIMESTAMP FROM numbers"""
WEEKLY_BESTS = (
    "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number) {numbers}"
    " SELECT i, {event}, {score}, 'weekly', {week} FROM numbers WHERE i % 5 <> {absent}"
)
LOG = (
    "INSERT INTO score_submissions"
    " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at) {numbers}"
    " SELECT 10000000 * ({week} % 100) + 2000000 * {event} + i, i, {event}, {score}, {week}, {week}, CURRENT_TIMESTAMP"
    " FROM numbers WHERE i % 5 <> {absent}"
)

# One table for each that a run writes, with the same keys; {key} generates numbers.
PLAIN_TABLES = """
CREATE TABLE plain_scores (id {key}, player_id integer NOT NULL REFERENCES players, event_id integer NOT NULL
  REFERENCES events, score double precision NOT NULL, score_type varchar(16) NOT NULL, week_number integer,
  submitted_at timestamp with time zone NOT NULL);
CREATE UNIQUE INDEX plain_scores_all_time ON plain_scores (player_id, event_id) WHERE score_type = 'all_time';
CREATE UNIQUE INDEX plain_scores_weekly ON plain_scores (player_id, event_id, week_number) WHERE score_type = 'weekly';
CREATE INDEX plain_scores_event ON plain_scores (event_id, score_type);
CREATE INDEX plain_scores_week ON plain_scores (event_id, score_type, week_number);
CREATE TABLE plain_stats (id {key}, player_id integer NOT NULL REFERENCES players, event_id integer NOT NULL
  REFERENCES events, updated_at timestamp with time zone NOT NULL, all_time_elo integer, weekly_average double precision
  NOT NULL, weeks integer NOT NULL, event_elo integer, UNIQUE (player_id, event_id));
CREATE INDEX plain_stats_event_elo ON plain_stats (event_id, event_elo);
CREATE TABLE plain_runs (id {key}, event_id integer NOT NULL REFERENCES events, week_number integer NOT NULL, ran_at
  timestamp with time zone NOT NULL, field_size integer NOT NULL, mean double precision NOT NULL, sd double precision
  NOT NULL, UNIQUE (event_id, week_number));
CREATE TABLE plain_results (run_id bigint NOT NULL REFERENCES plain_runs, player_id integer NOT NULL REFERENCES players,
  score double precision, submitted_at timestamp with time zone, weekly_elo integer NOT NULL, rank integer,
  PRIMARY KEY (run_id, player_id));
INSERT INTO plain_scores (player_id, event_id, score, score_type, week_number, submitted_at)
  SELECT player_id, event_id, score, score_type, week_number, submitted_at FROM leaderboard_scores
  WHERE event_id = {event};
INSERT INTO plain_stats (player_id, event_id, updated_at, all_time_elo, weekly_average, weeks, event_elo)
  SELECT player_id, event_id, updated_at, all_time_leaderboard_elo, weekly_elo_average, weeks_participated,
  calculated_event_elo FROM player_event_stats WHERE event_id = {event};
INSERT INTO plain_runs (event_id, week_number, ran_at, field_size, mean, sd)
  SELECT event_id, week_number, ran_at, field_size, field_origin + field_centre, field_spread FROM weekly_runs;
INSERT INTO plain_results (run_id, player_id, score, submitted_at, weekly_elo, rank)
  SELECT plain_runs.id, player_id, score, submitted_at, weekly_elo, rank FROM weekly_results, plain_runs
"""


@cache
def season_of(players: int) -> Callable[[URL], None]:
    """Return a function that fills a migrated database with a season of some players, the same each time."""
    return partial(_fill, players)


def weeks_of(database: Database) -> WeeklyProcessingService:
    """Return the service whose run is measured, on the Monday after the open week."""
    return WeeklyProcessingService(database, lambda: NOW, SCALE)


def _fill(players: int, url: URL) -> None:
    async def fill(database: Database) -> None:
        await database.write(partial(_insert, players=players))
        await weeks_of(database).run(ADMIN, EVENT, str(CLOSED), early=True)
        await database.write(partial(_copy, key=f"{'integer' if is_file(url) else 'bigserial'} PRIMARY KEY"))

    fill_with(url, fill)


def _insert(session: Session, players: int) -> None:
    _execute(session, PLAYERS, numbers=NUMBERS.format(players=players))
    _execute(session, MEMBERS)
    _execute(session, EVENTS)
    for event_id, size in ((EVENT_ID, players), (WARM_UP_ID, WARM_UP_PLAYERS)):
        given: dict[str, object] = {"numbers": NUMBERS.format(players=size), "event": event_id}
        _execute(session, BESTS, **given, score=SCORE.format(factor=1987))
        _execute(session, RATINGS, **given)
        for week, absent in ABSENT.items():
            given |= {"week": week.code, "absent": absent, "score": SCORE.format(factor=1900 + week.number)}
            _execute(session, WEEKLY_BESTS, **given)
            _execute(session, LOG, **given)
        event = session.get_one(Event, event_id)
        event.statistics, event.scores_version = count_field(session, is_personal_best(event_id)), size


def _copy(session: Session, key: str) -> None:
    """Copy the rows of the event into plain tables."""
    for statement in PLAIN_TABLES.split(";"):
        _execute(session, statement, key=key, event=EVENT_ID)


def _execute(session: Session, statement: str, **given: object) -> None:
    session.execute(text(statement.format(**given)))
