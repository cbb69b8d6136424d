"""Roles that an event awards to its best players."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.standings import Standing

MOST_AWARDED = 1_000
"""No more players of an event get its roles."""
TOP = 3


class Award(StrEnum):
    """Who gets a role, by the overall board."""

    FIRST = "first"
    TOP_THREE = "top three"
    ELO = "elo"
    """Whoever has a certain event Elo, or more."""
    NOBODY = "nobody"
    """Nobody any more: whoever has it from the bot loses it."""

    def goes_to(self, standing: Standing, elo: int | None) -> bool:
        """Tell whether a player of the overall board gets the role; `elo` is that of `ELO`."""
        if standing.rank is None or standing.elo is None:
            return False
        if self is Award.ELO:
            return elo is not None and standing.elo >= elo
        return standing.rank <= {Award.FIRST: 1, Award.TOP_THREE: TOP}.get(self, 0)


@dataclass(frozen=True, slots=True)
class RoleAward:
    """What an event does with a role.

    Attributes:
        role_id: Discord's id of the role.
        elo: the event Elo that `Award.ELO` asks for; else None.
    """

    event: EventInfo
    role_id: int
    award: Award
    elo: int | None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role to be given to a player, or taken.

    Attributes:
        award_id: the key of the award.
        discord_id: the player.
        gives: False to take it.
        keeps: whether a player from whom it is taken keeps it, since another event awards it to them too.
        is_absent: whether the player turned out to be in the server no more.
    """

    award_id: int
    role_id: int
    discord_id: int
    gives: bool
    keeps: bool = False
    is_absent: bool = False
