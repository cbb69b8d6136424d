"""Store what the bot posts where, before and after each request to Discord."""

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
    """Tells what the posts of a kind say."""

    async def draft(self, key: str) -> Draft[T] | None:
        """Return what a post says now; None if there is nothing that it could be about any more."""

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        """Switch off what makes such posts in a channel, for Discord takes no more of them there.

        Returns:
            False if an admin has them posted elsewhere, or nowhere, meanwhile.
        """


class PostService:
    """Remembers posts. The job of a post's kind and key sends it, and calls these in between.

    A message is sent only once its nonce is stored, so whoever tries again after a lost answer sends the same nonce,
    and Discord then returns the message that it has taken already.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, kind: JobKind, key: str) -> Post | None:
        """Return a post; None if nothing was ever sent."""

        def work(session: Session) -> Post | None:
            row = _find(session, kind, key)
            return None if row is None else _describe(row)

        return await self._database.read(work)

    async def begin(self, claim: Claim, draft: Draft[object], channel_id: int, digest: str) -> Post:
        """Store that a new message with this digest is about to be sent to a channel; return its post, with the nonce.

        The digest of what it returns is another if a message that says something else may have been taken under that
        nonce before.

        Raises:
            ClaimLost: the job is no longer this process's.
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

    async def keep(self, claim: Claim, draft: Draft[object], post: Post, message_id: int | None, digest: str) -> None:
        """Store that Discord has a message, and end the job.

        If the job is somebody else's now, the message may have been sent twice at once in two forms. It is not known
        then what it says, so the job comes again.
        """

        def work(session: Session) -> None:
            try:
                _end(session, claim, draft)
                is_held = True
            except ClaimLost:
                is_held = False
            row = session.get(models.Post, post.post_id, with_for_update=True)
            if row is None or row.nonce != post.nonce:
                return
            row.refreshed_at = self._clock()
            if row.message_id is None:
                row.message_id, row.posted_at = message_id, row.refreshed_at
            row.digest = digest if is_held else None
            if not is_held:
                schedule(session, claim.kind, claim.key, self._clock())

        await self._database.write(work)

    async def end(self, claim: Claim, draft: Draft[object] | None) -> None:
        """End the job of a post that is as it should be; None is the draft of one that is about nothing any more.

        Raises:
            ClaimLost: the job is no longer this process's.
        """
        await self._database.write(lambda session: _end(session, claim, draft))

    async def wait(self, claim: Claim, until: datetime) -> None:
        """Postpone the job of a post.

        Raises:
            ClaimLost: the job is no longer this process's.
        """
        await self._database.write(lambda session: postpone(session, claim, until))

    async def give_up(
        self, claim: Claim, draft: Draft[object], channel_id: int, trouble: Trouble, source: Source[object]
    ) -> None:
        """Switch off posts that Discord does not take in a channel, and leave a notice for the admins of the server.

        Posts that go elsewhere meanwhile are not switched off; the job comes again.

        Raises:
            ClaimLost: the job is no longer this process's.
        """

        def work(session: Session) -> None:
            _end(session, claim, draft)
            if source.stop(session, draft.guild_id, claim.key, channel_id):
                leave_notice(session, draft.guild_id, claim.kind, trouble, channel_id, self._clock())
            else:
                schedule(session, claim.kind, claim.key, self._clock())

        await self._database.write(work)


def refresh_posts(session: Session, event_ids: Collection[int], now: datetime, *kinds: JobKind) -> None:
    """Schedule a refresh of all posts about events, in the transaction that changes what is true of the events.

    Args:
        session: the transaction.
        event_ids: the keys of the events.
        now: when the posts are due.
        kinds: only posts of these kinds; none for all.
    """
    posts = sa.select(models.Post.kind, models.Post.key).where(models.Post.event_id.in_(event_ids))
    if kinds:
        posts = posts.where(models.Post.kind.in_(kinds))
    schedule_all(session, [(row.kind, row.key) for row in session.execute(posts)], now)


def refresh_post(session: Session, kind: JobKind, key: str, now: datetime) -> None:
    """Schedule a refresh of one post, if it exists or is to be."""
    if _find(session, kind, key) is not None or find_job(session, kind, key) is not None:
        schedule(session, kind, key, now)


def _end(session: Session, claim: Claim, draft: Draft[object] | None) -> None:
    """End a job, in the transaction of its last effect, until the post is to be looked at again."""
    if draft is None or draft.again_at is None:
        finish(session, claim)
    else:
        postpone(session, claim, draft.again_at)


def _find(session: Session, kind: JobKind, key: str) -> models.Post | None:
    return session.scalar(sa.select(models.Post).where(models.Post.kind == kind, models.Post.key == key))


def _describe(row: models.Post) -> Post:
    return Post(row.id, row.channel_id, row.message_id, row.nonce, row.digest, row.posted_at)
