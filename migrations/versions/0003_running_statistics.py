"""Running statistics of each event, and the versions that tell whether its stored Elos are current."""

import math

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATISTICS = ("score_origin", "score_mean", "score_m2", "score_m2_peak")
VERSIONS = ("scores_version", "elo_version")


def upgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("score_count", sa.Integer, server_default="0", nullable=False))
        for name in STATISTICS:
            events.add_column(sa.Column(name, sa.Double, server_default="0", nullable=False))
        for name in VERSIONS:
            events.add_column(sa.Column(name, sa.BigInteger, server_default="0", nullable=False))
        events.add_column(sa.Column("elo_base", sa.Integer))
        events.add_column(sa.Column("elo_per_sigma", sa.Double))
        events.create_check_constraint(op.f("ck_events_statistics"), "score_count >= 0 AND score_m2 >= 0")
    _count_personal_bests()


def downgrade() -> None:
    with op.batch_alter_table("events") as events:
        events.drop_constraint(op.f("ck_events_statistics"), type_="check")
        for name in ("elo_per_sigma", "elo_base", *reversed(VERSIONS), *reversed(STATISTICS), "score_count"):
            events.drop_column(name)


def _count_personal_bests() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO player_event_stats (player_id, event_id)"
            " SELECT player_id, event_id FROM leaderboard_scores WHERE score_type = 'all_time'"
            " EXCEPT SELECT player_id, event_id FROM player_event_stats"
        )
    )
    fields: dict[int, list[float]] = {}
    bests = sa.text("SELECT event_id, score FROM leaderboard_scores WHERE score_type = 'all_time'")
    for event_id, score in connection.execute(bests):
        fields.setdefault(event_id, []).append(score)
    for event_id, scores in fields.items():
        origin = min(scores)
        mean = math.fsum(score - origin for score in scores) / len(scores)
        m2 = math.fsum((score - origin - mean) ** 2 for score in scores)
        connection.execute(
            sa.text(
                "UPDATE events SET score_count = :count, score_origin = :origin, score_mean = :mean,"
                " score_m2 = :m2, score_m2_peak = :m2, scores_version = 1 WHERE id = :event_id"
            ),
            {"count": len(scores), "origin": origin, "mean": mean, "m2": m2, "event_id": event_id},
        )
