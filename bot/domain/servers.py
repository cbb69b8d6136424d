"""Servers: what admins choose, and what members are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What admins of a server chose.

    Attributes:
        time_zone: IANA name; weeks begin on Monday 00:00 there.
        admin_role_id: members with this role are admins; None for none.
    """

    time_zone: str = "UTC"
    admin_role_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlayerName:
    """A player: Discord's id of the user, and the name last seen, not yet escaped."""

    discord_id: int
    name: str
