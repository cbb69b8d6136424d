"""Export the data of users, and erase users."""

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
"""The lock key by which erasures wait for each other. No interaction has this id."""


class PrivacyService:
    """Gives users all data that is stored about them, in all servers, and erases them on request.

    An erasure keeps the scores under the name of a former player, so that nobody else's rank, field or rating changes.
    A random negative number replaces the user's id. No command or button can address that number, former players remain
    distinct, and a user who submits again is a new player.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def collect(self, discord_id: int, servers: Mapping[int, str]) -> PersonalData:
        """Return everything that is stored about a user; `servers` maps ids to names, as far as the bot knows them."""

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
        """Erase a user, all or nothing, and return how much was stored about them.

        This also deletes the records of the roles that the bot gave the user. A caller that can remove those roles does
        so first.

        Args:
            discord_id: Discord's id of the user.
            stand_in: the name that former players get.
            names: further names of the user, besides the stored ones.

        Raises:
            NothingStored: nothing is stored about the user; perhaps they have just been erased.
        """

        def work(session: Session) -> Footprint:
            wait_for_turn(session, ERASING)
            found = measure(session, discord_id)
            if found.is_empty:
                raise NothingStored
            erase(session, discord_id, names, stand_in, self._clock())
            return found

        return await self._database.write(work)
