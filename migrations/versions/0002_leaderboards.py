"""Leaderboard events: scores with a direction, all-time and weekly."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IS_ALL_TIME = sa.text("score_type = 'all_time' AND week_number IS NULL")
IS_WEEKLY = sa.text("score_type = 'weekly' AND week_number IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("score_direction", sa.String(16)))
        events.create_check_constraint(op.f("ck_events_score_direction"), "score_direction IN ('HIGH', 'LOW')")
    with op.batch_alter_table("player_event_stats") as stats:
        stats.add_column(sa.Column("all_time_leaderboard_elo", sa.Integer))
        stats.add_column(sa.Column("weekly_elo_average", sa.Double, server_default="0", nullable=False))
        stats.add_column(sa.Column("weeks_participated", sa.Integer, server_default="0", nullable=False))
        stats.add_column(sa.Column("calculated_event_elo", sa.Integer))
        stats.create_index("idx_player_event_stats_event_elo", ["event_id", "calculated_event_elo"])
    op.create_table(
        "leaderboard_scores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("score_type", sa.String(16), nullable=False),
        sa.Column("week_number", sa.Integer),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leaderboard_scores"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_leaderboard_scores_player_id_players"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_leaderboard_scores_event_id_events"),
        sa.CheckConstraint("score_type IN ('all_time', 'weekly')", name=op.f("ck_leaderboard_scores_score_type")),
        sa.CheckConstraint(
            "(score_type = 'all_time' AND week_number IS NULL) OR (score_type = 'weekly' AND week_number IS NOT NULL)",
            name=op.f("ck_leaderboard_scores_type_week_consistency"),
        ),
        sa.CheckConstraint("score > 0 AND score < 1000000000", name=op.f("ck_leaderboard_scores_score")),
        sa.CheckConstraint(
            "week_number % 100 BETWEEN 1 AND 53 AND week_number BETWEEN 197001 AND 999953",
            name=op.f("ck_leaderboard_scores_week_number"),
        ),
    )
    table = "leaderboard_scores"
    op.create_index("idx_leaderboard_scores_event", table, ["event_id", "score_type"])
    op.create_index("idx_leaderboard_scores_week", table, ["event_id", "score_type", "week_number"])
    op.create_index(
        "uq_all_time_scores",
        table,
        ["player_id", "event_id"],
        unique=True,
        sqlite_where=IS_ALL_TIME,
        postgresql_where=IS_ALL_TIME,
    )
    op.create_index(
        "uq_weekly_scores",
        table,
        ["player_id", "event_id", "week_number"],
        unique=True,
        sqlite_where=IS_WEEKLY,
        postgresql_where=IS_WEEKLY,
    )


def downgrade() -> None:
    op.drop_table("leaderboard_scores")
    with op.batch_alter_table("player_event_stats") as stats:
        stats.drop_index("idx_player_event_stats_event_elo")
        stats.drop_column("calculated_event_elo")
        stats.drop_column("weeks_participated")
        stats.drop_column("weekly_elo_average")
        stats.drop_column("all_time_leaderboard_elo")
    with op.batch_alter_table("events") as events:
        events.drop_constraint(op.f("ck_events_score_direction"), type_="check")
        events.drop_column("score_direction")
