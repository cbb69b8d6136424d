"""Posts: messages in channels that show data from the database, and follow its changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft(Generic[T]):
    """What a post should say at present.

    Attributes:
        guild_id: the server.
        event_id: the event of the post; posts of one event are refreshed together.
        channel_id: the channel; None for none, while the server has these posts switched off.
        content: the contents of the post.
        is_news: whether to post it; if not, only an existing post is updated.
        not_before: the earliest time for posting, in UTC; None for no such time.
        not_older_than: a message posted by this time, in UTC, or in another channel is replaced by a new one at the
            bottom of the channel; None for a message that stays in its place.
        again_at: when to check the post again, in UTC, even without a change; None for never.
        news_at: when the news happened, in UTC; a message from before that comes again if somebody has deleted it; None
            for a message that stays deleted.
    """

    guild_id: int
    event_id: int
    channel_id: int | None
    content: T
    is_news: bool = True
    not_before: datetime | None = None
    not_older_than: datetime | None = None
    again_at: datetime | None = None
    news_at: datetime | None = None

    def replaces(self, post: "Post") -> bool:
        """Tell whether a new message should replace the existing one."""
        if self.channel_id is None or self.not_older_than is None:
            return False
        return post.channel_id != self.channel_id or post.posted_at is None or post.posted_at <= self.not_older_than

    def has_news_since(self, post: "Post") -> bool:
        """Tell whether the news happened after the existing message was posted."""
        return self.news_at is not None and post.posted_at is not None and post.posted_at < self.news_at


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it was last sent.

    Attributes:
        post_id: the key of its row.
        channel_id: the channel in which it is, or was last tried.
        message_id: the id of the message; None if Discord may not have accepted it.
        nonce: the number by which Discord recognizes a message that it has already accepted.
        digest: the digest of the message's contents; None if they are unknown.
        posted_at: when the message was posted, in UTC; None if none was.
    """

    post_id: int
    channel_id: int
    message_id: int | None
    nonce: int
    digest: str | None
    posted_at: datetime | None
