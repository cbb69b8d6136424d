"""Answer commands and buttons: do the work, and show its result or the reason for a refusal."""

import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord import Interaction, app_commands

from bot.cogs._channels import knows_server
from bot.cogs._delivery import UNDELIVERED, Delivery, follow, until_interrupted
from bot.cogs._services import services_of
from bot.errors import DeliveredTwice, Interrupted, LeaderboardError, ServerOnly, Unavailable
from bot.services.servers import Actor
from bot.ui.card import Reply
from bot.ui.refusals import (
    ANSWER_LOST,
    COMMAND_CHANGED,
    NOT_READ,
    NOT_SHOWN,
    UNEXPECTED,
    sentence,
    write_refusal,
)
from bot.ui.servers import show_notices

T = TypeVar("T")
ACTOR = "actor"
"""The key under which an interaction stores its user as an actor, if the user does something that admins may do."""
TOLD = "told"
"""The key under which an interaction stores the kind of notice that its answer already covers."""

logger = logging.getLogger(__name__)


async def answer(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool = False
) -> T | None:
    """Do the work of a command and send what `show` makes of its result, or the reason for a refusal.

    If the work takes longer than `DIRECT_ANSWER_SECONDS`, this defers the answer. The deferral is ephemeral, because
    the answer may be an error, and an ephemeral answer cannot become public. A public answer then follows as a new
    message.

    Args:
        interaction: the interaction to answer.
        work: a use case. If it changes something, it raises `DeliveredTwice` if another process has already done so.
        show: turns the result into the answer.
        only_reads: whether the work changes nothing, so that every process that received the interaction gets this
            result.

    Returns:
        The result; None if there is none, or if Discord did not accept the answer.
    """
    return await _answer(Delivery(interaction), work, show, only_reads=only_reads)


async def update(
    interaction: Interaction[Any], work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool = False
) -> T | None:
    """Do the work of a button and replace its message with what `show` makes of the result; else like `answer`."""
    return await _answer(Delivery(interaction, in_place=True), work, show, only_reads=only_reads)


async def post(
    interaction: Interaction[Any],
    work: Coroutine[Any, Any, T],
    close: Callable[[T], Reply],
    show: Callable[[T], Reply | None],
    *,
    only_reads: bool = False,
) -> T | None:
    """Do the work of a button in a private message: replace the message with `close`, and `show` everyone the result.

    `show` may return None, for a result that concerns nobody else. If the work `only_reads`, the process that
    acknowledged the click shows it.

    Returns:
        The result; None if there is none, or if Discord did not accept the edit.

    Raises:
        UNDELIVERED: Discord did not accept the public message.
    """
    delivery = Delivery(interaction, in_place=True)
    result = await _answer(delivery, work, close, only_reads=only_reads)
    if result is not None and (delivery.was_acknowledged_here or not only_reads):
        shown = show(result)
        if shown is not None:
            await follow(interaction, shown)
    return result


async def _answer(
    delivery: Delivery, work: Coroutine[Any, Any, T], show: Callable[[T], Reply], *, only_reads: bool
) -> T | None:
    try:
        result = await delivery.wait_for(work)
        await delivery.tell(show(result), was_done_here=not only_reads)
    except Exception as error:  # noqa: BLE001 - the user is told
        await _refuse(delivery, error, only_reads=only_reads)
        return None
    await _show_notices(delivery)
    return result


async def _show_notices(delivery: Delivery) -> None:
    """After an answer, tell an admin which features of the server have stopped working, unless an admin has seen it.

    Whoever has *Manage Server* is told after every answer; members of the admin role only after what admins may do,
    because the bot would have to look up the role.
    """
    interaction = delivery.interaction
    actor: Actor | None = interaction.extras.get(ACTOR)
    if actor is None:
        if not _manages_guild(interaction):
            return
        actor = actor_of(interaction)
    try:
        await _follow_with_notices(interaction, actor)
    except (Interrupted, Unavailable, *UNDELIVERED) as error:
        # `/settings` shows the notices too.
        logger.info("notices could not be shown: %s", error)


async def _follow_with_notices(interaction: Interaction[Any], actor: Actor) -> None:
    settings = services_of(interaction).settings
    notices = await until_interrupted(settings.notices(actor, interaction.extras.get(TOLD)))
    if not notices:
        return
    try:
        await follow(interaction, show_notices(notices))
    except UNDELIVERED:
        await until_interrupted(settings.keep_notices(actor, notices))
        raise


async def show_error(interaction: Interaction[Any], error: BaseException) -> None:
    """Tell only the user what went wrong.

    For an unexpected error, the user sees a reference code; the log has the traceback under the same code.
    """
    await _refuse(Delivery(interaction), error)


async def _refuse(delivery: Delivery, error: BaseException, *, only_reads: bool = False) -> None:
    cause = error.__cause__ if isinstance(error, app_commands.CommandInvokeError) and error.__cause__ else error
    text = write_refusal(_explain(cause, only_reads=only_reads), delivery.interaction.client.tree.ids)
    try:
        if isinstance(cause, DeliveredTwice):
            await delivery.leave_to_the_other(text)
        else:
            await delivery.refuse(text)
    except UNDELIVERED as failure:
        # The interaction has expired, or Discord is down.
        logger.warning("an answer could not be delivered: %s", failure)


def _explain(error: BaseException, *, only_reads: bool) -> str:
    if only_reads and isinstance(error, Unavailable):
        return NOT_READ
    if isinstance(error, LeaderboardError):
        return sentence(error)
    if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
        logger.warning("Discord offers a command that this bot does not have: run `python -m bot sync`")
        return COMMAND_CHANGED
    if isinstance(error, UNDELIVERED):
        # The work was done before the answer was sent.
        logger.warning("Discord did not take an answer: %s", error)
        return ANSWER_LOST
    reference = secrets.token_hex(4)
    logger.error("unexpected error, reference %s", reference, exc_info=error)
    return (NOT_SHOWN if only_reads else UNEXPECTED).format(reference=reference)


def channel_of(interaction: Interaction[Any]) -> int | None:
    """Return the channel of an interaction; for a thread, return the channel that contains it."""
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
    """Return the user of an interaction as an actor.

    The actor has the permissions that Discord states; it also says whether the user owns the bot.

    Raises:
        ServerOnly: the interaction comes from a direct message.
    """
    # `Member.roles` lacks the roles that the bot does not know yet.
    known = [role.id for role in getattr(interaction.user, "roles", ())]
    role_ids = known if knows_server(interaction) else getattr(interaction.user, "_roles", ())
    interaction.extras[ACTOR] = actor = Actor(
        discord_id=interaction.user.id,
        guild_id=guild_of(interaction),
        manages_guild=_manages_guild(interaction),
        role_ids=frozenset(role_ids),
        owns_bot=interaction.user.id == services_of(interaction).owner_id,
        interaction_id=interaction.id,
    )
    return actor


def _manages_guild(interaction: Interaction[Any]) -> bool:
    return interaction.permissions.manage_guild or interaction.permissions.administrator
