"""The settings of a server, and the names of its members."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain.clock import instants_at, local_time
from bot.domain.jobs import JobKind
from bot.domain.rules import Attendance, Method
from bot.errors import NotATimeOfDay

GREATEST_ID = 2**63 - 1
"""The greatest id: no Discord id is greater, and no column holds more."""
GRACE_MINUTES = 120
LONGEST_GRACE_MINUTES = 6 * 24 * 60
"""The longest grace, so that a week is closed before the next one ends."""


_CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.h]([0-5][0-9])?)?", re.IGNORECASE)


def minute_of_day(text: str) -> int:
    """Parse a time of day such as `22:00`, `8` or `8:30`; return the minute of the day, 0 to 1439.

    Raises:
        NotATimeOfDay: the text has another form.
    """
    if written := _CLOCK_TIME.fullmatch(text.strip()):
        return 60 * int(written[1]) + int(written[2] or 0)
    raise NotATimeOfDay(text)


def is_former(discord_id: int) -> bool:
    """Tell whether a value in place of a Discord id is the number of an erased user."""
    return discord_id < 0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The daily period in which nothing is announced, perhaps past midnight.

    Attributes:
        since: the first minute of the day, 0 to 1439, in the time zone of the server.
        until: the minute of the day at which it ends, different from `since`.
    """

    since: int
    until: int

    def __str__(self) -> str:
        return " to ".join(f"{minute // 60}:{minute % 60:02}" for minute in (self.since, self.until))

    def end(self, now: datetime, zone: str) -> datetime | None:
        """Return when the quiet hours around an aware instant end, in UTC; None outside of quiet hours."""
        local = local_time(now, zone)
        if not self._has(local):
            return None
        day = local.date() if _minute(local) < self.until else local.date() + timedelta(days=1)
        ends = instants_at(datetime.combine(day, time(*divmod(self.until, 60))), zone)
        return next((one for one in ends if one > now and not self._has(local_time(one, zone))), None)

    def _has(self, local: datetime) -> bool:
        minute = _minute(local)
        if self.since < self.until:
            return self.since <= minute < self.until
        return minute >= self.since or minute < self.until


def _minute(local: datetime) -> int:
    return 60 * local.hour + local.minute


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings that admins of a server chose.

    Attributes:
        time_zone: an IANA name; weeks begin on Monday 00:00 in this zone.
        admin_role_id: the role whose members are admins; None for no such role.
        closes_weeks: whether weeks close automatically.
        grace_minutes: how many minutes after its end a week closes automatically, 0 to `LONGEST_GRACE_MINUTES`.
        announcement_channel_id: the channel for results and records; None for none.
        review_channel_id: the channel, for admins only, that shows held scores; None for none.
        quiet_hours: the hours without announcements; None for none.
        method: the method of new events.
        attendance: the attendance of new events.
    """

    time_zone: str = "UTC"
    admin_role_id: int | None = None
    closes_weeks: bool = False
    grace_minutes: int = GRACE_MINUTES
    announcement_channel_id: int | None = None
    review_channel_id: int | None = None
    quiet_hours: QuietHours | None = None
    method: Method = Method.CLASSIC
    attendance: Attendance = Attendance.ZERO

    @property
    def grace(self) -> timedelta:
        """How long after its end a week closes automatically."""
        return timedelta(minutes=self.grace_minutes)


class Trouble(StrEnum):
    """The reasons why the bot cannot do what a server has switched on, and other matters for its admins."""

    CHANNEL_GONE = "channel gone"
    CHANNEL_CLOSED = "channel closed"
    """The bot may not see the channel, or not write there."""
    SCORE_HELD = "score held"
    """Scores wait for an admin. This is not Discord's doing, but admins have to know it too."""
    ROLES_CLOSED = "roles closed"
    """The bot may not manage roles."""
    ROLE_ABOVE = "role above"
    """The role is above the bot's highest role."""
    ROLE_GONE = "role gone"
    OWNER_WITHOUT_2FA = "owner has no 2fa"
    """The server requires two-factor authentication of moderators, and a bot has that only if its owner's account
    does."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A matter that admins have to know: a feature of their server does not work, or scores wait.

    Attributes:
        kind: the kind of job that is affected.
        place_id: Discord's id of the affected channel or role.
        waiting: for a notice about held scores, how many wait.
    """

    kind: JobKind
    trouble: Trouble
    place_id: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SettingsReport:
    """The settings of a server, and their effects.

    Attributes:
        next_close: when weeks next close automatically, in UTC; None if they do not, or if the close was given up.
        has_failed: whether the last close failed, at least in part.
        notices: the settings that do not work, the earliest notice first.
        is_changed: whether the admin's command has changed a setting.
    """

    settings: ServerSettings
    next_close: datetime | None
    has_failed: bool
    notices: tuple[Notice, ...] = ()
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class PlayerName:
    """A player: the user's Discord id, and the name in the server as last seen, not escaped.

    A former player, whom nobody can name any more, has a negative number in place of the id.
    """

    discord_id: int
    name: str


@dataclass(frozen=True, slots=True)
class NewMember:
    """A player to add to a server.

    Attributes:
        username: the unique user name, cleaned.
        name: the name in the server, cleaned.
        withdrawn_at: when the player was withdrawn there, in UTC; None for a player who takes part.
    """

    discord_id: int
    username: str
    name: str
    withdrawn_at: datetime | None = None
