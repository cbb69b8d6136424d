"""Read leaderboards: a page, or where one player stands."""

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.standings import Board, LeaderboardPage
from bot.services.events import describe, find_event
from bot.services.ratings import count_field, is_personal_best, is_weekly_best, statistics_of, week_statistics_of
from bot.services.standings._board import OpenBoard
from bot.services.standings._query import BoardQuery
from bot.services.weeks import current_week, open_week


class StandingsService:
    """Shows who stands where."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by the constants of `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def page(self, guild_id: int, event: str | int, board: Board, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page of ten rows of a leaderboard, and the viewer's own row.

        Args:
            guild_id: the server.
            event: the event's name, or its key.
            board: which leaderboard.
            page: from 0; past the end means the last one.
            viewer_id: Discord's id of the viewer.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> LeaderboardPage:
            return self._open(session, find_event(session, guild_id, event), board).page(session, page, viewer_id)

        return await self._database.read(work)

    def _open(self, session: Session, event: Event, board: Board) -> OpenBoard:
        info, best = describe(event), statistics_of(event)
        if board is Board.OVERALL:
            return OpenBoard(info, board, BoardQuery.of_event_elos(event), self._scale, best.count)
        if board is Board.ALL_TIME:
            query = BoardQuery.of_scores(event, is_personal_best(event.id))
            return OpenBoard(info, board, query, self._scale, best.count, best.field)
        week = open_week(session, event.id, current_week(session, info.guild_id, self._clock()))
        condition = is_weekly_best(event.id, week.code)
        statistics = week_statistics_of(event, week.code)
        if statistics is None:
            statistics = count_field(session, condition)
        query = BoardQuery.of_scores(event, condition)
        return OpenBoard(info, board, query, self._scale, statistics.count, statistics.field, week)
