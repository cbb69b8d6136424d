"""Read a tournament bot's tables of any version: columns and tables may be missing, and values NULL."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, column, inspect, null, select, table
from sqlalchemy.orm import Session

from bot.domain.scores import ScoreDirection
from bot.domain.servers import GREATEST_ID
from bot.domain.tournament import TournamentData, TournamentEvent, TournamentPlayer, TournamentScore

LEADERBOARD = "leaderboard"
SCORES = (
    ("leaderboard_scores", "score", "submitted_at"),
    ("player_event_personal_bests", "best_score", "timestamp_achieved"),
    ("weekly_scores", "score", "timestamp"),
)
"""The tables of scores, with the columns of the score and its time."""


class NoTournament(Exception):
    """The database does not belong to a tournament bot."""


def read_tournament(session: Session) -> TournamentData:
    """Read everything about events, players and scores.

    Raises:
        NoTournament: the database has no players and events, or belongs to this bot.
    """
    columns = _columns(session)
    if not {"players", "events"} <= columns.keys() or "score_submissions" in columns:
        raise NoTournament
    source = _Source(session, columns)
    found = source.rows("players", "id", "discord_id", "username", "display_name")
    players = {row.id: player for row in found if (player := _player(row)) is not None}
    clusters = {row.id: row.name for row in source.rows("clusters", "id", "name")}
    return TournamentData(
        events=[_event(row, clusters) for row in source.events()],
        scores=list(_scores(source, players)),
        players=len(found),
        elos=len(source.rows("player_weekly_leaderboard_elo", "player_id")),
    )


class _Source:
    """The tables of a tournament bot, with the columns that exist."""

    def __init__(self, session: Session, columns: Mapping[str, set[str]]) -> None:
        self._session = session
        self._columns = columns

    def rows(self, name: str, *wanted: str) -> list[Row[Any]]:
        """Return the rows of a table, ordered by the first column; missing columns are None."""
        if name not in self._columns:
            return []
        has = self._columns[name]
        asked = [column(one) if one in has else null().label(one) for one in wanted]
        statement = select(*asked).select_from(table(name)).order_by(asked[0])
        return list(self._session.execute(statement))

    def events(self) -> list[Row[Any]]:
        kinds = "scoring_type", "supported_scoring_types", "score_direction"
        return self.rows("events", "id", "name", "cluster_id", *kinds, "is_active", "created_at")


def _columns(session: Session) -> dict[str, set[str]]:
    inspector = inspect(session.connection())
    return {name: {one["name"] for one in inspector.get_columns(name)} for name in inspector.get_table_names()}


def _player(row: Row[Any]) -> TournamentPlayer | None:
    with suppress(TypeError, ValueError):
        discord_id = int(row.discord_id)
        if 0 < discord_id <= GREATEST_ID:
            username = row.username or str(discord_id)
            return TournamentPlayer(discord_id, username, row.display_name or username)
    return None


def _event(row: Row[Any], clusters: Mapping[int, str | None]) -> TournamentEvent:
    direction = (row.score_direction or "").upper()
    kinds = {kind.strip().casefold() for kind in f"{row.scoring_type},{row.supported_scoring_types}".split(",")}
    return TournamentEvent(
        id=row.id,
        name=row.name or "",
        cluster=clusters.get(row.cluster_id),
        is_leaderboard=bool(direction) or LEADERBOARD in kinds,
        direction=ScoreDirection(direction) if direction in list(ScoreDirection) else None,
        # The tournament bot leaves NULL for events that were never archived.
        is_active=row.is_active is None or bool(row.is_active),
        made_at=_instant(row.created_at),
    )


def _scores(source: _Source, players: Mapping[int, TournamentPlayer]) -> Iterator[TournamentScore]:
    for name, score, time in SCORES:
        for row in source.rows(name, "event_id", "player_id", score, "week_number", time):
            event_id, player_id, value, week, made_at = tuple(row)
            number = None if value is None else float(value)
            yield TournamentScore(event_id, players.get(player_id), number, week, _instant(made_at))


def _instant(value: str | datetime | None) -> datetime | None:
    """Return a time as aware UTC; a file has it as text."""
    if isinstance(value, str):
        with suppress(ValueError):
            return _instant(datetime.fromisoformat(value))
        return None
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)
