"""Weekly runs: pending weeks, results of runs, and undone runs."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.ratings import Field
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week


@dataclass(frozen=True, slots=True)
class PendingWeek:
    """A week that can be run.

    Attributes:
        players: the number of players with a score in the week.
        is_finished: False for the current week, which a run closes early.
    """

    week: Week
    players: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class WeeklyResult:
    """The result of one player in a weekly run.

    Attributes:
        rank: from 1; ties share a rank.
        score: the best of the week, in points or seconds.
        elo: the weekly Elo.
        event_elo: the event Elo after the run.
    """

    rank: int
    player: PlayerName
    score: float
    elo: int
    event_elo: int


@dataclass(frozen=True, slots=True)
class Penalty:
    """A player who missed the week, with the event Elo after the run."""

    player: PlayerName
    event_elo: int


@dataclass(frozen=True, slots=True)
class WeeklyRunResult:
    """The result of the run of one week of one event.

    Attributes:
        field: the weekly bests, as size, mean and spread.
        podium: the best results, at most ten, the best first.
        penalties: players who missed the week, at most ten, by name.
        penalised: the number of players who missed the week.
        closed_early: whether the week was not over yet.
        missed_week_elo: the weekly Elo of those who missed the week.
    """

    event: EventInfo
    week: Week
    field: Field
    podium: tuple[WeeklyResult, ...]
    penalties: tuple[Penalty, ...]
    penalised: int
    closed_early: bool
    missed_week_elo: int


@dataclass(frozen=True, slots=True)
class UndoResult:
    """The result of an undo: the week is open again.

    Attributes:
        players: the number of players whose scores of that week count again.
        ran_at: when the undone run was made, in UTC.
    """

    event: EventInfo
    week: Week
    players: int
    ran_at: datetime
