"""`/review`, its buttons and its modal, with which admins approve or refuse held scores."""

import re
from typing import Any, ClassVar

from discord import ButtonStyle, Interaction, app_commands
from discord.ui import Label

from bot.cogs._answering import TOLD, actor_of, answer, update
from bot.cogs._buttons import DISCORD_ID, IdButton
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._proofs import keep_picture
from bot.cogs._questions import agree
from bot.cogs._services import ServiceCog, services_of
from bot.cogs.moderation import show_counting
from bot.domain.jobs import JobKind
from bot.domain.moderation import CorrectionResult
from bot.domain.reviews import HeldScore, HeldState, OwnHeldScores, Review
from bot.services.servers import Actor
from bot.ui.card import Reply
from bot.ui.moderation import WHY, reason_input
from bot.ui.reviews import NEXT, show_held, show_nothing_held, show_own_held, show_refused, show_review
from bot.ui.text import isolate_score


class Reviews(ServiceCog):
    """The command for held scores."""

    @app_commands.command(name="review", description="Scores that wait for an admin; players see what became of theirs")
    @app_commands.guild_only()
    async def review(self, interaction: Interaction[Any]) -> None:
        """Show the first waiting score, or a player's own held scores."""
        await answer(interaction, self.services.reviews.look(_reviewer(interaction)), _show_review, only_reads=True)


class ReviewButton(IdButton, template=r"review:(?P<action>look|approve|refuse|next):(?P<number>[0-9]{1,18})"):
    """Shows, approves or refuses the held score in the message, or shows the next one."""

    LABELS: ClassVar = {"look": "Review", "approve": "Approve", "refuse": "Refuse", "next": "Next"}
    STYLES: ClassVar = {
        "look": ButtonStyle.primary,
        "approve": ButtonStyle.success,
        "refuse": ButtonStyle.danger,
        "next": ButtonStyle.secondary,
    }

    def __init__(self, action: str, number: int) -> None:
        """Do `action` with the held score that has this key, or show the one at this place."""
        self.action, self.number = action, number
        super().__init__(self.LABELS[action], f"review:{action}:{number}", self.STYLES[action])

    async def press(self, interaction: Interaction[Any]) -> None:
        """Approve or refuse, and show everyone; or show the score in private, or replace it by the next one."""
        reviews, actor = services_of(interaction).reviews, _reviewer(interaction)
        if self.action == "look":
            await answer(interaction, reviews.look_at(actor, self.number), _show_review, only_reads=True)
        elif self.action == "next":
            await update(interaction, reviews.look(actor, self.number), _show_review, only_reads=True)
        elif self.action == "approve":
            await self._approve(interaction, actor)
        else:
            await open_modal(interaction, reviews.find(actor, self.number), lambda held: RefusalModal(held.id))

    async def _approve(self, interaction: Interaction[Any], actor: Actor) -> None:
        reviews = services_of(interaction).reviews

        async def approve() -> tuple[HeldScore, CorrectionResult]:
            held = await reviews.find(actor, self.number)
            return held, await reviews.approve(actor, self.number)

        approved = await agree(interaction, approve(), lambda approved: show_counting(approved[1]), then=NEXT)
        if approved is not None and approved[0].picture is not None:
            await keep_picture(interaction, approved[0], approved[0].picture)


class TakeHeldBackButton(IdButton, template=rf"held:take:(?P<interaction>{DISCORD_ID})"):
    """Takes back a held score, for whoever submitted it."""

    def __init__(self, interaction_id: int, label: str = "Take back") -> None:
        """Take back what was submitted in an interaction."""
        self.interaction_id = interaction_id
        super().__init__(label, f"held:take:{interaction_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Take the score back, and show its player their held scores."""
        taken = services_of(interaction).reviews.take_back(_reviewer(interaction), self.interaction_id)
        await update(interaction, taken, _show_own)


class RefusalModal(IdModal):
    """Asks for the reason for refusing a held score."""

    TEMPLATE = re.compile(r"review:refuse:(?P<number>[0-9]{1,18})")

    def __init__(self, held_id: int) -> None:
        """Refuse the held score with this key."""
        super().__init__(title="Refuse the score", custom_id=f"review:refuse:{held_id}")
        self.held_id = held_id
        self.reason = reason_input(is_required=False)
        self.add_item(Label(text=WHY, component=self.reason))

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Refuse the score, close the question, and show everyone."""
        reviews, actor = services_of(interaction).reviews, _reviewer(interaction)
        refused = reviews.refuse(actor, self.held_id, self.reason.value)
        await agree(interaction, refused, show_refused, then=NEXT)


def show_held_score(held: HeldScore | None) -> Reply:
    """Show a held score in the review channel, with a button while it waits; None for an erased score."""
    shown = show_held(held)
    if held is None or held.state is not HeldState.WAITING:
        return shown
    return shown.with_buttons([ReviewButton("look", held.id)])


def _reviewer(interaction: Interaction[Any]) -> Actor:
    """Return the user of an interaction, who is looking at held scores and needs no notice about them."""
    interaction.extras[TOLD] = JobKind.REVIEW
    return actor_of(interaction)


def _show_own(own: OwnHeldScores) -> Reply:
    buttons = [
        TakeHeldBackButton(held.interaction_id, f"Take back {isolate_score(held.score, held.event.style)}")
        for held in own.scores
        if held.state is HeldState.WAITING
    ]
    shown = show_own_held(own)
    return shown.with_buttons(buttons) if buttons else shown


def _show_review(review: Review | OwnHeldScores | None) -> Reply:
    if review is None:
        return show_nothing_held()
    if isinstance(review, OwnHeldScores):
        return _show_own(review)
    buttons = [ReviewButton("refuse", review.held.id)]
    if review.can_be_approved:
        buttons.insert(0, ReviewButton("approve", review.held.id))
    if review.waiting > 1:
        buttons.append(ReviewButton("next", review.place + 1))
    return show_review(review).with_buttons(buttons)
