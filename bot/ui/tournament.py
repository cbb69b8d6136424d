"""Describe the data that an import leaves in a tournament bot's database."""

from bot.domain.tournament import Reason
from bot.ui.text import count_of

_LEFT_BEHIND = {
    Reason.MATCHES: ("event", "of matches"),
    Reason.NO_DIRECTION: (
        "event",
        "without a score direction (make them here with `/event create`, then import again)",
    ),
    Reason.OTHER_DIRECTION: ("event", "whose namesakes here count in the other direction"),
    Reason.NO_SCORE: ("score", "without a number, or beyond what any event takes"),
    Reason.OUT_OF_BOUNDS: (
        "score",
        "outside the bounds of their events here (change the bounds with `/event edit`, then import again)",
    ),
    Reason.NO_PLAYER: ("score", "of nobody known"),
    Reason.NO_TIME: ("score", "of which neither the week nor the time is known"),
    Reason.TO_COME: ("score", "of weeks to come"),
    Reason.OUT_OF_SEASON: ("score", "of weeks that are not in the season of their events here"),
    Reason.CLOSED_WEEK: (
        "score",
        "of weeks that are closed here (take them back with `/weekly-undo`, then import again)",
    ),
    Reason.ELOS: ("weekly Elo", "without a score"),
    Reason.WITHOUT_SCORES: ("player", "without a score"),
}


def write_left_behind(reason: Reason, count: int) -> str:
    """Describe how much an import leaves behind for a reason, such as "1 event of matches"."""
    noun, why = _LEFT_BEHIND[reason]
    return f"{count_of(count, noun)} {why}"
