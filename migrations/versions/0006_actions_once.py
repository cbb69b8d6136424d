"""The audit log says which use of a command did what, so that one delivered twice is done once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_log", sa.Column("interaction_id", sa.BigInteger))
    op.create_index("idx_audit_log_interaction", "audit_log", ["interaction_id"])


def downgrade() -> None:
    op.drop_index("idx_audit_log_interaction", "audit_log")
    op.drop_column("audit_log", "interaction_id")
