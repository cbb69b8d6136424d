"""Roles that an event awards to its best players."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.events import EventInfo
from bot.domain.standings import Standing

MOST_AWARDED = 1_000
"""The most players of an event who get its roles."""
TOP = 3


class Award(StrEnum):
    """Which players of the overall board get a role."""

    FIRST = "first"
    TOP_THREE = "top three"
    ELO = "elo"
    """All players with at least a certain event Elo."""
    NOBODY = "nobody"
    """Nobody any more: players who have it from the bot lose it."""

    def goes_to(self, standing: Standing, elo: int | None) -> bool:
        """Tell whether a player of the overall board gets the role; `elo` is the Elo that `ELO` requires."""
        if standing.rank is None or standing.elo is None:
            return False
        if self is Award.ELO:
            return elo is not None and standing.elo >= elo
        return standing.rank <= {Award.FIRST: 1, Award.TOP_THREE: TOP}.get(self, 0)


@dataclass(frozen=True, slots=True)
class RoleAward:
    """The award of a role in an event.

    Attributes:
        role_id: Discord's id of the role.
        elo: the event Elo that `Award.ELO` requires; None for other awards.
    """

    event: EventInfo
    role_id: int
    award: Award
    elo: int | None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role to give to a player, or to take.

    Attributes:
        award_id: the key of the award.
        discord_id: the player.
        gives: whether to give the role; False to take it.
        keeps: whether the player keeps the role, because another event awards it to them too.
    """

    award_id: int
    role_id: int
    discord_id: int
    gives: bool
    keeps: bool = False
