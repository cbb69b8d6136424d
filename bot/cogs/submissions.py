"""`/submit-score`, and the buttons that ask which score was meant."""

import re
from dataclasses import replace
from typing import Any

from discord import ButtonStyle, Interaction, app_commands
from discord.ui import Button, Item

from bot.cogs._answering import answer, guild_of, post
from bot.cogs._buttons import IdButton, view_of
from bot.cogs._services import ServiceCog, Services, services_of
from bot.cogs._suggestions import active_events
from bot.domain.submissions import Submission, SubmissionResult
from bot.errors import ButtonOfAnother, ClickTooSoon, CooldownActive, ScoreInQuestion
from bot.ui.reply import Reply
from bot.ui.submissions import proof_in, show_answered, show_question, show_submission

READING_ID = re.compile(
    r"score:(?P<event>[0-9]{1,18}):(?P<score>-?[0-9]{1,16}(?:\.[0-9]{1,10})?):(?P<user>[0-9]{1,20})"
)


class Submissions(ServiceCog):
    """The commands that players use to submit scores."""

    @app_commands.command(name="submit-score", description="Submit a score for an event of this server")
    @app_commands.describe(
        event="The event: start typing its name",
        score="Such as 12,345.5 or 12k, or a time: 1:23.4",
        proof="A link to a picture or a video of it",
    )
    @app_commands.autocomplete(event=active_events)
    @app_commands.guild_only()
    async def submit_score(
        self, interaction: Interaction[Any], event: str, score: str, proof: str | None = None
    ) -> None:
        """Submit a score and show what it changed, or ask which one was meant."""
        submission = _submission(interaction, event, score, proof)
        await answer(interaction, _submit(self.services, submission), lambda reply: reply)


class ReadingButton(IdButton, template=READING_ID):
    """A button that submits one of the scores that a text can mean, for the user who typed it."""

    def __init__(self, event_id: int, score: str, user_id: int, label: str) -> None:
        """Submit `score`, a text that means one score only, to an event."""
        self.event_id, self.score, self.user_id = event_id, score, user_id
        custom_id = f"score:{event_id}:{score}:{user_id}"
        super().__init__(Button(label=label, style=ButtonStyle.primary, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> "ReadingButton":
        """Rebuild a button from its id."""
        label = item.label if isinstance(item, Button) else None
        return cls(int(match["event"]), match["score"], int(match["user"]), label or match["score"])

    async def press(self, interaction: Interaction[Any]) -> None:
        """Submit the score as the command does, and close the question."""
        if interaction.user.id != self.user_id:
            raise ButtonOfAnother
        closed = show_answered(self.item.label or self.score)
        await post(interaction, self._submit(interaction), lambda _: closed, show_submission)

    async def _submit(self, interaction: Interaction[Any]) -> SubmissionResult:
        services = services_of(interaction)
        event = await services.events.name_of(guild_of(interaction), self.event_id)
        proof = None if interaction.message is None else proof_in(interaction.message.embeds)
        try:
            return await services.leaderboard.submit(_submission(interaction, event, self.score, proof))
        except CooldownActive as refusal:
            raise ClickTooSoon(refusal.seconds_left) from None


def _submission(interaction: Interaction[Any], event: str, score: str, proof: str | None) -> Submission:
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
    )


async def _submit(services: Services, submission: Submission) -> Reply:
    """Submit a score, and show what it changed, or ask which one was meant."""
    try:
        return show_submission(await services.leaderboard.submit(submission))
    except ScoreInQuestion as question:
        return _ask(question, submission)


def _ask(question: ScoreInQuestion, submission: Submission) -> Reply:
    buttons = [
        ReadingButton(question.event_id, reading.text, submission.discord_id, reading.shown)
        for reading in question.readings
    ]
    return replace(show_question(question, submission.proof), view=view_of(*buttons))
