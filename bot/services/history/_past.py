"""Reconstruct a board from the log as it was at a past time."""

from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime, join_in_memory
from bot.database.models import Event, LeaderboardScore, ScoreSubmission, WeeklyRun
from bot.database.rows import in_chunks
from bot.database.streams import Streams, compute_aside
from bot.domain.history import PAGE_SIZE, PastBoard, PastRanking
from bot.domain.methods import Rating
from bot.domain.pages import turn_to
from bot.domain.standings import Board
from bot.errors import NeverSubmitted
from bot.services.events import describe
from bot.services.ratings import best_first, best_of, is_of_event, is_personal_best, weekly_averages
from bot.services.servers import find_member, name_players


class PastBoards:
    """The boards of an event as they were at a past time."""

    def __init__(self, session: Session, event: Event, rating: Rating, at: datetime) -> None:
        """Use the scores of an event that were submitted by `at`, in UTC."""
        self._session, self._event, self._rating, self._at = session, event, rating, at
        self._until = sa.literal(at, UtcDateTime)
        self._counted = ScoreSubmission.submitted_at <= self._until, ScoreSubmission.removed_at.is_(None)
        self._was_closed = WeeklyRun.event_id == event.id, WeeklyRun.ran_at <= self._until

    def page(self, board: Board, page: int | None, discord_id: int) -> PastBoard:
        """Return a page of a board, and a user's row; see `HistoryService.board`."""
        session, event = self._session, self._event
        closed_weeks = session.execute(sa.select(sa.func.count()).where(*self._was_closed)).scalar_one()
        join_in_memory(session)
        ranking = compute_aside(session, lambda streams: self._rank(streams, board))
        own = [player for player in self._find(discord_id) if player in ranking]
        if page is None:
            page = next((self._place(ranking, player) // PAGE_SIZE for player in own), 0)
        shown, pages = turn_to(page, len(ranking.order), PAGE_SIZE)
        players = self._players(ranking, shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE)
        names = name_players(session, event.guild_id, {*players, *own})
        return PastBoard(
            event=describe(event),
            board=board,
            at=self._at,
            standings=tuple(ranking.standing(player, names[player]) for player in players),
            page=shown,
            pages=pages,
            players=len(ranking.order),
            discord_id=discord_id,
            own=next((ranking.standing(player, names[player]) for player in own), None),
            closed_weeks=closed_weeks,
        )

    def _find(self, discord_id: int) -> list[int]:
        """Return the key of a user's player in a list; an empty list for a user who is not a player."""
        with suppress(NeverSubmitted):
            return [find_member(self._session, self._event.guild_id, discord_id).player_id]
        return []

    def _rank(self, streams: Streams, board: Board) -> PastRanking:
        bests: dict[int, float] = {}
        for statement in (self._bests_of_now(), self._earlier_bests()):
            bests.update(map(tuple, streams.plain_rows(statement)))
        if board is Board.ALL_TIME:
            return PastRanking(self._rating, bests)
        rated = streams.plain_rows(weekly_averages(self._event.id, self._rating, *self._was_closed))
        return PastRanking(self._rating, bests, {player: (average, weeks) for player, average, weeks in rated})

    def _bests_of_now(self) -> sa.Select[int, float]:
        """Select the present bests that were made by then: these were the bests at that time too."""
        now = LeaderboardScore
        return sa.select(now.player_id, now.score).where(
            is_personal_best(self._event.id), now.submitted_at <= self._until
        )

    def _earlier_bests(self) -> sa.Select[int, float]:
        """Select, from the log, the bests at that time of players who have improved since.

        All other players have either the same best or no score by then.
        """
        log, now = ScoreSubmission, LeaderboardScore
        best = best_of(log.score, self._event.score_direction)
        later = sa.select(now.player_id).where(is_personal_best(self._event.id), now.submitted_at > self._until)
        earlier = sa.select(log.player_id, best).where(log.event_id == self._event.id, *self._counted)
        return earlier.where(log.player_id.in_(later)).group_by(log.player_id)

    def _place(self, ranking: PastRanking, player: int) -> int:
        """Return how many rows of the board precede a player's row."""
        tied = ranking.tied(player)
        return tied.start + self._players(ranking, tied.start, tied.stop).index(player)

    def _players(self, ranking: PastRanking, first: int, last: int) -> list[int]:
        """Return the players from one place to another, in order; ties are ordered by the time of the best."""
        players = ranking.order[first:last]
        if not players:
            return []
        begin, end = ranking.tied(players[0]).start, ranking.tied(players[-1]).stop
        around = ranking.order[begin:end]
        places = {player: ranking.tied(player) for player in around}
        times = self._times([player for player in around if len(places[player]) > 1])
        around.sort(key=lambda player: (places[player].start, times.get(player, self._at), player))
        return around[first - begin : last - begin]

    def _times(self, players: list[int]) -> dict[int, datetime]:
        """Return when some players made their bests."""
        log, times = ScoreSubmission, dict[int, datetime]()
        for some in in_chunks(players):
            of_players = log.player_id.in_(some), is_of_event(self._event.id)
            scores = sa.select(log.player_id, log.submitted_at).where(*of_players, *self._counted)
            ordered = scores.order_by(best_first(log.score, self._event.score_direction), log.id)
            for row in self._session.execute(ordered):
                times.setdefault(row.player_id, row.submitted_at)
        return times
