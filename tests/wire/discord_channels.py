"""The messages and roles that a bot changes in the stub of Discord. A repeated nonce adds no second message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .discord_limits import Form, Refused
from .discord_messages import Message, written
from .discord_people import JSON, MANAGE_ROLES, Guild, User


@dataclass(slots=True, eq=False)
class Channels:
    """The channels and their messages.

    ``deleted`` holds the ids of deleted channels, ``closed`` those of channels where the bot may not write.
    ``archived`` holds the ids of archived threads: nobody can change a message there before somebody opens the thread
    or writes in it.
    """

    bot: User
    guilds: Mapping[int, Guild]
    messages: list[Message] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    archived: set[int] = field(default_factory=set)
    _nonces: dict[tuple[int, str], Message] = field(default_factory=dict)

    def send(self, channel_id: int, body: JSON, files: dict[str, bytes]) -> Message:
        """Add a message, unless one with the same nonce exists. Raise Refused as Discord would."""
        guild = self._open(channel_id)
        self.archived.discard(channel_id)
        nonce = channel_id, str(body.get("nonce"))
        form = Form()
        form.text(nonce[1], "nonce", 25)
        form.refuse_if_wrong()
        if body.get("enforce_nonce") and nonce in self._nonces:
            return self._nonces[nonce]
        data = written(body, files, self.bot) | {"channel_id": str(channel_id), "nonce": body.get("nonce")}
        message = Message(data, self.bot, guild, [body.get("allowed_mentions")], files)
        self.messages.append(message)
        self._nonces[nonce] = message
        return message

    def find(self, channel_id: int, message_id: str) -> Message:
        """Return a message; raise Refused if it does not exist."""
        self._open(channel_id)
        if channel_id in self.archived:
            raise Refused(400, 50083, "Thread is archived")
        found = [one for one in self.messages if (one.channel_id, one.data["id"]) == (channel_id, message_id)]
        if not found:
            raise Refused(404, 10008, "Unknown Message")
        return found[0]

    def change(self, channel_id: int, body: JSON) -> JSON:
        """Reopen a thread. Raise Refused as Discord would."""
        self._open(channel_id)
        assert body == {"archived": False}
        self.archived.discard(channel_id)
        return {"id": str(channel_id)}

    def _open(self, channel_id: int) -> Guild:
        guilds = {channel.id: guild for guild in self.guilds.values() for channel in (guild.channel, guild.news)}
        if channel_id not in guilds or channel_id in self.deleted:
            raise Refused(404, 10003, "Unknown Channel")
        if channel_id in self.closed:
            raise Refused(403, 50001, "Missing Access")
        return guilds[channel_id]


@dataclass(slots=True, eq=False)
class Members:
    """The roles of members, as pairs of a role's id and a user's id.

    The users in ``left`` are not members any more. ``asks_for_2fa`` says that moderators need two-factor authentication
    to change roles.
    """

    guilds: Mapping[int, Guild]
    have: set[tuple[int, int]] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    asks_for_2fa: bool = False
    deleted: set[int] = field(default_factory=set)

    def change(self, guild_id: int, user_id: int, role_id: int, *, gives: bool) -> None:
        """Give or take a role, and check the bot's permissions as Discord does. Raise Refused as Discord would."""
        guild = self.guilds[guild_id]
        roles = {role.id: role for role in guild.roles if role.id not in self.deleted}
        if role_id not in roles:
            raise Refused(404, 10011, "Unknown Role")
        if self.asks_for_2fa:
            raise Refused(403, 60003, "Two factor is required for this operation")
        own = guild.bot_role
        if own is None or not own.permissions & MANAGE_ROLES or own.position <= roles[role_id].position:
            raise Refused(403, 50013, "Missing Permissions")
        if user_id in self.left:
            raise Refused(404, 10007, "Unknown Member")
        (self.have.add if gives else self.have.discard)((role_id, user_id))
