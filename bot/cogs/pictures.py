"""The button *Picture*, which draws a picture of its message for each user who clicks it."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord import Interaction

from bot.cogs._answering import actor_of, answer, guild_of
from bot.cogs._buttons import EVENT, PLAYER, WEEK, IdButton
from bot.cogs._services import Services, services_of
from bot.domain.standings import Board
from bot.ui.card import Attachment, Reply
from bot.ui.pictures import Picture, picture_of_history, picture_of_profile, picture_of_rating, picture_of_week

T = TypeVar("T")
ALL_EVENTS = 0
"""Replaces the key of an event in the id of a button about all events."""
PICTURE_BUTTON_ID = re.compile(rf"picture:(?:(?P<kind>rating|history|profile):{PLAYER}|week:{WEEK}):{EVENT}")


class PictureButton(IdButton, template=PICTURE_BUTTON_ID):
    """A button that shows a picture to anyone who clicks it.

    The picture is drawn only on request, and once for all who ask. A message can therefore be edited without redrawing,
    and costs nothing if nobody wants a picture.
    """

    def __init__(self, kind: str, what: int | str, event_id: int) -> None:
        """Draw the `rating`, `history` or `profile` of a player, by Discord's id, or a `week` such as 2026-W47."""
        self.kind, self.what, self.event_id = kind, str(what), event_id
        super().__init__("Picture", f"picture:{kind}:{what}:{event_id}")

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "PictureButton":
        """Rebuild a button from its id."""
        return cls(match["kind"] or "week", match["player"] or match["week"], int(match["event"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        """Show the picture, in private."""
        await answer(interaction, self._draw(interaction), _show, only_reads=True)

    def _draw(self, interaction: Interaction[Any]) -> Coroutine[Any, Any, Attachment]:
        services, guild_id, viewer = services_of(interaction), guild_of(interaction), interaction.user.id
        if self.kind == "week":
            page = services.standings.page(guild_id, self.event_id, Board.WEEK, 0, viewer, self.what)
            return _draw(services, page, picture_of_week)
        player = int(self.what)
        if self.kind == "history":
            history = services.history.page(actor_of(interaction), self.event_id, player, 0)
            return _draw(services, history, picture_of_history)
        if self.kind == "profile":
            return _draw(services, services.profiles.show(guild_id, player, viewer), picture_of_profile)
        return _draw(services, services.standings.rating(guild_id, self.event_id, player, viewer), picture_of_rating)


async def _draw(services: Services, reading: Coroutine[Any, Any, T], picture_of: Callable[[T], Picture]) -> Attachment:
    picture = picture_of(await reading)
    return Attachment(picture.name, await services.studio.draw(picture), picture.description)


def _show(drawn: Attachment) -> Reply:
    return Reply([], files=(drawn,), ephemeral=True)
