"""Show a player's submissions, and past boards."""

import asyncio
from datetime import datetime

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, Member
from bot.domain.clock import Clock
from bot.domain.history import PAGE_SIZE, HistoryPage, PastBoard, graph_of, mark, trend_of
from bot.domain.moments import read_moment
from bot.domain.pages import turn_to
from bot.domain.ratings import RatingScale
from bot.domain.standings import Board
from bot.errors import NeverSubmitted, NoScores, SubmitterWithdrawn
from bot.services.events import describe, find_meant_event, without_scores
from bot.services.history._log import read_entries, read_middles
from bot.services.history._past import PastBoards
from bot.services.ratings import rating_of
from bot.services.servers import Actor, find_member, is_admin, load_settings, name_member


class HistoryService:
    """Shows the past of events; it only reads, and takes no locks."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale
        # Build one board at a time: each keeps several numbers in memory for every player of an event.
        self._turn = asyncio.Lock()

    async def page(self, actor: Actor, event: str | int, player: int, page: int) -> HistoryPage:
        """Return a page of ten of a player's submissions to an event, the latest first.

        Only the player and admins see held scores.

        Args:
            actor: who asks.
            event: the name of the event, or a part that no other name has, or its key.
            player: Discord's id of the player.
            page: from 0; a page past the end means the last one.

        Raises:
            EventNotFound: the server has no such event.
            SubmitterWithdrawn: the asking player has been withdrawn by an admin.
            NoScores: the player has submitted nothing to the event that the actor may see.
        """

        def work(session: Session) -> HistoryPage:
            found = find_meant_event(session, actor.guild_id, event)
            info, now = describe(found), self._clock()
            member = _find_player(session, actor, found, player, now)
            with_held = player == actor.discord_id or is_admin(session, actor)
            entries = read_entries(session, found.id, member.player_id, with_held=with_held)
            marked = mark(entries, info.direction)
            if not marked:
                raise without_scores(session, found, player, actor.discord_id, now)
            counted = [entry for entry in marked if entry.counts]
            since = counted[0].week if counted else None
            zone = load_settings(session, found.guild_id).time_zone
            middles = read_middles(session, found, since, zone)
            shown, pages = turn_to(page, len(marked), PAGE_SIZE)
            return HistoryPage(
                event=info,
                player=name_member(session, member),
                entries=tuple(marked[::-1][shown * PAGE_SIZE : (shown + 1) * PAGE_SIZE]),
                page=shown,
                pages=pages,
                scores=len(counted),
                first=counted[0] if counted else None,
                best=next((entry for entry in counted if entry.is_best), None),
                trend=trend_of([entry.score for entry in counted], info.direction),
                graph=graph_of(marked, middles, now, zone),
            )

        return await self._database.read(work)

    async def board(
        self, guild_id: int, event: str | int, at: str | datetime, board: Board, page: int | None, player: int
    ) -> PastBoard:
        """Return a page of ten rows of the all-time or the overall board as it was at the end of a moment.

        The time that it takes grows with the part of the log up to that moment.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            at: a moment as users type it, such as `2026-03-01` or `yesterday` (see `read_moment`), or an instant.
            board: `ALL_TIME` or `OVERALL`.
            page: from 0; a page past the end means the last one; None means the page with the row of `player`.
            player: Discord's id of the player whose row is also returned.

        Raises:
            EventNotFound: the server has no such event.
            MomentUnknown, MomentAhead: `at` is not a moment, or lies in the future.
        """

        def work(session: Session) -> PastBoard:
            found = find_meant_event(session, guild_id, event)
            until = at
            if isinstance(until, str):
                until = read_moment(until, load_settings(session, guild_id).time_zone, self._clock()).at
            return PastBoards(session, found, rating_of(found, self._scale), until).page(board, page, player)

        async with self._turn:
            return await self._database.read(work)


def _find_player(session: Session, actor: Actor, event: Event, discord_id: int, now: datetime) -> Member:
    try:
        member = find_member(session, actor.guild_id, discord_id)
    except NeverSubmitted:
        raise without_scores(session, event, discord_id, actor.discord_id, now) from None
    if member.withdrawn_at is None:
        return member
    if discord_id == actor.discord_id:
        raise SubmitterWithdrawn
    raise NoScores(discord_id, event.name)
