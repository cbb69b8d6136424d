"""Weekly runs: weeks that can be run, that were, and that were taken back."""

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
        players: how many have a score in it.
        is_finished: False for the current week, which a run closes early.
    """

    week: Week
    players: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class WeeklyResult:
    """One player's row of a weekly run.

    Attributes:
        rank: from 1, shared by ties.
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
    """A player for whom a week was counted as missed, and the event Elo after it."""

    player: PlayerName
    event_elo: int


@dataclass(frozen=True, slots=True)
class WeeklyRunResult:
    """The processing of one week of one event.

    Attributes:
        field: the weekly bests, as size, mean and spread.
        podium: the first rows by weekly Elo, at most ten.
        penalties: players counted with a missed week, by name, at most ten.
        penalised: how many those are in all.
        closed_early: whether the week was still going on.
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
    """A weekly run that was taken back: its week is open again.

    Attributes:
        players: players whose scores of that week were put back.
        ran_at: when the run had been made, UTC.
    """

    event: EventInfo
    week: Week
    players: int
    ran_at: datetime
