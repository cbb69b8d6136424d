"""Indexes hold boards as they are listed, so that a page, a rank and a count are read from them alone."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCORES, SCORES_INDEX = "leaderboard_scores", "idx_leaderboard_scores_week"
ELOS, ELOS_INDEX = "player_event_stats", "idx_player_event_stats_event_elo"


def upgrade() -> None:
    op.drop_index(SCORES_INDEX, SCORES)
    listed = ["score", "submitted_at", "player_id"]
    op.create_index(SCORES_INDEX, SCORES, ["event_id", "score_type", "week_number", *listed])
    op.drop_index(ELOS_INDEX, ELOS)
    op.create_index(ELOS_INDEX, ELOS, ["event_id", "calculated_event_elo", "all_time_leaderboard_elo"])


def downgrade() -> None:
    op.drop_index(ELOS_INDEX, ELOS)
    op.create_index(ELOS_INDEX, ELOS, ["event_id", "calculated_event_elo"])
    op.drop_index(SCORES_INDEX, SCORES)
    op.create_index(SCORES_INDEX, SCORES, ["event_id", "score_type", "week_number"])
