"""The bot's messages as users see them, and the bot's answers to one interaction."""

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
    """A message with all edits applied; if it is ephemeral, only ``to`` sees it.

    ``allowed_mentions`` has one entry for each request that wrote the message; a deferral has none.
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
        """The labels of the message's buttons."""
        return [part["label"] for part in walk(self.components) if "label" in part]

    @property
    def text(self) -> str:
        """All readable text of the message, one text per line."""
        labels = [part.get(key) for part in walk(self.components) for key in ("content", "placeholder", "label")]
        texts = [self.content, *(text for embed in self.embeds for text in embed_texts(embed)), *labels]
        return "\n".join(readable(text) for text in texts if text)

    def edit(self, body: JSON, files: dict[str, bytes]) -> None:
        """Change the parts that the request names, but never who sees the message. Raise Refused as Discord would."""
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
    """Return a message by the bot as a request creates it. Raise Refused as Discord would."""
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
    """The bot's answers so far to one interaction of a user.

    ``source`` is the message with the clicked button, ``original`` the message that Discord calls the original
    response. ``messages`` are the messages that the bot wrote in this reply and has not deleted. ``attempts`` are the
    acknowledgements that the bot has tried to send, ``refusals`` the reasons why Discord refused some.
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
        """The type of the acknowledgement: 4 message, 5 deferral, 6 deferred update, 7 update, 8 choices, 9 modal."""
        assert self.callback is not None, self._missed("an acknowledgement")
        return int(self.callback["type"])

    @property
    def deferred(self) -> bool:
        return self.type in (5, 6)

    @property
    def final(self) -> Message:
        """The message that the bot wrote last; while the reply is deferred, the loading message."""
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
        """All readable text of all messages of the reply."""
        return "\n".join(message.text for message in self.messages)

    async def acknowledged(self) -> Reply:
        """Wait until Discord accepts an acknowledgement; raise AssertionError as soon as it refuses one instead."""

        def tried() -> bool:
            return self.callback is not None or bool(self.refusals)

        await until(tried, UNTIL_IT_HANGS, lambda: self._missed("an acknowledgement"))
        assert self.callback is not None, self._missed("an acknowledgement")
        return self

    async def finished(self, messages: int = 1) -> Reply:
        """Wait until the reply has this many messages that are not loading."""

        def enough() -> bool:
            return sum(not message.loading for message in self.messages) >= messages

        await until(enough, UNTIL_IT_HANGS, lambda: self._missed(f"{messages} finished message(s)"))
        return self

    def write(self, body: JSON, files: dict[str, bytes], bot: User) -> Message:
        """Add a message by the bot; a loading message may be empty. Raise Refused as Discord would."""
        data = written(body, files, bot)
        data |= {"type": 20, "channel_id": self.interaction["channel_id"], "webhook_id": str(bot.id)}
        pings = [] if data["flags"] & LOADING else [body.get("allowed_mentions")]
        message = Message(data, self.user, self.guild, pings, files)
        self.messages.append(message)
        return message

    def rewrite(self, message: Message, body: JSON, files: dict[str, bytes]) -> Message:
        """Edit a message, which then belongs to the reply. Raise Refused as Discord would."""
        message.edit(body, files)
        if message not in self.messages:
            self.messages.append(message)
        return message

    def _missed(self, what: str) -> str:
        return f"{what} in {self}"
