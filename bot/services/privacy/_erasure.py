"""Erase a user from all servers: remove ids and names, but keep what other players' numbers depend on."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.database.models import (
    AuditLog,
    Event,
    EventRole,
    Excuse,
    HeldScore,
    Job,
    Member,
    Player,
    PlayerEventStats,
    Reminders,
    RoleGrant,
    ScoreSubmission,
    WeeklyRun,
)
from bot.domain.jobs import JobKind
from bot.domain.privacy import Footprint, GivenRole, blot
from bot.domain.reminders import reminder_key
from bot.services.jobs import cancel
from bot.services.posts import refresh_posts
from bot.services.reviews import drop_held, refresh_decided

NUMBER_BITS = 62

ACTORS: tuple[InstrumentedAttribute[Any], ...] = (
    ScoreSubmission.added_by,
    ScoreSubmission.removed_by,
    HeldScore.decided_by,
    WeeklyRun.ran_by,
    Excuse.excused_by,
    AuditLog.actor_id,
)
"""The columns that hold who did something: an admin, or a player who took back a score."""
REASONS: tuple[InstrumentedAttribute[Any], ...] = (
    ScoreSubmission.removal_reason,
    HeldScore.reason,
    Excuse.reason,
    AuditLog.reason,
)
"""The columns with texts by admins. Texts about the user are deleted; the user's names are cut out of the others."""
ABOUT: tuple[InstrumentedAttribute[Any], ...] = (ScoreSubmission.proof,)
"""The other columns that can identify a player; they are cleared."""
_WITHOUT_SESSION = {"synchronize_session": False}


def measure(session: Session, discord_id: int) -> Footprint:
    """Return how much the database stores about a user."""
    player = session.scalar(sa.select(Player).where(Player.discord_id == discord_id))

    def count(column: InstrumentedAttribute[Any], value: Any) -> int:
        return session.execute(sa.select(sa.func.count()).where(column == value)).scalar_one()

    def of_player(column: InstrumentedAttribute[Any]) -> int:
        return 0 if player is None else count(column, player.id)

    columns = Event.guild_id, EventRole.role_id
    grants = sa.select(*columns).select_from(RoleGrant)
    grants = grants.join(EventRole, EventRole.id == RoleGrant.award_id).join(Event, Event.id == EventRole.event_id)
    given = session.execute(grants.where(RoleGrant.discord_id == discord_id).distinct().order_by(*columns))
    return Footprint(
        servers=of_player(Member.player_id),
        events=of_player(PlayerEventStats.player_id),
        submissions=of_player(ScoreSubmission.player_id),
        held=of_player(HeldScore.player_id),
        reminders=count(Reminders.discord_id, discord_id) + count(Reminders.rival_id, discord_id),
        actions=sum(count(column, discord_id) for column in ACTORS),
        roles=tuple(GivenRole(*row) for row in given),
    )


def erase(session: Session, discord_id: int, names: Collection[str], stand_in: str, now: datetime) -> None:
    """Replace a user's id in every table by a number that no user has, and the user's names by `stand_in`.

    The members are locked before the events, and the events before the player, as in a withdrawal. Submissions and
    admins' actions therefore either finish first or no longer find the user.

    Args:
        session: the transaction.
        discord_id: the user.
        names: further names of the user, besides the stored ones.
        stand_in: the name that former players get.
        now: when the posts about the user are refreshed.
    """
    former = -1 - secrets.randbits(NUMBER_BITS)
    player_id = session.scalar(sa.select(Player.id).where(Player.discord_id == discord_id))
    acted = sa.select(AuditLog.guild_id).where(AuditLog.actor_id == discord_id).distinct()
    guilds, names = {*session.scalars(acted)}, {*names}
    if player_id is not None:
        of_player = sa.select(Member).where(Member.player_id == player_id).order_by(Member.guild_id)
        session.scalars(of_player.with_for_update(key_share=True)).all()
        events = _lock_events(session, player_id)
        player = session.scalars(sa.select(Player).where(Player.id == player_id).with_for_update()).one()
        members = session.scalars(of_player.execution_options(populate_existing=True)).all()
        guilds |= {member.guild_id for member in members}
        names |= {player.username, *(member.display_name for member in members)}
        player.discord_id, player.username = former, stand_in
        for member in members:
            member.display_name, member.version = stand_in, member.version + 1
        session.flush()
        drop_held(session, player_id, now)
        _clear(session, player_id)
        refresh_posts(session, events, now)
    _forget_reminders(session, discord_id)
    _run(session, sa.delete(RoleGrant).where(RoleGrant.discord_id == discord_id))
    refresh_decided(session, discord_id, now)
    for column in ACTORS:
        _run(session, sa.update(column.class_).where(column == discord_id).values({column: former}))
    _blot_reasons(session, names - {stand_in}, discord_id, guilds, stand_in)
    is_named = Job.last_error.contains(str(discord_id))
    _run(session, sa.update(Job).where(is_named).values(last_error=None))


def _lock_events(session: Session, player_id: int) -> list[int]:
    entered = sa.select(PlayerEventStats.event_id).where(PlayerEventStats.player_id == player_id)
    held = sa.select(HeldScore.event_id).where(HeldScore.player_id == player_id)
    events = sa.select(Event.id).where(Event.id.in_(entered.union(held))).order_by(Event.id)
    # FOR NO KEY UPDATE lets other transactions insert rows that refer to the events.
    return list(session.scalars(events.with_for_update(key_share=True)))


def _clear(session: Session, player_id: int) -> None:
    """Clear the columns about a player in rows that stay."""
    for column in (*REASONS, *ABOUT):
        of_player = column.class_.player_id == player_id, column.is_not(None)
        _run(session, sa.update(column.class_).where(*of_player).values({column: None}))


def _forget_reminders(session: Session, discord_id: int) -> None:
    # The row of a job is locked before any other row.
    for guild_id in session.scalars(sa.select(Reminders.guild_id).where(Reminders.discord_id == discord_id)).all():
        cancel(session, JobKind.REMINDER, reminder_key(guild_id, discord_id))
    _run(session, sa.delete(Reminders).where(Reminders.discord_id == discord_id))
    _run(session, sa.update(Reminders).where(Reminders.rival_id == discord_id).values(rival_id=None, rival_since=None))


def _blot_reasons(
    session: Session, names: Collection[str], discord_id: int, guilds: Collection[int], stand_in: str
) -> None:
    """Remove names from texts by admins of some servers about other players, and the id from texts by any admin."""
    written = str(discord_id)
    for column in REASONS:
        table = column.class_
        of_guilds = table.guild_id.in_(guilds) if table in (AuditLog, Excuse) else table.event_id.in_(_events(guilds))
        # Some databases do not know that "Ё" is the capital of "ё", so read every text that may contain a name.
        may_name = sa.and_(of_guilds, column.is_not(None)) if names else sa.false()
        rows = sa.select(table.id, column).where(sa.or_(may_name, column.contains(written)))
        for row_id, text in session.execute(rows).all():
            # A mention is not a word, so replace it wherever it stands.
            without = blot(text, [f"<@!{written}>", f"<@{written}>", written, *names], stand_in)
            cut = without[: column.type.length]
            if cut != text:
                _run(session, sa.update(table).where(table.id == row_id).values({column: cut}))


def _events(guilds: Collection[int]) -> sa.Select[int]:
    return sa.select(Event.id).where(Event.guild_id.in_(guilds))


def _run(session: Session, statement: sa.Update | sa.Delete) -> None:
    session.execute(statement.execution_options(**_WITHOUT_SESSION))
