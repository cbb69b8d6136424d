"""The users and guilds of the stub Discord, with their documented JSON."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass, field
from typing import Any, Final

JSON = dict[str, Any]

MANAGE_SERVER: Final = 1 << 5
VIEW_CHANNEL: Final = 1 << 10
SEND_MESSAGES: Final = 1 << 11
MANAGE_ROLES: Final = 1 << 28
_DISCORD_EPOCH_MS: Final = 1_420_070_400_000
_increments = itertools.count()


def snowflake() -> int:
    """Return a new Discord id with the present time; test processes never share one."""
    milliseconds = int(time.time() * 1000) - _DISCORD_EPOCH_MS
    return milliseconds << 22 | (os.getpid() & 0x3FF) << 12 | next(_increments) & 0xFFF


@dataclass(frozen=True, slots=True)
class User:
    """A person with the same ``permissions`` (bits) and ``roles`` (ids) in every guild."""

    name: str
    permissions: int = 0
    roles: tuple[int, ...] = ()
    display_name: str | None = None
    is_bot: bool = False
    id: int = field(default_factory=snowflake)

    def payload(self) -> JSON:
        names: JSON = {"username": self.name, "global_name": self.display_name, "discriminator": "0"}
        return {"id": str(self.id), "avatar": None, "bot": self.is_bot, **names}

    def member_payload(self) -> JSON:
        """Return the JSON of a guild member without the user: permissions and roles in a guild."""
        joined: JSON = {"joined_at": "2026-01-05T00:00:00+00:00", "nick": None, "avatar": None, "flags": 0}
        roles = [str(role) for role in self.roles]
        return {"deaf": False, "mute": False, "permissions": str(self.permissions), "roles": roles, **joined}


@dataclass(frozen=True, slots=True)
class Role:
    """A role; a role with a higher ``position`` is above the others."""

    name: str
    position: int = 1
    permissions: int = 0
    id: int = field(default_factory=snowflake)

    def payload(self) -> JSON:
        colours: JSON = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        rights: JSON = {
            "permissions": str(self.permissions),
            "managed": False,
            "mentionable": False,
            "hoist": False,
            "flags": 0,
        }
        return {
            "id": str(self.id),
            "name": self.name,
            "position": self.position,
            "color": 0,
            "colors": colours,
            **rights,
        }


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    id: int = field(default_factory=snowflake)

    def payload(self) -> JSON:
        place: JSON = {"type": 0, "position": 0, "parent_id": None, "permission_overwrites": []}
        return {"id": str(self.id), "name": self.name, "permissions": "0", "nsfw": False, **place}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a user attaches, and the URL where the stub serves it."""

    url: str
    content: bytes
    id: int = field(default_factory=snowflake)

    def payload(self) -> JSON:
        places = {"url": f"{self.url}/{self.id}", "proxy_url": f"{self.url}/{self.id}"}
        return {"id": str(self.id), "filename": "scores.csv", "size": len(self.content), **places}


@dataclass(frozen=True, slots=True)
class Guild:
    """A server with its roles, a text channel for all interactions, and a channel for news.

    The bot may write in both channels; nobody else may read them. ``bot_role``, one of the roles, is the role of the
    bot.
    """

    name: str
    roles: tuple[Role, ...] = ()
    channel: Channel = field(default_factory=lambda: Channel("general"))
    news: Channel = field(default_factory=lambda: Channel("news"))
    owner: User = field(default_factory=lambda: User("landlord"))
    bot_role: Role | None = None
    id: int = field(default_factory=snowflake)

    def payload(self, bot: User) -> JSON:
        """Return GUILD_CREATE for a bot without privileged intents, which sees only itself among the members."""
        own = [] if self.bot_role is None else [str(self.bot_role.id)]
        may_write: JSON = {"id": str(bot.id), "type": 1, "allow": str(VIEW_CHANNEL | SEND_MESSAGES), "deny": "0"}
        levels = (
            "verification_level",
            "default_message_notifications",
            "explicit_content_filter",
            "mfa_level",
        )
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "roles": [role.payload() for role in (Role("@everyone", 0, id=self.id), *self.roles)],
            "channels": [one.payload() | {"permission_overwrites": [may_write]} for one in (self.channel, self.news)],
            "members": [{"user": bot.payload(), **bot.member_payload(), "roles": own}],
            "member_count": 100,
            "unavailable": False,
            "preferred_locale": "en-US",
            **dict.fromkeys(levels, 0),
            **{key: [] for key in ("emojis", "stickers", "features", "threads", "voice_states", "presences")},
        }
