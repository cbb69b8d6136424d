"""`/submit-score`, the same by a button or from a message, and the buttons that resolve an ambiguous score."""

import re
from dataclasses import replace
from typing import Any, Self

from discord import Attachment, ButtonStyle, Interaction, Message, app_commands
from discord.ui import Button, Item, Label, Select, TextInput

from bot.cogs._answering import answer, channel_of, guild_of, post, update
from bot.cogs._buttons import DISCORD_ID, EVENT, IdButton
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._proofs import can_be_kept, keep_picture
from bot.cogs._score_form import ScoreForm
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import open_events
from bot.cogs.ratings import RatingButton
from bot.cogs.reviews import TakeHeldBackButton
from bot.domain.events import EventChoices
from bot.domain.submissions import Submission, SubmissionResult
from bot.errors import ButtonOfAnother, ClickTooSoon, CooldownActive, ScoreHeld, ScoreInQuestion, SubmittedByAnother
from bot.ui.card import Reply, cards_in
from bot.ui.reviews import show_score_held
from bot.ui.submissions import (
    PROOF,
    PROOF_LINK,
    PROOF_PICTURE,
    SCREENSHOT,
    TITLE,
    ask_event,
    event_input,
    event_menu,
    key_of,
    link_in,
    proof_input,
    score_input,
    show_answered,
    show_question,
    show_submission,
    show_taken_back,
)

READING_ID = re.compile(rf"score:{EVENT}:(?P<score>-?[0-9]{{1,16}}(?:\.[0-9]{{1,10}})?):(?P<user>{DISCORD_ID})")
LINK = re.compile(r"https?://(?:(?!\]\()[^\s<>])+")
MARKS, PUNCTUATION, BRACKETS = "*_~|", ",.;:!?'\"", {")": "(", "]": "["}


class Submissions(ServiceCog):
    """The commands with which players submit scores."""

    @app_commands.command(name="submit-score", description="Submit a score for an event of this server")
    @app_commands.describe(
        score="Such as 12,345.5 or 12k, or a time: 1:23.4",
        event="The event; default: the one of last time",
        proof=PROOF_LINK,
        screenshot=PROOF_PICTURE,
    )
    @app_commands.autocomplete(event=open_events)
    @app_commands.guild_only()
    async def submit_score(
        self,
        interaction: Interaction[Any],
        score: str,
        event: str | None = None,
        proof: str | None = None,
        screenshot: Attachment | None = None,
    ) -> None:
        """Submit a score and show its effect, or ask which score was meant."""
        await _submit(interaction, event or "", score, proof, screenshot)


@app_commands.context_menu(name="Submit this as a score")
@app_commands.guild_only()
async def submit_message(interaction: Interaction[Any], message: Message) -> None:
    """Ask for the event and the score that a message shows; the message is the proof."""
    place = guild_of(interaction), channel_of(interaction), interaction.user.id
    proof = _proof_of(message)
    await open_modal(
        interaction,
        services_of(interaction).leaderboard.choices(*place),
        lambda choices: MessageModal(ask_event(choices), proof),
    )


class ScoreModal(ScoreForm):
    """Submits the score of a form."""

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does."""
        screenshot = next(iter(self.screenshot.values), None)
        await _submit(interaction, self.event_id, self.score.value, self.proof.value, screenshot)


class MessageModal(IdModal):
    """Asks for an event and a score; the proof is a link to what a message shows, if there is one.

    If there are more events than a menu holds, the player types the name.
    """

    TEMPLATE = re.compile("submit:(?P<how>choose|type)")

    def __init__(self, event: Select[Any] | TextInput[Any], proof: str | None = None) -> None:
        """Ask for the event with a menu or by name, and suggest a proof, which the player can change."""
        is_menu = isinstance(event, Select)
        super().__init__(title=TITLE, custom_id=f"submit:{'choose' if is_menu else 'type'}")
        self.event, self.score, self.proof = event, score_input(), proof_input(proof)
        self.add_item(Label(text="Event", component=self.event))
        self.add_item(Label(text="Score", component=self.score))
        about = PROOF_LINK if proof is None else "A link to what the message shows"
        self.add_item(Label(text="Proof", description=about, component=self.proof))

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a modal from its id."""
        return cls(event_menu() if match["how"] == "choose" else event_input())

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does."""
        event = self.event.value if isinstance(self.event, TextInput) else key_of(self.event)
        await _submit(interaction, event, self.score.value, self.proof.value)


def ask_for_score(choices: EventChoices) -> IdModal:
    """Return the modal that asks for a score: for the only event, or for one of the events that take scores."""
    if len(choices.events) == 1:
        return ScoreModal(choices.events[0].id, choices.events[0])
    return MessageModal(ask_event(choices))


class ReadingButton(IdButton, template=READING_ID):
    """A button that submits one possible reading of a score, for the user who typed it."""

    def __init__(self, event_id: int, score: str, user_id: int, label: str) -> None:
        """Submit `score`, an unambiguous text, to an event."""
        self.event_id, self.score, self.user_id = event_id, score, user_id
        super().__init__(label, f"score:{event_id}:{score}:{user_id}", ButtonStyle.primary)

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "ReadingButton":
        """Rebuild a button from its id; its label holds the displayed score."""
        label = item.label if isinstance(item, Button) else None
        return cls(int(match["event"]), match["score"], int(match["user"]), label or match["score"])

    async def press(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does, and close the question."""
        if interaction.user.id != self.user_id:
            raise ButtonOfAnother
        cards, closed = cards_in(interaction.message), show_answered(self.item.label or self.score)
        picture = link_in(cards, SCREENSHOT)
        submitting = self._submit(interaction, picture or link_in(cards), has_picture=picture is not None)

        def close(outcome: SubmissionResult | ScoreHeld) -> Reply:
            return _show_held(interaction, outcome) if isinstance(outcome, ScoreHeld) else closed

        def show(outcome: SubmissionResult | ScoreHeld) -> Reply | None:
            return None if isinstance(outcome, ScoreHeld) else _show(outcome, picture)

        outcome = await post(interaction, submitting, close, show)
        if isinstance(outcome, SubmissionResult) and picture is not None:
            await keep_picture(interaction, outcome, picture)

    async def _submit(
        self, interaction: Interaction[Any], proof: str | None, *, has_picture: bool
    ) -> SubmissionResult | ScoreHeld:
        services = services_of(interaction)
        event = await services.events.name_of(guild_of(interaction), self.event_id)
        try:
            submission = _submission(interaction, event, self.score, proof, has_picture=has_picture)
            return await services.leaderboard.submit(submission)
        except ScoreHeld as held:
            return held
        except CooldownActive as refusal:
            raise ClickTooSoon(refusal.seconds_left) from None


class UndoButton(IdButton, template=rf"undo:{EVENT}:(?P<user>{DISCORD_ID}):(?P<interaction>{DISCORD_ID})"):
    """A button with which a player takes back a submission."""

    def __init__(self, event_id: int, user_id: int, interaction_id: int) -> None:
        """Take back what the user submitted to an event in an interaction."""
        self.event_id, self.user_id, self.interaction_id = event_id, user_id, interaction_id
        super().__init__("Undo", f"undo:{event_id}:{user_id}:{interaction_id}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Take back the submission, and show that in its place."""
        if interaction.user.id != self.user_id:
            raise SubmittedByAnother
        submission = guild_of(interaction), self.event_id, self.user_id, self.interaction_id
        await update(interaction, services_of(interaction).removals.take_back(*submission), show_taken_back)


def _submission(
    interaction: Interaction[Any], event: str, score: str, proof: str | None, *, has_picture: bool
) -> Submission:
    return Submission(
        interaction_id=interaction.id,
        guild_id=guild_of(interaction),
        discord_id=interaction.user.id,
        username=interaction.user.name,
        display_name=interaction.user.display_name,
        event_name=event,
        score=score,
        proof=proof,
        locale=str(interaction.locale),
        channel_id=channel_of(interaction),
        has_picture=has_picture,
    )


def _proof_of(message: Message) -> str:
    """Return a link to what a message shows: its attachment, or else a link in it, or else the message itself."""
    if message.attachments:
        return message.attachments[0].url
    link = LINK.search(message.content)
    return message.jump_url if link is None else _without_what_follows(link[0], message.content[: link.start()])


def _without_what_follows(link: str, before: str) -> str:
    """Return a link without the markup, brackets and punctuation of the surrounding text."""
    while link:
        last = link[-1]
        is_mark, opening = last in MARKS and last in before, BRACKETS.get(last)
        closes = opening is not None and link.count(last) > link.count(opening)
        if not (is_mark or closes or last in PUNCTUATION):
            break
        link = link[:-1]
    return link


async def _submit(
    interaction: Interaction[Any],
    event: str | int,
    score: str,
    proof: str | None,
    screenshot: Attachment | None = None,
) -> None:
    """Submit a score for an event, given by name or key; show its effect, or ask which score was meant.

    Without a link, a screenshot is the proof. The bot posts it below the answer, if it can.
    """
    picture = None
    if screenshot is not None and not (proof and proof.strip()):
        proof = screenshot.url
        picture = proof if can_be_kept(interaction, screenshot) else None

    async def work() -> SubmissionResult | ScoreInQuestion | ScoreHeld:
        services = services_of(interaction)
        name = event if isinstance(event, str) else await services.events.name_of(guild_of(interaction), event)
        try:
            submission = _submission(interaction, name, score, proof, has_picture=picture is not None)
            return await services.leaderboard.submit(submission)
        except (ScoreInQuestion, ScoreHeld) as outcome:
            return outcome

    def show(outcome: SubmissionResult | ScoreInQuestion | ScoreHeld) -> Reply:
        if isinstance(outcome, SubmissionResult):
            return _show(outcome, picture)
        if isinstance(outcome, ScoreHeld):
            return _show_held(interaction, outcome)
        return _ask(outcome, interaction.user.id, proof, PROOF if picture is None else SCREENSHOT)

    outcome = await answer(interaction, work(), show)
    if picture is not None and isinstance(outcome, SubmissionResult):
        await keep_picture(interaction, outcome, picture)


def _show(result: SubmissionResult, picture: str | None) -> Reply:
    """Show the effect of a score, with buttons to take it back and to explain it.

    If a picture follows, the link to it is left out.
    """
    event_id, discord_id = result.event.id, result.player.discord_id
    undo = UndoButton(event_id, discord_id, result.interaction_id)
    shown = show_submission(result if picture is None else replace(result, proof=None))
    return shown.with_buttons([undo, RatingButton(event_id, discord_id)])


def _show_held(interaction: Interaction[Any], held: ScoreHeld) -> Reply:
    """Tell the player that an admin looks at the score first, with a button to take it back until then."""
    shown = show_score_held(held, interaction.client.tree.ids)
    return shown.with_buttons([TakeHeldBackButton(interaction.id)])


def _ask(question: ScoreInQuestion, user_id: int, proof: str | None, label: str) -> Reply:
    buttons = [ReadingButton(question.event_id, reading.text, user_id, reading.shown) for reading in question.readings]
    return show_question(question, proof, label).with_buttons(buttons)
