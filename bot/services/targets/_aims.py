"""Read the fields that a player's score would move, and find the score that reaches a goal."""

from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreType, WeeklyResult, WeeklyRun
from bot.database.rows import read_numbers
from bot.database.streams import AnySelect
from bot.domain.moving_fields import MovingField, values_of
from bot.domain.ratings import RatingScale
from bot.domain.rules import CountedWeek, Method
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.targets import (
    ByScore,
    Contender,
    Goal,
    GoalKind,
    Grid,
    Outcome,
    Overall,
    Target,
    aim,
)
from bot.domain.weeks import Week
from bot.errors import NoScores
from bot.services.events import describe
from bot.services.ratings import count_week, has_type, is_personal_best, is_weekly_best, rating_of
from bot.services.servers import find_players
from bot.services.standings import (
    BoardQuery,
    BoardRow,
    Place,
    count_rows,
    find_row,
    next_rank,
    read_ranked_rows,
    read_row_of,
    read_rows,
    read_weeks,
)

Values: TypeAlias = "array[float]"
KnownFields = OrderedDict[tuple[int, int | None, int], Values]
"""The values that a method compares in a field, by event, week (None for all time) and version of the event."""

MOST_FIELDS = 8
"""How many fields are cached."""
LOOKED_AT = 200
"""The largest event where everybody is considered for a rank. In larger ones, only players near that rank are
considered, and this many newcomers of the week."""
AROUND = LOOKED_AT // 4
"""How many ranks above and below count as near."""
SHOWN = 10
"""How many of the best scores are read to determine the decimals of an event's scores."""


class Aims:
    """The goals of one player in an event."""

    def __init__(
        self, session: Session, event: Event, week: Week, discord_id: int, scale: RatingScale, known: KnownFields
    ) -> None:
        """Read an event in which a score of the user counts for `week`; `known` caches its fields."""
        self._known = known
        self._session = session
        self._event = event
        self._info = describe(event)
        self._week = week
        self._discord_id = discord_id
        self._rating = rating_of(event, scale)
        self._of_all_time = is_personal_best(event.id)
        self._of_week = is_weekly_best(event.id, week.code)
        self._player_id = find_players(session, [discord_id]).get(discord_id, 0)

    def by_score(self, board: Board, goal: Goal | None) -> Target:
        """Aim at a goal on the all-time board or on the week's board; without a goal, at the next rank above."""
        is_of_week = board is Board.WEEK
        query = BoardQuery.of_scores(self._event, self._week if is_of_week else None)
        goal = goal or self._next_rank(query, find_row(self._session, query, self._discord_id))
        own = self._own_of_week if is_of_week else self._own_best
        target, direction = self._target(board, goal), self._event.score_direction
        if goal.kind is GoalKind.ELO:
            field = self._week_field if is_of_week else self._bests
            target = replace(target, others=field.size - 1)
            return aim(target, ByScore(direction, field), self._grid(), own)
        bars = self._bars(query, goal)
        return aim(target, ByScore(direction, bars=bars), self._grid(*bars), own)

    def overall(self, goal: Goal | None) -> Target:
        """Aim at a goal on the overall board, as it will be once the open week is closed."""
        goal = goal or self._next_rank(self._board, self._own_row)
        weeks = read_weeks(self._session, self._event.id, self._player_id)
        outlook = Overall(self._bests, self._week_field, [week.counted for week in weeks])
        target = replace(
            self._target(Board.OVERALL, goal), others=self._week_field.size - 1, left_out=self._find_open_week_before()
        )
        closed = len(weeks) + outlook.rates_week
        if closed == 0:
            return replace(target, outcome=Outcome.NOT_RATED)
        if goal.kind is not GoalKind.ELO and closed < self._event.min_weeks:
            return replace(target, outcome=Outcome.TOO_FEW_WEEKS, weeks_left=self._event.min_weeks - len(weeks))
        if goal.kind is GoalKind.PLAYER:
            outlook = replace(outlook, contenders=self._contenders([self._rival(goal)[0]]))
        elif goal.kind is GoalKind.RANK:
            outlook = self._with_contenders(outlook, goal.value)
            target = replace(target, is_near=not self._takes_all)
        scores = [score for one in outlook.contenders for score in (one.best, one.best_of_week) if score is not None]
        return aim(target, outlook, self._grid(*scores), self._own_of_week)

    def _target(self, board: Board, goal: Goal) -> Target:
        rival = self._rival(goal)[1] if goal.kind is GoalKind.PLAYER else None
        return Target(
            self._info,
            board,
            goal,
            rival=rival,
            best=self._own_best,
            best_of_week=self._own_of_week,
        )

    def _find_open_week_before(self) -> Week | None:
        """Return the latest week with scores that is still open, but earlier than the week of this player's score."""
        scores = LeaderboardScore
        earlier = scores.event_id == self._event.id, has_type(ScoreType.WEEKLY), scores.week_number < self._week.code
        code = self._session.scalar(sa.select(sa.func.max(scores.week_number)).where(*earlier))
        return None if code is None else Week.from_code(code)

    def _next_rank(self, query: BoardQuery, own: tuple[Place, BoardRow] | None) -> Goal:
        """Return the next rank above the player's.

        A player without a rank gets the last rank, and the leader the first.
        """
        return Goal(GoalKind.RANK, next_rank(self._session, query, own))

    def _bars(self, query: BoardQuery, goal: Goal) -> list[float]:
        """Return the score that a goal requires the player to equal or to beat; none if nobody else has one."""
        if goal.kind is GoalKind.PLAYER:
            row = read_row_of(self._session, query, goal.value)
            return [] if row is None else [row.score]
        # One of these two rows may be the player's own.
        rows = read_rows(self._session, query, goal.value - 1, 2)
        return [row.score for _, row in rows if row.player_id != self._player_id][:1]

    def _rival(self, goal: Goal) -> tuple[int, PlayerName]:
        """Return the key and the name of the player to overtake.

        Raises:
            NoScores: that player has no score in the event.
        """
        row = read_row_of(self._session, BoardQuery.of_scores(self._event), goal.value)
        if row is None:
            raise NoScores(goal.value, self._event.name)
        return row.player_id, row.player

    def _with_contenders(self, outlook: Overall, rank: int) -> Overall:
        """Complete an outlook with the players who may gain or lose a rank, and with the number surely ahead."""
        start, end = (0, LOOKED_AT) if self._takes_all else (max(0, rank - 1 - AROUND), rank + AROUND)
        near = read_ranked_rows(self._session, self._board, start, end - start)
        if start > 0 and not near:
            # Every player with a rank may be ahead.
            start = count_rows(self._session, self._board)
        ranked = [row.player_id for _, row in near]
        week = BoardQuery.of_scores(self._event, self._week)
        best_of_week = [row.player_id for _, row in read_rows(self._session, week, 0, LOOKED_AT)]
        own = self._own_row if start > 0 else None
        is_above = own is not None and own[0].rank is not None and own[0].before < start
        contenders = self._contenders(ranked, best_of_week)
        return replace(outlook, contenders=contenders, ahead=start - is_above)

    def _contenders(self, players: Iterable[int], newcomers: Iterable[int] = ()) -> list[Contender]:
        """Return what the Elos of other players will depend on, once the open week is closed.

        Players with too few weeks for a rank even then are no contenders.

        Args:
            players: the players to consider.
            newcomers: further players; only those with too few weeks for a rank at present are considered.
        """
        wanted = set(players)
        others = {*wanted, *newcomers} - {self._player_id}
        best, week, stats = aliased(LeaderboardScore), LeaderboardScore, PlayerEventStats
        is_own_week = sa.and_(self._of_week, week.player_id == best.player_id)
        is_own_row = sa.and_(stats.event_id == self._event.id, stats.player_id == best.player_id)
        facts: AnySelect = (
            sa.select(
                best.player_id,
                best.score.label("best"),
                week.score.label("of_week"),
                sa.func.coalesce(stats.weekly_elo_average, 0.0).label("average"),
                sa.func.coalesce(stats.weeks_participated, 0).label("closed"),
            )
            .select_from(best)
            .outerjoin(week, is_own_week)
            .outerjoin(stats, is_own_row)
            # The addition of 0 keeps the planner from using the index by event: look the bests of these few up by
            # player.
            .where(best.player_id.in_(others), best.event_id + 0 == self._event.id)
            .where(has_type(ScoreType.ALL_TIME, best), best.week_number.is_(None))
        )
        gained = int(self._rating.rates_week(self._week_field.size))
        found = [
            row
            for row in self._session.execute(facts)
            if row.closed + (0 if row.of_week is None else gained) >= self._event.min_weeks
            and (row.player_id in wanted or row.closed < self._event.min_weeks)
        ]
        weeks = self._weeks_of([row.player_id for row in found if row.of_week is not None])
        return [Contender(row.best, row.average, row.of_week, weeks[row.player_id]) for row in found]

    def _weeks_of(self, players: Sequence[int]) -> defaultdict[int, list[CountedWeek]]:
        """Read all closed weeks that count for some players, in order."""
        result, found = WeeklyResult, defaultdict[int, list[CountedWeek]](list)
        runs = sa.select(WeeklyRun.id).where(WeeklyRun.event_id == self._event.id).order_by(WeeklyRun.week_number)
        order = {run_id: number for number, run_id in enumerate(self._session.scalars(runs))}
        results: AnySelect = sa.select(
            result.run_id, result.player_id, result.weekly_elo, result.score.is_(None)
        ).where(result.run_id.in_(order), result.player_id.in_(players), result.weekly_elo.is_not(None))
        rows = self._session.execute(results).all()
        for _, player_id, elo, is_missed in sorted(rows, key=lambda row: order[row[0]]):
            found[player_id].append(CountedWeek(elo, is_missed))
        return found

    def _grid(self, *scores: float) -> Grid:
        """Return the scores that the event takes, with as many decimals as its best scores and the given ones have."""
        best_first = BoardQuery.of_scores(self._event)
        best = [row.score for _, row in read_rows(self._session, best_first, 0, SHOWN)]
        own = [score for score in self._own if score is not None]
        return Grid.of(self._info.bounds, self._info.direction, [*scores, *best, *own])

    @property
    def _takes_all(self) -> bool:
        """Whether everybody in the event is considered for a rank."""
        return self._event.statistics.count <= LOOKED_AT

    @cached_property
    def _board(self) -> BoardQuery:
        """The overall board."""
        return BoardQuery.of_event_elos(self._event)

    @cached_property
    def _own_row(self) -> tuple[Place, BoardRow] | None:
        """The place and the row of the player on the overall board; None if the player is not on it."""
        return find_row(self._session, self._board, self._discord_id)

    @property
    def _own_best(self) -> float | None:
        return self._own[0]

    @property
    def _own_of_week(self) -> float | None:
        return self._own[1]

    @cached_property
    def _own(self) -> tuple[float | None, float | None]:
        """The player's personal best, and the player's best of the week."""
        score = sa.select(LeaderboardScore.score).where(LeaderboardScore.player_id == self._player_id)
        return self._session.scalar(score.where(self._of_all_time)), self._session.scalar(score.where(self._of_week))

    @cached_property
    def _bests(self) -> MovingField:
        """The field of all time."""
        values = self._values(self._of_all_time, None)
        return MovingField.of(self._rating, self._own_best, self._event.statistics, values)

    @cached_property
    def _week_field(self) -> MovingField:
        """The field of the open week."""
        values = self._values(self._of_week, self._week.code)
        statistics = count_week(self._session, self._event, self._week.code)
        return MovingField.of(self._rating, self._own_of_week, statistics, values)

    def _values(self, condition: sa.ColumnElement[bool], week: int | None) -> Values:
        """Return the values of a field, read once per version of the event; none under *classic*."""
        if self._rating.rules.method is Method.CLASSIC:
            return array("d")
        key = self._event.id, week, self._event.version
        values = self._known.get(key)
        if values is None:
            scores = sa.select(LeaderboardScore.score).where(condition)
            # The index orders by week before score.
            in_order = scores.order_by(LeaderboardScore.week_number, LeaderboardScore.score)
            values = self._known[key] = values_of(read_numbers(self._session, in_order), self._rating)
            if len(self._known) > MOST_FIELDS:
                self._known.popitem(last=False)
        return values
