"""Give and take the roles that events award, and check who may have one awarded."""

import logging
import time
from dataclasses import replace
from typing import Any

from discord import Client, Forbidden, Interaction, Member, NotFound, Role

from bot.cogs._pace import Pace
from bot.domain.jobs import Claim
from bot.domain.roles import RoleChange
from bot.domain.servers import Trouble
from bot.errors import BotLacksManageRoles, RoleAboveAdmin, RoleAboveBot, RoleNotGivable
from bot.services.roles import RoleService

UNKNOWN_ROLE = 10011
"""Discord's error code for a role that somebody has deleted."""
NEEDS_2FA = 60003
"""Its error code where moderators need two-factor authentication, and the account that owns the bot has none."""
LONGEST_SECONDS = 20.0
"""After so long a job notes what it has done and leaves the rest to the next claim: Discord takes few changes of roles
in a server at a time, and a job whose lease has ended notes nothing."""
REASON = "awarded by the leaderboard"
"""What the audit log of a server says of it."""

logger = logging.getLogger(__name__)


class RoleKeeper:
    """Does the jobs of roles."""

    def __init__(self, client: Client, roles: RoleService, pace: Pace) -> None:
        """Give as `client`, which is logged in, at a `pace`; ask `roles` what to give and take."""
        self._client = client
        self._roles = roles
        self._pace = pace

    async def do(self, claim: Claim) -> None:
        """Give and take what the server of a job awards now.

        Raises:
            ClaimLost: the job is no longer this process's.
            Unavailable: the database did not answer.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord did not take it this time.
        """
        began_at = time.monotonic()
        changes = await self._roles.plan(claim.key)
        if not changes:
            await self._roles.note(claim, (), is_all=True)
            return
        done: list[RoleChange] = []
        for change in changes:
            if done and time.monotonic() - began_at >= LONGEST_SECONDS:
                break
            try:
                trouble = await self._change(int(claim.key), change)
            except NotFound:
                done.append(replace(change, is_absent=True))
                continue
            if trouble is not None:
                logger.warning("server %s: role %d: %s", claim.key, change.role_id, trouble)
                await self._roles.give_up(claim, done, change, trouble)
                return
            done.append(change)
        # What is left, and what was awarded meanwhile, comes with the next claim.
        await self._roles.note(claim, done, is_all=False)

    async def _change(self, guild_id: int, change: RoleChange) -> Trouble | None:
        """Give or take a role; return why the bot may not.

        Raises:
            discord.NotFound: the player has left the server.
        """
        if change.keeps:
            return None
        request = self._client.http.add_role if change.gives else self._client.http.remove_role
        await self._pace.wait()
        try:
            await request(guild_id, change.discord_id, change.role_id, reason=REASON)
        except NotFound as error:
            if error.code != UNKNOWN_ROLE:
                raise
            return Trouble.ROLE_GONE
        except Forbidden as error:
            if error.code == NEEDS_2FA:
                return Trouble.OWNER_WITHOUT_2FA
            guild = self._client.get_guild(guild_id)
            may_manage = guild is not None and guild.me.guild_permissions.manage_roles
            return Trouble.ROLE_ABOVE if may_manage else Trouble.ROLES_CLOSED
        return None


def check_awardable(interaction: Interaction[Any], role: Role) -> None:
    """Check that both the bot and the admin may give a role: else an admin could award themselves any.

    Raises:
        RoleNotGivable: one of them may not.
    """
    if role.is_default() or role.managed:
        raise RoleNotGivable(role.id)
    if not interaction.app_permissions.manage_roles:
        raise BotLacksManageRoles(role.id)
    if role >= role.guild.me.top_role:
        raise RoleAboveBot(role.id)
    user = interaction.user
    is_owner = user.id == role.guild.owner_id
    stands_above = isinstance(user, Member) and interaction.permissions.manage_roles and role < user.top_role
    if not (is_owner or stands_above):
        raise RoleAboveAdmin(role.id)
