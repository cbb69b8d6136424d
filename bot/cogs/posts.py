"""Bring messages in channels up to date with the database."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from discord import AllowedMentions, Client, Forbidden, HTTPException, NotFound

from bot.cogs._pace import Pace
from bot.domain.jobs import Claim, JobKind
from bot.domain.posts import Draft, Post
from bot.domain.servers import Trouble
from bot.services.posts import PostService, Source
from bot.ui.card import Reply

UNKNOWN_MESSAGE = 10008
"""Discord's error code for a deleted message."""
ARCHIVED_THREAD = 50083
"""Discord's error code for a thread that it has archived, because nobody has written there for long."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Deleted(Exception):
    """The message does not exist any more."""


class Refused(Exception):
    """Discord accepts no messages from the bot in a channel."""

    def __init__(self, trouble: Trouble, channel_id: int) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.channel_id = channel_id


@dataclass(frozen=True, slots=True)
class Publication(Generic[T]):
    """The posts of one kind.

    Attributes:
        source: supplies their contents.
        show: turns the contents into a message.
        returns: whether the bot posts a message again that somebody has deleted, even without news.
    """

    source: Source[T]
    show: Callable[[T], Reply]
    returns: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    """The work of a job in a channel: a draft, and the message that shows it.

    Attributes:
        digest: the digest of the message.
    """

    claim: Claim
    draft: Draft[Any]
    reply: Reply
    digest: str


class Poster:
    """Runs the jobs of posts: it posts a message, edits it if the contents have changed, and else leaves it alone."""

    def __init__(
        self, client: Client, posts: PostService, publications: Mapping[JobKind, Publication[Any]], pace: Pace
    ) -> None:
        """Send as the logged-in `client`, at a `pace`; store posts with `posts`; `publications` defines each kind."""
        self._client = client
        self._posts = posts
        self._publications = publications
        self._pace = pace

    async def do(self, claim: Claim) -> None:
        """Bring the post of a job's kind and key up to date.

        Raises:
            ClaimLost: this process no longer holds the claim.
            Unavailable: the database did not answer.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord did not accept the message this time.
        """
        publication = self._publications[claim.kind]
        draft = await publication.source.draft(claim.key)
        if draft is None:
            await self._posts.end(claim, None)
            return
        post, reply = await self._posts.find(claim.kind, claim.key), publication.show(draft.content)
        task = _Task(claim, draft, reply, _digest(reply))
        try:
            if post is None or post.message_id is None:
                await self._post(task)
            elif draft.replaces(post):
                await self._take_down(draft, post, post.message_id)
                await self._post(task)
            else:
                try:
                    await self._edit(task, post, post.message_id)
                except Deleted:
                    if publication.returns or draft.has_news_since(post):
                        await self._post(task)
                    else:
                        await self._posts.keep(claim, draft, post, post.message_id, task.digest)
        except Refused as refused:
            await self._give_up(task, publication, refused)

    async def _edit(self, task: _Task, post: Post, message_id: int) -> bool:
        """Edit a message to match its draft, unless it does already, and store that; see `PostService.keep`."""
        if post.digest != task.digest:
            message = self._client.get_partial_messageable(post.channel_id).get_partial_message(message_id)
            view, nobody = task.reply.layout(), AllowedMentions.none()
            with _understood(post.channel_id):
                await self._change(post.channel_id, lambda: message.edit(view=view, allowed_mentions=nobody))
        return await self._posts.keep(task.claim, task.draft, post, message_id, task.digest)

    async def _take_down(self, draft: Draft[Any], post: Post, message_id: int) -> None:
        """Delete a message that a new one replaces; in a former channel, it stays if Discord refuses."""
        message = self._client.get_partial_messageable(post.channel_id).get_partial_message(message_id)
        try:
            with _understood(post.channel_id):
                await self._change(post.channel_id, message.delete)
        except Deleted:
            pass
        except Refused:
            if post.channel_id == draft.channel_id:
                raise

    async def _change(self, channel_id: int, request: Callable[[], Awaitable[object]]) -> None:
        """Change a message with a request, even in a thread that Discord has archived."""
        await self._pace.wait()
        try:
            await request()
        except HTTPException as error:
            if error.code != ARCHIVED_THREAD:
                raise
            await self._pace.wait()
            await self._client.http.edit_channel(channel_id, archived=False)
            await self._pace.wait()
            await request()

    async def _post(self, task: _Task) -> None:
        """Send a new message, if it is news and the time has come."""
        claim, draft = task.claim, task.draft
        if draft.channel_id is None or not draft.is_news:
            await self._posts.end(claim, draft)
            return
        if draft.not_before is not None:
            await self._posts.wait(claim, draft.not_before)
            return
        post = await self._posts.begin(claim, draft, draft.channel_id, task.digest)
        channel = self._client.get_partial_messageable(post.channel_id)
        await self._pace.wait()
        with _understood(post.channel_id):
            message = await channel.send(view=task.reply.layout(), nonce=post.nonce)
        if not await self._edit(task, post, message.id):
            # Somebody has removed the post, or moved it, while the message was being sent.
            await self._take_down(draft, post, message.id)

    async def _give_up(self, task: _Task, publication: Publication[Any], refused: Refused) -> None:
        """Switch the posts off in their present channel; a message in a former channel stays as it is."""
        claim, draft = task.claim, task.draft
        if refused.channel_id != draft.channel_id:
            logger.info("post %r %s stays as it is: %s", str(claim.kind), claim.key, refused)
            await self._posts.end(claim, draft)
            return
        logger.warning("server %d: no more posts %r: %s", draft.guild_id, str(claim.kind), refused)
        await self._posts.give_up(claim, draft, refused.channel_id, refused.trouble, publication.source)


@contextmanager
def _understood(channel_id: int) -> Iterator[None]:
    """Raise `Deleted` or `Refused` if Discord's answer means that; other errors pass through."""
    try:
        yield
    except NotFound as error:
        if error.code == UNKNOWN_MESSAGE:
            raise Deleted from error
        raise Refused(Trouble.CHANNEL_GONE, channel_id) from error
    except Forbidden as error:
        raise Refused(Trouble.CHANNEL_CLOSED, channel_id) from error


def _digest(reply: Reply) -> str:
    """Return a digest that distinguishes messages."""
    components = [part.to_component_dict() for part in reply.layout().children]
    return hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()
