"""A weekly run finds what was removed of its week without reading the week's whole log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LOG, REMOVALS = "score_submissions", "idx_score_submissions_removals"
IS_REMOVED = sa.text("removed_at IS NOT NULL")


def upgrade() -> None:
    columns = ["event_id", "week_number", "removed_at"]
    op.create_index(REMOVALS, LOG, columns, sqlite_where=IS_REMOVED, postgresql_where=IS_REMOVED)


def downgrade() -> None:
    op.drop_index(REMOVALS, LOG)
