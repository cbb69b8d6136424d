"""`/submit-score`, the same by a button or from a message, and the buttons with which players say what they meant."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

from discord import Attachment, ButtonStyle, Interaction, Message, app_commands
from discord.ui import Label, Select, TextInput

from bot.cogs._answering import answer, channel_of, guild_of, post, update
from bot.cogs._buttons import DISCORD_ID, EVENT, LONGEST_LABEL, IdButton
from bot.cogs._modals import IdModal, open_modal
from bot.cogs._proofs import can_be_kept, keep_picture, tell_not_kept
from bot.cogs._score_form import ScoreForm
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import open_events
from bot.cogs.ratings import RatingButton
from bot.cogs.reviews import TakeHeldBackButton
from bot.domain.events import EventChoices, EventInfo
from bot.domain.scores import MAX_TEXT
from bot.domain.submissions import Submission, SubmissionResult
from bot.errors import (
    ButtonOfAnother,
    ClickTooSoon,
    CooldownActive,
    EventInQuestion,
    ScoreHeld,
    ScoreInQuestion,
    SubmittedByAnother,
)
from bot.ui.card import Reply, cards_in
from bot.ui.reviews import show_score_held
from bot.ui.submissions import (
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
    screenshot_input,
    show_answered,
    show_question,
    show_submission,
    show_taken_back,
)
from bot.ui.text import isolate

MEANING_ID = re.compile(rf"meant:{EVENT}:(?P<user>{DISCORD_ID}):(?P<score>.{{1,{MAX_TEXT}}})", re.DOTALL)
LINK = re.compile(r"https?://(?:(?!\]\()[^\s<>])+")
MARKS, PUNCTUATION, BRACKETS = "*_~|", ",.;:!?'\"", {")": "(", "]": "["}


class Proof(NamedTuple):
    """What proves a score: a link, and the address of a picture that Discord deletes after a while.

    The link is that address if the player gave no other.
    """

    link: str | None
    picture: str | None = None

    @property
    def is_picture(self) -> bool:
        """Whether nothing but the picture proves the score."""
        return self.picture is not None and self.picture == self.link


class WhichEvent(NamedTuple):
    """A score that may be for one of some events, which all take scores.

    Attributes:
        question: why the event is not certain.
        events: at least one.
        score: as the player typed it.
    """

    question: EventInQuestion
    events: Sequence[EventInfo]
    score: str


Outcome = SubmissionResult | ScoreHeld | ScoreInQuestion | WhichEvent


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
    """Asks for an event and a score; the proof is a link to what a message shows, else also a picture.

    If there are more events than a menu holds, the player types the name.
    """

    TEMPLATE = re.compile("submit:(?P<how>choose|type)")

    def __init__(self, event: Select[Any] | TextInput[Any], proof: str | None = None) -> None:
        """Ask for the event with a menu or by name, and suggest a proof, which the player can change."""
        is_menu = isinstance(event, Select)
        super().__init__(title=TITLE, custom_id=f"submit:{'choose' if is_menu else 'type'}")
        self.event, self.score = event, score_input()
        self.proof, self.screenshot = proof_input(proof), screenshot_input()
        self.add_item(Label(text="Event", component=self.event))
        self.add_item(Label(text="Score", component=self.score))
        about = PROOF_LINK if proof is None else "A link to what the message shows"
        self.add_item(Label(text="Proof", description=about, component=self.proof))
        if proof is None:
            self.add_item(Label(text="Screenshot", description=PROOF_PICTURE, component=self.screenshot))

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a modal from its id."""
        return cls(event_menu() if match["how"] == "choose" else event_input())

    async def submit(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does."""
        event = self.event.value if isinstance(self.event, TextInput) else key_of(self.event)
        screenshot = next(iter(self.screenshot.values), None)
        await _submit(interaction, event, self.score.value, self.proof.value, screenshot)


def ask_for_score(choices: EventChoices) -> IdModal:
    """Return the modal that asks for a score: for the only event, or for one of the events that take scores."""
    if len(choices.events) == 1:
        return ScoreModal(choices.events[0].id, choices.events[0])
    return MessageModal(ask_event(choices))


class MeaningButton(IdButton, template=MEANING_ID):
    """A button that submits one meaning of what a user typed: to one of the events, or as one reading of the score."""

    def __init__(self, label: str, event_id: int, user_id: int, score: str) -> None:
        """Submit `score`, a text, to an event for the user who typed it."""
        self.event_id, self.user_id, self.score = event_id, user_id, score
        super().__init__(label, f"meant:{event_id}:{user_id}:{score}", ButtonStyle.primary)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> Self:
        """Rebuild a button from its id; nobody sees its label again."""
        return cls(match["score"], int(match["event"]), int(match["user"]), match["score"])

    async def press(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does, and close the question, or ask which reading is meant."""
        if interaction.user.id != self.user_id:
            raise ButtonOfAnother
        cards = cards_in(interaction.message)
        picture = link_in(cards, SCREENSHOT)
        proof = Proof(link_in(cards) or picture, picture)

        def close(outcome: Outcome) -> Reply:
            if isinstance(outcome, SubmissionResult):
                return show_answered(outcome)
            return _show_outcome(interaction, outcome, proof)

        def show(outcome: Outcome) -> Reply | None:
            return _show(outcome, proof) if isinstance(outcome, SubmissionResult) else None

        outcome = await post(interaction, self._submit(interaction, proof), close, show)
        await _keep_picture(interaction, outcome, proof)

    async def _submit(self, interaction: Interaction[Any], proof: Proof) -> Outcome:
        try:
            return await _count(interaction, self.event_id, self.score, proof)
        except CooldownActive as refusal:
            raise ClickTooSoon(refusal.until) from None


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
    link: str | None,
    screenshot: Attachment | None = None,
) -> None:
    """Submit a score for an event, given by name or key; show its effect, or ask what was meant.

    Without a link, a screenshot is the proof. The bot posts it below the answer, if it can.
    """
    proof = Proof(link)
    if screenshot is not None:
        picture = screenshot.url if can_be_kept(interaction, screenshot) else None
        proof = Proof(link if link and link.strip() else screenshot.url, picture)
    work = _count(interaction, event, score, proof)
    outcome = await answer(interaction, work, lambda outcome: _show_outcome(interaction, outcome, proof))
    if outcome is not None and screenshot is not None and screenshot.url not in proof:
        await tell_not_kept(interaction)
    await _keep_picture(interaction, outcome, proof)


async def _count(interaction: Interaction[Any], event: str | int, score: str, proof: Proof) -> Outcome:
    """Submit a score; return its effect, that it is held, or the question what was meant."""
    services = services_of(interaction)
    name = event if isinstance(event, str) else await services.events.name_of(guild_of(interaction), event)
    submission = Submission(
        interaction_id=interaction.id,
        guild_id=guild_of(interaction),
        discord_id=interaction.user.id,
        username=interaction.user.name,
        display_name=interaction.user.display_name,
        event_name=name,
        score=score,
        proof=proof.link,
        locale=str(interaction.locale),
        channel_id=channel_of(interaction),
        has_picture=proof.is_picture,
    )
    try:
        return await services.leaderboard.submit(submission)
    except (ScoreInQuestion, ScoreHeld) as outcome:
        return outcome
    except EventInQuestion as question:
        events = await services.leaderboard.find_open(submission.guild_id, question.candidates)
        if not events or len(score) > MAX_TEXT:
            raise
        return WhichEvent(question, events, score)


def _show_outcome(interaction: Interaction[Any], outcome: Outcome, proof: Proof) -> Reply:
    if isinstance(outcome, SubmissionResult):
        return _show(outcome, proof)
    if isinstance(outcome, ScoreHeld):
        return _show_held(interaction, outcome)
    return _ask(outcome, interaction.user.id, proof)


async def _keep_picture(interaction: Interaction[Any], outcome: Outcome | None, proof: Proof) -> None:
    """Post the picture of a score that counts. That of a held score waits with it, but only if it is the proof."""
    if proof.picture is not None and isinstance(outcome, SubmissionResult):
        await keep_picture(interaction, outcome, proof.picture, is_proof=proof.is_picture)
    elif proof.picture is not None and isinstance(outcome, ScoreHeld) and not proof.is_picture:
        await tell_not_kept(interaction)


def _show(result: SubmissionResult, proof: Proof) -> Reply:
    """Show the effect of a score, with buttons to take it back and to explain it.

    If the proof is a picture that follows, the link to it is left out.
    """
    event_id, discord_id = result.event.id, result.player.discord_id
    undo = UndoButton(event_id, discord_id, result.interaction_id)
    shown = show_submission(replace(result, proof=None) if proof.is_picture else result)
    return shown.with_buttons([undo, RatingButton(event_id, discord_id)])


def _show_held(interaction: Interaction[Any], held: ScoreHeld) -> Reply:
    """Tell the player that an admin looks at the score first, with a button to take it back until then."""
    shown = show_score_held(held, interaction.client.tree.ids)
    return shown.with_buttons([TakeHeldBackButton(interaction.id)])


def _ask(asked: ScoreInQuestion | WhichEvent, user_id: int, proof: Proof) -> Reply:
    """Ask which event or which score was meant, with a button for each."""
    if isinstance(asked, ScoreInQuestion):
        question: ScoreInQuestion | EventInQuestion = asked
        meanings = [(one.shown, asked.event_id, one.text) for one in asked.readings]
    else:
        question = asked.question
        meanings = [(isolate(one.name, LONGEST_LABEL), one.id, asked.score) for one in asked.events]
    shown = show_question(question, None if proof.is_picture else proof.link, proof.picture)
    return shown.with_buttons([MeaningButton(label, event, user_id, score) for label, event, score in meanings])
