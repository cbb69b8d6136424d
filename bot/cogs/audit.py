"""`/audit` and its buttons."""

from typing import Any, ClassVar

from discord import Interaction, User, app_commands

from bot.cogs._admins import for_admins
from bot.cogs._answering import actor_of, answer, update
from bot.cogs._buttons import EVENT, PAGE, PLAYER, IdButton
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events
from bot.domain.audit import AuditPage
from bot.ui.audit import audit_card
from bot.ui.card import Reply

ANY = 0
"""Represents any event, or any player, in an id."""


class Audit(ServiceCog):
    """The command that shows admins the actions of admins."""

    @app_commands.command(name="audit", description="Admins: see what admins did here, the latest first")
    @app_commands.describe(player="Only what concerns this player", event="Only what was done to this event")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    @for_admins
    async def audit(self, interaction: Interaction[Any], player: User | None = None, event: str | None = None) -> None:
        """Show the first page, to the admin only."""
        discord_id = None if player is None else player.id
        page = self.services.audit.page(actor_of(interaction), 0, event=event, player=discord_id)
        await answer(interaction, page, show_audit, only_reads=True)


class AuditButton(IdButton, template=rf"audit:(?P<label>newer|older):{EVENT}:{PLAYER}:{PAGE}"):
    """A button that turns to newer or older actions."""

    LABELS: ClassVar = {"newer": "‹ Newer", "older": "Older ›"}

    def __init__(self, label: str, event_id: int, discord_id: int, page: int, *, enabled: bool = True) -> None:
        """Turn to `page` of the actions on an event and a player; `ANY` for either."""
        self.event_id, self.discord_id, self.page = event_id, discord_id, page
        custom_id = f"audit:{label}:{event_id}:{discord_id}:{page}"
        super().__init__(self.LABELS[label], custom_id, enabled=enabled)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Turn the page."""
        services = services_of(interaction)
        event = None if self.event_id == ANY else self.event_id
        player = None if self.discord_id == ANY else self.discord_id
        actor = actor_of(interaction)
        page = services.audit.page(actor, self.page, event=event, player=player)
        await update(interaction, page, show_audit, only_reads=True)


def show_audit(page: AuditPage) -> Reply:
    """Show a page of the audit log, with buttons if there are more pages."""
    if page.pages == 1:
        return Reply([audit_card(page)], ephemeral=True)
    what = page.event_id or ANY, page.discord_id or ANY
    buttons = [
        AuditButton(label, *what, max(number, 0), enabled=0 <= number < page.pages)
        for label, number in (("newer", page.page - 1), ("older", page.page + 1))
    ]
    return Reply([audit_card(page)], [buttons], ephemeral=True)
