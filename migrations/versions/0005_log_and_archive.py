"""The log of submissions, the archive of weekly runs, the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SCORE_RANGE = "score > 0 AND score < 1000000000"
WEEK_RANGE = "week_number % 100 BETWEEN 1 AND 53 AND week_number BETWEEN 197001 AND 999953"


def upgrade() -> None:
    op.create_table(
        "score_submissions",
        sa.Column("id", LONG_ID),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("week_number", sa.Integer, nullable=False),
        sa.Column("proof", sa.String(300)),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.BigInteger),
        sa.Column("removal_reason", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_score_submissions"),
        sa.UniqueConstraint("interaction_id", name="uq_score_submissions_interaction_id"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_score_submissions_player_id_players"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_score_submissions_event_id_events"),
        sa.CheckConstraint(SCORE_RANGE, name=op.f("ck_score_submissions_score")),
        sa.CheckConstraint(WEEK_RANGE, name=op.f("ck_score_submissions_week_number")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_score_submissions_removal")),
    )
    op.create_index("idx_score_submissions_player", "score_submissions", ["player_id", "submitted_at"])
    op.create_index("idx_score_submissions_event", "score_submissions", ["event_id", "week_number"])
    op.create_table(
        "weekly_runs",
        sa.Column("id", LONG_ID),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("week_number", sa.Integer, nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_by", sa.BigInteger, nullable=False),
        sa.Column("field_size", sa.Integer, nullable=False),
        sa.Column("field_origin", sa.Double, nullable=False),
        sa.Column("field_mean", sa.Double, nullable=False),
        sa.Column("field_sd", sa.Double, nullable=False),
        sa.Column("base_elo", sa.Integer, nullable=False),
        sa.Column("elo_per_sigma", sa.Double, nullable=False),
        sa.Column("missed_week_elo", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_runs"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_weekly_runs_event_id_events"),
        sa.UniqueConstraint("event_id", "week_number", name="uq_weekly_runs_event_id_week_number"),
        sa.CheckConstraint(WEEK_RANGE, name=op.f("ck_weekly_runs_week_number")),
    )
    op.create_table(
        "weekly_results",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("weekly_elo", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.PrimaryKeyConstraint("run_id", "player_id", name="pk_weekly_results"),
        sa.ForeignKeyConstraint(["run_id"], ["weekly_runs.id"], name="fk_weekly_results_run_id_weekly_runs"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_weekly_results_player_id_players"),
        sa.CheckConstraint(
            "(score IS NULL) = (rank IS NULL) AND (score IS NULL) = (submitted_at IS NULL)",
            name=op.f("ck_weekly_results_missed_week"),
        ),
        sa.CheckConstraint(SCORE_RANGE, name=op.f("ck_weekly_results_score")),
    )
    op.create_index("idx_weekly_results_player", "weekly_results", ["player_id"])
    op.create_table(
        "audit_log",
        sa.Column("id", LONG_ID),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_audit_log_event_id_events"),
    )
    op.create_index("idx_audit_log_guild", "audit_log", ["guild_id", "done_at"])


def downgrade() -> None:
    for table in ("audit_log", "weekly_results", "weekly_runs", "score_submissions"):
        op.drop_table(table)
