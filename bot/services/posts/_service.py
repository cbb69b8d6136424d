"""Store the state of posts before and after each request to Discord."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.posts import Draft, Post
from bot.domain.servers import Trouble
from bot.services.jobs import ClaimLost, find_job, finish, hold, postpone, schedule, schedule_all
from bot.services.servers import leave_notice

T = TypeVar("T")
NONCE_BITS = 63


class Source(Protocol, Generic[T]):
    """Supplies the contents of the posts of one kind."""

    async def draft(self, key: str) -> Draft[T] | None:
        """Return what a post currently says; None if its subject is gone."""

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        """Switch off these posts in a channel where Discord no longer accepts them.

        Returns:
            False if an admin has them posted elsewhere, or nowhere, meanwhile.
        """


class PostService:
    """Stores posts. The job with a post's kind and key sends the post, and calls this service between its requests.

    The job stores the nonce of a message before it sends the message. A retry after a lost answer therefore sends the
    same nonce, and Discord returns the message that it already has.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, kind: JobKind, key: str) -> Post | None:
        """Return a post; None if no message was ever about to be sent."""

        def work(session: Session) -> Post | None:
            row = _find(session, kind, key)
            return None if row is None else _describe(row)

        return await self._database.read(work)

    async def begin(self, claim: Claim, draft: Draft[object], channel_id: int, digest: str) -> Post:
        """Store that a new message with this digest is about to be sent to a channel; return its post, with the nonce.

        If Discord may already have taken a different message with this nonce, the digest of the returned post is None,
        so that the caller edits the message.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> Post:
            hold(session, claim)
            row = _find(session, claim.kind, claim.key)
            if row is None:
                row = models.Post(kind=claim.kind, key=claim.key, guild_id=draft.guild_id, event_id=draft.event_id)
                session.add(row)
            if row.message_id is not None or row.channel_id != channel_id:
                row.channel_id, row.message_id, row.digest = channel_id, None, digest
                row.nonce = secrets.randbits(NONCE_BITS)
            elif row.digest != digest:
                row.digest = None
            session.flush()
            return _describe(row)

        return await self._database.write(work)

    async def keep(self, claim: Claim, draft: Draft[object], post: Post, message_id: int, digest: str) -> bool:
        """Store that Discord has a message, and end the job.

        If another process has taken over the job, both may have sent the message with different contents. The bot then
        does not know what the message says, so it schedules the job again.

        Returns:
            False if the post has been removed, or sent anew elsewhere, meanwhile, so that nothing keeps the message up
            to date.
        """

        def work(session: Session) -> bool:
            try:
                _end(session, claim, draft)
                is_held = True
            except ClaimLost:
                is_held = False
            row = session.get(models.Post, post.post_id, with_for_update=True)
            if row is None or row.nonce != post.nonce:
                return False
            row.refreshed_at = self._clock()
            if row.message_id is None:
                row.message_id, row.posted_at = message_id, row.refreshed_at
            row.digest = digest if is_held else None
            if not is_held:
                schedule(session, claim.kind, claim.key, self._clock())
            return True

        return await self._database.write(work)

    async def end(self, claim: Claim, draft: Draft[object] | None) -> None:
        """End the job of a post that is up to date. `draft` is None if the subject of the post is gone.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """
        await self._database.write(lambda session: _end(session, claim, draft))

    async def wait(self, claim: Claim, until: datetime) -> None:
        """Postpone the job of a post.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """
        await self._database.write(lambda session: postpone(session, claim, until))

    async def give_up(
        self, claim: Claim, draft: Draft[object], channel_id: int, trouble: Trouble, source: Source[object]
    ) -> None:
        """Switch off posts that Discord refuses in a channel, and leave a notice for the admins of the server.

        If the posts have moved to another channel meanwhile, keep them on and schedule the job again.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            _end(session, claim, draft)
            if source.stop(session, draft.guild_id, claim.key, channel_id):
                leave_notice(session, draft.guild_id, claim.kind, trouble, channel_id, self._clock())
            else:
                schedule(session, claim.kind, claim.key, self._clock())

        await self._database.write(work)


def refresh_posts(
    session: Session, event_ids: Collection[int], now: datetime, *kinds: JobKind, keys: Collection[str] | None = None
) -> None:
    """Schedule a refresh of the posts about events, in the transaction that changes the events.

    Args:
        session: the transaction.
        event_ids: the keys of the events.
        now: when the posts are due.
        kinds: the kinds of posts to refresh; none means all kinds.
        keys: the keys of the posts to refresh; None means all keys.
    """
    posts = sa.select(models.Post.kind, models.Post.key).where(models.Post.event_id.in_(event_ids))
    if kinds:
        posts = posts.where(models.Post.kind.in_(kinds))
    if keys is not None:
        posts = posts.where(models.Post.key.in_(keys))
    schedule_all(session, [(row.kind, row.key) for row in session.execute(posts)], now)


def refresh_post(session: Session, kind: JobKind, key: str, now: datetime) -> None:
    """Schedule a refresh of one post if it exists or is scheduled."""
    if _find(session, kind, key) is not None or find_job(session, kind, key) is not None:
        schedule(session, kind, key, now)


def _end(session: Session, claim: Claim, draft: Draft[object] | None) -> None:
    """End a job or postpone it until its post is due again, in the transaction of its last effect."""
    if draft is None or draft.again_at is None:
        finish(session, claim)
    else:
        postpone(session, claim, draft.again_at)


def _find(session: Session, kind: JobKind, key: str) -> models.Post | None:
    return session.scalar(sa.select(models.Post).where(models.Post.kind == kind, models.Post.key == key))


def _describe(row: models.Post) -> Post:
    return Post(row.id, row.channel_id, row.message_id, row.nonce, row.digest, row.posted_at)
