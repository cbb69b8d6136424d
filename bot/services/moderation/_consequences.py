"""Foresee the consequences of a change: compare the event before and after it. The caller rolls the change back."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore, PlayerEventStats
from bot.domain.moderation import Consequences, Place, Podium
from bot.domain.ratings import RatingScale
from bot.domain.servers import PlayerName
from bot.domain.standings import PODIUM, Board
from bot.services.ratings import best_first, is_better, is_personal_best, is_weekly_best, recalculate
from bot.services.servers import name_players
from bot.services.standings import find_leaders, read_results
from bot.services.weeks import find_run

NOBODY = (None, None)

Elos = dict[int, tuple[int | None, int | None]]
"""All-time Elo and event Elo, by player."""


class Foresight:
    """The state of an event before a change, to be compared with its state after it in the same transaction."""

    def __init__(
        self, session: Session, event: Event, scale: RatingScale, player_id: int, week_code: int | None = None
    ) -> None:
        """Record the state of an event before a change to a player and, unless `week_code` is None, to a week."""
        self._session, self._event, self._scale = session, event, scale
        self._player_id, self._week_code = player_id, week_code
        self._elos, self._place, self._podiums = self._look()

    def consequences(self) -> Consequences:
        """Return what has changed since."""
        before, player_id = self._elos, self._player_id
        elos, place, podiums = self._look()
        others = (before.keys() & elos.keys()) - {player_id}
        moves = [_move(before[other], elos[other]) for other in others]
        return Consequences(
            before=self._place,
            after=place,
            event_elos=(before.get(player_id, NOBODY)[1], elos.get(player_id, NOBODY)[1]),
            elos_moved=sum(move > 0 for move in moves),
            most_moved=max(moves, default=0),
            podiums=tuple(Podium(board, first) for board, first in podiums.items() if first != self._podiums[board]),
        )

    def _look(self) -> tuple[Elos, Place | None, dict[Board, tuple[PlayerName, ...]]]:
        session, event, stats = self._session, self._event, PlayerEventStats
        session.flush()
        recalculate(session, event, self._scale)
        session.flush()
        of_event = sa.select(stats.player_id, stats.all_time_leaderboard_elo, stats.calculated_event_elo).where(
            stats.event_id == event.id
        )
        elos = {player_id: (all_time, overall) for player_id, all_time, overall in session.execute(of_event)}
        podiums = {Board.ALL_TIME: self._first_of(is_personal_best(event.id))}
        if self._week_code is not None:
            podiums[Board.WEEK] = self._first_of_week(self._week_code)
        podiums[Board.OVERALL] = tuple(leader.player for leader in find_leaders(session, event, PODIUM))
        return elos, self._find_place(elos), podiums

    def _find_place(self, elos: Elos) -> Place | None:
        scores, event = LeaderboardScore, self._event
        best = sa.select(scores.score).where(is_personal_best(event.id), scores.player_id == self._player_id)
        score = self._session.scalar(best)
        if score is None:
            return None
        better = is_better(scores.score, score, event.score_direction)
        others = sa.select(sa.func.count()).where(is_personal_best(event.id), better)
        return Place(score, 1 + self._session.scalars(others).one(), elos.get(self._player_id, NOBODY)[0])

    def _first_of(self, board: sa.ColumnElement[bool]) -> tuple[PlayerName, ...]:
        scores = LeaderboardScore
        order = best_first(scores.score, self._event.score_direction), scores.submitted_at, scores.player_id
        players = sa.select(scores.player_id).where(board).order_by(*order).limit(PODIUM)
        first = self._session.scalars(players).all()
        names = name_players(self._session, self._event.guild_id, first)
        return tuple(names[player_id] for player_id in first)

    def _first_of_week(self, week_code: int) -> tuple[PlayerName, ...]:
        session, event = self._session, self._event
        run = find_run(session, event.id, week_code)
        if run is None:
            return self._first_of(is_weekly_best(event.id, week_code))
        return tuple(one.player for one in read_results(session, run.id, event.guild_id, 0, PODIUM))


def _move(before: tuple[int | None, int | None], after: tuple[int | None, int | None]) -> int:
    """Return the largest change among a player's Elos, in points. An Elo that appears or disappears counts as 0."""
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old is not None and new is not None]
    return max((abs(new - old) for old, new in pairs), default=0)
