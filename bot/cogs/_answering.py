"""Answer interactions in time: directly if the work is quick, else by a deferral and a follow-up."""

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
"""Half of what Discord allows, so that the deferral still arrives in time."""

PRECEDENCE_SECONDS = 0.5
"""How long the answer to a second delivery waits for the answer to the first one."""

ALREADY_ACKNOWLEDGED = 40060
"""Discord's error code for a second answer to an interaction."""

UNDELIVERED = (HTTPException, ClientError, OSError)
"""The errors that a failed request to Discord raises."""

_WORK = "work of a command"

T = TypeVar("T")
logger = logging.getLogger(__name__)


async def answer(interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply]) -> None:
    """Do the work of a command and send what `show` makes of its result.

    If the work takes longer than 1.5 s, this defers the answer. The deferral is ephemeral, since the answer may be an
    error, and an ephemeral answer cannot become public. A public answer then follows as a new message.
    """
    result, is_deferred = await _do(interaction, work, thinking=True)
    reply = show(result)
    if not is_deferred:
        await interaction.response.send_message(embeds=reply.embeds, view=_view_of(reply), ephemeral=reply.ephemeral)
    elif reply.ephemeral:
        await interaction.edit_original_response(embeds=reply.embeds, view=reply.view)
    else:
        await interaction.edit_original_response(content="Done. The answer is below.")
        await interaction.followup.send(embeds=reply.embeds, view=_view_of(reply))


async def update(interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply]) -> None:
    """Do the work of a button and replace its message by what `show` makes of the result."""
    result, is_deferred = await _do(interaction, work, thinking=False)
    edit = interaction.edit_original_response if is_deferred else interaction.response.edit_message
    reply = show(result)
    await edit(embeds=reply.embeds, view=reply.view)


async def _do(interaction: Interaction[Any], work: Coroutine[Any, Any, T], *, thinking: bool) -> tuple[T, bool]:
    """Return the result of some work, and whether the answer was deferred until it was there."""
    task = asyncio.create_task(work, name=_WORK)
    await asyncio.wait({task}, timeout=DIRECT_ANSWER_SECONDS)
    if task.done():
        return await _outcome(task), False
    try:
        await interaction.response.defer(ephemeral=True, thinking=thinking)
    finally:
        # Finish the work even if Discord refuses the deferral.
        result = await _outcome(task)
    return result, True


async def _outcome(task: asyncio.Task[T]) -> T:
    await asyncio.wait({task})
    if task.cancelled():
        raise Interrupted
    return task.result()


def interrupt() -> int:
    """Cancel the work of all running commands. Each one commits nothing more and tells its user.

    Returns:
        The number of these commands.
    """
    working = [task for task in asyncio.all_tasks() if task.get_name() == _WORK]
    for task in working:
        task.cancel()
    return len(working)


async def show_error(interaction: Interaction[Any], error: BaseException) -> None:
    """Tell the user, and nobody else, what went wrong.

    The user sees an unexpected error as a reference code. The log holds the traceback under the same code.
    """
    cause = error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    if _is_answered_already(cause):
        logger.info("another process received the same command and has answered it")
        return
    if isinstance(cause, DeliveredTwice):
        # The answer to the first delivery says more, and Discord takes only one.
        await asyncio.sleep(PRECEDENCE_SECONDS)
    if isinstance(cause, LeaderboardError):
        text = sentence(cause)
    elif isinstance(cause, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
        logger.warning("Discord offers a command that this bot does not have: run `python -m bot sync`")
        text = COMMAND_CHANGED
    elif isinstance(cause, UNDELIVERED):
        # The work is done before its answer is sent.
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
    # `send_message` does not take None.
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
        # The interaction has expired, or somebody has answered it, or Discord is down.
        level = logging.INFO if _is_answered_already(error) else logging.WARNING
        logger.log(level, "an answer could not be delivered: %s", error)


def guild_of(interaction: Interaction[Any]) -> int:
    """Return the server of an interaction.

    Raises:
        ServerOnly: the interaction comes from a direct message.
    """
    if interaction.guild_id is None:
        raise ServerOnly
    return interaction.guild_id


def actor_of(interaction: Interaction[Any], owner_id: int | None) -> Actor:
    """Return the user of an interaction with the permissions that Discord states.

    Raises:
        ServerOnly: the interaction comes from a direct message.
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
