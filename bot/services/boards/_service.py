"""Post, refresh and remove the boards of events."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database
from bot.database.models import Event
from bot.domain.audit import Action, ChannelDetail, NoDetail
from bot.domain.boards import LEAST_PAUSE, BoardChange, Place, PostedBoard
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.posts import Draft
from bot.domain.standings import Board
from bot.domain.weeks import Week
from bot.errors import ChannelClosed, EventArchived, NoBoard
from bot.services.events import describe, find_event
from bot.services.jobs import cancel, postpone, schedule
from bot.services.servers import Actor, begin_action, drop_notices, load_settings, record
from bot.services.standings import StandingsService

NOBODY = 0
"""The viewer of a posted board. Nobody has this id, so the board highlights no row."""


class BoardService:
    """Keeps a message for an event that shows its leaderboards.

    The job `JobKind.BOARD` refreshes the message; its key is the key of the event. The job exists as long as the board
    does, and waits for the next week or the next score.
    """

    def __init__(self, database: Database, clock: Clock, standings: StandingsService) -> None:
        self._database = database
        self._clock = clock
        self._standings = standings

    async def post(self, actor: Actor, event_name: str, channel_id: int, *, may_write: bool = True) -> BoardChange:
        """Post the board of an event at the bottom of a channel; it replaces the event's previous board.

        Args:
            actor: the admin.
            event_name: the whole name of the event.
            channel_id: the channel.
            may_write: whether the bot may write there, according to its cached permissions.

        Raises:
            EventArchived: the event is archived.
            ChannelClosed: the bot may not write there.
        """

        def work(session: Session) -> BoardChange:
            begin_action(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            if not event.is_active:
                raise EventArchived(event.name)
            if not may_write:
                raise ChannelClosed(channel_id)
            former, now = _take_down(session, event), self._clock()
            event.board_channel_id = channel_id
            schedule(session, JobKind.BOARD, str(event.id), now)
            drop_notices(session, actor.guild_id, JobKind.BOARD)
            record(session, actor, Action.POST_BOARD, ChannelDetail(str(channel_id)), at=now, event_id=event.id)
            return BoardChange(describe(event), channel_id, former)

        return await self._database.write(work)

    async def remove(self, actor: Actor, event_name: str) -> BoardChange:
        """Stop refreshing the board of an event.

        Raises:
            NoBoard: the event has none.
        """

        def work(session: Session) -> BoardChange:
            begin_action(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            if event.board_channel_id is None:
                raise NoBoard(event.name)
            former = _take_down(session, event)
            record(session, actor, Action.REMOVE_BOARD, NoDetail(), at=self._clock(), event_id=event.id)
            return BoardChange(describe(event), None, former)

        return await self._database.write(work)

    async def draft(self, key: str) -> Draft[PostedBoard] | None:
        """Return what the board of an event currently shows; None if the event has none."""
        event_id = int(key)

        def work(session: Session) -> tuple[int, int, datetime] | None:
            event = session.get(Event, event_id)
            if event is None or event.board_channel_id is None:
                return None
            return event.guild_id, event.board_channel_id, self._again_at(session, event)

        found = await self._database.read(work)
        if found is None:
            return None
        guild_id, channel_id, again_at = found
        pages = [
            await self._standings.page(guild_id, event_id, board, 0, NOBODY)
            for board in (Board.ALL_TIME, Board.WEEK, Board.OVERALL)
        ]
        return Draft(guild_id, event_id, channel_id, PostedBoard(pages[0].event, *pages), again_at=again_at)

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        """Remove the board of an event if it is in this channel; tell whether it was."""
        event = session.get(Event, int(key))
        if event is None or event.board_channel_id != channel_id:
            return False
        _take_down(session, event)
        return True

    async def is_early(self, claim: Claim) -> bool:
        """Tell whether a board was refreshed less than a minute ago; if so, postpone its job to the end of that minute.

        Raises:
            ClaimLost: the job is no longer this process's.
        """

        def work(session: Session) -> bool:
            post, now = models.Post, self._clock()
            refreshed_at = sa.select(post.refreshed_at).where(post.kind == claim.kind, post.key == claim.key)
            last = session.scalar(refreshed_at)
            if last is None or not last <= now < last + LEAST_PAUSE:
                return False
            postpone(session, claim, last + LEAST_PAUSE)
            return True

        return await self._database.write(work)

    def _again_at(self, session: Session, event: Event) -> datetime:
        """Return when a board that is refreshed now goes stale by itself.

        That is the end of the week; while the Elos are stale, it is the end of the shortest pause between refreshes.
        """
        now, zone = self._clock(), load_settings(session, event.guild_id).time_zone
        is_current = event.elo_version == event.scores_version
        return Week.at(now, zone).ends_at(zone) if is_current else now + LEAST_PAUSE


def _take_down(session: Session, event: Event) -> Place | None:
    """Detach the board from its event, and return the place of its message."""
    cancel(session, JobKind.BOARD, str(event.id))
    post = models.Post
    mine = sa.delete(post).where(post.kind == JobKind.BOARD, post.key == str(event.id))
    row = session.execute(mine.returning(post.channel_id, post.message_id)).one_or_none()
    event.board_channel_id = None
    return None if row is None or row.message_id is None else Place(row.channel_id, row.message_id)
