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
    null,
    or_,
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
from bot.database.rows import Columns, RowsStatement, insert_new_rows, insert_rows
from bot.database.types import UtcDateTime
from bot.services.rating_sql import has_type, is_personal_best

SEPARATOR = "_"
_SEPARATOR: Any = constant(SEPARATOR)
NOW = bindparam("now", type_=UtcDateTime())
"""When submissions are counted, all that are counted together."""
SINCE = bindparam("since", type_=UtcDateTime())
"""Since when a submission is too recent for another one."""

_EVENT: Columns = {"guild_id": BigInteger(), "name_key": String()}
_WANTED: Columns = {"number": Integer(), **_EVENT, "discord_id": BigInteger()}
_OF_EVENT = (
    *(Event.guild_id, Event.name, Event.is_active),
    *(Event.score_direction, Event.score_format, Event.score_unit, Event.min_score, Event.max_score),
    *(Event.score_count, Event.score_origin, Event.score_mean, Event.score_m2, Event.score_m2_peak),
    *(Event.week_number, Event.week_count, Event.week_origin, Event.week_mean, Event.week_m2, Event.week_m2_peak),
    Event.scores_version,
)


def _is_named(rows: FromClause) -> ColumnElement[bool]:
    return and_(Event.guild_id == rows.c.guild_id, Event.name_key == rows.c.name_key)


def _lock(rows: FromClause) -> Executable:
    # FOR NO KEY UPDATE: rows that merely refer to these can still be inserted beside them.
    players = (
        select(Player.id, Player.discord_id, Player.username, Player.display_name)
        .where(Player.discord_id.in_(select(rows.c.discord_id)))
        .order_by(Player.id)
        .with_for_update(key_share=True, of=Player)
        .cte("locked")
    )
    joined = (
        rows.join(Event, _is_named(rows))
        .outerjoin(GuildSettings, GuildSettings.guild_id == Event.guild_id)
        .outerjoin(players, players.c.discord_id == rows.c.discord_id)
    )
    of_player = (players.c.id.label("player_id"), players.c.username, players.c.display_name)
    return (
        select(rows.c.number, Event.id, *_OF_EVENT, GuildSettings.time_zone, *of_player)
        .select_from(joined)
        .where(Event.score_direction.is_not(None))
        .order_by(Event.id)
        .with_for_update(key_share=True, skip_locked=True, of=Event)
    )


LOCK = RowsStatement("wanted", _WANTED, _lock)
"""Locks the players, in the order of their keys, and those events that nobody else has locked: a row for each."""


def _lock_players(rows: FromClause) -> Executable:
    return (
        select(Player.id, Player.discord_id)
        .join(rows, Player.discord_id == rows.c.discord_id)
        .order_by(Player.id)
        .with_for_update(key_share=True, of=Player)
    )


LOCK_PLAYERS = RowsStatement("players", {"discord_id": BigInteger()}, _lock_players)
"""Locks players who are new, in the order of their keys."""


def _name_events(rows: FromClause) -> Executable:
    return select(Event.guild_id, Event.name_key).join(rows, _is_named(rows)).where(Event.score_direction.is_not(None))


NAME_EVENTS = RowsStatement("names", _EVENT, _name_events)
"""Tells which events there are, whoever has locked them."""

_NEW_PLAYER: Columns = {"discord_id": BigInteger(), "username": String(), "display_name": String()}
ADD_PLAYERS = RowsStatement("added", _NEW_PLAYER, insert_new_rows(Player, _NEW_PLAYER))
"""Makes players, but for those whom somebody else has made through other events meanwhile."""


def _find(rows: FromClause) -> Executable:
    log, personal, weekly = ScoreSubmission, aliased(LeaderboardScore), aliased(LeaderboardScore)
    latest = (
        select(log.submitted_at)
        .join(Event, Event.id == log.event_id)
        .where(log.player_id == rows.c.player_id, Event.guild_id == rows.c.guild_id)
        .where(log.submitted_at > SINCE, log.submitted_at <= NOW)
        .order_by(log.submitted_at.desc())
        .limit(1)
    )
    closed = select(func.aggregate_strings(cast(WeeklyRun.week_number, String), _SEPARATOR)).where(
        WeeklyRun.event_id == rows.c.event_id, WeeklyRun.week_number >= rows.c.current_week
    )
    is_personal = and_(
        personal.player_id == rows.c.player_id,
        is_personal_best(rows.c.event_id, personal),
    )
    is_weekly = and_(
        weekly.player_id == rows.c.player_id,
        weekly.event_id == rows.c.event_id,
        has_type(ScoreType.WEEKLY, weekly),
        weekly.week_number >= rows.c.current_week,
    )
    scores = LeaderboardScore
    is_better = case((rows.c.is_high, rows.c.score > personal.score), else_=rows.c.score < personal.score)
    best = case((or_(personal.score.is_(None), is_better), rows.c.score), else_=personal.score)
    others = select(func.count()).select_from(scores).where(is_personal_best(rows.c.event_id))
    better = case(
        (rows.c.is_rank_known, null()),
        (rows.c.is_high, others.where(scores.score > best).scalar_subquery()),
        else_=others.where(scores.score < best).scalar_subquery(),
    )
    return select(
        rows.c.number,
        rows.c.player_id,
        better.label("better"),
        exists(log.id).where(log.interaction_id == rows.c.interaction_id).label("is_counted"),
        latest.scalar_subquery().label("latest"),
        closed.scalar_subquery().label("closed_weeks"),
        personal.id.label("personal_id"),
        personal.score.label("personal_best"),
        weekly.id.label("weekly_id"),
        weekly.week_number.label("week_number"),
        weekly.score.label("weekly_best"),
    ).select_from(rows.outerjoin(personal, is_personal).outerjoin(weekly, is_weekly))


FIND = RowsStatement(
    "found",
    {
        "number": Integer(),
        "interaction_id": BigInteger(),
        "guild_id": BigInteger(),
        "event_id": Integer(),
        "player_id": Integer(),
        "score": Double(),
        "is_high": Boolean(),
        "is_rank_known": Boolean(),
        "current_week": Integer(),
    },
    _find,
)
"""Finds all that is known about submissions: a row for each, or for each weekly best from its current week on."""


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


def _rename(rows: FromClause) -> Executable:
    players = update(Player).where(Player.id == rows.c.id)
    return players.values(username=rows.c.username, display_name=rows.c.display_name)


RENAME = RowsStatement("renamed", {"id": Integer(), "username": String(), "display_name": String()}, _rename)
