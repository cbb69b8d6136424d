"""The settings of a server, and the names of its members."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings that admins of a server chose.

    Attributes:
        time_zone: an IANA name; weeks begin on Monday 00:00 in this zone.
        admin_role_id: members with this role are admins; None for no such role.
    """

    time_zone: str = "UTC"
    admin_role_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlayerName:
    """A player: the user's Discord id, and the name in the server as last seen, not escaped."""

    discord_id: int
    name: str
