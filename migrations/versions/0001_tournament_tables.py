"""The tournament bot's tables, as they were before there were leaderboards."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "players",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("display_name", sa.String(100)),
        sa.Column("created_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_players"),
        sa.UniqueConstraint("discord_id", name="uq_players_discord_id"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("is_active", sa.Boolean, server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_table(
        "player_event_stats",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("player_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("raw_elo", sa.Integer, server_default="1000", nullable=False),
        sa.Column("matches_played", sa.Integer, server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_player_event_stats"),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name="fk_player_event_stats_player_id_players"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_player_event_stats_event_id_events"),
        sa.UniqueConstraint("player_id", "event_id", name="uq_player_event_stats_player_id_event_id"),
    )


def downgrade() -> None:
    op.drop_table("player_event_stats")
    op.drop_table("events")
    op.drop_table("players")
