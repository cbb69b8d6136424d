"""Bring messages in channels into the state that the database says now."""

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
"""Discord's error code for a message that somebody has deleted."""
ARCHIVED_THREAD = 50083
"""Its error code for a thread that it has closed, since nobody wrote there for long."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Deleted(Exception):
    """The message is not there any more."""


class Refused(Exception):
    """Discord takes no message in a channel."""

    def __init__(self, trouble: Trouble, channel_id: int) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.channel_id = channel_id


@dataclass(frozen=True, slots=True)
class Publication(Generic[T]):
    """The posts of one kind.

    Attributes:
        source: tells what they say.
        show: makes the message of it.
        returns: whether a post that somebody has deleted is posted anew.
    """

    source: Source[T]
    show: Callable[[T], Reply]
    returns: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    """What a job brings into a channel: a draft, and the message that shows it.

    Attributes:
        digest: of the message.
    """

    claim: Claim
    draft: Draft[Any]
    reply: Reply
    digest: str


class Poster:
    """Does the jobs of posts: posts a message, edits it when it says something else now, else leaves it alone."""

    def __init__(
        self, client: Client, posts: PostService, publications: Mapping[JobKind, Publication[Any]], pace: Pace
    ) -> None:
        """Send as `client`, which is logged in, at a `pace`; remember by `posts`; know what each kind says."""
        self._client = client
        self._posts = posts
        self._publications = publications
        self._pace = pace

    async def do(self, claim: Claim) -> None:
        """Bring the post of a job's kind and key up to date.

        Raises:
            ClaimLost: the job is no longer this process's.
            Unavailable: the database did not answer.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord did not take the message this time.
        """
        publication = self._publications[claim.kind]
        draft = await publication.source.draft(claim.key)
        if draft is None:
            await self._posts.end(claim, None)
            return
        post, reply = await self._posts.find(claim.kind, claim.key), publication.show(draft.content)
        task = _Task(claim, draft, reply, _digest(reply))
        try:
            if post is not None and post.message_id is not None:
                if draft.replaces(post):
                    await self._take_down(draft, post, post.message_id)
                    await self._post(task)
                    return
                try:
                    await self._edit(task, post, post.message_id)
                except Deleted:
                    if publication.returns:
                        await self._post(task)
                    else:
                        await self._posts.keep(claim, draft, post, post.message_id, task.digest)
            else:
                await self._post(task)
        except Refused as refused:
            await self._give_up(task, publication, refused)

    async def _edit(self, task: _Task, post: Post, message_id: int) -> None:
        """Edit a message to say what it is to say, unless it says that already, and remember it."""
        if post.digest != task.digest:
            message = self._client.get_partial_messageable(post.channel_id).get_partial_message(message_id)
            view, nobody = task.reply.layout(), AllowedMentions.none()
            with _understood(post.channel_id):
                await self._change(post.channel_id, lambda: message.edit(view=view, allowed_mentions=nobody))
        await self._posts.keep(task.claim, task.draft, post, message_id, task.digest)

    async def _take_down(self, draft: Draft[Any], post: Post, message_id: int) -> None:
        """Delete a message, in whose place another is sent; in a former channel it stays where Discord wants that."""
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
        """Change a message by a request, also in a thread that Discord has archived."""
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
        """Send a new message, if and when it is to be sent."""
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
        await self._edit(task, post, message.id)

    async def _give_up(self, task: _Task, publication: Publication[Any], refused: Refused) -> None:
        """Switch the posts off where they go now; what is in a former channel stays as it is."""
        claim, draft = task.claim, task.draft
        if refused.channel_id != draft.channel_id:
            logger.info("post %r %s stays as it is: %s", str(claim.kind), claim.key, refused)
            await self._posts.end(claim, draft)
            return
        logger.warning("server %d: no more posts %r: %s", draft.guild_id, str(claim.kind), refused)
        await self._posts.give_up(claim, draft, refused.channel_id, refused.trouble, publication.source)


@contextmanager
def _understood(channel_id: int) -> Iterator[None]:
    """Raise `Deleted` or `Refused` where Discord's answer means that; other errors may pass."""
    try:
        yield
    except NotFound as error:
        if error.code == UNKNOWN_MESSAGE:
            raise Deleted from error
        raise Refused(Trouble.CHANNEL_GONE, channel_id) from error
    except Forbidden as error:
        raise Refused(Trouble.CHANNEL_CLOSED, channel_id) from error


def _digest(reply: Reply) -> str:
    """Return by what two messages are told apart."""
    components = [part.to_component_dict() for part in reply.layout().children]
    return hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()
