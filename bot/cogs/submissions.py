"""`/submit-score`."""

from typing import Any

from discord import Interaction, app_commands

from bot.cogs._answering import answer, guild_of
from bot.cogs._services import ServiceCog
from bot.cogs._suggestions import active_events
from bot.domain.submissions import Submission
from bot.ui.submissions import show_submission


class Submissions(ServiceCog):
    """The commands that players use to submit scores."""

    @app_commands.command(name="submit-score", description="Submit a score for an event of this server")
    @app_commands.describe(
        event="The event: start typing its name",
        score="Your score, such as 12345, 12,345.5 or, for times, 1:23.456",
        proof="A link to a picture or a video of it",
    )
    @app_commands.autocomplete(event=active_events)
    @app_commands.guild_only()
    async def submit_score(
        self, interaction: Interaction[Any], event: str, score: str, proof: str | None = None
    ) -> None:
        """Submit a score and show what it changed."""
        submission = Submission(
            interaction_id=interaction.id,
            guild_id=guild_of(interaction),
            discord_id=interaction.user.id,
            username=interaction.user.name,
            display_name=interaction.user.display_name,
            event_name=event,
            score=score,
            proof=proof,
        )
        await answer(interaction, self.services.leaderboard.submit(submission), show_submission)
