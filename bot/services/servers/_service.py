"""What admins set for their server."""

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import GuildSettings
from bot.domain.clock import Clock
from bot.domain.servers import ServerSettings
from bot.domain.time_zones import time_zone_of
from bot.services.servers._authority import Actor, begin_action, load_settings, record, require_admin


class SettingsService:
    """Shows and changes the settings of a server: its time zone and its admin role."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, actor: Actor) -> ServerSettings:
        """Return the settings of the actor's server."""

        def work(session: Session) -> ServerSettings:
            require_admin(session, actor)
            return load_settings(session, actor.guild_id)

        return await self._database.read(work)

    async def change(
        self, actor: Actor, *, time_zone: str | None = None, admin_role_id: int | None = None
    ) -> ServerSettings:
        """Change the given settings.

        Args:
            actor: the admin.
            time_zone: its IANA name, a city, a country or an abbreviation; from now on weeks begin on Monday 00:00
                there.
            admin_role_id: the role whose members are admins; the server's own id (its everyone role) means no role.

        Raises:
            InvalidSetting: the time zone means nothing, or several.
        """

        def work(session: Session) -> ServerSettings:
            begin_action(session, actor)
            row = session.get(GuildSettings, actor.guild_id)
            if row is None:
                row = GuildSettings(guild_id=actor.guild_id, time_zone=ServerSettings().time_zone)
                session.add(row)
            if time_zone is not None:
                row.time_zone = time_zone_of(time_zone)
            if admin_role_id is not None:
                row.admin_role_id = None if admin_role_id == actor.guild_id else admin_role_id
            detail = f"time zone: {row.time_zone}, admin role: {row.admin_role_id}"
            record(session, actor, "settings", detail, at=self._clock())
            return ServerSettings(row.time_zone, row.admin_role_id)

        return await self._database.write(work)
