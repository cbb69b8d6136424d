"""Every error that a user can cause. Its text is the sentence that the user reads.

LeaderboardError
├── InvalidInput                what was typed cannot be taken as it stands
│   ├── InvalidScore            not a number or a duration, or outside the allowed range
│   ├── InvalidProof            not a link
│   ├── InvalidName             empty, too long, or made of invisible characters
│   └── InvalidSetting          an unknown time zone, contradictory bounds, …
├── EventNotFound               no such leaderboard event in this server
├── EventNameTaken              another event of this server has that name
├── EventArchived               the event takes no scores any more
├── DeliveredTwice              the same use of a command arrived before
│   ├── AlreadyCounted          a submission
│   └── AlreadyDone             an admin's command
├── NothingToRemove             the player has no such score in the event
├── CooldownActive              a score of this player was accepted less than a cooldown ago
├── NotAllowed                  only for admins of this server
├── ServerOnly                  used in a direct message
├── WeekNotRunnable             already run, not begun yet, or without any scores
├── NothingToUndo               the event has no weekly run
├── ButtonOutdated              a click on something that this version of the bot has not
├── Restarting                  the bot is going down, and has not begun
├── Interrupted                 the bot is going down, and what it had begun did not end in time
└── Unavailable                 the database cannot be reached; nobody's mistake, worth another try
"""


class LeaderboardError(Exception):
    """Base of the errors whose text is shown to the user as it is."""


class InvalidInput(LeaderboardError):
    """What was typed cannot be taken as it stands."""


class InvalidScore(InvalidInput):
    """Not a number or a duration, or outside the allowed range."""


class InvalidProof(InvalidInput):
    """Not a link."""


class InvalidName(InvalidInput):
    """Empty, too long, or made of invisible characters only."""


class InvalidSetting(InvalidInput):
    """An option has a value that means nothing, or two of them contradict each other."""


class EventNotFound(LeaderboardError):
    """There is no such leaderboard event in this server."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such event in this server. Pick one from the list that appears while you type, "
            "or see them all with `/event list`."
        )


class EventNameTaken(LeaderboardError):
    """Another event of this server has that name, ignoring case."""

    def __init__(self) -> None:
        super().__init__("Another event of this server already has that name. Choose a different one.")


class EventArchived(LeaderboardError):
    """The event is archived: it can be read, and takes no scores."""

    def __init__(self) -> None:
        super().__init__("This event is archived and takes no more scores. Its leaderboard can still be read.")


class DeliveredTwice(LeaderboardError):
    """The same use of a command was delivered twice; what it asks for was done once."""


class AlreadyCounted(DeliveredTwice):
    """A submission was delivered twice; it is in the log once."""

    def __init__(self) -> None:
        super().__init__("This score has already been counted, once: `/leaderboard` shows it.")


class AlreadyDone(DeliveredTwice):
    """An admin's command was delivered twice."""

    def __init__(self) -> None:
        super().__init__("This has already been done, once.")


class NothingToRemove(LeaderboardError):
    """The player has no such score in the event, or it was removed before."""

    def __init__(self) -> None:
        super().__init__("This player has no such score in the event. Pick one from the list that appears.")


class CooldownActive(LeaderboardError):
    """A score of this player was accepted in this server less than a cooldown ago."""

    def __init__(self, seconds_left: int) -> None:
        self.seconds_left = seconds_left
        plural = "" if seconds_left == 1 else "s"
        super().__init__(f"One score at a time: you can submit again in {seconds_left} second{plural}.")


class NotAllowed(LeaderboardError):
    """The command is only for admins of this server."""

    def __init__(self) -> None:
        super().__init__(
            "Only admins of this server can do that: members with the *Manage Server* permission "
            "or with the admin role chosen in `/settings`."
        )


class ServerOnly(LeaderboardError):
    """The command was used in a direct message."""

    def __init__(self) -> None:
        super().__init__("Leaderboards belong to servers. Use this command in a server, not in a direct message.")


class WeekNotRunnable(LeaderboardError):
    """The week has been run already, has not begun, or has no scores."""


class NothingToUndo(LeaderboardError):
    """The event has no weekly run to undo."""

    def __init__(self) -> None:
        super().__init__("No week of this event has been closed yet, so there is nothing to undo.")


class ButtonOutdated(LeaderboardError):
    """The click was on something that this version of the bot has not."""

    def __init__(self) -> None:
        super().__init__("This button is of an older message and leads nowhere any more. Use `/leaderboard` again.")


class Restarting(LeaderboardError):
    """The bot is going down and takes no more commands."""

    def __init__(self) -> None:
        super().__init__("The bot is just restarting. Nothing was saved; please try again in a minute.")


class Interrupted(LeaderboardError):
    """The bot is going down, and did not wait for the end of what was asked for."""

    def __init__(self) -> None:
        super().__init__(
            "The bot is restarting and could not finish this. `/leaderboard` shows whether a score was counted; "
            "if not, please try again in a minute."
        )


class Unavailable(LeaderboardError):
    """The database did not answer, or lost a race too often. Trying again may help."""

    def __init__(self) -> None:
        super().__init__(
            "The leaderboard cannot reach its records right now. Please try again in a minute; "
            "`/leaderboard` shows whether a score was counted."
        )
