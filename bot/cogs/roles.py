"""Give and take the roles that events award, and check which roles an admin may award."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from discord import Client, Forbidden, Interaction, Member, NotFound, Role

from bot.cogs._channels import check_known
from bot.cogs._pace import Pace
from bot.domain.jobs import Claim
from bot.domain.roles import RoleChange
from bot.domain.servers import Trouble
from bot.errors import BotLacksManageRoles, RoleAboveAdmin, RoleAboveBot, RoleNotGivable
from bot.services.roles import RoleService

UNKNOWN_ROLE = 10011
"""Discord's error code for a deleted role."""
MISSING_PERMISSIONS = 50013
"""Discord's error code for a right that the bot lacks in a server that it is in."""
NEEDS_2FA = 60003
"""Discord's error code for a server that requires two-factor authentication, which the bot's owner has not set up."""
LONGEST_SECONDS = 20.0
"""How long a job runs before it stores its progress and leaves the rest to the next claim. Discord allows few role
changes in a server at a time, and a job whose lease has ended cannot store anything."""
REASON = "awarded by the leaderboard"
"""The reason in a server's audit log for giving or taking a role."""

logger = logging.getLogger(__name__)


class RoleKeeper:
    """Runs the jobs that give and take roles."""

    def __init__(self, client: Client, roles: RoleService, pace: Pace) -> None:
        """Act as the logged-in `client`, at a `pace`; `roles` says what to give and take."""
        self._client = client
        self._roles = roles
        self._pace = pace

    async def do(self, claim: Claim) -> None:
        """Give and take the roles that the server of a job currently awards.

        Raises:
            ClaimLost: this process no longer holds the claim.
            Unavailable: the database did not answer.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord did not accept a change this time.
        """
        began_at, above = time.monotonic(), dict[int, RoleChange]()
        while changes := await self._roles.plan(claim.key, above):
            done: list[RoleChange] = []
            for change in changes:
                if done and time.monotonic() - began_at >= LONGEST_SECONDS:
                    break
                if change.role_id in above:
                    continue
                trouble = await self._change(int(claim.key), change)
                if trouble is Trouble.ROLE_ABOVE:
                    # The bot may still manage the other roles.
                    above[change.role_id] = change
                elif trouble is not None:
                    await self._give_up(claim, done, change, trouble)
                    return
                else:
                    done.append(change)
            if done:
                # The next claim handles the rest, and what was awarded meanwhile.
                await self._roles.note(claim, done, is_all=False)
                return
        if above:
            await self._give_up(claim, (), next(iter(above.values())), Trouble.ROLE_ABOVE)
        else:
            await self._roles.note(claim, (), is_all=True)

    async def _give_up(self, claim: Claim, done: Sequence[RoleChange], refused: RoleChange, trouble: Trouble) -> None:
        logger.warning("server %s: role %d: %s", claim.key, refused.role_id, trouble)
        await self._roles.give_up(claim, done, refused, trouble)

    async def _change(self, guild_id: int, change: RoleChange) -> Trouble | None:
        """Give or take a role, unless the player has left the server; return the reason if the bot may not."""
        if change.keeps:
            return None
        request = self._client.http.add_role if change.gives else self._client.http.remove_role
        await self._pace.wait()
        try:
            await request(guild_id, change.discord_id, change.role_id, reason=REASON)
        except NotFound as error:
            return Trouble.ROLE_GONE if error.code == UNKNOWN_ROLE else None
        except Forbidden as error:
            if error.code == NEEDS_2FA:
                return Trouble.OWNER_WITHOUT_2FA
            guild = self._client.get_guild(guild_id)
            if guild is None and error.code == MISSING_PERMISSIONS:
                # Just after its start, the bot does not know its own roles yet; the next try names the trouble.
                raise
            may_manage = guild is not None and guild.me.guild_permissions.manage_roles
            return Trouble.ROLE_ABOVE if may_manage else Trouble.ROLES_CLOSED
        return None


def check_awardable(interaction: Interaction[Any], role: Role) -> None:
    """Check that both the bot and the admin may give a role, so that admins cannot award themselves any role.

    Raises:
        RoleNotGivable: one of them may not give it.
        Restarting: the bot does not know the roles of the server yet.
    """
    if role.is_default() or role.managed:
        raise RoleNotGivable(role.id)
    if not interaction.app_permissions.manage_roles:
        raise BotLacksManageRoles(role.id)
    check_known(interaction)
    if role >= role.guild.me.top_role:
        raise RoleAboveBot(role.id)
    user = interaction.user
    is_owner = user.id == role.guild.owner_id
    stands_above = isinstance(user, Member) and interaction.permissions.manage_roles and role < user.top_role
    if not (is_owner or stands_above):
        raise RoleAboveAdmin(role.id)
