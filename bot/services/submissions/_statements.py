"""The statements that count submissions, each over a whole batch."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.database.dialect import UtcDateTime, constant
from bot.database.models import (
    Event,
    GuildSettings,
    HeldScore,
    Job,
    LeaderboardScore,
    Member,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyRun,
)
from bot.database.rows import Columns, OptimisticWrite, RowsStatement, insert_rows, read_first
from bot.domain.moderation import TAKEN_BACK
from bot.domain.scores import ScoreDirection
from bot.services.jobs import HASTEN
from bot.services.ratings import best_first, has_type, is_personal_best

SEPARATOR = "_"
_SEPARATOR: Any = constant(SEPARATOR)
_NOW = sa.bindparam("now", type_=UtcDateTime())
"""The time of the batch."""
_SINCE = sa.bindparam("since", type_=UtcDateTime())
"""The earliest time at which an earlier submission still causes a cooldown."""
_UNTIL = sa.bindparam("until", type_=UtcDateTime())
"""The latest time at which another submission causes a cooldown: slightly ahead, to include simultaneous ones. Later
times are from before a clock was set back."""
_SINCE_WEEK = sa.bindparam("since_week", type_=sa.Integer())
"""The first week whose bests and runs matter; not later than the current week of any time zone."""

_OF_EVENT = (
    *(Event.id, Event.guild_id, Event.name, Event.is_active),
    *(Event.score_direction, Event.score_format, Event.score_unit, Event.min_score, Event.max_score),
    *(Event.season, Event.first_week, Event.last_week, Event.alarm_elo, Event.alarm_min, Event.alarm_max),
    *(Event.score_count, Event.score_origin, Event.score_mean, Event.score_m2, Event.score_m2_peak),
    *(Event.method, Event.uses_logarithm, Event.attendance, Event.best_of, Event.last_weeks, Event.all_time_weight),
    *(Event.missed_week_elo, Event.min_weeks, Event.min_field),
    *(Event.elo_version, Event.elo_origin, Event.elo_centre, Event.elo_spread),
    *(Event.week_number, Event.week_count, Event.week_origin, Event.week_mean, Event.week_m2, Event.week_m2_peak),
    *(Event.version, Event.scores_version, Event.board_channel_id),
)
_OF_GUILD = GuildSettings.time_zone, GuildSettings.announcement_channel_id

COSTS_COOLDOWN = sa.or_(
    HeldScore.reason.is_(None), HeldScore.reason != TAKEN_BACK, HeldScore.decided_by != Player.discord_id
)
"""A held score, joined with its player, starts the cooldown unless the player has taken it back."""


def _find(rows: sa.FromClause) -> sa.Executable:
    log, personal, weekly = ScoreSubmission, aliased(LeaderboardScore), aliased(LeaderboardScore)
    joined = (
        rows.outerjoin(Event, sa.and_(Event.guild_id == rows.c.guild_id, Event.name_key == rows.c.name_key))
        .outerjoin(GuildSettings, GuildSettings.guild_id == Event.guild_id)
        .outerjoin(Player, Player.discord_id == rows.c.discord_id)
        .outerjoin(Member, sa.and_(Member.guild_id == rows.c.guild_id, Member.player_id == Player.id))
    )
    of_player = (
        Player.id.label("player_id"),
        Player.username,
        Member.display_name,
        Member.version.label("member_version"),
        Member.withdrawn_at,
    )
    named = sa.select(rows.c.number, rows.c.interaction_id, *_OF_EVENT, *_OF_GUILD, *of_player)
    # Select this separately: otherwise PostgreSQL reads all events of a player to find one.
    one = read_first(named.select_from(joined), "named")
    latest = (
        sa.select(log.submitted_at)
        .join(Event, Event.id == log.event_id)
        .where(log.player_id == one.c.player_id, Event.guild_id == one.c.guild_id)
        .where(log.submitted_at > _SINCE, log.submitted_at <= _UNTIL, log.removed_at.is_(None))
        # What an admin adds is no submission of the player; `latest_held` has the time of an approved score.
        .where(log.added_by.is_(None))
        .order_by(log.submitted_at.desc())
        .limit(1)
    )
    held = (
        sa.select(HeldScore.held_at)
        .join(Event, Event.id == HeldScore.event_id)
        .join(Player, Player.id == HeldScore.player_id)
        .where(COSTS_COOLDOWN)
        .where(HeldScore.player_id == one.c.player_id, Event.guild_id == one.c.guild_id)
        .where(HeldScore.held_at > _SINCE, HeldScore.held_at <= _UNTIL)
        .where(HeldScore.interaction_id != one.c.interaction_id)
        .order_by(HeldScore.held_at.desc())
        .limit(1)
    )
    closed = sa.select(sa.func.aggregate_strings(sa.cast(WeeklyRun.week_number, sa.String), _SEPARATOR)).where(
        WeeklyRun.event_id == one.c.id, WeeklyRun.week_number >= _SINCE_WEEK
    )
    is_personal = sa.and_(personal.player_id == one.c.player_id, is_personal_best(one.c.id, personal))
    is_weekly = sa.and_(
        weekly.player_id == one.c.player_id,
        weekly.event_id == one.c.id,
        has_type(ScoreType.WEEKLY, weekly),
        weekly.week_number >= _SINCE_WEEK,
    )
    return sa.select(
        *one.c,
        sa.exists(log.id).where(log.interaction_id == one.c.interaction_id).label("is_counted"),
        latest.scalar_subquery().label("latest"),
        held.scalar_subquery().label("latest_held"),
        closed.scalar_subquery().label("closed_weeks"),
        personal.id.label("personal_id"),
        personal.score.label("personal_best"),
        weekly.id.label("weekly_id"),
        weekly.week_number.label("weekly_week"),
        weekly.score.label("weekly_best"),
    ).select_from(one.outerjoin(personal, is_personal).outerjoin(weekly, is_weekly))


_WANTED: Columns = {
    "number": sa.Integer(),
    "interaction_id": sa.BigInteger(),
    "guild_id": sa.BigInteger(),
    "name_key": sa.String(),
    "discord_id": sa.BigInteger(),
}
FIND = RowsStatement("found", _WANTED, _find)
"""Finds what the database knows about each submission: one row for each, or one for each weekly best.

Keys are NULL where nothing is found.
"""

_NEW_PLAYER: Columns = {"discord_id": sa.BigInteger(), "username": sa.String()}
ADD_PLAYERS = RowsStatement("players", _NEW_PLAYER, insert_rows(Player, _NEW_PLAYER))


def _load_bests(rows: sa.FromClause) -> sa.Executable:
    best = LeaderboardScore
    bests = sa.select(best.event_id, Event.scores_version, best.score, best.player_id)
    joined = bests.join(Event, Event.id == best.event_id)
    of_events = joined.where(is_personal_best(Event.id), Event.id.in_(sa.select(rows.c.event_id)))
    return of_events.order_by(best.event_id, best.score, best.submitted_at, best.player_id)


LOAD_BESTS = RowsStatement("bests", {"event_id": sa.Integer()}, _load_bests)
"""Loads all personal bests of events, in ascending order and then by time, with the version of the bests."""

PARTED = "x"
"""Surrounds each key in a text of several keys."""


def _find_neighbours(rows: sa.FromClause) -> sa.Executable:
    best, parted = LeaderboardScore, constant(PARTED)
    submits = rows.c.submitters.contains(parted.concat(sa.cast(best.player_id, sa.String)).concat(parted))
    others = sa.select(best.id).where(is_personal_best(rows.c.event_id), sa.not_(submits)).limit(1)

    def first(direction: ScoreDirection, *where: sa.ColumnElement[bool]) -> Any:
        # The index orders by week before score.
        order = (best_first(column, direction) for column in (best.week_number, best.score))
        return others.where(*where).order_by(*order, best.submitted_at, best.player_id).scalar_subquery()

    def choose(if_high: Any, if_low: Any) -> sa.ColumnElement[Any]:
        return sa.case((rows.c.is_high, if_high), else_=if_low)

    high, low, score, previous = ScoreDirection.HIGH, ScoreDirection.LOW, rows.c.score, rows.c.previous
    better = choose(first(low, best.score > score), first(high, best.score < score))
    bests = sa.select(sa.func.count()).select_from(best).where(is_personal_best(rows.c.event_id))
    passed = choose(
        bests.where(best.score > previous, best.score <= score).scalar_subquery(),
        bests.where(best.score < previous, best.score >= score).scalar_subquery(),
    )
    rival_row = sa.func.coalesce(better, choose(first(high), first(low))).label("rival_row")
    equal = sa.case((rows.c.counts_equal, bests.where(best.score == previous).scalar_subquery()), else_=0).label(
        "equal"
    )
    of_row = (rows.c.number, rows.c.event_id, rows.c.submitters)
    found = sa.select(*of_row, passed.label("passed"), equal, rival_row).subquery()
    rival, alike = aliased(LeaderboardScore), aliased(LeaderboardScore)
    submits_too = found.c.submitters.contains(parted.concat(sa.cast(alike.player_id, sa.String)).concat(parted))
    of_rival = sa.select(sa.func.count()).select_from(alike).where(is_personal_best(found.c.event_id, alike))
    ties = of_rival.where(alike.score == rival.score, sa.not_(submits_too)).scalar_subquery()
    return sa.select(
        *(found.c.number, found.c.passed, found.c.equal, rival.player_id, rival.score, ties.label("ties"))
    ).select_from(found.outerjoin(rival, rival.id == found.c.rival_row))


_NEAR: Columns = {
    "number": sa.Integer(),
    "event_id": sa.Integer(),
    "score": sa.Double(),
    "previous": sa.Double(),
    "is_high": sa.Boolean(),
    "counts_equal": sa.Boolean(),
    "submitters": sa.String(),
}
FIND_NEIGHBOURS = RowsStatement("near", _NEAR, _find_neighbours)
"""For each new personal best, counts the bests that it passes and, on request, those equal to the old one. Also finds
the next better player outside the batch, that player's score, and how many players share it. For the leader, it finds
the runner-up."""


def _find_free(rows: sa.FromClause) -> sa.Executable:
    free = sa.select(Event.id).join(rows, Event.id == rows.c.id)
    return free.with_for_update(key_share=True, skip_locked=True, of=Event)


FIND_FREE = RowsStatement("free", {"id": sa.Integer()}, _find_free)
"""Finds those of the given events that no transaction has locked."""


def _lock(table: type[Event] | type[Member], *keys: str) -> Any:
    def build(rows: sa.FromClause) -> sa.Executable:
        # If another transaction has updated the row, PostgreSQL evaluates this again on the new version.
        unchanged = sa.and_(*(getattr(table, key) == rows.c[key] for key in (*keys, "version")))
        # FOR NO KEY UPDATE lets other transactions insert rows that refer to these.
        return (
            sa.select(rows.c.version).join(table, unchanged).with_for_update(key_share=True, skip_locked=True, of=table)
        )

    return build


_EVENT_VERSION: Columns = {"id": sa.Integer(), "version": sa.BigInteger()}
_MEMBER_VERSION: Columns = {"guild_id": sa.BigInteger(), "player_id": sa.Integer(), "version": sa.BigInteger()}
LOCK_EVENTS = RowsStatement("locked_events", _EVENT_VERSION, _lock(Event, "id"))
LOCK_MEMBERS = RowsStatement("locked_members", _MEMBER_VERSION, _lock(Member, "guild_id", "player_id"))


def _lock_players(rows: sa.FromClause) -> sa.Executable:
    # An erased player keeps `id`, but not `discord_id`.
    same = sa.and_(Player.id == rows.c.id, Player.discord_id == rows.c.discord_id)
    return (
        sa.select(rows.c.id).join(Player, same).with_for_update(read=True, key_share=True, skip_locked=True, of=Player)
    )


LOCK_PLAYERS = RowsStatement("locked_players", {"id": sa.Integer(), "discord_id": sa.BigInteger()}, _lock_players)
"""Finds those of the given players who are not being erased, and locks them against erasure until the commit."""


def _rank(rows: sa.FromClause) -> sa.Executable:
    scores = LeaderboardScore
    others = sa.select(sa.func.count()).select_from(scores).where(is_personal_best(rows.c.event_id))
    better: sa.ColumnElement[int] = sa.case(
        (rows.c.is_high, others.where(scores.score > rows.c.score).scalar_subquery()),
        else_=others.where(scores.score < rows.c.score).scalar_subquery(),
    )
    # Count equal bests only on request.
    equal: sa.ColumnElement[int] = sa.case(
        (rows.c.counts_equal, others.where(scores.score == rows.c.score).scalar_subquery()), else_=0
    )
    is_rival = sa.and_(Member.guild_id == rows.c.guild_id, Member.player_id == rows.c.rival_id)
    rival = sa.select(Member.display_name).where(is_rival).scalar_subquery()
    return sa.select(rows.c.number, better.label("better"), equal.label("equal"), rival.label("rival"))


_RANKED: Columns = {
    "number": sa.Integer(),
    "event_id": sa.Integer(),
    "score": sa.Double(),
    "is_high": sa.Boolean(),
    "counts_equal": sa.Boolean(),
    "guild_id": sa.BigInteger(),
    "rival_id": sa.Integer(),
}
RANK = RowsStatement("ranked", _RANKED, _rank)
"""For each score, counts the better personal bests and, on request, the equal ones. Also finds the rival's name.
Without an event, the counts are 0."""

_LOGGED: Columns = {
    "interaction_id": sa.BigInteger(),
    "player_id": sa.Integer(),
    "event_id": sa.Integer(),
    "score": sa.Double(),
    "week_number": sa.Integer(),
    "made_in_week": sa.Integer(),
    "proof": sa.String(),
}
LOG = RowsStatement("logged", _LOGGED, insert_rows(ScoreSubmission, _LOGGED, submitted_at=_NOW))

_BEST: Columns = {
    "player_id": sa.Integer(),
    "event_id": sa.Integer(),
    "score_type": sa.String(),
    "week_number": sa.Integer(),
    "score": sa.Double(),
}
ADD_BESTS = RowsStatement("first", _BEST, insert_rows(LeaderboardScore, _BEST, submitted_at=_NOW))


def _replace_bests(rows: sa.FromClause) -> sa.Executable:
    bests = sa.update(LeaderboardScore).where(LeaderboardScore.id == rows.c.id)
    return bests.values(score=rows.c.score, submitted_at=_NOW)


REPLACE_BESTS = RowsStatement("better", {"id": sa.BigInteger(), "score": sa.Double()}, _replace_bests)

_RATINGS: Columns = {"player_id": sa.Integer(), "event_id": sa.Integer()}
ADD_RATINGS = RowsStatement(
    "rated", _RATINGS, insert_rows(PlayerEventStats, _RATINGS, passes_existing=True, updated_at=_NOW)
)
"""Adds rating rows for players who have none in an event."""

_MEMBER: Columns = {"guild_id": sa.BigInteger(), "player_id": sa.Integer(), "display_name": sa.String()}
ADD_MEMBERS = RowsStatement("joined", _MEMBER, insert_rows(Member, _MEMBER))


def _move_members(rows: sa.FromClause) -> sa.Executable:
    members = sa.update(Member).where(Member.guild_id == rows.c.guild_id, Member.player_id == rows.c.player_id)
    return members.values(display_name=rows.c.display_name, version=Member.version + 1)


MOVE_MEMBERS = RowsStatement("moved_members", _MEMBER, _move_members)
"""Updates the names of members, and raises their versions."""


def _name_players(rows: sa.FromClause) -> sa.Executable:
    return sa.update(Player).where(Player.id == rows.c.id).values(username=rows.c.username)


NAME_PLAYERS = RowsStatement("renamed", {"id": sa.Integer(), "username": sa.String()}, _name_players)

_STATISTICS: Columns = {
    "score_count": sa.Integer(),
    "score_origin": sa.Double(),
    "score_mean": sa.Double(),
    "score_m2": sa.Double(),
    "score_m2_peak": sa.Double(),
    "scores_version": sa.BigInteger(),
    "week_number": sa.Integer(),
    "week_count": sa.Integer(),
    "week_origin": sa.Double(),
    "week_mean": sa.Double(),
    "week_m2": sa.Double(),
    "week_m2_peak": sa.Double(),
}


def _move_events(rows: sa.FromClause) -> sa.Executable:
    statistics = {name: rows.c[name] for name in _STATISTICS}
    return sa.update(Event).where(Event.id == rows.c.id).values(version=Event.version + 1, **statistics)


MOVE_EVENTS = RowsStatement("moved", {"id": sa.Integer(), **_STATISTICS}, _move_events)
"""Writes the running statistics of events, and raises their versions."""

_HELD_SCORE: Columns = {
    "interaction_id": sa.BigInteger(),
    "player_id": sa.Integer(),
    "event_id": sa.Integer(),
    "score": sa.Double(),
    "made_in_week": sa.Integer(),
    "proof": sa.String(),
    "has_picture": sa.Boolean(),
    "moves": sa.Integer(),
}
HOLD_SCORES = RowsStatement(
    "held_back", _HELD_SCORE, insert_rows(HeldScore, _HELD_SCORE, passes_existing=True, held_at=_NOW)
)
"""Stores scores that wait for an admin; an existing row stays unchanged."""

_JOB: Columns = {"kind": sa.String(), "key": sa.String()}
ADD_JOBS = RowsStatement("jobs_due", _JOB, insert_rows(Job, _JOB, passes_existing=True, due_at=_NOW))
"""Adds jobs that are due at once."""


def _beats_all(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    scores = LeaderboardScore
    others = sa.exists().where(is_personal_best(rows.c.event_id))
    is_beaten: sa.ColumnElement[bool] = sa.case(
        (rows.c.is_high, others.where(scores.score >= rows.c.score)), else_=others.where(scores.score <= rows.c.score)
    )
    return ~is_beaten


ANNOUNCE = RowsStatement(
    "announced",
    {**_JOB, "event_id": sa.Integer(), "score": sa.Double(), "is_high": sa.Boolean()},
    insert_rows(
        Job,
        _JOB,
        passes_existing=True,
        where=_beats_all,
        due_at=sa.bindparam("announced_at", type_=UtcDateTime()),
    ),
)
"""Schedules the announcement of scores that beat all personal bests of their events before the batch."""

WRITE = OptimisticWrite(
    locks=(LOCK_EVENTS, LOCK_MEMBERS, LOCK_PLAYERS),
    asking=RANK,
    writes=(
        # Compare records with the bests before the other statements change these.
        ANNOUNCE,
        LOG,
        ADD_BESTS,
        REPLACE_BESTS,
        ADD_RATINGS,
        ADD_MEMBERS,
        MOVE_MEMBERS,
        NAME_PLAYERS,
        MOVE_EVENTS,
        HASTEN,
    ),
)
"""Writes the changes of a batch, if its events, members and players are unchanged."""
