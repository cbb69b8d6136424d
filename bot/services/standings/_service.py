"""Read a page of a leaderboard, with the viewer's own row."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.events import EventInfo
from bot.domain.ratings import Field, RatingScale
from bot.domain.standings import Board, LeaderboardPage, PlayerRating, Standing
from bot.domain.weeks import Week
from bot.errors import NoScores, SubmitterWithdrawn
from bot.services.events import describe, find_meant_event
from bot.services.ratings import count_field, is_personal_best, is_weekly_best, week_statistics_of
from bot.services.standings._query import BoardQuery, BoardRow, Place, is_withdrawn, place_of, read_row_of, read_rows
from bot.services.standings._rating import explain
from bot.services.weeks import current_week, find_first_week, open_week

PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class _OpenBoard:
    """A leaderboard of one event.

    Attributes:
        players: how many rows the board has.
        field: the field that its Elos are relative to; None on the overall board, whose Elos are stored.
        week: the week of a weekly board, else None.
    """

    event: EventInfo
    board: Board
    query: BoardQuery
    scale: RatingScale
    players: int
    field: Field | None = None
    week: Week | None = None

    def page(self, session: Session, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page and the viewer's own row."""
        pages = max(1, -(-self.players // PAGE_SIZE))
        shown = min(max(page, 0), pages - 1)
        rows = read_rows(session, self.query, shown * PAGE_SIZE, PAGE_SIZE)
        on_page = (found for found in rows if found[1].discord_id == viewer_id)
        own = next(on_page, None) or self.find(session, viewer_id)
        return LeaderboardPage(
            event=self.event,
            board=self.board,
            week=self.week,
            standings=tuple(self.standing(place, row) for place, row in rows),
            page=shown,
            pages=pages,
            players=self.players,
            own=None if own is None else self.standing(*own),
            own_page=None if own is None else own[0].before // PAGE_SIZE,
        )

    def find(self, session: Session, discord_id: int) -> tuple[Place, BoardRow] | None:
        """Return the row of a user and its place; None if the user has none."""
        row = read_row_of(session, self.query, discord_id)
        return None if row is None else (place_of(session, self.query, row), row)

    def standing(self, place: Place, row: BoardRow) -> Standing:
        """Return a row as users see it."""
        if self.field is not None:
            elo = self.scale.elo(row.score, self.field, self.event.direction)
            return Standing(place.rank, row.player, row.score, elo)
        elo_or_none = None if row.key is None else int(row.key)
        return Standing(place.rank, row.player, row.score, elo_or_none, row.all_time_elo, row.weekly_average)


class StandingsService:
    """Shows leaderboards."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def rating(self, guild_id: int, event: str | int, discord_id: int, viewer_id: int) -> PlayerRating:
        """Return where the event Elo of a player comes from.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            discord_id: Discord's id of the player.
            viewer_id: Discord's id of who asks.

        Raises:
            SubmitterWithdrawn: an admin has withdrawn the player, who asks.
            NoScores: the player has no score in the event.
        """

        def work(session: Session) -> PlayerRating:
            found = find_meant_event(session, guild_id, event)
            board = self._open(session, found, Board.ALL_TIME)
            own = board.find(session, discord_id)
            if own is not None:
                place, row = own
                return explain(session, found, row.player_id, board.standing(place, row), board.players, self._scale)
            if discord_id == viewer_id and is_withdrawn(session, guild_id, viewer_id):
                raise SubmitterWithdrawn
            raise NoScores(discord_id, found.name)

        return await self._database.read(work)

    async def page(self, guild_id: int, event: str | int, board: Board, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page of ten rows of a leaderboard, and the viewer's own row.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            board: which leaderboard.
            page: from 0; a page past the end means the last one.
            viewer_id: Discord's id of the viewer.
        """

        def work(session: Session) -> LeaderboardPage:
            found = find_meant_event(session, guild_id, event)
            shown = self._open(session, found, board).page(session, page, viewer_id)
            if shown.own is None and is_withdrawn(session, guild_id, viewer_id):
                shown = replace(shown, is_withdrawn=True)
            return self._without_dashes(session, found, shown)

        return await self._database.read(work)

    def _without_dashes(self, session: Session, event: Event, page: LeaderboardPage) -> LeaderboardPage:
        """Return a page as it is, or without rows and with the first week, if no week of the event is closed yet."""
        if page.board is not Board.OVERALL or not page.standings or page.standings[0].rank is not None:
            return page
        first_week = find_first_week(session, event, self._clock())
        if first_week is None:
            return page
        return replace(page, standings=(), page=0, pages=1, own=None, own_page=None, first_week=first_week)

    def _open(self, session: Session, event: Event, board: Board) -> _OpenBoard:
        info, best = describe(event), event.statistics
        if board is Board.OVERALL:
            return _OpenBoard(info, board, BoardQuery.of_event_elos(event), self._scale, best.count)
        if board is Board.ALL_TIME:
            query = BoardQuery.of_scores(event, is_personal_best(event.id))
            return _OpenBoard(info, board, query, self._scale, best.count, best.field)
        week = open_week(session, event.id, current_week(session, info.guild_id, self._clock()))
        condition = is_weekly_best(event.id, week.code)
        statistics = week_statistics_of(event, week.code)
        if statistics is None:
            statistics = count_field(session, condition)
        query = BoardQuery.of_scores(event, condition)
        return _OpenBoard(info, board, query, self._scale, statistics.count, statistics.field, week)
