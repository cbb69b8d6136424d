"""Read a player's submissions to one event from the log, and the fields of their weeks."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, HeldScore, ScoreSubmission, WeeklyRun
from bot.domain.history import MOST_MIDDLES, HistoryEntry, Removal, WeekMiddle
from bot.domain.methods import middle_score
from bot.domain.moderation import TAKEN_BACK
from bot.domain.reviews import HeldState
from bot.domain.weeks import Week
from bot.services.ratings import is_of_event


def read_entries(session: Session, event_id: int, player_id: int, *, with_held: bool) -> list[HistoryEntry]:
    """Return all submissions of a player to an event, in no order and without marks.

    `with_held` adds held scores that are not in the log. Approved scores are in the log already.
    """
    log = ScoreSubmission
    logged = sa.select(
        *(log.id, log.score, log.submitted_at, log.week_number, log.proof, log.added_by, log.import_id),
        *(log.removed_at, log.removed_by, log.removal_reason),
        sa.exists().where(HeldScore.interaction_id == log.interaction_id).label("is_approved"),
    ).where(log.player_id == player_id, is_of_event(event_id))
    entries = [_entry(row) for row in session.execute(logged)]
    if with_held:
        entries += _read_held(session, event_id, player_id)
    return entries


def _entry(row: sa.Row[*tuple[object, ...]]) -> HistoryEntry:
    removal = None if row.removed_at is None else Removal(row.removed_at, row.removed_by, row.removal_reason)
    return HistoryEntry(
        id=row.id,
        score=row.score,
        at=row.submitted_at,
        week=Week.from_code(row.week_number),
        proof=row.proof,
        removal=removal,
        added_by=None if row.is_approved else row.added_by,
        is_imported=row.import_id is not None,
        is_approved=row.is_approved,
    )


def _read_held(session: Session, event_id: int, player_id: int) -> list[HistoryEntry]:
    held = sa.select(HeldScore).where(
        HeldScore.player_id == player_id, HeldScore.event_id == event_id, HeldScore.state != HeldState.APPROVED
    )
    return [_held_entry(row) for row in session.scalars(held)]


def _held_entry(row: HeldScore) -> HistoryEntry:
    entry = HistoryEntry(row.id, row.score, row.held_at, Week.from_code(row.made_in_week), row.proof)
    if row.reason == TAKEN_BACK and row.decided_at is not None and row.decided_by is not None:
        return replace(entry, removal=Removal(row.decided_at, row.decided_by, TAKEN_BACK))
    return replace(entry, held=row.state)


def read_middles(session: Session, event: Event, since: Week | None, zone: str) -> list[WeekMiddle]:
    """Return the middles of the closed weeks of an event since a week, the earliest first.

    Args:
        session: the transaction.
        event: the event.
        since: the first week; None returns no weeks.
        zone: the time zone of the server, which defines its weeks.
    """
    if since is None:
        return []
    runs = sa.select(WeeklyRun.week_number, WeeklyRun.field).where(
        WeeklyRun.event_id == event.id, WeeklyRun.week_number >= since.code, WeeklyRun.field_size > 0
    )
    latest = session.execute(runs.order_by(WeeklyRun.week_number.desc()).limit(MOST_MIDDLES)).all()
    found = []
    for code, field in reversed(latest):
        week = Week.from_code(code)
        middle = middle_score(field, event.rules)
        found.append(WeekMiddle(week.begins_at(zone), week.ends_at(zone), middle))
    return found
