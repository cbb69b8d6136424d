"""Read the audit log of a server."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import AuditLog, Event, Member, Player
from bot.domain.audit import AuditEntry, AuditPage
from bot.domain.pages import turn_to
from bot.domain.servers import PlayerName
from bot.services.events import find_meant_event
from bot.services.servers import Actor, find_member, read_detail, require_admin

PAGE_SIZE = 8


class AuditService:
    """Shows admins the actions of admins in their server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, actor: Actor, page: int, *, event: str | int | None = None, player: int | None = None
    ) -> AuditPage:
        """Return a page of at most eight actions in the actor's server, the latest first.

        Args:
            actor: the admin who asks.
            page: from 0; a page past the end means the last one.
            event: only actions on this event, given by its name, by a part that no other name has, or by its key.
            player: only actions on this player, given by Discord's id.

        Raises:
            NeverSubmitted: the player has never submitted a score in the server.
        """

        def work(session: Session) -> AuditPage:
            require_admin(session, actor)
            log, wanted = AuditLog, [AuditLog.guild_id == actor.guild_id]
            event_id = None
            if event is not None:
                event_id = find_meant_event(session, actor.guild_id, event).id
                wanted.append(log.event_id == event_id)
            if player is not None:
                wanted.append(log.player_id == find_member(session, actor.guild_id, player).player_id)
            actions = session.scalars(sa.select(sa.func.count()).select_from(log).where(*wanted)).one()
            shown, pages = turn_to(page, actions, PAGE_SIZE)
            found = session.execute(_entries(actor.guild_id, wanted).offset(shown * PAGE_SIZE).limit(PAGE_SIZE))
            return AuditPage(tuple(map(_entry, found)), event_id, player, shown, pages, actions)

        return await self._database.read(work)


def _entries(guild_id: int, wanted: list[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    log, of_player = AuditLog, sa.and_(Member.player_id == AuditLog.player_id, Member.guild_id == guild_id)
    return (
        sa.select(log.done_at, log.actor_id, log.action, Event.name, Player.discord_id, Member.display_name)
        .add_columns(log.detail, log.reason)
        .outerjoin(Event, Event.id == log.event_id)
        .outerjoin(Player, Player.id == log.player_id)
        .outerjoin(Member, of_player)
        .where(*wanted)
        .order_by(log.id.desc())
    )


def _entry(row: sa.Row[Any]) -> AuditEntry:
    player = None if row.discord_id is None else PlayerName(row.discord_id, row.display_name)
    detail = read_detail(row.action, row.detail)
    return AuditEntry(row.done_at, row.actor_id, row.action, row.name, player, detail, row.reason)
