"""Events belong to servers, and say how their scores are written; servers have settings; times are aware.

Events from before stay, without a server and so without a leaderboard: the tournament bot's, and any made since.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIMES = (("players", "created_at"), ("events", "created_at"), ("player_event_stats", "updated_at"))
BOUNDS = ("min_score", "max_score")


def upgrade() -> None:
    for table, column in TIMES:
        _set_time_type(table, column, sa.DateTime(), sa.DateTime(timezone=True))
    with op.batch_alter_table("players") as players:
        op.execute("UPDATE players SET display_name = username WHERE display_name IS NULL")
        players.alter_column("display_name", existing_type=sa.String(100), nullable=False)
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("guild_id", sa.BigInteger))
        events.add_column(sa.Column("name_key", sa.String(300)))
        events.add_column(sa.Column("score_format", sa.String(16), server_default="number", nullable=False))
        events.add_column(sa.Column("score_unit", sa.String(16)))
        for bound in BOUNDS:
            events.add_column(sa.Column(bound, sa.Double))
    _fill_name_keys()
    # None of them belongs to a server yet.
    op.execute("UPDATE events SET score_direction = NULL")
    with op.batch_alter_table("events") as events:
        events.alter_column("name_key", existing_type=sa.String(300), nullable=False)
        events.create_unique_constraint("uq_events_guild_id_name_key", ["guild_id", "name_key"])
        events.create_check_constraint(op.f("ck_events_score_format"), "score_format IN ('number', 'time')")
        events.create_check_constraint(
            op.f("ck_events_leaderboard_has_guild"), "score_direction IS NULL OR guild_id IS NOT NULL"
        )
        for bound in BOUNDS:
            events.create_check_constraint(op.f(f"ck_events_{bound}"), f"{bound} > 0 AND {bound} < 1000000000")
        events.create_check_constraint(op.f("ck_events_bounds"), "min_score <= max_score")
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("time_zone", sa.String(64), server_default="UTC", nullable=False),
        sa.Column("admin_role_id", sa.BigInteger),
        sa.Column("announcement_channel_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guild_settings"),
    )


def downgrade() -> None:
    op.drop_table("guild_settings")
    with op.batch_alter_table("events") as events:
        for name in ("bounds", *BOUNDS, "leaderboard_has_guild", "score_format"):
            events.drop_constraint(op.f(f"ck_events_{name}"), type_="check")
        events.drop_constraint("uq_events_guild_id_name_key", type_="unique")
        for name in (*BOUNDS, "score_unit", "score_format", "name_key", "guild_id"):
            events.drop_column(name)
    with op.batch_alter_table("players") as players:
        players.alter_column("display_name", existing_type=sa.String(100), nullable=True)
    for table, column in TIMES:
        _set_time_type(table, column, sa.DateTime(timezone=True), sa.DateTime())


def _set_time_type(table: str, column: str, old: sa.DateTime, new: sa.DateTime) -> None:
    with op.batch_alter_table(table) as batch:
        batch.alter_column(
            column,
            existing_type=old,
            type_=new,
            existing_server_default=sa.func.now(),
            existing_nullable=False,
            postgresql_using=f"{column} AT TIME ZONE 'UTC'",
        )


def _fill_name_keys() -> None:
    events = sa.table("events", sa.column("id", sa.Integer), sa.column("name"), sa.column("name_key"))
    connection = op.get_bind()
    for event_id, name in connection.execute(sa.select(events.c.id, events.c.name)).all():
        key = unicodedata.normalize("NFC", " ".join(name.split()).casefold())
        connection.execute(events.update().where(events.c.id == event_id).values(name_key=key))
