"""What the services answer: frozen values without any trace of the database or of Discord."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ratings import Field, ScoreDirection
from bot.domain.scores import ScoreStyle
from bot.domain.weeks import Week


class Board(StrEnum):
    """The leaderboards of an event."""

    ALL_TIME = "all-time"
    WEEK = "week"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class EventInfo:
    """An event of one server.

    Attributes:
        min_score: the smallest score the event takes, in points or seconds; None for no bound of its own.
        max_score: the greatest, likewise.
    """

    id: int
    guild_id: int
    name: str
    direction: ScoreDirection
    style: ScoreStyle
    min_score: float | None
    max_score: float | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event and how many players have a personal best in it."""

    event: EventInfo
    players: int


@dataclass(frozen=True, slots=True)
class PlayerName:
    """A player: Discord's id of the user, and the name last seen, not yet escaped."""

    discord_id: int
    name: str


@dataclass(frozen=True, slots=True)
class SubmissionResult:
    """What one accepted submission changed.

    Attributes:
        week: the week it counts for.
        closed_week: the current week where that has been closed already, so that `week` is a later one; else None.
        previous_best: the personal best before it; None for a first score.
        personal_best: the personal best after it.
        is_weekly_best: whether it is the player's best of `week` so far.
        rank: the player's rank by personal best, from 1.
        elo: the player's all-time Elo, computed from the field as it now is.
        players: players with a personal best in the event, this one included.
    """

    event: EventInfo
    player: PlayerName
    score: float
    week: Week
    closed_week: Week | None
    previous_best: float | None
    personal_best: float
    is_personal_best: bool
    is_weekly_best: bool
    rank: int
    elo: int
    players: int
    proof: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard.

    Attributes:
        rank: from 1, shared by ties; None on the overall board before the first weekly run.
        score: personal best, or best of the week, in points or seconds.
        elo: the Elo of the board: all-time, weekly, or event Elo; None as `rank`.
        all_time_elo: on the overall board, one half of the event Elo; else None.
        weekly_average: on the overall board, the other half; None where no week was counted.
    """

    rank: int | None
    player: PlayerName
    score: float
    elo: int | None
    all_time_elo: int | None = None
    weekly_average: float | None = None


@dataclass(frozen=True, slots=True)
class LeaderboardPage:
    """A page of a leaderboard.

    Attributes:
        week: the week shown, on the week's board; else None.
        page: the page shown, from 0; within range even where the one asked for was not.
        pages: at least 1.
        players: rows of the whole board.
        own: the viewer's own row, on this page or not; None where the viewer has none.
        own_page: the page that row is on.
    """

    event: EventInfo
    board: Board
    week: Week | None
    standings: tuple[Standing, ...]
    page: int
    pages: int
    players: int
    own: Standing | None
    own_page: int | None


@dataclass(frozen=True, slots=True)
class PlayerStanding:
    """Where one player stands on each board of an event; None where the player has no row there."""

    event: EventInfo
    all_time: Standing | None
    week: Standing | None
    overall: Standing | None


@dataclass(frozen=True, slots=True)
class EventStatistics:
    """The field of all personal bests of an event, and whether the stored Elos are of that field.

    Attributes:
        is_current: whether no change of a personal best awaits a recalculation.
    """

    event: EventInfo
    field: Field
    is_current: bool


@dataclass(frozen=True, slots=True)
class LoggedSubmission:
    """A submission of the log.

    Attributes:
        id: its key.
        score: in points or seconds, to be shown in the event's style.
        week: the week it counts for.
        submitted_at: UTC.
    """

    id: int
    style: ScoreStyle
    score: float
    week: Week
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """What the removal of one submission changed.

    Attributes:
        week: the week it counted for.
        week_is_closed: whether that week has been run, so that its results keep the score.
        was_personal_best: whether the personal best is another one now.
        personal_best: the personal best after it; None where none is left.
        reason: why, in the admin's words; None where none were given.
    """

    event: EventInfo
    player: PlayerName
    score: float
    week: Week
    week_is_closed: bool
    was_personal_best: bool
    personal_best: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What admins of a server chose.

    Attributes:
        time_zone: IANA name; weeks begin on Monday 00:00 there.
        admin_role_id: members with this role are admins; None for none.
    """

    time_zone: str = "UTC"
    admin_role_id: int | None = None
