"""What players do: submit scores, read leaderboards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.dialect import may_be_the_rows
from bot.database.engine import Database
from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.domain.results import Board, LeaderboardPage, PlayerStanding, SubmissionResult
from bot.domain.submissions import Submission, SubmissionRules
from bot.domain.text import clean_proof
from bot.errors import Unavailable
from bot.services.base import BaseService, Clock
from bot.services.events._lookup import describe, find_event
from bot.services.ratings._expressions import count_field, is_personal_best, is_weekly_best
from bot.services.ratings._fields import statistics_of, week_statistics_of
from bot.services.standings._board import OpenBoard
from bot.services.standings._query import BoardQuery
from bot.services.submissions._fold import Fold, Outcome
from bot.services.submissions._personal_bests import PersonalBests
from bot.services.submissions._queue import SubmissionQueue
from bot.services.weeks._lookup import current_week, open_week


class Recalculation(Protocol):
    """Whoever brings the stored Elos of an event up to date, sooner or later."""

    def request(self, event_id: int) -> None:
        """Ask for it, without waiting."""


class LeaderboardService(BaseService):
    """Scores in, standings out."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        scale: RatingScale,
        cooldown: timedelta,
        recalculation: Recalculation,
    ) -> None:
        """Rate by `scale`, hold `cooldown` between a player's submissions, and tell `recalculation` of new bests."""
        super().__init__(database, clock)
        self._rules = SubmissionRules(scale, cooldown)
        self._recalculation = recalculation
        self._queue = SubmissionQueue(self._count)
        self._bests = PersonalBests()

    async def submit(self, submission: Submission) -> SubmissionResult:
        """Count a score: personal best, weekly best, log and running statistics, all or nothing.

        A new personal best asks for a recalculation of the event's stored Elos after the commit.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            EventArchived: it takes no scores.
            InvalidScore: no score of this event; the sentence says what to type.
            InvalidProof: the proof is no link.
            CooldownActive: the player's last score in this server is too recent.
            AlreadyCounted: this interaction is in the log.
            Unavailable: the database did not answer, or the race was lost too often.
        """
        if submission.proof is not None:
            submission = replace(submission, proof=clean_proof(submission.proof))
        return await self._queue.submit(submission)

    async def _count(self, submissions: Sequence[Submission]) -> Sequence[Outcome | Exception]:
        """Count submissions together; where the database refuses that, each by itself."""
        fold = Fold(submissions, self._rules, self._clock, self._bests)
        try:
            counted = None
            if not self._database.lets_one_writer_in:
                counted = await self._write_by_statements(fold.count_unlocked)
            if counted is None:
                counted = await self._write_at_once(fold.count_locked)
        except Exception as error:
            if len(submissions) == 1:
                return [error]
            if isinstance(error, Unavailable) and not may_be_the_rows(error.__cause__):
                raise
            return [outcome for one in submissions for outcome in await self._count([one])]
        outcomes, moved = counted
        for event in moved:
            self._bests.follow(event)
            self._recalculation.request(event.info.id)
        return outcomes

    async def page(self, guild_id: int, event: str | int, board: Board, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page of ten rows of a leaderboard, and the viewer's own row.

        Args:
            guild_id: the server.
            event: the event's name, or its key.
            board: which leaderboard.
            page: from 0; past the end means the last one.
            viewer_id: Discord's id of the viewer.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            Unavailable: the database did not answer.
        """

        async def work(session: AsyncSession) -> LeaderboardPage:
            row = await find_event(session, guild_id, event)
            return await (await self._open(session, row, board)).page(session, page, viewer_id)

        return await self._read(work)

    async def standing(self, guild_id: int, event: str | int, discord_id: int) -> PlayerStanding:
        """Return where a player stands on each board of an event.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            Unavailable: the database did not answer.
        """

        async def work(session: AsyncSession) -> PlayerStanding:
            row = await find_event(session, guild_id, event)
            boards = [await self._open(session, row, board) for board in Board]
            all_time, week, overall = [await board.standing_of(session, discord_id) for board in boards]
            return PlayerStanding(describe(row), all_time, week, overall)

        return await self._read(work)

    async def _open(self, session: AsyncSession, event: Event, board: Board) -> OpenBoard:
        info, scale, best = describe(event), self._rules.scale, statistics_of(event)
        if board is Board.OVERALL:
            return OpenBoard(info, board, BoardQuery.of_event_elos(event.id), scale, best.count)
        if board is Board.ALL_TIME:
            query = BoardQuery.of_scores(is_personal_best(event.id), info.direction)
            return OpenBoard(info, board, query, scale, best.count, best.field)
        week = await open_week(session, event.id, await current_week(session, info.guild_id, self._clock()))
        condition = is_weekly_best(event.id, week.code)
        query = BoardQuery.of_scores(condition, info.direction)
        statistics = week_statistics_of(event, week.code)
        if statistics is None:
            statistics = await session.run_sync(count_field, condition)
        return OpenBoard(info, board, query, scale, statistics.count, statistics.field, week)
