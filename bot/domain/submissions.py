"""Decide the effect of a submission, given its event and its player."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.events import EventInfo
from bot.domain.ratings import Field, RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.statistics import RunningStatistics
from bot.domain.weeks import Week, counting_week
from bot.errors import CooldownActive, EventArchived, SubmitterWithdrawn


@dataclass(frozen=True, slots=True)
class Submission:
    """A score as it arrives from Discord, unchecked.

    Attributes:
        interaction_id: Discord's id of this use of the command. It counts once, even if Discord delivers it twice.
        guild_id: Discord's id of the server.
        discord_id: Discord's id of the player.
        username: the player's unique name on Discord.
        display_name: the player's name in the server.
        event_name: the event as the player typed or chose it; empty if the player named none.
        score: the score as the player typed it.
        proof: a link, or None.
        locale: the player's language on Discord, such as "de"; None for unknown.
        channel_id: the channel of the player, which may have a default event; None for unknown.
        has_picture: whether `proof` is the address of a picture that came with the score, which Discord deletes after a
            while.
    """

    interaction_id: int
    guild_id: int
    discord_id: int
    username: str
    display_name: str
    event_name: str
    score: str
    proof: str | None = None
    locale: str | None = None
    channel_id: int | None = None
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """Another player: the name in the server, and the personal best."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The neighbour on the all-time board: the nearest player with a better score or, for the leader, the runner-up.

    Attributes:
        rank: the rank of the neighbour; 1 beside a leader means a shared lead.
    """

    rival: Rival
    rank: int

    @classmethod
    def of(
        cls, score: float, rank: int, others: Sequence[tuple[Rival, int]], direction: ScoreDirection
    ) -> "Neighbour | None":
        """Return the neighbour of a score with a rank; None if there is nobody else.

        Args:
            score: the personal best.
            rank: its rank.
            others: some rivals, including the nearest better one or, for rank 1, the best of all; each with the number
                of players who share that score.
            direction: whether higher or lower scores are better.
        """
        better = [(rival, ties) for rival, ties in others if direction.is_better(rival.score, score)]
        if better:
            nearest = min((rival for rival, _ in better), key=lambda rival: direction.sign * rival.score)
            return cls(nearest, rank - sum(ties for rival, ties in better if rival.score == nearest.score))
        if rank > 1 or not others:
            return None
        nearest = max((rival for rival, _ in others), key=lambda rival: direction.sign * rival.score)
        return cls(nearest, 1 if nearest.score == score else 2)


@dataclass(frozen=True, slots=True)
class SubmissionResult:
    """The result of an accepted submission.

    Attributes:
        interaction_id: Discord's id of the interaction, by which the player can take back the score.
        score: in points or seconds.
        week: the week that it counts for.
        closed_week: the current week, if it is closed and `week` is therefore a later one; else None.
        previous_best: the personal best before the submission; None for a first score.
        personal_best: the personal best after the submission.
        is_weekly_best: whether it is the player's best of `week` so far.
        rank: the player's rank by personal best, from 1.
        elo: the player's all-time Elo in the field after the submission.
        previous_rank: the rank before the submission; None for a first score.
        previous_elo: the all-time Elo before the submission; None for a first score.
        neighbour: the neighbour of a new personal best; None if it is not a new best, or if there is nobody else.
        players: the number of players with a personal best in the event, including this player.
        proof: the link, or None.
    """

    interaction_id: int
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
    previous_rank: int | None
    previous_elo: int | None
    neighbour: Neighbour | None
    players: int
    proof: str | None


@dataclass(frozen=True, slots=True)
class SubmissionRules:
    """The rules that apply to every submission.

    Attributes:
        scale: the constants of the Elo in the answer.
        cooldown: the least time between two accepted submissions of a player in a server.
    """

    scale: RatingScale
    cooldown: timedelta


Moves = dict[int, tuple[float | None, float]]
"""The old and the new best of each player whose best changes; the old one is None for a first score."""


@dataclass(slots=True)
class OpenEvent:
    """An event during a batch: each personal or weekly best updates its statistics.

    Attributes:
        time_zone: an IANA name; weeks begin on Monday 00:00 in this zone.
        version: the version of everything in the event that submissions depend on.
        scores_version: the number of changes of personal bests before the batch.
        statistics: the running statistics of the personal bests.
        week: the week of `week_statistics`; None for none.
        week_statistics: the running statistics of the bests of `week`.
        moves: the personal bests that the batch changes.
        week_moves: the bests of `week` that the batch changes.
        kept_field: the field of the personal bests as the last recalculation stored it; None before the first.
        announces: whether the server announces records.
        rivals: the players of the batch with a personal best, as it is at present, by key.
        has_board: whether the event has a posted board.
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
    kept_field: Field | None = None
    announces: bool = False
    rivals: dict[int, Rival] = field(default_factory=dict)
    has_board: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether the batch changes a best of the event."""
        return bool(self.moves or self.week_moves)

    def read(self, text: str, locale: str | None = None) -> float:
        """Parse a score as the player typed it; `locale` is the player's language on Discord.

        Raises:
            EventArchived: the event is archived.
            InvalidScore: the text is not a score, or the event does not accept this score.
        """
        if not self.info.is_active:
            raise EventArchived(self.info.name)
        return self.info.read(text, locale)

    def move(self, player_id: int, old: float | None, new: float) -> None:
        """Change a player's personal best from `old` to `new`; `old` is None for a first score."""
        self.statistics = self.statistics.change(old, new)
        self.moves[player_id] = old, new

    def begin_week(self, week: Week, statistics: RunningStatistics) -> None:
        """Replace the running statistics of the previous week by those of `week`."""
        self.week, self.week_statistics = week, statistics

    def move_week(self, player_id: int, old: float | None, new: float) -> None:
        """Change a player's best of `week` from `old` to `new`; `old` is None for a first score."""
        self.week_statistics = self.week_statistics.change(old, new)
        self.week_moves[player_id] = old, new

    def levelled(self, score: float) -> int:
        """Return by how much this batch changes the number of personal bests equal to `score`."""
        return sum((new == score) - (old == score) for old, new in self.moves.values())

    def overtaken(self, score: float) -> int:
        """Return how many players pass `score` with this batch."""
        sign = self.info.direction.sign
        bar = sign * score
        return sum(sign * new > bar and (old is None or sign * old <= bar) for old, new in self.moves.values())


@dataclass(frozen=True, slots=True)
class StoredBest:
    """A current best with the key of its row."""

    row_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that decide whether a submission counts.

    Attributes:
        current: the current week in the server.
        is_withdrawn: whether an admin has withdrawn the player from the server.
        latest: the time of the player's last submission in the server; None if it is too old for the cooldown.
        closed_weeks: the weeks of the event with a run, beginning with the current week.
        personal: the player's personal best, or None.
        weekly: the player's weekly bests, at least those since the current week.
    """

    current: Week
    is_withdrawn: bool
    latest: datetime | None
    closed_weeks: Collection[Week]
    personal: StoredBest | None
    weekly: Mapping[Week, StoredBest]


@dataclass(frozen=True, slots=True)
class Decision:
    """The effect of a submission that counts.

    Attributes:
        week: the week that it counts for.
        is_personal_best: whether it beats the personal best, or is the first score. An equal score is no new best.
        is_weekly_best: whether it beats the best of `week`, or is the first score of that week.
        personal_best: the personal best afterwards.
        personal: the personal best beforehand, or None.
        weekly: the best of `week` beforehand, or None.
    """

    week: Week
    is_personal_best: bool
    is_weekly_best: bool
    personal_best: float
    personal: StoredBest | None
    weekly: StoredBest | None

    @property
    def previous_best(self) -> float | None:
        """The score of `personal`, or None."""
        return None if self.personal is None else self.personal.score

    @property
    def previous_of_week(self) -> float | None:
        """The score of `weekly`, or None."""
        return None if self.weekly is None else self.weekly.score


def decide(score: float, known: Known, direction: ScoreDirection, now: datetime, cooldown: timedelta) -> Decision:
    """Decide whether a score counts, for which week, and with what effect.

    Raises:
        SubmitterWithdrawn: an admin has withdrawn the player.
        CooldownActive: the player's last score in the server is too recent.
    """
    if known.is_withdrawn:
        raise SubmitterWithdrawn
    # A submission in the future was stored before the clock was set back; ignore it.
    if known.latest is not None and known.latest <= now < known.latest + cooldown:
        raise CooldownActive(known.latest + cooldown)
    week = counting_week(known.current, known.closed_weeks)
    personal, weekly = known.personal, known.weekly.get(week)
    beats_personal = personal is None or direction.is_better(score, personal.score)
    beats_weekly = weekly is None or direction.is_better(score, weekly.score)
    personal_best = score if personal is None or beats_personal else personal.score
    return Decision(week, beats_personal, beats_weekly, personal_best, personal, weekly)
