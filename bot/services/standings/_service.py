"""Show current leaderboards and ratings."""

from collections import OrderedDict
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.explanations import PlayerRating
from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method
from bot.domain.servers import GREATEST_ID
from bot.domain.standings import Board, LeaderboardPage, PastWeeks, takes_scores
from bot.domain.weeks import Week
from bot.errors import SubmitterWithdrawn, WeekWithoutBoard
from bot.services.events import describe, find_event, find_meant_event, without_scores
from bot.services.ratings import (
    count_week,
    is_weekly_best,
    measure_field,
    rating_of,
)
from bot.services.servers import current_week, is_withdrawn
from bot.services.standings._boards import ClosedBoard, OpenBoard, ShownBoard, open_all_time
from bot.services.standings._changes import find_change
from bot.services.standings._query import BoardQuery
from bot.services.standings._rating import find_rating
from bot.services.weeks import closed_weeks, current_season, find_first_week, find_run, open_week

MOST_FIELDS = 500
"""How many fields of weeks the service caches, each for one version of its event."""


class StandingsService:
    """Shows leaderboards."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale
        self._fields = OrderedDict[tuple[int, int, int], Field]()

    async def rating(
        self, guild_id: int, event: str | int, discord_id: int, viewer_id: int, season: str | None = None
    ) -> PlayerRating:
        """Return how the event Elo of a player is made up, and what has changed it since a close.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            discord_id: Discord's id of the player.
            viewer_id: Discord's id of the user who asks.
            season: the number of the season, as typed; None for the event itself.

        Raises:
            EventNotFound: the server has no such event.
            SeasonUnknown: the event has had no such season.
            SubmitterWithdrawn: the player is the user who asks, and an admin has withdrawn them.
            NoScores: the player has no score in the event.
        """

        def work(session: Session) -> PlayerRating:
            found = find_meant_event(session, guild_id, event, season=season)
            # A forged button may name a number that is greater than any id.
            own = find_rating(session, found, discord_id, self._scale) if discord_id <= GREATEST_ID else None
            if own is not None:
                player_id, rated = own
                change = find_change(session, found, player_id, rated, rating_of(found, self._scale))
                is_open = takes_scores(rated.event, current_season(session, found, self._clock()))
                return replace(rated, change=change, takes_scores=is_open)
            if discord_id == viewer_id and is_withdrawn(session, guild_id, viewer_id):
                raise SubmitterWithdrawn
            raise without_scores(session, found, discord_id, viewer_id, self._clock())

        return await self._database.read(work)

    async def page(
        self,
        guild_id: int,
        event: str | int,
        board: Board,
        page: int | None,
        viewer_id: int,
        week: str | None = None,
        season: str | None = None,
    ) -> LeaderboardPage:
        """Return a page of ten rows of a leaderboard, and the viewer's own row.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            board: which leaderboard.
            page: from 0; a page past the end means the last one; None means the page with the viewer's row.
            viewer_id: Discord's id of the viewer.
            week: the week of the week board, such as 2026-W46, whatever `board` is; None for the current week.
            season: the number of the season, as typed; None for the event itself.

        Raises:
            EventNotFound: the server has no such event.
            SeasonUnknown: the event has had no such season.
            NotAWeek: `week` is not a week.
            WeekWithoutBoard: nobody has a score for that week.
        """

        def work(session: Session) -> LeaderboardPage:
            found = find_meant_event(session, guild_id, event, season=season)
            opened = self._open(session, found, board) if week is None else self._of_week(session, found, week)
            shown = replace(opened.page(session, page, viewer_id), season=current_season(session, found, self._clock()))
            if shown.own is None and is_withdrawn(session, guild_id, viewer_id):
                shown = replace(shown, is_withdrawn=True)
            return self._without_dashes(session, found, shown)

        return await self._database.read(work)

    async def past_weeks(self, guild_id: int, event_id: int) -> PastWeeks:
        """Return an event, by its key, with its closed weeks.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> PastWeeks:
            event = find_event(session, guild_id, event_id)
            return PastWeeks(
                describe(event), current_season(session, event, self._clock()), closed_weeks(session, event_id)
            )

        return await self._database.read(work)

    async def closed_weeks(self, guild_id: int, event: str | int, season: str | None = None) -> tuple[Week, ...]:
        """Return the closed weeks of an event, by its name or its key, the latest first.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            season: the number of the season, as typed; None for the event itself.

        Raises:
            EventNotFound: the server has no such event.
            SeasonUnknown: the event has had no such season.
        """

        def work(session: Session) -> tuple[Week, ...]:
            return closed_weeks(session, find_meant_event(session, guild_id, event, season=season).id)

        return await self._database.read(work)

    def _without_dashes(self, session: Session, event: Event, page: LeaderboardPage) -> LeaderboardPage:
        """Replace the rows of an overall board by the first week, until a week of the event is closed.

        Other pages stay unchanged.
        """
        if page.board is not Board.OVERALL or not page.standings or page.standings[0].rank is not None:
            return page
        first_week = find_first_week(session, event, self._clock())
        if first_week is None:
            return page
        return replace(page, standings=(), page=0, pages=1, own=None, first_week=first_week)

    def _open(self, session: Session, event: Event, board: Board) -> OpenBoard:
        if board is Board.OVERALL:
            rating, query = rating_of(event, self._scale), BoardQuery.of_event_elos(event)
            return OpenBoard(describe(event), board, event.statistics.count, query, rating, None)
        if board is Board.ALL_TIME:
            return open_all_time(session, event, self._scale)
        return self._open_week(session, event, self._week_now(session, event), is_past=False)

    def _of_week(self, session: Session, event: Event, text: str) -> ShownBoard:
        """Open the board of one week, closed or not."""
        week = Week.parse(text)
        run = find_run(session, event.id, week.code)
        if run is not None:
            return ClosedBoard(describe(event), Board.WEEK, run.field_size, run.id, week=week, is_past=True)
        is_past = week != self._week_now(session, event)
        board = self._open_week(session, event, week, is_past=is_past)
        if board.players == 0 and is_past:
            raise WeekWithoutBoard(event.name, str(week))
        return board

    def _open_week(self, session: Session, event: Event, week: Week, *, is_past: bool) -> OpenBoard:
        rating, query = rating_of(event, self._scale), BoardQuery.of_scores(event, week)
        field = self._field_of_week(session, event, rating, week)
        return OpenBoard(describe(event), Board.WEEK, field.size, query, rating, field, week=week, is_past=is_past)

    def _week_now(self, session: Session, event: Event) -> Week:
        """Return the week that a score of an event would currently count for."""
        return open_week(session, event.id, current_week(session, event.guild_id, self._clock()))

    def _field_of_week(self, session: Session, event: Event, rating: Rating, week: Week) -> Field:
        """Return the field of an open week; under *robust* it is computed once per version of the event."""
        if rating.rules.method is Method.ROBUST:
            key = event.id, week.code, event.version
            field = self._fields.get(key)
            if field is None:
                field = self._fields[key] = measure_field(session, rating, is_weekly_best(event.id, week.code))
                if len(self._fields) > MOST_FIELDS:
                    self._fields.popitem(last=False)
            return field
        return count_week(session, event, week.code).field
