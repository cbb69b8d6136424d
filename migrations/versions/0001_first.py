"""The tables of the first release."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IN_ORDER_OF_KEY = {"sqlite_with_rowid": False}
KEYS_COME_ONCE = {"sqlite_autoincrement": True}
SCORE_RANGE = "{0} >= -9007199254740991 AND {0} <= 9007199254740991"
RULES_RANGE = (
    "best_of BETWEEN 1 AND last_weeks AND last_weeks <= 520 AND all_time_weight BETWEEN 0 AND 1"
    " AND missed_week_elo BETWEEN -1000000 AND 1000000"
    " AND min_weeks BETWEEN 1 AND 520 AND min_field BETWEEN 1 AND 1000"
)
WEEK_RANGE = "{0} % 100 BETWEEN 1 AND 53 AND {0} BETWEEN 197001 AND 999953"
IS_ALL_TIME = "score_type = 'all_time' AND week_number IS NULL"
IS_WEEKLY = "score_type = 'weekly' AND week_number IS NOT NULL"
IS_REMOVED = "removed_at IS NOT NULL"
HAS_REMOVER = "removed_by IS NOT NULL"
IS_ADDED = "added_by IS NOT NULL"
IS_WITHDRAWN = "withdrawn_at IS NOT NULL"
IS_OF_EVENT = "event_id IS NOT NULL"
IS_OF_GUILD = "event_id IS NULL"
TROUBLE = (
    "trouble IN ('channel gone', 'channel closed', 'score held', 'roles closed', 'role above', 'role gone', "
    "'owner has no 2fa')"
)
ACTION = (
    "action IN ('event create', 'event edit', 'event rules', 'event begin-again', 'event role', 'board post', "
    "'board remove', 'weekly reset', 'weekly undo', 'add score', 'remove score', 'restore score', 'approve score', "
    "'refuse score', 'withdraw player', 'return player', 'excuse player', 'take back excuse', 'settings', "
    "'import event', 'import scores', 'take import back', 'import tournament')"
)
QUIET_HOURS = (
    "(quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to "
    "AND quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439"
)
RIVAL = "(rival_id IS NULL) = (rival_since IS NULL) AND rival_id <> discord_id"
JOB_KIND = "kind IN ('close weeks', 'results', 'final', 'board', 'reminder', 'record', 'review', 'held', 'roles')"
IS_WAITING = "state = 'waiting'"
IS_PAST_SEASON = "season_of IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "players",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_players"),
        sa.UniqueConstraint("discord_id", name="uq_players_discord_id"),
    )
    op.create_table(
        "members",
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
        _instant("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("player_id", "guild_id", name="pk_members"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_members_player_id_players"),
        **IN_ORDER_OF_KEY,
    )
    _partial_index("idx_members_withdrawn", "members", "guild_id", "player_id", where=IS_WITHDRAWN)
    _create_events()
    _create_scores()
    _create_log()
    _create_archive()
    _create_excuses()
    _create_held_scores()
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("time_zone", sa.String(64), nullable=False, server_default="UTC"),
        sa.Column("admin_role_id", sa.BigInteger),
        sa.Column("announcement_channel_id", sa.BigInteger),
        sa.Column("review_channel_id", sa.BigInteger),
        sa.Column("closes_weeks", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("grace_minutes", sa.Integer, nullable=False, server_default="120"),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_to", sa.Integer),
        sa.Column("default_method", sa.String(16), nullable=False, server_default="classic"),
        sa.Column("default_attendance", sa.String(16), nullable=False, server_default="zero"),
        _instant("greeted_at", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guild_settings"),
        sa.CheckConstraint("grace_minutes BETWEEN 0 AND 8640", name=op.f("ck_guild_settings_grace_minutes")),
        sa.CheckConstraint(QUIET_HOURS, name=op.f("ck_guild_settings_quiet_hours")),
        sa.CheckConstraint(
            "default_method IN ('classic', 'robust', 'ranks')", name=op.f("ck_guild_settings_default_method")
        ),
        sa.CheckConstraint(
            "default_attendance IN ('zero', 'best', 'played')", name=op.f("ck_guild_settings_default_attendance")
        ),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("player_id", sa.Integer),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300)),
        _instant("done_at"),
        sa.Column("interaction_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_audit_log_event_id_events"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_audit_log_player_id_players"),
        sa.CheckConstraint(ACTION, name=op.f("ck_audit_log_action")),
    )
    op.create_index("idx_audit_log_interaction", "audit_log", ["interaction_id"])
    op.create_index("idx_audit_log_event", "audit_log", ["event_id", "done_at"])
    op.create_index("idx_audit_log_guild", "audit_log", ["guild_id", "id"])
    op.create_index("idx_audit_log_actor", "audit_log", ["actor_id"])
    _create_jobs()
    _create_posts()
    _create_roles()
    op.create_table(
        "reminders",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("tells_missed_week", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("tells_overtaken", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("tells_results", sa.Boolean, nullable=False, server_default=sa.false()),
        _instant("told_until"),
        _instant("overtaken_until"),
        sa.Column("told_week", sa.Integer),
        _instant("tried_at", nullable=True),
        sa.Column("rival_id", sa.BigInteger),
        _instant("rival_since", nullable=True),
        _instant("refused_at", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "discord_id", name="pk_reminders"),
        sa.CheckConstraint(WEEK_RANGE.format("told_week"), name=op.f("ck_reminders_told_week")),
        sa.CheckConstraint(RIVAL, name=op.f("ck_reminders_rival")),
    )


def downgrade() -> None:
    for table in (
        *("reminders", "role_grants", "event_roles", "notices", "posts", "jobs", "audit_log", "guild_settings"),
        *("held_scores", "excuses", "weekly_omissions", "weekly_results", "weekly_runs"),
        *("score_submissions", "player_event_stats", "leaderboard_scores", "events", "members", "players"),
    ):
        op.drop_table(table)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", sa.String(300), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default="1"),
        sa.Column("default_channel_id", sa.BigInteger),
        sa.Column("board_channel_id", sa.BigInteger),
        sa.Column("gives_roles", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("score_direction", sa.String(16), nullable=False),
        sa.Column("score_format", sa.String(16), nullable=False, server_default="number"),
        sa.Column("score_unit", sa.String(16)),
        sa.Column("min_score", sa.Double),
        sa.Column("max_score", sa.Double),
        sa.Column("alarm_elo", sa.Integer),
        sa.Column("alarm_min", sa.Double),
        sa.Column("alarm_max", sa.Double),
        sa.Column("method", sa.String(16), nullable=False, server_default="classic"),
        sa.Column("uses_logarithm", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attendance", sa.String(16), nullable=False, server_default="zero"),
        sa.Column("best_of", sa.Integer, nullable=False, server_default="6"),
        sa.Column("last_weeks", sa.Integer, nullable=False, server_default="10"),
        sa.Column("all_time_weight", sa.Double, nullable=False, server_default="0.5"),
        sa.Column("missed_week_elo", sa.Integer),
        sa.Column("min_weeks", sa.Integer, nullable=False, server_default="1"),
        sa.Column("min_field", sa.Integer, nullable=False, server_default="1"),
        sa.Column("season", sa.Integer, nullable=False, server_default="1"),
        sa.Column("season_of", sa.Integer),
        sa.Column("first_week", sa.Integer),
        sa.Column("last_week", sa.Integer),
        *_statistics("score"),
        sa.Column("scores_version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("elo_version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("elo_base", sa.Integer),
        sa.Column("elo_per_sigma", sa.Double),
        sa.Column("elo_field_version", sa.BigInteger),
        *(
            sa.Column(name, sa.Double, nullable=False, server_default="0")
            for name in ("elo_origin", "elo_centre", "elo_spread")
        ),
        sa.Column("elo_submission_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("week_number", sa.Integer),
        *_statistics("week"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["season_of"], ["events.id"], name="fk_events_season_of_events"),
        sa.UniqueConstraint("guild_id", "name_key", name="uq_events_guild_id_name_key"),
        sa.UniqueConstraint("default_channel_id", name="uq_events_default_channel_id"),
        sa.CheckConstraint("score_direction IN ('HIGH', 'LOW')", name=op.f("ck_events_score_direction")),
        sa.CheckConstraint("score_format IN ('number', 'time')", name=op.f("ck_events_score_format")),
        sa.CheckConstraint(SCORE_RANGE.format("min_score"), name=op.f("ck_events_min_score")),
        sa.CheckConstraint(SCORE_RANGE.format("max_score"), name=op.f("ck_events_max_score")),
        sa.CheckConstraint("min_score <= max_score", name=op.f("ck_events_bounds")),
        sa.CheckConstraint("alarm_elo > 0", name=op.f("ck_events_alarm_elo")),
        sa.CheckConstraint(SCORE_RANGE.format("alarm_min"), name=op.f("ck_events_alarm_min")),
        sa.CheckConstraint(SCORE_RANGE.format("alarm_max"), name=op.f("ck_events_alarm_max")),
        sa.CheckConstraint("alarm_min <= alarm_max", name=op.f("ck_events_alarm")),
        sa.CheckConstraint("score_count >= 0 AND score_m2 >= 0", name=op.f("ck_events_statistics")),
        sa.CheckConstraint("week_count >= 0 AND week_m2 >= 0", name=op.f("ck_events_week_statistics")),
        sa.CheckConstraint("method IN ('classic', 'robust', 'ranks')", name=op.f("ck_events_method")),
        sa.CheckConstraint("attendance IN ('zero', 'best', 'played')", name=op.f("ck_events_attendance")),
        sa.CheckConstraint(RULES_RANGE, name=op.f("ck_events_rules")),
        sa.CheckConstraint(WEEK_RANGE.format("first_week"), name=op.f("ck_events_first_week")),
        sa.CheckConstraint(WEEK_RANGE.format("last_week"), name=op.f("ck_events_last_week")),
        sa.CheckConstraint("season >= 1 AND first_week <= last_week", name=op.f("ck_events_season")),
    )
    _partial_index("uq_events_season", "events", "season_of", "season", where=IS_PAST_SEASON, unique=True)


def _create_scores() -> None:
    op.create_table(
        "leaderboard_scores",
        sa.Column("id", LONG_ID, nullable=False),
        *_of_player_and_event("leaderboard_scores"),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("score_type", sa.String(16), nullable=False),
        sa.Column("week_number", sa.Integer),
        _instant("submitted_at", server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_leaderboard_scores"),
        sa.CheckConstraint("score_type IN ('all_time', 'weekly')", name=op.f("ck_leaderboard_scores_score_type")),
        sa.CheckConstraint(
            f"({IS_ALL_TIME}) OR ({IS_WEEKLY})", name=op.f("ck_leaderboard_scores_type_week_consistency")
        ),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name=op.f("ck_leaderboard_scores_score")),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name=op.f("ck_leaderboard_scores_week_number")),
    )
    _partial_index("uq_all_time_scores", "leaderboard_scores", "player_id", "event_id", where=IS_ALL_TIME, unique=True)
    weekly = ("player_id", "event_id", "week_number")
    _partial_index("uq_weekly_scores", "leaderboard_scores", *weekly, where=IS_WEEKLY, unique=True)
    op.create_index("idx_leaderboard_scores_event", "leaderboard_scores", ["event_id", "score_type"])
    board = ["event_id", "score_type", "week_number", "score", "submitted_at", "player_id"]
    op.create_index("idx_leaderboard_scores_week", "leaderboard_scores", board)
    op.create_table(
        "player_event_stats",
        sa.Column("id", sa.Integer, nullable=False),
        *_of_player_and_event("player_event_stats"),
        _instant("updated_at"),
        sa.Column("all_time_leaderboard_elo", sa.Integer),
        sa.Column("weekly_elo_average", sa.Double, nullable=False, server_default="0"),
        sa.Column("weeks_participated", sa.Integer, nullable=False, server_default="0"),
        sa.Column("calculated_event_elo", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_player_event_stats"),
        sa.UniqueConstraint("player_id", "event_id", name="uq_player_event_stats_player_id_event_id"),
    )
    elos = ["event_id", "calculated_event_elo", "all_time_leaderboard_elo"]
    op.create_index("idx_player_event_stats_event_elo", "player_event_stats", elos)


def _create_log() -> None:
    op.create_table(
        "score_submissions",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        *_of_player_and_event("score_submissions"),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("week_number", sa.Integer, nullable=False),
        sa.Column("made_in_week", sa.Integer, nullable=False),
        sa.Column("proof", sa.String(500)),
        _instant("submitted_at"),
        _instant("removed_at", nullable=True),
        sa.Column("removed_by", sa.BigInteger),
        sa.Column("removal_reason", sa.String(300)),
        sa.Column("is_omitted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("is_late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("added_by", sa.BigInteger),
        sa.Column("import_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_score_submissions"),
        sa.UniqueConstraint("interaction_id", name="uq_score_submissions_interaction_id"),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name=op.f("ck_score_submissions_score")),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name=op.f("ck_score_submissions_week_number")),
        sa.CheckConstraint(WEEK_RANGE.format("made_in_week"), name=op.f("ck_score_submissions_made_in_week")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_score_submissions_removal")),
        sa.CheckConstraint("NOT (is_late AND is_omitted)", name=op.f("ck_score_submissions_run")),
        **KEYS_COME_ONCE,
    )
    op.create_index("idx_score_submissions_player", "score_submissions", ["player_id", "submitted_at"])
    op.create_index("idx_score_submissions_event", "score_submissions", ["event_id", "week_number"])
    removals = ("event_id", "week_number", "removed_at")
    _partial_index("idx_score_submissions_removals", "score_submissions", *removals, where=IS_REMOVED)
    _partial_index("idx_score_submissions_removed_by", "score_submissions", "removed_by", where=HAS_REMOVER)
    _partial_index("idx_score_submissions_added_by", "score_submissions", "added_by", where=IS_ADDED)


def _create_held_scores() -> None:
    op.create_table(
        "held_scores",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        *_of_player_and_event("held_scores"),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("made_in_week", sa.Integer, nullable=False),
        sa.Column("proof", sa.String(500)),
        sa.Column("has_picture", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("moves", sa.Integer),
        _instant("held_at"),
        sa.Column("state", sa.String(16), nullable=False, server_default="waiting"),
        _instant("decided_at", nullable=True),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("reason", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_held_scores"),
        sa.UniqueConstraint("interaction_id", name="uq_held_scores_interaction_id"),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name=op.f("ck_held_scores_score")),
        sa.CheckConstraint(WEEK_RANGE.format("made_in_week"), name=op.f("ck_held_scores_made_in_week")),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'refused')", name=op.f("ck_held_scores_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_held_scores_decision"),
        ),
        **KEYS_COME_ONCE,
    )
    _partial_index("idx_held_scores_waiting", "held_scores", "event_id", "held_at", where=IS_WAITING)
    op.create_index("idx_held_scores_player", "held_scores", ["player_id", "held_at"])


def _create_archive() -> None:
    op.create_table(
        "weekly_runs",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("week_number", sa.Integer, nullable=False),
        _instant("ran_at"),
        sa.Column("ran_by", sa.BigInteger, nullable=False),
        sa.Column("closed_with", sa.Integer),
        sa.Column("field_size", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("field_origin", "field_centre", "field_spread")),
        sa.Column("bests_size", sa.Integer),
        *(sa.Column(name, sa.Double) for name in ("bests_origin", "bests_centre", "bests_spread")),
        sa.Column("bests_by_elo", sa.JSON),
        sa.Column("base_elo", sa.Integer, nullable=False),
        sa.Column("elo_per_sigma", sa.Double, nullable=False),
        sa.Column("missed_week_elo", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_runs"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_weekly_runs_event_id_events"),
        sa.UniqueConstraint("event_id", "week_number", name="uq_weekly_runs_event_id_week_number"),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name=op.f("ck_weekly_runs_week_number")),
    )
    op.create_table(
        "weekly_results",
        sa.Column("run_id", LONG_ID, nullable=False, autoincrement=False),
        sa.Column("player_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("score", sa.Double),
        _instant("submitted_at", nullable=True),
        sa.Column("weekly_elo", sa.Integer),
        sa.Column("rank", sa.Integer),
        sa.PrimaryKeyConstraint("run_id", "player_id", name="pk_weekly_results"),
        sa.CheckConstraint(
            "(score IS NULL) = (rank IS NULL) AND (score IS NULL) = (submitted_at IS NULL)",
            name=op.f("ck_weekly_results_missed_week"),
        ),
        sa.CheckConstraint(SCORE_RANGE.format("score"), name=op.f("ck_weekly_results_score")),
        **IN_ORDER_OF_KEY,
    )
    op.create_table(
        "weekly_omissions",
        sa.Column("run_id", LONG_ID, nullable=False, autoincrement=False),
        sa.Column("player_id", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("run_id", "player_id", name="pk_weekly_omissions"),
        sa.ForeignKeyConstraint(["run_id"], ["weekly_runs.id"], name="fk_weekly_omissions_run_id_weekly_runs"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_weekly_omissions_player_id_players"),
    )


def _create_excuses() -> None:
    op.create_table(
        "excuses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("week_number", sa.Integer, nullable=False),
        _instant("excused_at"),
        sa.Column("excused_by", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_excuses"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_excuses_player_id_players"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_excuses_event_id_events"),
        sa.CheckConstraint(WEEK_RANGE.format("week_number"), name=op.f("ck_excuses_week_number")),
    )
    of_event, of_guild = ("player_id", "event_id", "week_number"), ("player_id", "guild_id", "week_number")
    _partial_index("uq_excuses_event", "excuses", *of_event, where=IS_OF_EVENT, unique=True)
    _partial_index("uq_excuses_guild", "excuses", *of_guild, where=IS_OF_GUILD, unique=True)
    op.create_index("idx_excuses_week", "excuses", ["guild_id", "week_number"])


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        _instant("due_at", nullable=True),
        _instant("claimed_until", nullable=True),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_error", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "key", name="uq_jobs_kind_key"),
        sa.CheckConstraint(JOB_KIND, name=op.f("ck_jobs_kind")),
    )
    op.create_index("idx_jobs_due", "jobs", ["due_at"])


def _create_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        _instant("posted_at", nullable=True),
        _instant("refreshed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_posts_event_id_events"),
        sa.UniqueConstraint("kind", "key", name="uq_posts_kind_key"),
        sa.CheckConstraint(JOB_KIND, name=op.f("ck_posts_kind")),
    )
    op.create_index("idx_posts_event", "posts", ["event_id"])
    op.create_table(
        "notices",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("trouble", sa.String(16), nullable=False),
        sa.Column("place_id", sa.BigInteger, nullable=False),
        _instant("noted_at"),
        _instant("shown_at", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "kind", name="pk_notices"),
        sa.CheckConstraint(JOB_KIND, name=op.f("ck_notices_kind")),
        sa.CheckConstraint(TROUBLE, name=op.f("ck_notices_trouble")),
    )


def _create_roles() -> None:
    op.create_table(
        "event_roles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("role_id", sa.BigInteger, nullable=False),
        sa.Column("award", sa.String(16), nullable=False),
        sa.Column("elo", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_event_roles"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_roles_event_id_events"),
        sa.UniqueConstraint("event_id", "role_id", name="uq_event_roles_event_id_role_id"),
        sa.CheckConstraint("award IN ('first', 'top three', 'elo', 'nobody')", name=op.f("ck_event_roles_award")),
        sa.CheckConstraint("(award = 'elo') = (elo IS NOT NULL)", name=op.f("ck_event_roles_elo")),
    )
    op.create_table(
        "role_grants",
        sa.Column("award_id", sa.Integer, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        _instant("given_at"),
        sa.PrimaryKeyConstraint("award_id", "discord_id", name="pk_role_grants"),
        sa.ForeignKeyConstraint(["award_id"], ["event_roles.id"], name="fk_role_grants_award_id_event_roles"),
    )


def _instant(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, **options)


def _statistics(of: str) -> list[sa.Column[Any]]:
    names = (f"{of}_origin", f"{of}_mean", f"{of}_m2", f"{of}_m2_peak")
    count = sa.Column(f"{of}_count", sa.Integer, nullable=False, server_default="0")
    return [count, *(sa.Column(name, sa.Double, nullable=False, server_default="0") for name in names)]


def _of_player_and_event(table: str) -> list[Any]:
    return [
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name=f"fk_{table}_player_id_players"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=f"fk_{table}_event_id_events"),
    ]


def _partial_index(name: str, table: str, *columns: str, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition)
