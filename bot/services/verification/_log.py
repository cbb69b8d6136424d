"""Add rows to the log past the bot's commands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import PlayerEventStats, ScoreSubmission
from bot.database.rows import add_rows, free_id


def add_to_log(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to the log of locked events, in their order.

    No interaction made them, and Discord's ids are positive, so that their interaction ids are below 0.

    Args:
        session: the transaction.
        rows: by the names of the columns, without the interaction id.
    """
    first = free_id(session, ScoreSubmission.interaction_id)
    numbered = [{"interaction_id": first - number, **row} for number, row in enumerate(rows)]
    add_rows(session, ScoreSubmission, numbered)


def add_ratings(session: Session, event_id: int, players: Iterable[int]) -> None:
    """Make the ratings of players who have none yet in a locked event.

    Everybody who ever submitted has a row of ratings, also while withdrawn.
    """
    rated = set(session.scalars(select(PlayerEventStats.player_id).where(PlayerEventStats.event_id == event_id)))
    new = sorted(set(players) - rated)
    add_rows(session, PlayerEventStats, [{"player_id": player_id, "event_id": event_id} for player_id in new])
