"""Keep the pictures that players attach to a score.

Discord deletes a file that came with a command or a form after a while. It keeps files in messages, so the bot posts
the picture in a message.
"""

import logging
import re
from typing import Any

from discord import Attachment as Upload
from discord import Interaction

from bot.cogs._answering import guild_of
from bot.cogs._delivery import UNDELIVERED, follow, until_interrupted
from bot.cogs._services import services_of
from bot.domain.reviews import HeldScore
from bot.domain.submissions import SubmissionResult
from bot.errors import Interrupted, Unavailable
from bot.ui.card import Attachment
from bot.ui.submissions import show_not_kept, show_picture

CHANNELS = "https://discord.com/channels"
_ENDING = re.compile(r"\.(png|jpe?g|gif|webp|mp4|mov|webm)(?:$|\?)", re.IGNORECASE)
"""The endings of pictures and videos that Discord shows in a message."""

logger = logging.getLogger(__name__)


def can_be_kept(interaction: Interaction[Any], file: Upload) -> bool:
    """Tell whether the bot can post a file: it must be a picture or a video within Discord's size limit."""
    return file.size <= interaction.filesize_limit and _ENDING.search(file.url) is not None


async def keep_picture(
    interaction: Interaction[Any], score: SubmissionResult | HeldScore, address: str, *, is_proof: bool = True
) -> None:
    """Post a picture below the answer; if `is_proof`, make that message the proof. On failure, the proof stays."""
    try:
        await until_interrupted(_keep(interaction, score, address, is_proof=is_proof))
    except (Interrupted, Unavailable, *UNDELIVERED) as error:
        logger.warning("a picture could not be kept: %s", error)


async def tell_not_kept(interaction: Interaction[Any]) -> None:
    """Tell the player after the answer that only the link was kept, and not the screenshot that came with it."""
    try:
        await follow(interaction, show_not_kept())
    except UNDELIVERED as error:
        logger.warning("nobody was told that a picture was not kept: %s", error)


async def _keep(
    interaction: Interaction[Any], score: SubmissionResult | HeldScore, address: str, *, is_proof: bool
) -> None:
    content = await interaction.client.http.get_from_cdn(address)
    ending = address.partition("?")[0].rpartition(".")[2].lower()
    picture = Attachment(f"proof.{ending}", content, f"A picture from {score.player.name}")
    message = await follow(interaction, show_picture(score, picture))
    if not is_proof:
        return
    # `jump_url` treats the message as a direct message.
    place = f"{guild_of(interaction)}/{message.channel.id}/{message.id}"
    await services_of(interaction).leaderboard.replace_proof(score.interaction_id, f"{CHANNELS}/{place}")
