"""Posts: messages in channels that say what the database says, however often that changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft(Generic[T]):
    """What a post is to say now.

    Attributes:
        guild_id: the server.
        event_id: the event that it is about; its posts are refreshed together.
        channel_id: where it is posted; None for nowhere, while the server has that switched off.
        content: what it says.
        is_news: whether it is worth posting; if not, only a post that is there already says it.
        not_before: when it may be posted, in UTC; None for now.
        not_older_than: a message that came until then, in UTC, or is in another channel, is taken down, and comes anew
            as the latest of its channel; None for one that stays where it is.
        again_at: when to look at it again, in UTC, though nobody has changed anything by then; None for never.
    """

    guild_id: int
    event_id: int
    channel_id: int | None
    content: T
    is_news: bool = True
    not_before: datetime | None = None
    not_older_than: datetime | None = None
    again_at: datetime | None = None

    def replaces(self, post: "Post") -> bool:
        """Tell whether a message takes the place of the one that is there."""
        if self.channel_id is None or self.not_older_than is None:
            return False
        return post.channel_id != self.channel_id or post.posted_at is None or post.posted_at <= self.not_older_than


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it was last sent.

    Attributes:
        post_id: the key of its row.
        channel_id: where it is, or was last tried.
        message_id: the message; None if Discord is not known to have taken it.
        nonce: by which Discord knows a message that it has taken already.
        digest: of what the message says; None if that is not known.
        posted_at: when the message came, in UTC; None if none did.
    """

    post_id: int
    channel_id: int
    message_id: int | None
    nonce: int
    digest: str | None
    posted_at: datetime | None
