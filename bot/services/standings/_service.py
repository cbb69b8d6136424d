"""Show current leaderboards and ratings."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.explanations import PlayerRating
from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale
from bot.domain.reminders import WeekToMiss
from bot.domain.rules import CountedWeek, Method
from bot.domain.servers import GREATEST_ID
from bot.domain.standings import Board, LeaderboardPage, PastWeeks, Standing, takes_scores
from bot.domain.weeks import Week
from bot.errors import SubmitterWithdrawn, WeekWithoutBoard
from bot.services.events import describe, find_event, find_meant_event, without_scores
from bot.services.ratings import (
    count_week,
    is_weekly_best,
    measure_field,
    rating_of,
    shown_field,
)
from bot.services.servers import current_week, is_withdrawn
from bot.services.standings._boards import ClosedBoard, OpenBoard, ShownBoard
from bot.services.standings._changes import find_change
from bot.services.standings._query import BoardQuery
from bot.services.standings._rating import explain
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
            own = self._find_own(session, found, discord_id) if discord_id <= GREATEST_ID else None
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

    def find_missed_week(
        self, session: Session, event: Event, discord_id: int, closes_at: datetime
    ) -> WeekToMiss | None:
        """Return what missing the open week would cost a player; None for a player without a closed week.

        Args:
            session: the transaction.
            event: the event.
            discord_id: Discord's id of the player.
            closes_at: when the open week ends, in UTC.
        """
        found = self._find_own(session, event, discord_id)
        own = None if found is None else found[1]
        if own is None or own.event_elo is None:
            return None
        rating = rating_of(event, self._scale)
        weeks = [week.counted for week in reversed(own.weeks)]
        average = rating.weekly_average([*weeks, CountedWeek(rating.missed_week_elo, is_missed=True)])
        elo_then = rating.event_elo(own.all_time_elo, average)
        return WeekToMiss(own.event, closes_at, rating.missed_week_elo, own.event_elo, elo_then)

    def find_best(self, session: Session, event: Event, discord_id: int) -> Standing | None:
        """Return the row of a user on the all-time board of an event; None without a personal best in it."""
        board = self._open(session, event, Board.ALL_TIME)
        own = board.find(session, discord_id)
        return None if own is None else board.standing(*own)

    def _find_own(self, session: Session, event: Event, discord_id: int) -> tuple[int, PlayerRating] | None:
        """Return the key of a player with a best in an event, and how their event Elo is made up; else None."""
        board = self._open(session, event, Board.ALL_TIME)
        own = board.find(session, discord_id)
        if own is None:
            return None
        place, row = own
        standing, field = board.standing(place, row), self._field(session, event, board.rating)
        return row.player_id, explain(session, event, row.player_id, standing, place, board.rating, field)

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
        info, rating = describe(event), rating_of(event, self._scale)
        players = event.statistics.count
        if board is Board.OVERALL:
            query = BoardQuery.of_event_elos(event)
            return OpenBoard(info, board, players, None, False, query, rating, None)
        if board is Board.ALL_TIME:
            query = BoardQuery.of_scores(event)
            return OpenBoard(info, board, players, None, False, query, rating, self._field(session, event, rating))
        return self._open_week(session, event, self._week_now(session, event), is_past=False)

    def _of_week(self, session: Session, event: Event, text: str) -> ShownBoard:
        """Open the board of one week, closed or not."""
        week = Week.parse(text)
        run = find_run(session, event.id, week.code)
        if run is not None:
            return ClosedBoard(describe(event), Board.WEEK, run.field_size, week, True, run.id)
        is_past = week != self._week_now(session, event)
        board = self._open_week(session, event, week, is_past=is_past)
        if board.players == 0 and is_past:
            raise WeekWithoutBoard(event.name, str(week))
        return board

    def _open_week(self, session: Session, event: Event, week: Week, *, is_past: bool) -> OpenBoard:
        rating, query = rating_of(event, self._scale), BoardQuery.of_scores(event, week)
        field = self._field_of_week(session, event, rating, week)
        return OpenBoard(describe(event), Board.WEEK, field.size, week, is_past, query, rating, field)

    def _week_now(self, session: Session, event: Event) -> Week:
        """Return the week that a score of an event would currently count for."""
        return open_week(session, event.id, current_week(session, event.guild_id, self._clock()))

    def _field(self, session: Session, event: Event, rating: Rating) -> Field:
        """Return the field of the personal bests; under *ranks*, which needs none, that of the statistics."""
        return shown_field(session, rating, event) or event.statistics.field

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
