"""The archive of weekly runs keeps what is needed to write and read it, and indexes that nothing reads are gone."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RUN = "fk_weekly_results_run_id_weekly_runs"
PLAYER = "fk_weekly_results_player_id_players"


def upgrade() -> None:
    op.drop_index("idx_audit_log_guild", "audit_log")
    op.drop_index("idx_weekly_results_player", "weekly_results")
    with op.batch_alter_table("weekly_results") as results:
        results.drop_constraint(PLAYER, type_="foreignkey")
        results.drop_constraint(RUN, type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("weekly_results") as results:
        results.create_foreign_key(RUN, "weekly_runs", ["run_id"], ["id"])
        results.create_foreign_key(PLAYER, "players", ["player_id"], ["id"])
    op.create_index("idx_weekly_results_player", "weekly_results", ["player_id"])
    op.create_index("idx_audit_log_guild", "audit_log", ["guild_id", "done_at"])
