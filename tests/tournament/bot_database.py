"""Databases of a tournament bot, in its different versions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, Connection

from tests.statements import on

VERSIONS = (1, 3, 6, 17)
"""The versions that changed tables about scores."""
CLUSTER, BLITZ, SPRINT, DUEL = 3, 11, 12, 13
ANA, BEN = 1, 2
ANA_ON_DISCORD, BEN_ON_DISCORD = 501, 502


def tables(version: int) -> sa.MetaData:
    """Return the tables of a version that concern scores, and one more."""
    made = sa.MetaData()
    # The databases store times differently: a file stores text in two spellings.
    time = sa.Text().with_variant(sa.DateTime(), "postgresql")
    key = [sa.Column("id", sa.Integer, primary_key=True)]

    def table(name: str, *columns: sa.Column[Any], since: int = 1) -> None:
        if version >= since:
            sa.Table(name, made, *columns)

    def of_player() -> list[sa.Column[Any]]:
        return [sa.Column("player_id", sa.Integer), sa.Column("event_id", sa.Integer)]

    table("clusters", *key, sa.Column("name", sa.String(100)), sa.Column("number", sa.Integer))
    table(
        "players",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("display_name", sa.String(100)),
        sa.Column("registered_at", time),
    )
    newer = [
        sa.Column("score_direction", sa.String(10)) if version >= 3 else None,
        sa.Column("supported_scoring_types", sa.Text) if version >= 6 else None,
        sa.Column("score_count", sa.Integer, nullable=False, server_default="0") if version >= 17 else None,
    ]
    table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("cluster_id", sa.Integer, nullable=False),
        sa.Column("scoring_type", sa.String(20), nullable=version > 1),
        sa.Column("is_active", sa.Boolean),
        sa.Column("created_at", time),
        *(column for column in newer if column is not None),
    )
    table("matches", sa.Column("id", sa.Integer, primary_key=True))
    table("player_event_stats", *of_player(), sa.Column("all_time_leaderboard_elo", sa.Integer), since=3)
    table(
        "player_event_personal_bests",
        *of_player(),
        sa.Column("best_score", sa.Float),
        sa.Column("timestamp_achieved", time),
        since=3,
    )
    table("weekly_scores", *of_player(), sa.Column("score", sa.Float), sa.Column("timestamp", time), since=3)
    table(
        "player_weekly_leaderboard_elo",
        *of_player(),
        sa.Column("week_number", sa.Integer),
        sa.Column("weekly_elo_score", sa.Integer),
        since=3,
    )
    table(
        "leaderboard_scores",
        *of_player(),
        sa.Column("score", sa.Float),
        sa.Column("score_type", sa.String(16)),
        sa.Column("week_number", sa.Integer),
        sa.Column("submitted_at", time),
        since=17,
    )
    return made


def create(url: URL, version: int, **rows: list[dict[str, Any]]) -> None:
    """Create the database of a version with two players, three events, and further rows by table."""
    found = tables(version)
    rows.setdefault("clusters", [{"id": CLUSTER, "name": "Puzzles", "number": 1}])
    rows.setdefault("players", players())
    rows.setdefault("events", events(version))

    def work(connection: Connection) -> None:
        found.create_all(connection)
        for name, of_table in rows.items():
            for row in of_table:
                connection.execute(found.tables[name].insert().values(**_timed(connection, row)))

    on(url, work)


def players() -> list[dict[str, Any]]:
    return [
        {"id": ANA, "discord_id": ANA_ON_DISCORD, "username": "ana", "display_name": "Ana"},
        {"id": BEN, "discord_id": BEN_ON_DISCORD, "username": "ben", "display_name": None},
    ]


def events(version: int) -> list[dict[str, Any]]:
    made = [
        {"id": BLITZ, "name": "Blitz", "scoring_type": "Leaderboard", "score_direction": "HIGH"},
        {"id": SPRINT, "name": "Sprint", "scoring_type": "Leaderboard", "score_direction": "LOW"},
        {"id": DUEL, "name": "Duel", "scoring_type": "1v1", "score_direction": None},
    ]
    if version >= 6:
        made = [{**one, "scoring_type": None, "supported_scoring_types": one["scoring_type"]} for one in made]
    has = tables(version).tables["events"].columns
    return [{name: value for name, value in ({"cluster_id": CLUSTER} | one).items() if name in has} for one in made]


def score(
    player: int, value: float | None, at: str | None, *, event: int = BLITZ, week: int | None = None
) -> dict[str, Any]:
    """Return a row of `leaderboard_scores`."""
    kind = "all_time" if week is None else "weekly"
    return {
        "player_id": player,
        "event_id": event,
        "score": value,
        "score_type": kind,
        "week_number": week,
        "submitted_at": at,
    }


def _timed(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with times that a server accepts too."""
    if connection.dialect.name == "sqlite":
        return row
    times = {"submitted_at", "timestamp", "timestamp_achieved", "created_at"}
    return {
        name: sa.cast(sa.literal(value, sa.Text), sa.DateTime) if name in times and value is not None else value
        for name, value in row.items()
    }
