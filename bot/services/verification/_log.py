"""Add rows to the log without the bot's commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import Event, PlayerEventStats, ScoreSubmission
from bot.database.rows import add_rows, free_id


def add_scores(session: Session, event: Event, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to the log of a locked event in their order, and rating rows for players who have none in it yet.

    Every player who has ever submitted has a rating row, even while withdrawn.

    Args:
        session: the transaction.
        event: the event.
        rows: the values by column name, without the event and the interaction id.
    """
    add_to_log(session, [{"event_id": event.id, **row} for row in rows])
    stats = PlayerEventStats
    rated = set(session.scalars(select(stats.player_id).where(stats.event_id == event.id)))
    new = sorted({row["player_id"] for row in rows} - rated)
    add_rows(session, stats, [{"player_id": player_id, "event_id": event.id} for player_id in new])


def add_to_log(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to the log of locked events, in the given order.

    No Discord interaction made these rows, so they get negative interaction ids; Discord's ids are positive.

    Args:
        session: the transaction.
        rows: values by column name, without the interaction id.
    """
    first = free_id(session, ScoreSubmission.interaction_id)
    numbered = [{"interaction_id": first - number, **row} for number, row in enumerate(rows)]
    add_rows(session, ScoreSubmission, numbered)
