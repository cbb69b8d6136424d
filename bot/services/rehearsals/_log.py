"""Read the log of an event week by week, for a replay."""

import math
from collections.abc import Iterable

import sqlalchemy as sa

from bot.database.models import Event, ScoreSubmission, WeeklyOmission, WeeklyRun
from bot.database.streams import AnyRow, Grouped, Streams
from bot.domain.replays import Replays
from bot.domain.scores import ScoreDirection
from bot.domain.verification import ArchivedRun, LoggedScore, was_counted
from bot.services.ratings import best_of
from bot.services.verification import excused_players, withdrawn_players

_LOG, _RUN = ScoreSubmission, WeeklyRun
_IS_PLAIN = sa.and_(_LOG.removed_at.is_(None), ~_LOG.is_omitted, ~_LOG.is_late)
"""Selects the rows of the log that count as personal bests and, unless a run left out their player, for their week."""


def replay(streams: Streams, event_id: int, direction: ScoreDirection, replays: Replays) -> dict[int, float]:
    """Replay all weeks of an event in one direction, under several sets of rules at once; return the bests by player.

    It reads each week once, and keeps only a few numbers per player in memory.
    """
    log = _Log(streams, event_id, direction)
    withdrawn = {row.player_id for row in streams.rows(withdrawn_players().where(Event.id == event_id))}
    for week in log.weeks:
        run = log.runs.get(week)
        scores = log.take(week, run)
        if run is not None:
            replays.close_week(scores, run.omitted | run.excused, run.scale)
    return {player: best for player, best in log.bests.items() if player not in withdrawn}


class _Log:
    """The log of one event, read in the order of weeks."""

    def __init__(self, streams: Streams, event_id: int, direction: ScoreDirection) -> None:
        self._streams, self._event_id, self._direction = streams, event_id, direction
        self.bests: dict[int, float] = {}
        of_event = _LOG.event_id == event_id
        special = sa.select(
            *(_LOG.week_number, _LOG.id, _LOG.player_id, _LOG.score, _LOG.submitted_at, _LOG.removed_at),
            *(_LOG.is_omitted, _LOG.is_late),
        )
        others = special.where(of_event, ~_IS_PLAIN).order_by(_LOG.week_number, _LOG.id)
        self._special = Grouped(streams.rows(others), _week_of)
        omissions = sa.select(_RUN.week_number, WeeklyOmission.player_id).join(_RUN, _RUN.id == WeeklyOmission.run_id)
        omitted = Grouped(streams.rows(omissions.where(_RUN.event_id == event_id).order_by(_RUN.week_number)), _week_of)
        excuses = excused_players().where(_RUN.event_id == event_id).order_by(_RUN.week_number)
        excused = Grouped(streams.rows(excuses), _week_of)
        runs = sa.select(_RUN.week_number, _RUN.ran_at, _RUN.field, _RUN.scale).where(_RUN.event_id == event_id)
        self.runs = {
            row.week_number: ArchivedRun(
                row.ran_at,
                row.field,
                row.scale,
                frozenset(one.player_id for one in omitted.take(row.week_number)),
                frozenset(one.player_id for one in excused.take(row.week_number)),
            )
            for row in streams.rows(runs.order_by(_RUN.week_number))
        }
        logged = streams.rows(sa.select(_LOG.week_number).where(of_event).distinct())
        self.weeks = sorted(self.runs.keys() | {row.week_number for row in logged})

    def take(self, week: int, run: ArchivedRun | None) -> dict[int, float]:
        """Read the log of a week, and return the best scores by player."""
        best = best_of(_LOG.score, self._direction)
        plain = sa.select(_LOG.player_id, best).where(
            _LOG.event_id == self._event_id, _LOG.week_number == week, _IS_PLAIN
        )
        scores: dict[int, float] = dict(map(tuple, self._streams.plain_rows(plain.group_by(_LOG.player_id))))
        self._improve(self.bests, scores.items())
        if run is not None:
            for player_id in run.omitted & scores.keys():
                del scores[player_id]
        for row in self._special.take(week):
            logged = LoggedScore(*row[1:])
            one = [(logged.player_id, logged.score)]
            if logged.removed_at is None:
                self._improve(self.bests, one)
            if logged.removed_at is None if run is None else was_counted(logged, run):
                self._improve(scores, one)
        return scores

    def _improve(self, bests: dict[int, float], scores: Iterable[tuple[int, float]]) -> None:
        if self._direction is ScoreDirection.HIGH:
            bests.update([(player_id, score) for player_id, score in scores if score > bests.get(player_id, -math.inf)])
        else:
            bests.update([(player_id, score) for player_id, score in scores if score < bests.get(player_id, math.inf)])


def _week_of(row: AnyRow) -> int:
    week: int = row.week_number
    return week
