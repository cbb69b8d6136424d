"""Programs to measure: this bot with one more command, and a bot that is only discord.py.

    python -m benchmarks.measured_bots leaderboard [--shares] | bare

Both have a command `/ok` for servers only, which answers `interaction.response.send_message("ok")`. Otherwise the first
is the same as `python -m bot run`. The second is an `AutoShardedBot` with the intent for servers; it logs like the
first, and finds its server by the same settings.

With `--shares`, the first one also follows submissions on their way. When it ends, it writes its observations to the
file named by `SHARES_FILE` (`benchmarks.shares`).
"""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

from discord import Intents, Interaction, app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


@app_commands.command(name="ok", description="Answer at once")
@app_commands.guild_only()
async def answer_ok(interaction: Interaction[Any]) -> None:
    """Answer without any work."""
    await interaction.response.send_message("ok")


def run_leaderboard() -> int:
    """Run this bot, with one more command."""
    from bot import main as client
    from bot.__main__ import main

    class MeasuredBot(client.LeaderboardBot):
        async def setup_hook(self) -> None:
            await super().setup_hook()
            self.tree.add_command(answer_ok)

    client.LeaderboardBot = MeasuredBot  # type: ignore[misc]  # `main` makes whatever is there
    return main(["run"])


def run_with_shares() -> int:
    """Run this bot, and follow its submissions."""
    from benchmarks.shares import FILE_VARIABLE, Shares

    shares = Shares()
    shares.watch()
    try:
        return run_leaderboard()
    finally:
        shares.write(Path(os.environ[FILE_VARIABLE]))


def run_bare() -> int:
    """Run a bot that has only this command."""

    async def serve() -> None:
        Route.BASE = os.environ["DISCORD_API_URL"]
        async with commands.AutoShardedBot(commands.when_mentioned, intents=Intents(guilds=True)) as bot:
            bot.tree.add_command(answer_ok)
            await bot.login(os.environ["DISCORD_TOKEN"])
            _, gateway, _ = await bot.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
            await bot.connect()

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-8s %(name)s: %(message)s")
    asyncio.run(serve())
    return 0


PROGRAMS = {("leaderboard",): run_leaderboard, ("leaderboard", "--shares"): run_with_shares, ("bare",): run_bare}

if __name__ == "__main__":
    sys.exit(PROGRAMS[tuple(sys.argv[1:])]())
