"""Answer commands and buttons: do the work, and show its result or why there is none."""

import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord import Interaction, app_commands

from bot.cogs._delivery import UNDELIVERED, Delivery, follow, until_interrupted
from bot.errors import DeliveredTwice, Interrupted, LeaderboardError, ServerOnly, Unavailable
from bot.services.servers import Actor
from bot.ui.card import Reply
from bot.ui.refusals import ANSWER_LOST, COMMAND_CHANGED, REFUSED, UNEXPECTED, mention_commands, sentence
from bot.ui.servers import show_notices

T = TypeVar("T")
ACTOR = "actor"
"""Under which an interaction keeps its user, if the user does what admins may."""
TOLD = "told"
"""Under which an interaction keeps the kind of notice whose matter its answer shows."""

logger = logging.getLogger(__name__)


async def answer(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool = False
) -> T | None:
    """Do the work of a command and send what `show` makes of its result, or why there is none.

    If the work takes longer than 1.5 s, this defers the answer. The deferral is ephemeral, since the answer may be an
    error, and an ephemeral answer cannot become public. A public answer then follows as a new message.

    Args:
        interaction: the use of the command.
        work: a use case. If it does something, it raises `DeliveredTwice` where another process has done that already.
        show: makes the answer of the result.
        only_reads: whether every process that received the interaction has this result, since nothing is done.

    Returns:
        The result; None if there is none, or if Discord did not take it.
    """
    return await _answer(Delivery(interaction), work, show, only_reads=only_reads)


async def update(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool = False
) -> T | None:
    """Do the work of a button and replace its message by what `show` makes of the result; else as `answer`."""
    return await _answer(Delivery(interaction, in_place=True), work, show, only_reads=only_reads)


async def post(
    interaction: Interaction[Any],
    work: Coroutine[Any, Any, T],
    close: Callable[[T], Reply],
    show: Callable[[T], Reply],
    *,
    only_reads: bool = False,
) -> T | None:
    """Do the work of a button of a private message: `close` the message in its place, and `show` everyone the result.

    If the work `only_reads`, the process that acknowledged the click shows it.

    Returns:
        The result; None if there is none, or if Discord did not take the edit.

    Raises:
        UNDELIVERED: Discord did not take the public message.
    """
    delivery = Delivery(interaction, in_place=True)
    result = await _answer(delivery, work, close, only_reads=only_reads)
    if result is not None and (delivery.was_acknowledged_here or not only_reads):
        await follow(interaction, show(result))
    return result


async def _answer(
    delivery: Delivery, work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool
) -> T | None:
    try:
        result = await delivery.wait_for(work)
        await delivery.tell(show(result), was_done_here=not only_reads)
    except Exception as error:  # noqa: BLE001 - the user is told
        await _refuse(delivery, error)
        return None
    await _show_notices(delivery)
    return result


async def _show_notices(delivery: Delivery) -> None:
    """Tell an admin, once an answer is out, what of the server no longer works and nobody has seen yet."""
    actor = delivery.interaction.extras.get(ACTOR)
    if actor is None:
        return
    try:
        unseen = delivery.interaction.client.services.settings.notices(actor, delivery.interaction.extras.get(TOLD))
        if notices := await until_interrupted(unseen):
            await follow(delivery.interaction, show_notices(notices))
    except (Interrupted, Unavailable, *UNDELIVERED) as error:
        # `/settings` shows them too.
        logger.info("notices could not be shown: %s", error)


async def show_error(interaction: Interaction[Any], error: BaseException) -> None:
    """Tell the user, and nobody else, what went wrong.

    The user sees an unexpected error as a reference code. The log holds the traceback under the same code.
    """
    await _refuse(Delivery(interaction), error)


async def _refuse(delivery: Delivery, error: BaseException) -> None:
    cause = error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    text = f"{REFUSED} {mention_commands(_explain(cause), delivery.interaction.client.tree.ids)}"
    try:
        if isinstance(cause, DeliveredTwice):
            await delivery.leave_to_the_other(text)
        else:
            await delivery.refuse(text)
    except UNDELIVERED as failure:
        # The interaction has expired, or Discord is down.
        logger.warning("an answer could not be delivered: %s", failure)


def _explain(error: BaseException) -> str:
    if isinstance(error, LeaderboardError):
        return sentence(error)
    if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
        logger.warning("Discord offers a command that this bot does not have: run `python -m bot sync`")
        return COMMAND_CHANGED
    if isinstance(error, UNDELIVERED):
        # The work is done before its answer is sent.
        logger.warning("Discord did not take an answer: %s", error)
        return ANSWER_LOST
    reference = secrets.token_hex(4)
    logger.error("unexpected error, reference %s", reference, exc_info=error)
    return UNEXPECTED.format(reference=reference)


def channel_of(interaction: Interaction[Any]) -> int | None:
    """Return the channel of an interaction; that of a thread is the one that the thread is in."""
    parent: int | None = getattr(interaction.channel, "parent_id", None)
    return interaction.channel_id if parent is None else parent


def guild_of(interaction: Interaction[Any]) -> int:
    """Return the server of an interaction.

    Raises:
        ServerOnly: the interaction comes from a direct message.
    """
    if interaction.guild_id is None:
        raise ServerOnly
    return interaction.guild_id


def actor_of(interaction: Interaction[Any]) -> Actor:
    """Return the user of an interaction with the permissions that Discord states, and whether the bot is theirs.

    Raises:
        ServerOnly: the interaction comes from a direct message.
    """
    roles = getattr(interaction.user, "roles", [])
    interaction.extras[ACTOR] = actor = Actor(
        discord_id=interaction.user.id,
        guild_id=guild_of(interaction),
        manages_guild=interaction.permissions.manage_guild or interaction.permissions.administrator,
        role_ids=frozenset(role.id for role in roles),
        owns_bot=interaction.user.id == interaction.client.services.owner_id,
        interaction_id=interaction.id,
    )
    return actor
