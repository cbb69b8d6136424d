"""Decide what a submission changes, from what is known of its event and its player."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from bot.domain.events import EventInfo
from bot.domain.ratings import RatingScale, ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.statistics import RunningStatistics
from bot.domain.weeks import Week, counting_week
from bot.errors import AlreadyCounted, CooldownActive, EventArchived, ScoreTooHigh, ScoreTooLow


@dataclass(frozen=True, slots=True)
class Submission:
    """A score as it arrives, unchecked.

    Attributes:
        interaction_id: Discord's id of the command's use; counted once, however often it is delivered.
        guild_id: the server.
        discord_id: the player.
        username: the player's unique name on Discord.
        display_name: the player's name in that server.
        event_name: as typed, or chosen from the suggestions.
        score: as typed.
        proof: a link, or None.
    """

    interaction_id: int
    guild_id: int
    discord_id: int
    username: str
    display_name: str
    event_name: str
    score: str
    proof: str | None = None


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
class SubmissionRules:
    """What holds for every submission.

    Attributes:
        scale: the constants of the Elo that is told.
        cooldown: how long after an accepted submission the player's next one in that server is refused.
    """

    scale: RatingScale
    cooldown: timedelta


@dataclass(frozen=True, slots=True)
class Bests:
    """A player's bests in an event; None where there is no score yet.

    Attributes:
        personal: the best of all scores.
        weekly: the best of the week that a score counts for.
    """

    personal: float | None
    weekly: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one score changes.

    Attributes:
        is_personal_best: it beats the personal best, or is the first score. An equal score does not.
        is_weekly_best: the same for the week.
        personal_best: the personal best from now on.
    """

    is_personal_best: bool
    is_weekly_best: bool
    personal_best: float


def judge(score: float, bests: Bests, direction: ScoreDirection) -> Verdict:
    """Compare a score with a player's bests so far."""
    beats_personal = bests.personal is None or direction.is_better(score, bests.personal)
    beats_weekly = bests.weekly is None or direction.is_better(score, bests.weekly)
    personal_best = score if bests.personal is None or beats_personal else bests.personal
    return Verdict(beats_personal, beats_weekly, personal_best)


Moves = dict[int, tuple[float | None, float]]
"""Bests that changed, old and new, by player; the old one is None for a first score."""


@dataclass(slots=True)
class OpenEvent:
    """An event while a batch counts: its fields move with each personal best and each weekly best.

    Attributes:
        time_zone: IANA name; weeks begin on Monday 00:00 there.
        version: moves with everything that submissions are decided by.
        scores_version: how often personal bests had changed before the batch.
        statistics: the running statistics of the personal bests.
        week: the one whose running statistics are kept; None for none.
        week_statistics: those of its bests.
    """

    info: EventInfo
    time_zone: str
    version: int
    scores_version: int
    statistics: RunningStatistics
    week: Week | None
    week_statistics: RunningStatistics
    moves: Moves = field(default_factory=dict)
    week_moves: Moves = field(default_factory=dict)

    @property
    def has_moved(self) -> bool:
        """Whether a field has changed."""
        return bool(self.moves or self.week_moves)

    def read(self, text: str) -> float:
        """Read a score as typed.

        Raises:
            EventArchived: the event takes no scores.
            InvalidScore: no score of this event.
        """
        info = self.info
        if not info.is_active:
            raise EventArchived
        score = info.style.parse(text)
        if info.min_score is not None and score < info.min_score:
            raise ScoreTooLow(info.style.show(info.min_score))
        if info.max_score is not None and score > info.max_score:
            raise ScoreTooHigh(info.style.show(info.max_score))
        return score

    def move(self, player_id: int, old: float | None, new: float) -> None:
        """Move from one personal best of a player to another; from None for a first score."""
        self.statistics = self.statistics.change(old, new)
        self.moves[player_id] = old, new

    def begin_week(self, week: Week, statistics: RunningStatistics) -> None:
        """Keep the running statistics of a week, in place of another one's."""
        self.week, self.week_statistics = week, statistics

    def move_week(self, player_id: int, old: float | None, new: float) -> None:
        """Move from one best of a player in the kept week to another; from None for a first score."""
        self.week_statistics = self.week_statistics.change(old, new)
        self.week_moves[player_id] = old, new

    def overtaken(self, score: float) -> int:
        """Return how many personal bests of the batch beat `score` that did not before."""
        sign = self.info.direction.sign
        bar = sign * score
        return sum(sign * new > bar and (old is None or sign * old <= bar) for old, new in self.moves.values())


@dataclass(frozen=True, slots=True)
class StoredBest:
    """A current best, and the key of its row."""

    row_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a submission before it counts.

    Attributes:
        current: the week that it is in the server.
        is_counted: whether the log holds it already.
        latest: when the player last submitted in that server, where that may be within the cooldown; else None.
        closed_weeks: weeks of the event from the current one on that have been run.
        personal: the personal best, or None.
        weekly: the weekly bests, from the current week on at least.
    """

    current: Week
    is_counted: bool
    latest: datetime | None
    closed_weeks: Collection[Week]
    personal: StoredBest | None
    weekly: Mapping[Week, StoredBest]


@dataclass(frozen=True, slots=True)
class Decision:
    """A submission that counts: for which week, and what it changes.

    Attributes:
        personal: the personal best before it, or None.
        weekly: the best of the week before it, or None.
    """

    week: Week
    verdict: Verdict
    personal: StoredBest | None
    weekly: StoredBest | None

    @property
    def previous_best(self) -> float | None:
        """The score of the personal best before it."""
        return None if self.personal is None else self.personal.score

    @property
    def previous_of_week(self) -> float | None:
        """The score of the best of the week before it."""
        return None if self.weekly is None else self.weekly.score


def decide(score: float, known: Known, direction: ScoreDirection, now: datetime, cooldown: timedelta) -> Decision:
    """Decide whether a score counts, for which week, and what it changes.

    Raises:
        AlreadyCounted: the log holds the submission.
        CooldownActive: the player's last score in this server is too recent.
    """
    if known.is_counted:
        raise AlreadyCounted
    if known.latest is not None and known.latest + cooldown > now:
        raise CooldownActive(ceil((known.latest + cooldown - now).total_seconds()))
    week = counting_week(known.current, known.closed_weeks)
    personal, weekly = known.personal, known.weekly.get(week)
    bests = Bests(None if personal is None else personal.score, None if weekly is None else weekly.score)
    return Decision(week, judge(score, bests, direction), personal, weekly)
