"""Hand over what is stored about a user, and erase users."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.dialect import wait_for_turn
from bot.database.streams import Streams, compute_aside
from bot.domain.clock import Clock
from bot.domain.privacy import Footprint, PersonalData
from bot.errors import NothingStored
from bot.services.privacy._erasure import erase, measure
from bot.services.privacy._file import PersonalFile

ERASING = -1
"""Erasures wait for each other by this key, which no interaction has."""


class PrivacyService:
    """Tells users all that is stored about them, in all servers, and erases them on request.

    An erasure keeps the scores, as those of a former player, so that nobody else's rank, field or rating changes. It
    replaces the user's id by a random number below 0: no command and no button can name that, several former players
    stay apart, and whoever submits again is new.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def collect(self, discord_id: int, servers: Mapping[int, str]) -> PersonalData:
        """Return all that is stored about a user; `servers` are the names of servers, as far as they are known."""

        def work(session: Session) -> PersonalData:
            footprint = measure(session, discord_id)
            if footprint.is_empty:
                return PersonalData(footprint, "", b"")

            def write(streams: Streams) -> tuple[str, bytes]:
                return PersonalFile(streams, discord_id, servers, self._clock()).write()

            return PersonalData(footprint, *compute_aside(session, write))

        return await self._database.read(work)

    async def measure(self, discord_id: int) -> Footprint:
        """Return how much is stored about a user."""
        return await self._database.read(lambda session: measure(session, discord_id))

    async def erase(self, discord_id: int, stand_in: str, names: Collection[str] = ()) -> Footprint:
        """Erase a user, all or nothing, and return how much there was about them.

        The roles that the bot has given are forgotten with the rest: who can take them away does so before.

        Args:
            discord_id: Discord's id of the user.
            stand_in: what former players are called.
            names: what the user is called besides what is stored.

        Raises:
            NothingStored: nothing is stored about the user, perhaps since they have just been erased.
        """

        def work(session: Session) -> Footprint:
            wait_for_turn(session, ERASING)
            found = measure(session, discord_id)
            if found.is_empty:
                raise NothingStored
            erase(session, discord_id, names, stand_in, self._clock())
            return found

        return await self._database.write(work)
