"""Answering in time: at once where the work is quick, by a deferral and a follow-up where it is not."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import ClientError
from discord import HTTPException, Interaction, InteractionResponseType, app_commands
from discord.ui import View
from discord.utils import MISSING

from bot.errors import DeliveredTwice, Interrupted, LeaderboardError, ServerOnly
from bot.services.servers import Actor
from bot.ui.refusals import ANSWER_LOST, COMMAND_CHANGED, UNEXPECTED, sentence
from bot.ui.reply import Reply

DIRECT_ANSWER_SECONDS = 1.5
"""Half of what Discord allows, which leaves time for the deferral itself to arrive."""

PRECEDENCE_SECONDS = 0.5
"""How long the answer to a second delivery lets that to the first one go ahead."""

ALREADY_ACKNOWLEDGED = 40060
"""Discord's error code for a second answer to the same interaction."""

UNDELIVERED = (HTTPException, ClientError, OSError)
"""What a request to Discord raises when it fails."""

_WORK = "work of a command"

T = TypeVar("T")
logger = logging.getLogger(__name__)


async def answer(interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply]) -> None:
    """Do the work of a command and send what `show` makes of its result.

    Work that takes longer than 1.5 s is waited for behind a deferral. That is ephemeral, since whether the
    answer will be an error is not known yet, and what is deferred to one user stays with that user; a public
    answer then follows as a message of its own.
    """
    task = asyncio.create_task(work, name=_WORK)
    await asyncio.wait({task}, timeout=DIRECT_ANSWER_SECONDS)
    if task.done():
        reply = show(await _outcome(task))
        await interaction.response.send_message(embeds=reply.embeds, view=_view_of(reply), ephemeral=reply.ephemeral)
        return
    reply = show(await _deferred(interaction, task, thinking=True))
    if reply.ephemeral:
        await interaction.edit_original_response(embeds=reply.embeds, view=reply.view)
        return
    await interaction.edit_original_response(content="Done. The answer is below.")
    await interaction.followup.send(embeds=reply.embeds, view=_view_of(reply))


async def update(interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply]) -> None:
    """Do the work of a button and put what `show` makes of its result in place of the message it is on."""
    task = asyncio.create_task(work, name=_WORK)
    await asyncio.wait({task}, timeout=DIRECT_ANSWER_SECONDS)
    if task.done():
        reply = show(await _outcome(task))
        await interaction.response.edit_message(embeds=reply.embeds, view=reply.view)
        return
    reply = show(await _deferred(interaction, task, thinking=False))
    await interaction.edit_original_response(embeds=reply.embeds, view=reply.view)


async def _deferred(interaction: Interaction[Any], task: asyncio.Task[T], *, thinking: bool) -> T:
    try:
        await interaction.response.defer(ephemeral=True, thinking=thinking)
    finally:
        # What was begun is finished also for a user who cannot be answered any more.
        result = await _outcome(task)
    return result


async def _outcome(task: asyncio.Task[T]) -> T:
    await asyncio.wait({task})
    if task.cancelled():
        raise Interrupted
    return task.result()


def interrupt() -> int:
    """End the work that commands are waiting for. None of it is committed from now on, and each user is told.

    Returns:
        How many commands those are.
    """
    working = [task for task in asyncio.all_tasks() if task.get_name() == _WORK]
    for task in working:
        task.cancel()
    return len(working)


async def show_error(interaction: Interaction[Any], error: BaseException) -> None:
    """Tell the user, and only the user, what went wrong.

    An error that nobody foresaw is shown as a reference code; its traceback is in the log under that code.
    """
    cause = error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    if _is_answered_already(cause):
        logger.info("another process, which was given the same command, has answered it")
        return
    if isinstance(cause, DeliveredTwice):
        # Whoever did it says more, and Discord takes only the first answer.
        await asyncio.sleep(PRECEDENCE_SECONDS)
    if isinstance(cause, LeaderboardError):
        text = sentence(cause)
    elif isinstance(cause, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
        logger.warning("Discord offers a command that this bot has not: run `python -m bot sync`")
        text = COMMAND_CHANGED
    elif isinstance(cause, UNDELIVERED):
        # An answer is sent when the work is done.
        logger.warning("Discord did not take an answer: %s", cause)
        text = ANSWER_LOST
    else:
        reference = secrets.token_hex(4)
        logger.error("unexpected error, reference %s", reference, exc_info=cause)
        text = UNEXPECTED.format(reference=reference)
    await _send_privately(interaction, f"⚠️ {text}")


def _is_answered_already(error: BaseException) -> bool:
    return isinstance(error, HTTPException) and error.code == ALREADY_ACKNOWLEDGED


def _view_of(reply: Reply) -> View:
    # A new message has no place for None.
    return MISSING if reply.view is None else reply.view


async def _send_privately(interaction: Interaction[Any], text: str) -> None:
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True)
        elif interaction.response.type is InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=text)
        else:
            await interaction.followup.send(text, ephemeral=True)
    except UNDELIVERED as error:
        # Nobody is there to be told any more: the interaction has expired or been answered, or Discord is down.
        level = logging.INFO if _is_answered_already(error) else logging.WARNING
        logger.log(level, "an answer could not be delivered: %s", error)


def guild_of(interaction: Interaction[Any]) -> int:
    """Return the server of an interaction.

    Raises:
        ServerOnly: the interaction is from a direct message.
    """
    if interaction.guild_id is None:
        raise ServerOnly
    return interaction.guild_id


def actor_of(interaction: Interaction[Any], owner_id: int | None) -> Actor:
    """Return the user of an interaction as Discord vouches for them.

    Raises:
        ServerOnly: the interaction is from a direct message.
    """
    roles = getattr(interaction.user, "roles", [])
    return Actor(
        discord_id=interaction.user.id,
        guild_id=guild_of(interaction),
        manages_guild=interaction.permissions.manage_guild or interaction.permissions.administrator,
        role_ids=frozenset(role.id for role in roles),
        owns_bot=interaction.user.id == owner_id,
        interaction_id=interaction.id,
    )
