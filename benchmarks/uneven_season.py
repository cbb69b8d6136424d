"""Events of very different sizes in one PostgreSQL database, as a week of submissions would have left them."""

from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from benchmarks.filling import GUILD, NOW, SCALE, WEEK
from benchmarks.places import fill_with

LARGE_ID = 1
"""The key of the large event; the keys of the small ones follow it."""
PLAYERS_OF_SMALL = 20

_AT = f"TIMESTAMPTZ '{NOW.isoformat()}'"
_FILL = f"""
INSERT INTO players (id, discord_id, username) SELECT n, n, 'player ' || n FROM generate_series(1, {{players}}) AS n;
INSERT INTO members (guild_id, player_id, display_name) SELECT {GUILD}, id, username FROM players;
INSERT INTO events (id, guild_id, name, name_key, score_direction, scores_version, elo_version, elo_base, elo_per_sigma,
  week_number)
  SELECT n, {GUILD}, 'Event ' || n, 'event ' || n, 'HIGH', 1, 1, {SCALE.base_elo}, {SCALE.elo_per_sigma}, {WEEK.code}
  FROM generate_series({LARGE_ID}, {LARGE_ID} + {{events}}) AS n;
CREATE TEMPORARY TABLE played ON COMMIT DROP AS
  SELECT {LARGE_ID} AS event_id, id AS player_id, 1 + (id * 7919::bigint) % 999983 / 1000.0 AS score FROM players
  UNION ALL
  SELECT event, 1 + (event * 7::bigint + place) % {{players}},
    1 + (event * 104729::bigint + place * 7919) % 999983 / 1000.0
  FROM generate_series({LARGE_ID} + 1, {LARGE_ID} + {{events}}) AS event,
  generate_series(1, {PLAYERS_OF_SMALL}) AS place;
INSERT INTO score_submissions (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)
  SELECT -row_number() OVER (), player_id, event_id, score, {WEEK.code}, {WEEK.code}, {_AT} FROM played;
INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number, submitted_at)
  SELECT player_id, event_id, score, 'all_time', NULL::integer, {_AT} FROM played
  UNION ALL SELECT player_id, event_id, score, 'weekly', {WEEK.code}, {_AT} FROM played;
UPDATE events SET
  score_count = size, score_origin = least, score_mean = mean - least, score_m2 = m2, score_m2_peak = m2,
  week_count = size, week_origin = least, week_mean = mean - least, week_m2 = m2, week_m2_peak = m2
  FROM (SELECT event_id, count(*) AS size, min(score)::float8 AS least, avg(score)::float8 AS mean,
    (count(*) * var_pop(score))::float8 AS m2 FROM played GROUP BY event_id) AS field WHERE field.event_id = events.id;
INSERT INTO player_event_stats (player_id, event_id, updated_at, all_time_leaderboard_elo, weekly_elo_average,
  weeks_participated, calculated_event_elo)
  SELECT player_id, event_id, {_AT}, elo, average, 4, floor(0.5 * elo + 0.5 * average + 0.5)
  FROM (SELECT player_id, event_id, (player_id * 7::bigint) % 1500 AS average,
    floor({SCALE.base_elo} + (score - score_origin - score_mean) / sqrt(score_m2 / score_count) * {SCALE.elo_per_sigma}
    + 0.5)::integer AS elo FROM played JOIN events ON events.id = event_id) AS rated;
SELECT setval(pg_get_serial_sequence('events', 'id'), max(id)) FROM events;
SELECT setval(pg_get_serial_sequence('players', 'id'), max(id)) FROM players
"""


def fill(url: URL, events: int, players: int) -> None:
    """Fill an empty database with one event of many players, and many events of twenty players each."""

    def work(session: Session) -> None:
        for statement in _FILL.format(events=events, players=players).split(";"):
            # Casts contain colons, which would name parameters.
            session.execute(text(statement.replace(":", "\\:")))

    fill_with(url, lambda database: database.write(work))


def name_of(event_id: int) -> str:
    """Return the name of an event."""
    return f"Event {event_id}"


def player_of(event_id: int, place: int, players: int) -> int:
    """Return Discord's id of a player of an event, from place 1; `players` is the size of the large event."""
    if event_id == LARGE_ID:
        return 1 + place % players
    return 1 + (event_id * 7 + 1 + place % PLAYERS_OF_SMALL) % players
