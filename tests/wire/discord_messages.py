"""The bot's messages as users see them, and what a bot has answered to one interaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.patience import UNTIL_IT_HANGS
from tests.readable import readable

from .discord_limits import COMPONENTS, check_message, embed_texts, walk
from .discord_people import JSON, Guild, User, snowflake
from .waiting import until

EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
_PARTS: Final = ("content", "embeds", "components")


@dataclass(slots=True, eq=False, repr=False)
class Message:
    """A message as it stands now, edits included; if it is ephemeral, only ``to`` sees it.

    ``allowed_mentions`` are those of each request that wrote it, which for a deferral say nothing yet.
    """

    data: JSON
    to: User
    guild: Guild | None
    allowed_mentions: list[JSON | None] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Message flags={self.data['flags']} {self.text!r}>"

    @property
    def channel_id(self) -> int:
        return int(self.data["channel_id"])

    @property
    def content(self) -> str:
        return str(self.data["content"])

    @property
    def embeds(self) -> list[JSON]:
        return list(self.data["embeds"])

    @property
    def components(self) -> list[JSON]:
        return list(self.data["components"])

    @property
    def ephemeral(self) -> bool:
        return bool(self.data["flags"] & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.data["flags"] & LOADING)

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons."""
        return [part["label"] for part in walk(self.components) if "label" in part]

    @property
    def text(self) -> str:
        """All that can be read in the message, one text a line."""
        labels = [part.get(key) for part in walk(self.components) for key in ("content", "placeholder", "label")]
        texts = [self.content, *(text for embed in self.embeds for text in embed_texts(embed)), *labels]
        return "\n".join(readable(text) for text in texts if text)

    def edit(self, body: JSON, files: dict[str, bytes]) -> None:
        """Changes what the request names and nothing else: never who sees the message. Raises Refused."""
        new: JSON = {part: body[part] or type(self.data[part])() for part in _PARTS if part in body}
        if "attachments" in body:
            kept = {str(attachment["id"]) for attachment in body["attachments"]}
            old = [attachment for attachment in self.data["attachments"] if attachment["id"] in kept]
            new["attachments"] = old + attachments(files)
        new["flags"] = self.data["flags"] & ~LOADING | (body.get("flags") or 0) & COMPONENTS
        check_message(self.data | new)
        self.data |= new | {"edited_timestamp": _now()}
        self.files |= files
        self.allowed_mentions.append(body.get("allowed_mentions"))


def _now() -> str:
    return datetime.now(UTC).isoformat()


def written(body: JSON, files: dict[str, bytes], bot: User) -> JSON:
    """A message of the bot's as it stands right after the request that wrote it. Raises Refused."""
    data: JSON = {
        "id": str(snowflake()),
        "type": 0,
        "author": bot.payload(),
        "application_id": str(bot.id),
        "timestamp": _now(),
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "flags": body.get("flags") or 0,
        "content": body.get("content") or "",
        "embeds": body.get("embeds") or [],
        "components": body.get("components") or [],
        "attachments": attachments(files),
        "tts": False,
        "pinned": False,
    }
    if not data["flags"] & LOADING:
        check_message(data)
    return data


def attachments(files: dict[str, bytes]) -> list[JSON]:
    urls = {name: f"https://cdn.invalid/{name}" for name in files}
    return [
        {"id": str(snowflake()), "filename": name, "size": len(files[name]), "url": url, "proxy_url": url}
        for name, url in urls.items()
    ]


@dataclass(slots=True, eq=False, repr=False)
class Reply:
    """What the bot has answered so far to one interaction of a user's.

    ``source`` is the message whose button was pressed; ``original`` what Discord calls the original response;
    ``messages`` are those that the reply wrote and that are not deleted; ``attempts`` the acknowledgements that the bot
    has tried, and ``refusals`` why some were not taken.
    """

    interaction: JSON
    user: User
    guild: Guild | None
    source: Message | None
    acknowledge_within: float
    delivered_at: float = 0.0
    callback: JSON | None = None
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)
    attempts: list[JSON] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Reply to {self.interaction['data']}: {self.messages}, refused {self.refusals}>"

    @property
    def id(self) -> int:
        return int(self.interaction["id"])

    @property
    def type(self) -> int:
        """4 for a message, 5 deferred, 6 update deferred, 7 update, 8 choices, 9 modal."""
        assert self.callback is not None, self._missed("an acknowledgement")
        return int(self.callback["type"])

    @property
    def deferred(self) -> bool:
        return self.type in (5, 6)

    @property
    def final(self) -> Message:
        """The message that the bot wrote last; while the reply is deferred, the loading one."""
        assert self.messages, self._missed("a message")
        return self.messages[-1]

    @property
    def ephemeral(self) -> bool:
        return self.final.ephemeral

    @property
    def content(self) -> str:
        return self.final.content

    @property
    def embeds(self) -> list[JSON]:
        return self.final.embeds

    @property
    def components(self) -> list[JSON]:
        return self.final.components

    @property
    def text(self) -> str:
        """All that can be read in all messages of the reply."""
        return "\n".join(message.text for message in self.messages)

    async def acknowledged(self) -> Reply:
        """Waits until Discord has taken an acknowledgement; AssertionError as soon as it refuses one instead."""

        def tried() -> bool:
            return self.callback is not None or bool(self.refusals)

        await until(tried, UNTIL_IT_HANGS, lambda: self._missed("an acknowledgement"))
        assert self.callback is not None, self._missed("an acknowledgement")
        return self

    async def finished(self, messages: int = 1) -> Reply:
        """Waits until so many messages are there and not loading any more."""

        def enough() -> bool:
            return sum(not message.loading for message in self.messages) >= messages

        await until(enough, UNTIL_IT_HANGS, lambda: self._missed(f"{messages} finished message(s)"))
        return self

    def write(self, body: JSON, files: dict[str, bytes], bot: User) -> Message:
        """Adds a message of the bot's; a loading one may be empty. Raises Refused."""
        data = written(body, files, bot)
        data |= {"type": 20, "channel_id": self.interaction["channel_id"], "webhook_id": str(bot.id)}
        pings = [] if data["flags"] & LOADING else [body.get("allowed_mentions")]
        message = Message(data, self.user, self.guild, pings, files)
        self.messages.append(message)
        return message

    def rewrite(self, message: Message, body: JSON, files: dict[str, bytes]) -> Message:
        """Edits a message, which becomes one of the reply's. Raises Refused."""
        message.edit(body, files)
        if message not in self.messages:
            self.messages.append(message)
        return message

    def _missed(self, what: str) -> str:
        return f"{what} in {self}"
