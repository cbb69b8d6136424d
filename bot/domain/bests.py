"""What a new score means for a player: a personal best, a weekly best, both or neither."""

from dataclasses import dataclass

from bot.domain.ratings import ScoreDirection


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
