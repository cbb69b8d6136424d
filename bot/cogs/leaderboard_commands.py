"""What players type: `/submit-score` and `/leaderboard`."""

from typing import Any, Literal

from discord import Interaction, app_commands
from discord.ext import commands

from bot.cogs.answering import answer, guild_of
from bot.cogs.pages import show_page
from bot.cogs.services import Services
from bot.cogs.suggestions import active_events, all_events
from bot.domain.results import Board
from bot.domain.submissions import Submission
from bot.ui.submissions import show_submission


class LeaderboardCommands(commands.Cog):
    """Commands for everyone."""

    def __init__(self, services: Services) -> None:
        """Answer by means of the services."""
        self.services = services

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
        """Count a score and tell what it changed."""
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

    @app_commands.command(name="leaderboard", description="Show a leaderboard of an event of this server")
    @app_commands.describe(
        event="The event: start typing its name",
        board="all-time: personal bests · week: this week's bests · overall: event Elo",
    )
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    async def leaderboard(
        self,
        interaction: Interaction[Any],
        event: str,
        board: Literal["all-time", "week", "overall"] = "all-time",
    ) -> None:
        """Show the first page; its buttons turn to the others."""
        viewer = interaction.user.id
        page = self.services.standings.page(guild_of(interaction), event, Board(board), 0, viewer)
        await answer(interaction, page, lambda result: show_page(result, viewer))
