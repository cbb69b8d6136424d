"""What becomes of a submission, decided from what is known of its event and its player."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from bot.domain.bests import Bests, Verdict, judge
from bot.domain.ratings import RatingScale
from bot.domain.results import EventInfo, PlayerName, SubmissionResult
from bot.domain.statistics import RunningStatistics
from bot.domain.weeks import Week, counting_week
from bot.errors import AlreadyCounted, CooldownActive, EventArchived, InvalidScore


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
class SubmissionRules:
    """What holds for every submission.

    Attributes:
        scale: the constants of the Elo that is told.
        cooldown: how long after an accepted submission the player's next one in that server is refused.
    """

    scale: RatingScale
    cooldown: timedelta


@dataclass(slots=True)
class OpenEvent:
    """An event that submissions are counted for: its fields move with each personal best and each weekly best.

    Attributes:
        time_zone: IANA name; weeks begin on Monday 00:00 there.
        version: how often personal bests have changed, ever.
        week: the one whose running statistics are kept; None for none.
        week_statistics: those of its bests; None where they have to be counted from these.
        moves: personal bests that changed, old and new; None for a first score.
    """

    info: EventInfo
    time_zone: str
    statistics: RunningStatistics
    version: int
    week: Week | None = None
    week_statistics: RunningStatistics | None = None
    moves: list[tuple[float | None, float]] = field(default_factory=list)

    @property
    def loaded_version(self) -> int:
        """The version before anything moved."""
        return self.version - len(self.moves)

    @property
    def has_to_be_counted(self) -> bool:
        """Whether a field has to be counted from its scores: of a week that is not kept, or one with lost digits."""
        of_week = self.week_statistics or RunningStatistics()
        is_week_unknown = self.week is not None and self.week_statistics is None
        return is_week_unknown or of_week.has_lost_digits or self.statistics.has_lost_digits

    def read(self, text: str) -> float:
        """Read a score as typed.

        Raises:
            EventArchived: the event takes no scores.
            InvalidScore: no score of this event; the sentence says what to type.
        """
        info = self.info
        if not info.is_active:
            raise EventArchived
        score = info.style.parse(text)
        if info.min_score is not None and score < info.min_score:
            raise InvalidScore(f"This event takes scores of {info.style.show(info.min_score)} and above.")
        if info.max_score is not None and score > info.max_score:
            raise InvalidScore(f"This event takes scores of {info.style.show(info.max_score)} and below.")
        return score

    def move(self, old: float | None, new: float) -> None:
        """Move from one personal best of a player to another; from None for a first score."""
        self.statistics = self.statistics.change(old, new)
        self.version += 1
        self.moves.append((old, new))

    def move_week(self, week: Week, old: float | None, new: float) -> None:
        """Move from one best of a player in a week to another, and keep the statistics of that week from now on."""
        known = self.week_statistics if week == self.week else None
        self.week, self.week_statistics = week, None if known is None else known.change(old, new)

    def overtaken(self, score: float) -> int:
        """Return how many of the personal bests that changed are better than `score` only since then."""
        sign = self.info.direction.sign
        bar = sign * score
        return sum(sign * new > bar and (old is None or sign * old <= bar) for old, new in self.moves)


@dataclass(frozen=True, slots=True)
class StoredBest:
    """A current best, and the key of its row."""

    row_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a submission before it is counted.

    Attributes:
        player_id: the key of the player's row; None for one who is new.
        current: the week that it is in the server.
        is_counted: whether the log holds it already.
        latest: when the player last submitted in that server, where that may be within the cooldown; else None.
        closed_weeks: weeks of the event from the current one on that have been run.
        personal: the personal best, or None.
        weekly: the weekly bests, from the current week on at least.
    """

    player_id: int | None
    current: Week
    is_counted: bool
    latest: datetime | None
    closed_weeks: Collection[Week]
    personal: StoredBest | None
    weekly: Mapping[Week, StoredBest]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that counts: for which week, and what it changes.

    Attributes:
        statistics: those of the event's field right after it.
        overtaken: how many have come to have a better personal best by submissions that are counted together with it.
    """

    submission: Submission
    event: OpenEvent
    score: float
    known: Known
    week: Week
    verdict: Verdict
    statistics: RunningStatistics
    overtaken: int

    @property
    def previous_best(self) -> float | None:
        """The personal best before it; None for a first score."""
        return None if self.known.personal is None else self.known.personal.score

    def rank(self, better: int) -> int:
        """Return the player's rank right after it, from 1, where so many personal bests were better before the fold."""
        return 1 + better + self.overtaken

    def result(self, name: str, scale: RatingScale, better: int) -> SubmissionResult:
        """Tell the player, called `name`, what it changed; `better` is as for `rank`."""
        info, best = self.event.info, self.verdict.personal_best
        return SubmissionResult(
            event=info,
            player=PlayerName(self.submission.discord_id, name),
            score=self.score,
            week=self.week,
            closed_week=None if self.week == self.known.current else self.known.current,
            previous_best=self.previous_best,
            personal_best=best,
            is_personal_best=self.verdict.is_personal_best,
            is_weekly_best=self.verdict.is_weekly_best,
            rank=self.rank(better),
            elo=scale.elo(best, self.statistics.field, info.direction),
            players=self.statistics.count,
            proof=self.submission.proof,
        )


def accept(
    submission: Submission, event: OpenEvent, score: float, known: Known, now: datetime, cooldown: timedelta
) -> Accepted:
    """Decide what a score changes, and move the event's fields by the bests that it is.

    Raises:
        AlreadyCounted: the log holds the submission.
        CooldownActive: the player's last score in this server is too recent.
    """
    if known.is_counted:
        raise AlreadyCounted
    if known.latest is not None and known.latest + cooldown > now:
        raise CooldownActive(ceil((known.latest + cooldown - now).total_seconds()))
    week = counting_week(known.current, known.closed_weeks)
    personal, weekly = (None if best is None else best.score for best in (known.personal, known.weekly.get(week)))
    verdict = judge(score, Bests(personal, weekly), event.info.direction)
    if verdict.is_personal_best:
        event.move(personal, score)
    if verdict.is_weekly_best:
        event.move_week(week, weekly, score)
    overtaken = event.overtaken(verdict.personal_best)
    return Accepted(submission, event, score, known, week, verdict, event.statistics, overtaken)
