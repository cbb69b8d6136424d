"""Define the tables. The migrations create them; a test keeps both in sync."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column

from bot.database.dialect import IN_ORDER_OF_KEY, KEYS_COME_ONCE, LongId, UtcDateTime, partial_index, text_enum
from bot.domain.audit import Action
from bot.domain.clock import utc_now
from bot.domain.jobs import JobKind
from bot.domain.ratings import Field, RatingScale
from bot.domain.reviews import HeldState
from bot.domain.roles import Award
from bot.domain.rules import GREATEST_ELO, MOST_PLAYERS, MOST_WEEKS, Attendance, Method, Rules
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.servers import GRACE_MINUTES, Trouble
from bot.domain.statistics import RunningStatistics

SCORE_RANGE = "{0} >= -9007199254740991 AND {0} <= 9007199254740991"
"""Keeps scores in range, and excludes infinities and NaN (PostgreSQL sorts NaN above all numbers)."""
RULES_RANGE = (
    f"best_of BETWEEN 1 AND last_weeks AND last_weeks <= {MOST_WEEKS} AND all_time_weight BETWEEN 0 AND 1"
    f" AND missed_week_elo BETWEEN -{GREATEST_ELO} AND {GREATEST_ELO}"
    f" AND min_weeks BETWEEN 1 AND {MOST_WEEKS} AND min_field BETWEEN 1 AND {MOST_PLAYERS}"
)
WEEK_RANGE = "{0} % 100 BETWEEN 1 AND 53 AND {0} BETWEEN 197001 AND 999953"
QUIET_HOURS = (
    "(quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to "
    "AND quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439"
)
"""Quiet hours in minutes of the day; NULL means no quiet hours, and satisfies the CHECK."""
_IS_ALL_TIME = "score_type = 'all_time' AND week_number IS NULL"
_IS_WEEKLY = "score_type = 'weekly' AND week_number IS NOT NULL"
_IS_REMOVED = "removed_at IS NOT NULL"
_HAS_REMOVER = "removed_by IS NOT NULL"
_IS_ADDED = "added_by IS NOT NULL"
_IS_WITHDRAWN = "withdrawn_at IS NOT NULL"
_IS_OF_EVENT = "event_id IS NOT NULL"
_IS_OF_GUILD = "event_id IS NULL"
_IS_WAITING = "state = 'waiting'"
_IS_PAST_SEASON = "season_of IS NOT NULL"


class Base(DeclarativeBase):
    """Base of all tables; it names all constraints, because migrations change them by name."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ScoreType(StrEnum):
    """Whether a row of `leaderboard_scores` is a personal best or a weekly best."""

    ALL_TIME = "all_time"
    WEEKLY = "weekly"


class Player(Base):
    """A Discord user who has submitted a score anywhere.

    The scores of an erased user stay. A random negative number replaces `discord_id` here and in every other table that
    needs the id.
    """

    __tablename__ = "players"

    id: Mapped[int] = mapped_column(primary_key=True)
    discord_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    username: Mapped[str] = mapped_column(sa.String(100))


class Member(Base):
    """A player in one server, with the display name there.

    While `withdrawn_at` is set, the player has no best in any event of the server; the log keeps the scores.

    On PostgreSQL, each submission of the player in this server raises `version`; an optimistic write compares it.
    """

    __tablename__ = "members"
    __table_args__ = (
        partial_index("idx_members_withdrawn", "guild_id", "player_id", where=_IS_WITHDRAWN),
        IN_ORDER_OF_KEY,
    )

    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"), primary_key=True, autoincrement=False)
    guild_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    display_name: Mapped[str] = mapped_column(sa.String(100))
    version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Event(Base):
    """A competition of one server, or a past season of one.

    `season` is the number of the season. A past season is a separate row, whose `season_of` refers to the current
    event. The event takes scores for the weeks from `first_week` to `last_week`.

    `statistics` are the running statistics of the personal bests, `week_statistics` those of the bests of the week
    `week_number`, which is NULL if the event stores none. A mean is relative to its origin (see
    `bot.domain.statistics`).

    In the channel `default_channel_id` players need not name the event. Its board is in `board_channel_id`.
    `gives_roles` tells whether it has rows in `event_roles`.

    Every change that submissions depend on raises `version`; an optimistic write compares it. Every change of a
    personal best raises `scores_version`. `elo_version` is the `scores_version` of the last recalculation, and
    `elo_base` and `elo_per_sigma` are its constants. While `elo_field_version` equals `elo_version`, `elo_origin`,
    `elo_centre` and `elo_spread` are its field, and the stored Elos include the log up to `elo_submission_id`.
    """

    __tablename__ = "events"
    __table_args__ = (
        sa.UniqueConstraint("guild_id", "name_key"),
        sa.CheckConstraint(SCORE_RANGE.format("min_score"), name="min_score"),
        sa.CheckConstraint(SCORE_RANGE.format("max_score"), name="max_score"),
        sa.CheckConstraint("min_score <= max_score", name="bounds"),
        sa.CheckConstraint("alarm_elo > 0", name="alarm_elo"),
        sa.CheckConstraint(SCORE_RANGE.format("alarm_min"), name="alarm_min"),
        sa.CheckConstraint(SCORE_RANGE.format("alarm_max"), name="alarm_max"),
        sa.CheckConstraint("alarm_min <= alarm_max", name="alarm"),
        sa.CheckConstraint("score_count >= 0 AND score_m2 >= 0", name="statistics"),
        sa.CheckConstraint("week_count >= 0 AND week_m2 >= 0", name="week_statistics"),
        sa.CheckConstraint(RULES_RANGE, name="rules"),
        sa.CheckConstraint(WEEK_RANGE.format("first_week"), name="first_week"),
        sa.CheckConstraint(WEEK_RANGE.format("last_week"), name="last_week"),
        sa.CheckConstraint("season >= 1 AND first_week <= last_week", name="season"),
        partial_index("uq_events_season", "season_of", "season", where=_IS_PAST_SEASON, unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(100))
    name_key: Mapped[str] = mapped_column(sa.String(300))
    is_active: Mapped[bool] = mapped_column(server_default="1", default=True)
    default_channel_id: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    board_channel_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    gives_roles: Mapped[bool] = mapped_column(server_default="0", default=False)
    version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    score_direction: Mapped[ScoreDirection] = mapped_column(text_enum(ScoreDirection, "score_direction"))
    score_format: Mapped[ScoreFormat] = mapped_column(
        text_enum(ScoreFormat, "score_format"), server_default=ScoreFormat.NUMBER.value
    )
    score_unit: Mapped[str | None] = mapped_column(sa.String(16))
    min_score: Mapped[float | None] = mapped_column(sa.Double)
    max_score: Mapped[float | None] = mapped_column(sa.Double)
    alarm_elo: Mapped[int | None]
    alarm_min: Mapped[float | None] = mapped_column(sa.Double)
    alarm_max: Mapped[float | None] = mapped_column(sa.Double)
    method: Mapped[Method] = mapped_column(text_enum(Method, "method"), server_default=Method.CLASSIC.value)
    uses_logarithm: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    attendance: Mapped[Attendance] = mapped_column(
        text_enum(Attendance, "attendance"), server_default=Attendance.ZERO.value
    )
    best_of: Mapped[int] = mapped_column(server_default="6", default=6)
    last_weeks: Mapped[int] = mapped_column(server_default="10", default=10)
    all_time_weight: Mapped[float] = mapped_column(sa.Double, server_default="0.5", default=0.5)
    missed_week_elo: Mapped[int | None]
    min_weeks: Mapped[int] = mapped_column(server_default="1", default=1)
    min_field: Mapped[int] = mapped_column(server_default="1", default=1)
    season: Mapped[int] = mapped_column(server_default="1", default=1)
    season_of: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id"))
    first_week: Mapped[int | None]
    last_week: Mapped[int | None]
    score_count: Mapped[int] = mapped_column(server_default="0", default=0)
    score_origin: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    score_mean: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    score_m2: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    score_m2_peak: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    scores_version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    elo_version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    elo_base: Mapped[int | None]
    elo_per_sigma: Mapped[float | None] = mapped_column(sa.Double)
    elo_field_version: Mapped[int | None] = mapped_column(sa.BigInteger)
    elo_origin: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    elo_centre: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    elo_spread: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    elo_submission_id: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    week_number: Mapped[int | None]
    week_count: Mapped[int] = mapped_column(server_default="0", default=0)
    week_origin: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    week_mean: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    week_m2: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    week_m2_peak: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    rules: Mapped[Rules] = composite(
        *("method", "uses_logarithm", "attendance", "best_of", "last_weeks", "all_time_weight", "missed_week_elo"),
        *("min_weeks", "min_field"),
    )
    statistics: Mapped[RunningStatistics] = composite(
        "score_count", "score_origin", "score_mean", "score_m2", "score_m2_peak"
    )
    week_statistics: Mapped[RunningStatistics] = composite(
        "week_count", "week_origin", "week_mean", "week_m2", "week_m2_peak"
    )


class LeaderboardScore(Base):
    """A player's personal best in an event, or weekly best of a week without a run."""

    __tablename__ = "leaderboard_scores"
    __table_args__ = (
        sa.CheckConstraint(f"({_IS_ALL_TIME}) OR ({_IS_WEEKLY})", name="type_week_consistency"),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name="score"),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name="week_number"),
        partial_index("uq_all_time_scores", "player_id", "event_id", where=_IS_ALL_TIME, unique=True),
        partial_index("uq_weekly_scores", "player_id", "event_id", "week_number", where=_IS_WEEKLY, unique=True),
        sa.Index("idx_leaderboard_scores_event", "event_id", "score_type"),
        # This index has the order of a board; personal bests have NULL as their week.
        sa.Index(
            "idx_leaderboard_scores_week",
            *("event_id", "score_type", "week_number"),
            *("score", "submitted_at", "player_id"),
        ),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    score: Mapped[float] = mapped_column(sa.Double)
    score_type: Mapped[ScoreType] = mapped_column(text_enum(ScoreType, "score_type"))
    week_number: Mapped[int | None]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=sa.func.now())


class PlayerEventStats(Base):
    """A player's ratings in an event."""

    __tablename__ = "player_event_stats"
    __table_args__ = (
        sa.UniqueConstraint("player_id", "event_id"),
        sa.Index("idx_player_event_stats_event_elo", "event_id", "calculated_event_elo", "all_time_leaderboard_elo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    all_time_leaderboard_elo: Mapped[int | None]
    weekly_elo_average: Mapped[float] = mapped_column(sa.Double, server_default="0", default=0.0)
    weeks_participated: Mapped[int] = mapped_column(server_default="0", default=0)
    calculated_event_elo: Mapped[int | None]


class ScoreSubmission(Base):
    """The log of all accepted submissions, which keeps them for ever.

    `week_number` is the week that the submission counts for, `made_in_week` the week in which it was made. `added_by`
    is the admin who added it for the player, and `import_id` the import that it came with. The columns `remov…` record
    its removal by an admin, until an admin restores it.

    A run counts the scores that it finds. `is_late` marks a score that an admin added to the run of its week later.
    `is_omitted` marks a score that the run does not count although nobody had removed it before.
    """

    __tablename__ = "score_submissions"
    __table_args__ = (
        sa.CheckConstraint(SCORE_RANGE.format("score"), name="score"),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name="week_number"),
        sa.CheckConstraint(WEEK_RANGE.format("made_in_week"), name="made_in_week"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removal"),
        sa.CheckConstraint("NOT (is_late AND is_omitted)", name="run"),
        sa.Index("idx_score_submissions_player", "player_id", "submitted_at"),
        sa.Index("idx_score_submissions_event", "event_id", "week_number"),
        partial_index("idx_score_submissions_removals", "event_id", "week_number", "removed_at", where=_IS_REMOVED),
        # By these, what an admin did is found; a submission is in neither.
        partial_index("idx_score_submissions_removed_by", "removed_by", where=_HAS_REMOVER),
        partial_index("idx_score_submissions_added_by", "added_by", where=_IS_ADDED),
        KEYS_COME_ONCE,
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    score: Mapped[float] = mapped_column(sa.Double)
    week_number: Mapped[int]
    made_in_week: Mapped[int]
    proof: Mapped[str | None] = mapped_column(sa.String(500))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    removal_reason: Mapped[str | None] = mapped_column(sa.String(300))
    is_omitted: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    is_late: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    added_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    import_id: Mapped[int | None] = mapped_column(sa.BigInteger)


class HeldScore(Base):
    """A score that does not count until an admin approves it.

    `moves` tells how many points of Elo it would have moved another player; it is NULL for a score beyond the alarm
    bounds of its event. `has_picture` tells whether `proof` is the address of a picture that came with the score, which
    Discord deletes after a while. The columns `decided…` record who approved or refused it, and when.
    """

    __tablename__ = "held_scores"
    __table_args__ = (
        sa.CheckConstraint(SCORE_RANGE.format("score"), name="score"),
        sa.CheckConstraint(WEEK_RANGE.format("made_in_week"), name="made_in_week"),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decision",
        ),
        partial_index("idx_held_scores_waiting", "event_id", "held_at", where=_IS_WAITING),
        sa.Index("idx_held_scores_player", "player_id", "held_at"),
        KEYS_COME_ONCE,
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    score: Mapped[float] = mapped_column(sa.Double)
    made_in_week: Mapped[int]
    proof: Mapped[str | None] = mapped_column(sa.String(500))
    has_picture: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    moves: Mapped[int | None]
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[HeldState] = mapped_column(
        text_enum(HeldState, "state"), server_default=HeldState.WAITING.value, default=HeldState.WAITING
    )
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str | None] = mapped_column(sa.String(300))


class WeeklyRun(Base):
    """A weekly run of an event, with the field and the constants of its Elos.

    `closed_with` is the last of the weeks that were closed together with this one; NULL if this is the last.

    `bests` is the field of the personal bests at the time of the run. Under *ranks*, `bests_by_elo` instead lists the
    all-time Elos at that time, each with the worst best that had it. Both are NULL after a change of rules or an
    import, because they do not match the present rules. No rating uses them.
    """

    __tablename__ = "weekly_runs"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "week_number"),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name="week_number"),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    week_number: Mapped[int]
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ran_by: Mapped[int] = mapped_column(sa.BigInteger)
    closed_with: Mapped[int | None]
    field_size: Mapped[int]
    field_origin: Mapped[float] = mapped_column(sa.Double)
    field_centre: Mapped[float] = mapped_column(sa.Double)
    field_spread: Mapped[float] = mapped_column(sa.Double)
    bests_size: Mapped[int | None]
    bests_origin: Mapped[float | None] = mapped_column(sa.Double)
    bests_centre: Mapped[float | None] = mapped_column(sa.Double)
    bests_spread: Mapped[float | None] = mapped_column(sa.Double)
    bests_by_elo: Mapped[list[tuple[int, float]] | None] = mapped_column(sa.JSON(none_as_null=True), deferred=True)
    base_elo: Mapped[int]
    elo_per_sigma: Mapped[float] = mapped_column(sa.Double)
    missed_week_elo: Mapped[int]
    field: Mapped[Field] = composite("field_size", "field_origin", "field_centre", "field_spread")
    bests: Mapped[Field | None] = composite("bests_size", "bests_origin", "bests_centre", "bests_spread")
    scale: Mapped[RatingScale] = composite("base_elo", "elo_per_sigma", "missed_week_elo")


class WeeklyResult(Base):
    """One player in one weekly run; a missed week has no score and no rank, an unrated week has no Elos.

    The table has no foreign keys: PostgreSQL would check and lock a row of `players` for each result. `verify` reports
    results without a run.
    """

    __tablename__ = "weekly_results"
    __table_args__ = (
        sa.CheckConstraint(
            "(score IS NULL) = (rank IS NULL) AND (score IS NULL) = (submitted_at IS NULL)", name="missed_week"
        ),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name="score"),
        IN_ORDER_OF_KEY,
    )

    run_id: Mapped[int] = mapped_column(LongId, primary_key=True, autoincrement=False)
    player_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[float | None] = mapped_column(sa.Double)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    weekly_elo: Mapped[int | None]
    rank: Mapped[int | None]


class WeeklyOmission(Base):
    """A player of the event whom a weekly run left out, because they were withdrawn or had no score left."""

    __tablename__ = "weekly_omissions"

    run_id: Mapped[int] = mapped_column(LongId, sa.ForeignKey("weekly_runs.id"), primary_key=True, autoincrement=False)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"), primary_key=True, autoincrement=False)


class Excuse(Base):
    """A week that does not count as missed for a player, in one event or in all.

    Without `event_id`, the excuse holds in all events of the server.
    """

    __tablename__ = "excuses"
    __table_args__ = (
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name="week_number"),
        partial_index("uq_excuses_event", "player_id", "event_id", "week_number", where=_IS_OF_EVENT, unique=True),
        partial_index("uq_excuses_guild", "player_id", "guild_id", "week_number", where=_IS_OF_GUILD, unique=True),
        sa.Index("idx_excuses_week", "guild_id", "week_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[int] = mapped_column(sa.BigInteger)
    player_id: Mapped[int] = mapped_column(sa.ForeignKey("players.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id"))
    week_number: Mapped[int]
    excused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    excused_by: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str | None] = mapped_column(sa.String(300))


class GuildSettings(Base):
    """The settings of a server; a server without a row has the defaults.

    New events get the default method and attendance. The bot greets a server once, at `greeted_at`. The channel
    `review_channel_id` shows held scores, for admins only.
    """

    __tablename__ = "guild_settings"
    __table_args__ = (
        sa.CheckConstraint("grace_minutes BETWEEN 0 AND 8640", name="grace_minutes"),
        sa.CheckConstraint(QUIET_HOURS, name="quiet_hours"),
    )

    guild_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    time_zone: Mapped[str] = mapped_column(sa.String(64), server_default="UTC", default="UTC")
    admin_role_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    announcement_channel_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    review_channel_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    closes_weeks: Mapped[bool] = mapped_column(server_default="0", default=False)
    grace_minutes: Mapped[int] = mapped_column(server_default="120", default=GRACE_MINUTES)
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    default_method: Mapped[Method] = mapped_column(
        text_enum(Method, "default_method"), server_default=Method.CLASSIC.value, default=Method.CLASSIC
    )
    default_attendance: Mapped[Attendance] = mapped_column(
        text_enum(Attendance, "default_attendance"), server_default=Attendance.ZERO.value, default=Attendance.ZERO
    )
    greeted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditLog(Base):
    """An action of an admin, or of the bot, on an event, a player or both.

    `detail` has the fields of the action's kind of detail (see `bot.domain.audit`). `interaction_id` identifies the use
    of the command.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        sa.Index("idx_audit_log_interaction", "interaction_id"),
        sa.Index("idx_audit_log_event", "event_id", "done_at"),
        sa.Index("idx_audit_log_guild", "guild_id", "id"),
        sa.Index("idx_audit_log_actor", "actor_id"),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(sa.BigInteger)
    actor_id: Mapped[int] = mapped_column(sa.BigInteger)
    action: Mapped[Action] = mapped_column(text_enum(Action, "action", length=32))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id"))
    player_id: Mapped[int | None] = mapped_column(sa.ForeignKey("players.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    interaction_id: Mapped[int | None] = mapped_column(sa.BigInteger)


class Job(Base):
    """Work that is due; the row exists until the work is done.

    `due_at` is NULL once the job is given up. A process that works on the job has claimed it until `claimed_until`;
    `tries` counts the claims since the job was scheduled.
    """

    __tablename__ = "jobs"
    __table_args__ = (sa.UniqueConstraint("kind", "key"), sa.Index("idx_jobs_due", "due_at"))

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    kind: Mapped[JobKind] = mapped_column(text_enum(JobKind, "kind"))
    key: Mapped[str] = mapped_column(sa.String(64))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(300))


class Post(Base):
    """A message in a channel, which the job of the same kind and key keeps up to date.

    While `message_id` is NULL, a message with this `nonce` may have been sent. `digest` identifies what the message
    says, or may say; it is NULL if that is unknown. `posted_at` is when the message was posted, `refreshed_at` when it
    was last edited or found up to date.
    """

    __tablename__ = "posts"
    __table_args__ = (sa.UniqueConstraint("kind", "key"), sa.Index("idx_posts_event", "event_id"))

    id: Mapped[int] = mapped_column(LongId, primary_key=True)
    kind: Mapped[JobKind] = mapped_column(text_enum(JobKind, "kind"))
    key: Mapped[str] = mapped_column(sa.String(64))
    guild_id: Mapped[int] = mapped_column(sa.BigInteger)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    channel_id: Mapped[int] = mapped_column(sa.BigInteger)
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    nonce: Mapped[int] = mapped_column(sa.BigInteger)
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(Base):
    """A notice to the admins of a server.

    It says that Discord keeps the bot from doing what they have switched on, or that scores wait for their decision.
    `shown_at` is NULL until an admin has seen it in an answer.
    """

    __tablename__ = "notices"

    guild_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[JobKind] = mapped_column(text_enum(JobKind, "kind"), primary_key=True)
    trouble: Mapped[Trouble] = mapped_column(text_enum(Trouble, "trouble"))
    place_id: Mapped[int] = mapped_column(sa.BigInteger)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EventRole(Base):
    """A role that an event awards; `elo` is the event Elo that the award requires, or NULL."""

    __tablename__ = "event_roles"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "role_id"),
        sa.CheckConstraint("(award = 'elo') = (elo IS NOT NULL)", name="elo"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    role_id: Mapped[int] = mapped_column(sa.BigInteger)
    award: Mapped[Award] = mapped_column(text_enum(Award, "award"))
    elo: Mapped[int | None]


class RoleGrant(Base):
    """A player to whom the bot has given a role, and from whom it will take the role again.

    `given_at` is the last time, also if the player was not in the server then; the next close gives the role again.
    """

    __tablename__ = "role_grants"

    award_id: Mapped[int] = mapped_column(sa.ForeignKey("event_roles.id"), primary_key=True, autoincrement=False)
    discord_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminders(Base):
    """The reminders that a user has chosen in a server.

    The user has been told about closed weeks up to `told_until`, and about players who passed them up to
    `overtaken_until`; `told_week` is the latest week with a reminder before its end. `tried_at` is the first attempt at
    a message that Discord may not have accepted. `refused_at` is when Discord refused a message to the user. The user
    has followed the player with Discord's id `rival_id` since `rival_since`.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        sa.CheckConstraint(WEEK_RANGE.format("told_week"), name="told_week"),
        sa.CheckConstraint("(rival_id IS NULL) = (rival_since IS NULL) AND rival_id <> discord_id", name="rival"),
    )

    guild_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    discord_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tells_missed_week: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    tells_overtaken: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    tells_results: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    told_until: Mapped[datetime] = mapped_column(UtcDateTime)
    overtaken_until: Mapped[datetime] = mapped_column(UtcDateTime)
    told_week: Mapped[int | None]
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rival_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    rival_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
