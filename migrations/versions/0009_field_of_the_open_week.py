"""Running statistics of the week that was last submitted for, kept with each event from its next submission on."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATISTICS = ("week_origin", "week_mean", "week_m2", "week_m2_peak")


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("week_number", sa.Integer))
        events.add_column(sa.Column("week_count", sa.Integer, server_default="0", nullable=False))
        for name in STATISTICS:
            events.add_column(sa.Column(name, sa.Double, server_default="0", nullable=False))
        events.create_check_constraint(op.f("ck_events_week_statistics"), "week_count >= 0 AND week_m2 >= 0")


def downgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.drop_constraint(op.f("ck_events_week_statistics"), type_="check")
        for name in (*reversed(STATISTICS), "week_count", "week_number"):
            events.drop_column(name)
