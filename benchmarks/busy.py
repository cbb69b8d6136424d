"""Goal 12: submissions during a weekly run.

There is no reference; the goal is Discord's limit of three seconds. The bot runs as in `benchmarks.wire`. An event has
100,000 players, each with one score of the week before, and the server has four other events. An admin uses
`/weekly-reset` on the first event. Until that is answered, players submit ten times a second to one of the other
events, and ten times a second to the event that is being reset, without waiting for earlier answers. The figures are
the longest waits: for the other events until the answer, for the same event until the acknowledgement, which is the
answer or a deferral ("thinking …"). A refusal counts as an infinite wait.
"""

import asyncio
import math
import random

from sqlalchemy import URL

from benchmarks.discord_server import DiscordServer, Use
from benchmarks.places import Place
from benchmarks.played_events import add_events, fill, player, typed
from benchmarks.report import Goal, Line
from tests.databases import KINDS
from tests.wire.discord_people import MANAGE_SERVER, Guild, User

PLAYERS = 100_000
OTHER_EVENTS = 4
SECONDS_BETWEEN = 0.1
IN_TIME = Goal("≤", 3.0, "s")


def measure(place: Place) -> list[Line]:
    """Measure on both databases."""
    lines: list[Line] = []
    for kind in KINDS:
        with place.database(kind) as url:
            guild = Guild("Busy")
            [event] = fill(url, guild, 1, PLAYERS)
            others = add_events(url, guild, OTHER_EVENTS)
            lines += asyncio.run(_measure(kind, url, guild, event, others))
    return lines


async def _measure(kind: str, url: URL, guild: Guild, event: str, others: list[str]) -> list[Line]:
    settings = {"DATABASE_URL": url.render_as_string(hide_password=False), "SUBMIT_COOLDOWN_SECONDS": "0"}
    async with DiscordServer([guild]) as discord, discord.bot("bot", "run", **settings):
        # The first use of a command opens connections and prepares statements.
        for name in (event, *others):
            await _submit(discord, guild, name)
        running = asyncio.create_task(discord.use(User("ada", MANAGE_SERVER), guild, "weekly-reset", event=event))
        same, elsewhere = [], []
        while not running.done():
            same.append(asyncio.create_task(_submit(discord, guild, event)))
            elsewhere.append(asyncio.create_task(_submit(discord, guild, random.choice(others))))
            await asyncio.wait({running}, timeout=SECONDS_BETWEEN)
        run = await running
        assert run.is_granted(), run.answer
        answered = max([use.answered_after for use in await asyncio.gather(*elsewhere)])
        acknowledged = max([use.acknowledged_after for use in await asyncio.gather(*same)])
    refused = sum(not task.result().is_granted() for task in elsewhere)
    waited = f"{refused} refused" if refused else _s(answered)
    during = f"during a weekly run of {run.answered_after:.1f} s over {PLAYERS:,} players, {kind}"
    return [
        Line(12, f"{len(elsewhere)} submissions to other events {during}", waited, "–", answered, IN_TIME),
        Line(12, f"{len(same)} acknowledged of the same event {during}", _s(acknowledged), "–", acknowledged, IN_TIME),
    ]


async def _submit(discord: DiscordServer, guild: Guild, event: str) -> Use:
    who, score = player(random.randint(1, PLAYERS)), random.uniform(1, 1001)
    use = await discord.use(who, guild, "submit-score", event=event, score=typed(score))
    if not use.is_granted():
        use.answered_after = math.inf
    return use


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
