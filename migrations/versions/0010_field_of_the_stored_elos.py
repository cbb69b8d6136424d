"""The field that stored Elos are of, and the newest submission that they include, from the next recalculation on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FIELD = ("elo_origin", "elo_mean", "elo_sd")


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("elo_field_version", sa.BigInteger))
        for name in FIELD:
            events.add_column(sa.Column(name, sa.Double, server_default="0", nullable=False))
        events.add_column(sa.Column("elo_submission_id", sa.BigInteger, server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("events") as events:
        for name in ("elo_submission_id", *reversed(FIELD), "elo_field_version"):
            events.drop_column(name)
