"""The settings of a server, and the names of its members."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.jobs import JobKind

GREATEST_ID = 2**63 - 1
"""No id of Discord is greater, and no column holds more."""
GRACE_MINUTES = 120
LONGEST_GRACE_MINUTES = 6 * 24 * 60
"""A week is closed before the next one ends."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings that admins of a server chose.

    Attributes:
        time_zone: an IANA name; weeks begin on Monday 00:00 in this zone.
        admin_role_id: members with this role are admins; None for no such role.
        closes_weeks: whether weeks close by themselves.
        grace_minutes: how many minutes after its end a week closes by itself, 0 to `LONGEST_GRACE_MINUTES`.
    """

    time_zone: str = "UTC"
    admin_role_id: int | None = None
    closes_weeks: bool = False
    grace_minutes: int = GRACE_MINUTES

    @property
    def grace(self) -> timedelta:
        """How long after its end a week closes by itself."""
        return timedelta(minutes=self.grace_minutes)


class Trouble(StrEnum):
    """Why Discord does not let the bot do what a server has switched on."""

    CHANNEL_GONE = "channel gone"
    CHANNEL_CLOSED = "channel closed"
    """The bot may not see the channel, or not write there."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an admin has to know: something that the server has switched on does not work.

    Attributes:
        kind: what does not work.
        place_id: Discord's id of the channel that it is about.
        noted_at: when that was found out, in UTC.
    """

    kind: JobKind
    trouble: Trouble
    place_id: int
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class SettingsReport:
    """The settings of a server, and what comes of them.

    Attributes:
        next_close: when weeks close by themselves next, in UTC; None if they do not, or if that was given up.
        has_failed: whether the last close failed, in whole or in part.
        notices: what of the settings does not work, the earliest first.
    """

    settings: ServerSettings
    next_close: datetime | None
    has_failed: bool
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerName:
    """A player: the user's Discord id, and the name in the server as last seen, not escaped."""

    discord_id: int
    name: str


@dataclass(frozen=True, slots=True)
class NewMember:
    """A player to be made a member of a server.

    Attributes:
        username: the unique user name, clean.
        name: the name in the server, clean.
        withdrawn_at: when the player was withdrawn there, in UTC; None for one who takes part.
    """

    discord_id: int
    username: str
    name: str
    withdrawn_at: datetime | None = None
