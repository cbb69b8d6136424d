"""The season that the demo plays: who uses which command or button, and when."""

from dataclasses import dataclass, field
from datetime import timedelta

ADMIN = "Mira"
PLAYERS = ("Ana", "Ben", "Chloé", "Dario", "Emi")
BLITZ, SPRINT = "Tetris Blitz", "40L Sprint"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a slash command.

    Attributes:
        who: the name of the user.
        command: the name of the command, with its group.
        options: the options that the user fills in.
        after: the time since the previous step.
    """

    who: str
    command: str
    options: dict[str, str | bool] = field(default_factory=dict)
    after: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button below the bot's latest answer.

    Attributes:
        who: the name of the user.
        label: what the button says.
        after: the time since the previous step.
    """

    who: str
    label: str
    after: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the season.

    Attributes:
        title: the heading in the transcript.
        days: the time from the previous step to the first one of the chapter.
        steps: the commands and clicks, in order.
    """

    title: str
    days: float
    steps: tuple[Use | Click, ...]


def _score(who: str, score: str, event: str = BLITZ, **more: str) -> Use:
    return Use(who, "submit-score", {"event": event, "score": score, **more})


def _board(who: str, board: str, event: str = BLITZ) -> Use:
    return Use(who, "leaderboard", {"event": event, "board": board})


def _admin(command: str, **options: str | bool) -> Use:
    return Use(ADMIN, command, options)


SEASON = (
    Chapter(
        "Two events, and a first week of scores",
        0,
        (
            _admin("event create", name=BLITZ, direction="HIGH", unit="points"),
            _admin("event create", name=SPRINT, direction="LOW", format="time", min="10"),
            _score("Ana", "12,345"),
            _score("Ben", "9800"),
            _score("Chloé", "15,020"),
            _score("Dario", "1,5"),
            _score("Dario", "11000"),
            _score("Ana", "1:02.5", SPRINT),
            _score("Ben", "58.34", SPRINT),
            _score("Emi", "58.34", SPRINT),
            _board("Emi", "all-time", SPRINT),
        ),
    ),
    Chapter(
        "Monday: the admin looks first, then closes last week",
        7,
        (
            _admin("weekly-reset", event=BLITZ, preview=True),
            _admin("weekly-reset", event=BLITZ),
            _admin("weekly-reset", event=SPRINT),
            _board("Ana", "overall"),
        ),
    ),
    Chapter(
        "The second week: a tie, a score below the personal best, and Ben is away",
        1,
        (
            _score("Ana", "14000"),
            _score("Dario", "14000"),
            _score("Chloé", "14,900"),
            _score("Chloé", "16,000"),
            Use("Chloé", "submit-score", {"event": BLITZ, "score": "16100"}, timedelta(seconds=20)),
            _score("Emi", "51.9", SPRINT, proof="https://example.com/emi-sprint"),
            _board("Ana", "all-time"),
            _board("Ana", "week"),
        ),
    ),
    Chapter(
        "Monday again: a missed week counts as 0",
        6,
        (_admin("weekly-reset", event=BLITZ), _admin("weekly-reset", event=SPRINT), _board("Ben", "overall")),
    ),
    Chapter(
        "The third week: closed too early, undone, and closed when it is over",
        2,
        (
            _score("Ben", "13,500"),
            _score("Ana", "15,800"),
            _admin("weekly-reset", event=BLITZ),
            Click(ADMIN, "Close it now"),
            Click(ADMIN, "Undo"),
            _score("Dario", "16,400"),
            _score("Emi", "4,200"),
        ),
    ),
    Chapter(
        "The fourth week: all caught up, and only an admin may undo it",
        5,
        (
            _admin("weekly-reset", event=BLITZ),
            Click("Ben", "Undo"),
            _score("Chloé", "49.2", SPRINT),
            _board("Chloé", "overall"),
            _score("Ben", "17,250"),
            _board("Chloé", "all-time"),
        ),
    ),
)
