"""Answer an interaction that Discord may have delivered to another process too.

Discord accepts one acknowledgement of an interaction, a message or a deferral, from the first process that sends one.
It refuses any further acknowledgement, even a repetition of one that it accepted without confirming. After the
acknowledgement, every process that received the interaction may edit the answer.
"""

import asyncio
import io
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from enum import Enum, auto
from typing import Any, TypeVar

from aiohttp import ClientError
from discord import File, HTTPException, Interaction, InteractionMessage, InteractionResponseType, WebhookMessage
from discord.utils import MISSING

from bot.errors import Interrupted
from bot.ui.card import DONE, Reply
from bot.ui.refusals import REFUSED

DIRECT_ANSWER_SECONDS = 1.5
"""Half of the time that Discord allows, so that the deferral still arrives in time."""

LATEST_DEFERRAL_SECONDS = 2.2
"""When a process without a result acknowledges an interaction, if the process with the result has not."""

PRECEDENCE_SECONDS = 5.0
"""How long a process that did not do the work stays silent, so that the process that did can tell the user."""

ALREADY_ACKNOWLEDGED = 40060
"""Discord's error code for a second acknowledgement of an interaction."""

UNDELIVERED = (HTTPException, ClientError, OSError)
"""The errors that a failed request to Discord raises."""

_WORK = "work of a command"

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Acknowledged(Enum):
    """Who has acknowledged an interaction, as far as this process knows."""

    BY_NOBODY = auto()
    BY_THIS = auto()
    BY_SOMEONE = auto()
    """Discord has an acknowledgement: from another process, or an unconfirmed one from this process."""


class Delivery:
    """An interaction as received by one process.

    The process that did the work shows its result, even if another process has acknowledged the interaction or told the
    user something else. A process that did not do the work stays silent until the other has had its time, and speaks
    only if the user still waits.
    """

    def __init__(self, interaction: Interaction[Any], *, in_place: bool = False) -> None:
        """Answer with a new message or, if `in_place`, by editing the message whose button was clicked."""
        self.interaction = interaction
        self._in_place = in_place
        self._received_at = time.monotonic()
        self._acknowledged = Acknowledged.BY_THIS if interaction.response.is_done() else Acknowledged.BY_NOBODY

    @property
    def was_acknowledged_here(self) -> bool:
        """Whether Discord accepted this process's acknowledgement."""
        return self._acknowledged is Acknowledged.BY_THIS

    async def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of some work; after `DIRECT_ANSWER_SECONDS`, ask the user for patience.

        Raises:
            Interrupted: the bot is stopping.
            Further errors: the errors of the work.
        """
        task = asyncio.create_task(work, name=_WORK)
        await asyncio.wait({task}, timeout=DIRECT_ANSWER_SECONDS)
        if not task.done():
            await self._defer()
        return await _outcome(task)

    async def tell(self, reply: Reply, *, was_done_here: bool) -> None:
        """Show the user a result.

        If only this process has the result, it replaces whatever another process has told the user. If other processes
        have it too, such as a board, this process shows it only if no other one has done so in time.
        """
        if self._acknowledged is Acknowledged.BY_NOBODY and await self._acknowledge(self._send(reply)):
            return
        if self._in_place:
            await self._edit(reply)
            return
        if self._acknowledged is Acknowledged.BY_SOMEONE:
            if not was_done_here:
                await _pause(PRECEDENCE_SECONDS)
            original = await self._original()
            if original is not None and not original.flags.loading and not original.content.startswith(REFUSED):
                # The user has a result: another process's, or this one's, whose arrival Discord did not confirm.
                return
            self._acknowledged = Acknowledged.BY_THIS
        await self._replace(reply)

    async def refuse(self, text: str) -> None:
        """Tell only the user why nothing was done."""
        if self._acknowledged is Acknowledged.BY_NOBODY and await self._acknowledge(self._send_privately(text)):
            return
        if self._acknowledged is Acknowledged.BY_SOMEONE:
            await self._speak_last(text)
        elif self.interaction.response.type is InteractionResponseType.deferred_channel_message:
            await self.interaction.edit_original_response(content=text)
        else:
            await self.interaction.followup.send(text, ephemeral=True)

    async def leave_to_the_other(self, text: str) -> None:
        """Let the process that did the work tell the user; if it does not, tell the user `text`."""
        if self._acknowledged is Acknowledged.BY_NOBODY:
            await _pause(self._received_at + LATEST_DEFERRAL_SECONDS - time.monotonic())
            await self._defer()
        if self._acknowledged is Acknowledged.BY_NOBODY:
            await self.refuse(text)
        else:
            await self._speak_last(text)

    async def _speak_last(self, text: str) -> None:
        """Tell the user something if no other process does."""
        await _pause(PRECEDENCE_SECONDS)
        original = await self._original()
        if original is not None and self._is_waiting(original):
            # If another process answers at this very moment, a new message does not replace that answer, as an edit
            # would.
            await self.interaction.followup.send(text, ephemeral=True)

    def _is_waiting(self, original: InteractionMessage) -> bool:
        clicked = self.interaction.message
        if self._in_place and clicked is not None:
            return (original.id, original.edited_at) == (clicked.id, clicked.edited_at)
        return original.flags.loading

    async def _defer(self) -> None:
        # The answer may be an error, and the deferral decides who sees the answer.
        try:
            await self._acknowledge(self.interaction.response.defer(ephemeral=True, thinking=not self._in_place))
        except UNDELIVERED as error:
            # The work goes on, and Discord may still accept its answer.
            logger.warning("Discord did not take a deferral: %s", error)

    async def _acknowledge(self, acknowledging: Coroutine[Any, Any, object]) -> bool:
        """Send an acknowledgement, and tell whether Discord accepted it."""
        try:
            await acknowledging
        except HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            logger.debug("somebody has acknowledged interaction %d", self.interaction.id)
            self._acknowledged = Acknowledged.BY_SOMEONE
            return False
        self._acknowledged = Acknowledged.BY_THIS
        return True

    async def _original(self) -> InteractionMessage | None:
        """Return what the user currently sees as the answer, if Discord says."""
        with suppress(*UNDELIVERED):
            return await self.interaction.original_response()
        return None

    def _send(self, reply: Reply) -> Coroutine[Any, Any, object]:
        if self._in_place:
            # A message of components has neither text nor embeds, so remove those of the clicked message.
            return self.interaction.response.edit_message(
                content=None, embeds=[], view=reply.layout(), attachments=_files_of(reply)
            )
        return self.interaction.response.send_message(
            view=reply.layout(), files=_files_of(reply) or MISSING, ephemeral=reply.ephemeral
        )

    def _send_privately(self, text: str) -> Coroutine[Any, Any, object]:
        return self.interaction.response.send_message(text, ephemeral=True)

    async def _replace(self, reply: Reply) -> None:
        """Turn a private acknowledgement into a result; a public result follows as a new message."""
        if reply.ephemeral:
            await self._edit(reply)
        else:
            await self.interaction.edit_original_response(content=DONE)
            await follow(self.interaction, reply)

    async def _edit(self, reply: Reply) -> None:
        await self.interaction.edit_original_response(
            content=None, embeds=[], view=reply.layout(), attachments=_files_of(reply)
        )


async def follow(interaction: Interaction[Any], reply: Reply) -> WebhookMessage:
    """Show a result in a message after the answer, to everyone unless it is ephemeral; return the message."""
    view, files = reply.layout(), _files_of(reply) or MISSING
    return await interaction.followup.send(view=view, files=files, ephemeral=reply.ephemeral, wait=True)


def interrupt() -> int:
    """Cancel the work of all running commands. Each one commits nothing more and tells its user.

    Returns:
        The number of these commands.
    """
    working = [task for task in asyncio.all_tasks() if task.get_name() == _WORK]
    for task in working:
        task.cancel()
    return len(working)


async def until_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of some work around an answer, unless the bot stops.

    Raises:
        Interrupted: the bot is stopping.
        Further errors: the errors of the work.
    """
    return await _outcome(asyncio.create_task(work, name=_WORK))


async def _outcome(task: asyncio.Task[T]) -> T:
    if not task.done():
        await asyncio.wait({task})
    if task.cancelled():
        raise Interrupted
    return task.result()


async def _pause(seconds: float) -> None:
    """Wait, unless the bot stops."""
    with suppress(Interrupted):
        await until_interrupted(asyncio.sleep(max(seconds, 0.0)))


def _files_of(reply: Reply) -> list[File]:
    # Sending a file consumes it, even if Discord refuses it, so each attempt creates its own.
    return [File(io.BytesIO(one.content), one.name, description=one.description) for one in reply.files]
