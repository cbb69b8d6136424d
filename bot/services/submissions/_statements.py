"""The statements of submissions, each over all that are counted together."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Executable,
    FromClause,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import aliased

from bot.database.dialect import constant
from bot.database.models import (
    Event,
    GuildSettings,
    LeaderboardScore,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyRun,
)
from bot.database.row_versions import row_version
from bot.database.rows import Columns, RowsStatement, insert_new_rows, insert_rows, read_first
from bot.database.types import UtcDateTime
from bot.services.ratings._expressions import has_type, is_personal_best

SEPARATOR = "_"
_SEPARATOR: Any = constant(SEPARATOR)
NOW = bindparam("now", type_=UtcDateTime())
"""When submissions are counted, all that are counted together."""
SINCE = bindparam("since", type_=UtcDateTime())
"""Since when a submission is too recent for another one."""
UNTIL = bindparam("until", type_=UtcDateTime())
"""Until when; later ones are of a clock that has been set back."""
SINCE_WEEK = bindparam("since_week", type_=Integer())
"""Since which week bests and runs are looked for; not later than the current one of any time zone."""

_NAMED: Columns = {"number": Integer(), "guild_id": BigInteger(), "name_key": String(), "discord_id": BigInteger()}
_OF_EVENT = (
    *(Event.id, Event.guild_id, Event.name, Event.is_active),
    *(Event.score_direction, Event.score_format, Event.score_unit, Event.min_score, Event.max_score),
    *(Event.score_count, Event.score_origin, Event.score_mean, Event.score_m2, Event.score_m2_peak),
    *(Event.week_number, Event.week_count, Event.week_origin, Event.week_mean, Event.week_m2, Event.week_m2_peak),
    Event.scores_version,
)


def _is_named(rows: FromClause) -> ColumnElement[bool]:
    of_leaderboard = Event.score_direction.is_not(None)
    return and_(Event.guild_id == rows.c.guild_id, Event.name_key == rows.c.name_key, of_leaderboard)


def _lock(rows: FromClause) -> Executable:
    # FOR NO KEY UPDATE: rows that merely refer to these can still be inserted beside them.
    players = (
        select(Player.id)
        .where(Player.discord_id.in_(select(rows.c.discord_id)))
        .order_by(Player.id)
        .with_for_update(key_share=True, of=Player)
        .cte("locked")
    )
    return (
        select(rows.c.number, select(func.count()).select_from(players).scalar_subquery())
        .join(Event, _is_named(rows))
        .order_by(Event.id)
        .with_for_update(key_share=True, skip_locked=True, of=Event)
    )


LOCK = RowsStatement("wanted", _NAMED, _lock)
"""Locks the players, in the order of their keys, and those events that nobody else has locked: a row for each."""


def _lock_players(rows: FromClause) -> Executable:
    return (
        select(Player.id)
        .join(rows, Player.discord_id == rows.c.discord_id)
        .order_by(Player.id)
        .with_for_update(key_share=True, of=Player)
    )


LOCK_PLAYERS = RowsStatement("players", {"discord_id": BigInteger()}, _lock_players)
"""Locks players who are new, in the order of their keys."""

_NEW_PLAYER: Columns = {"discord_id": BigInteger(), "username": String(), "display_name": String()}
ADD_PLAYERS = RowsStatement("added", _NEW_PLAYER, insert_new_rows(Player, _NEW_PLAYER))
"""Makes players, but for those whom somebody else has made through other events meanwhile."""


def _find(rows: FromClause) -> Executable:
    log, personal, weekly = ScoreSubmission, aliased(LeaderboardScore), aliased(LeaderboardScore)
    # Events are looked up by the rows, and SQLite does not go through all events instead.
    joined = (
        rows.outerjoin(Event, _is_named(rows))
        .outerjoin(GuildSettings, GuildSettings.guild_id == Event.guild_id)
        .outerjoin(Player, Player.discord_id == rows.c.discord_id)
    )
    of_player = (Player.id.label("player_id"), Player.username, Player.display_name)
    versions = (row_version(Event, rows).label("event_version"), row_version(Player, rows).label("player_version"))
    named = select(rows.c.number, rows.c.interaction_id, *_OF_EVENT, GuildSettings.time_zone, *of_player, *versions)
    # By itself, or PostgreSQL would read what a player has in all events to find what there is in one.
    one = read_first(named.select_from(joined), "named")
    latest = (
        select(log.submitted_at)
        .join(Event, Event.id == log.event_id)
        .where(log.player_id == one.c.player_id, Event.guild_id == one.c.guild_id)
        .where(log.submitted_at > SINCE, log.submitted_at <= UNTIL)
        .order_by(log.submitted_at.desc())
        .limit(1)
    )
    closed = select(func.aggregate_strings(cast(WeeklyRun.week_number, String), _SEPARATOR)).where(
        WeeklyRun.event_id == one.c.id, WeeklyRun.week_number >= SINCE_WEEK
    )
    is_personal = and_(personal.player_id == one.c.player_id, is_personal_best(one.c.id, personal))
    is_weekly = and_(
        weekly.player_id == one.c.player_id,
        weekly.event_id == one.c.id,
        has_type(ScoreType.WEEKLY, weekly),
        weekly.week_number >= SINCE_WEEK,
    )
    return select(
        *one.c,
        exists(log.id).where(log.interaction_id == one.c.interaction_id).label("is_counted"),
        latest.scalar_subquery().label("latest"),
        closed.scalar_subquery().label("closed_weeks"),
        personal.id.label("personal_id"),
        personal.score.label("personal_best"),
        weekly.id.label("weekly_id"),
        weekly.week_number.label("weekly_week"),
        weekly.score.label("weekly_best"),
    ).select_from(one.outerjoin(personal, is_personal).outerjoin(weekly, is_weekly))


FIND = RowsStatement("found", {**_NAMED, "interaction_id": BigInteger()}, _find)
"""Finds all that is known about submissions: a row for each, or for each weekly best; without a key for no event."""


def _rank(rows: FromClause) -> Executable:
    scores = LeaderboardScore
    others = select(func.count()).select_from(scores).where(is_personal_best(rows.c.event_id))
    better = case(
        (rows.c.is_high, others.where(scores.score > rows.c.score).scalar_subquery()),
        else_=others.where(scores.score < rows.c.score).scalar_subquery(),
    )
    return select(rows.c.number, better.label("better"))


RANK = RowsStatement(
    "ranked", {"number": Integer(), "event_id": Integer(), "score": Double(), "is_high": Boolean()}, _rank
)
"""Counts the personal bests of events that are better than scores."""


def _load_bests(rows: FromClause) -> Executable:
    return select(rows.c.event_id, LeaderboardScore.score).join(rows, is_personal_best(rows.c.event_id))


LOAD_BESTS = RowsStatement("bests", {"event_id": Integer()}, _load_bests)
"""Loads all personal bests of events."""

_LOGGED: Columns = {
    "interaction_id": BigInteger(),
    "player_id": Integer(),
    "event_id": Integer(),
    "score": Double(),
    "week_number": Integer(),
    "proof": String(),
}
LOG = RowsStatement("logged", _LOGGED, insert_rows(ScoreSubmission, _LOGGED, submitted_at=NOW))

_BEST: Columns = {
    "player_id": Integer(),
    "event_id": Integer(),
    "score_type": String(),
    "week_number": Integer(),
    "score": Double(),
}
ADD_BESTS = RowsStatement("first", _BEST, insert_rows(LeaderboardScore, _BEST, submitted_at=NOW))


def _replace_bests(rows: FromClause) -> Executable:
    bests = update(LeaderboardScore).where(LeaderboardScore.id == rows.c.id)
    return bests.values(score=rows.c.score, submitted_at=NOW)


REPLACE_BESTS = RowsStatement("better", {"id": BigInteger(), "score": Double()}, _replace_bests)


_RATINGS: Columns = {"player_id": Integer(), "event_id": Integer()}
ADD_RATINGS = RowsStatement("rated", _RATINGS, insert_new_rows(PlayerEventStats, _RATINGS))
"""Makes the ratings of players who have none in an event."""

_STATISTICS: Columns = {
    "score_count": Integer(),
    "score_origin": Double(),
    "score_mean": Double(),
    "score_m2": Double(),
    "score_m2_peak": Double(),
    "scores_version": BigInteger(),
    "week_number": Integer(),
    "week_count": Integer(),
    "week_origin": Double(),
    "week_mean": Double(),
    "week_m2": Double(),
    "week_m2_peak": Double(),
}


def _move_statistics(rows: FromClause) -> Executable:
    return update(Event).where(Event.id == rows.c.id).values({name: rows.c[name] for name in _STATISTICS})


MOVE_STATISTICS = RowsStatement("moved", {"id": Integer(), **_STATISTICS}, _move_statistics)


def _name(rows: FromClause) -> Executable:
    players = update(Player).where(Player.id == rows.c.id)
    return players.values(username=rows.c.username, display_name=rows.c.display_name)


NAME_PLAYERS = RowsStatement("renamed", {"id": Integer(), "username": String(), "display_name": String()}, _name)
