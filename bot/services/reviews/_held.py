"""Find, describe and delete held scores inside a transaction, and refresh what admins see of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, HeldScore, ScoreSubmission
from bot.domain import reviews
from bot.domain.jobs import JobKind
from bot.domain.reviews import HeldState
from bot.domain.weeks import Week
from bot.errors import NothingHeld
from bot.services.events import describe, find_event
from bot.services.jobs import cancel
from bot.services.posts import refresh_post
from bot.services.servers import drop_notices, name_player, waiting_in
from bot.services.weeks import open_week


def find_waiting(session: Session, guild_id: int, held_id: int) -> HeldScore:
    """Return a waiting held score of a server.

    Raises:
        NothingHeld: no waiting score has this key.
    """
    wanted = waiting_in(guild_id).where(HeldScore.id == sa.literal(held_id, sa.BigInteger))
    held = session.scalar(wanted.execution_options(populate_existing=True))
    if held is None:
        raise NothingHeld
    return held


def lock_waiting(session: Session, guild_id: int, held_id: int) -> tuple[HeldScore, Event]:
    """Return a waiting held score and its event, locked. Of two admins, the second finds the score decided already.

    Raises:
        NothingHeld: as in `find_waiting`.
    """
    event = find_event(session, guild_id, find_waiting(session, guild_id, held_id).event_id, lock=True)
    return find_waiting(session, guild_id, held_id), event


def describe_held(session: Session, held: HeldScore) -> reviews.HeldScore:
    """Describe the present state of a held score."""
    event, log = session.get_one(Event, held.event_id), ScoreSubmission
    is_removed = sa.exists().where(log.interaction_id == held.interaction_id, log.removed_at.is_not(None))
    return reviews.HeldScore(
        id=held.id,
        interaction_id=held.interaction_id,
        event=describe(event),
        player=name_player(session, event, held.player_id),
        score=held.score,
        proof=held.proof,
        picture=held.proof if held.has_picture else None,
        week=find_week(session, held),
        held_at=held.held_at,
        moves=held.moves,
        state=held.state,
        reason=held.reason,
        decided_by=held.decided_by,
        decided_at=held.decided_at,
        is_removed=held.state is HeldState.APPROVED and session.execute(sa.select(is_removed)).scalar_one(),
    )


def find_week(session: Session, held: HeldScore) -> Week:
    """Return the week that a held score counts for if an admin approves it."""
    return open_week(session, held.event_id, Week.from_code(held.made_in_week), at=held.held_at)


def end_waiting(session: Session, guild_id: int, interaction_id: int, now: datetime) -> None:
    """Stop reminding admins of a score that has been decided, and show them the decision."""
    cancel(session, JobKind.REVIEW, str(interaction_id))
    refresh_post(session, JobKind.HELD, str(interaction_id), now)
    if session.scalar(waiting_in(guild_id).limit(1)) is None:
        drop_notices(session, guild_id, JobKind.REVIEW)


def drop_held(session: Session, player_id: int, now: datetime) -> None:
    """Delete the held scores of a player who is being erased; nobody can decide on them any more.

    The caller has locked their events.
    """
    held = sa.select(HeldScore.interaction_id, Event.guild_id).join(Event, Event.id == HeldScore.event_id)
    found = session.execute(held.where(HeldScore.player_id == player_id).order_by(HeldScore.interaction_id)).all()
    of_player = sa.delete(HeldScore).where(HeldScore.player_id == player_id)
    session.execute(of_player.execution_options(synchronize_session=False))
    for row in found:
        end_waiting(session, row.guild_id, row.interaction_id, now)


def refresh_decided(session: Session, decided_by: int, now: datetime) -> None:
    """Refresh the posts about held scores on which a now erased admin has decided."""
    of_admin = sa.select(HeldScore.interaction_id).where(HeldScore.decided_by == sa.literal(decided_by, sa.BigInteger))
    for interaction_id in session.scalars(of_admin.order_by(HeldScore.interaction_id)):
        refresh_post(session, JobKind.HELD, str(interaction_id), now)
