"""Goal 11: the bot as a process: how soon it is ready, and how much memory it uses.

The reference is `python -m benchmarks.measured_bots bare`, an `AutoShardedBot` of discord.py with the intent for
servers and one command, on the same `benchmarks.discord_server`, which has one server and no latency. The bot is
`python -m bot run` on a migrated, empty database. Both are started alternately for several rounds; figures are medians.

- Start: from starting the process until the answer to a command that is sent as soon as the bot is connected: `/ok`, or
  `/events`, which queries the database.
- Idle memory: resident set size (`ps -o rss`) half a second after that.
- Growth: the ratio of the resident set size after all submissions to that after the first fifth of them, which have
  filled pools, caches and the allocator's arenas. Ten concurrent players submit, as in `benchmarks.wire`, on
  PostgreSQL, whose driver keeps prepared statements. The goal is at most 5 % for 100,000 submissions (`--full`), or
  for 5,000 by default.
"""

import asyncio
import random
import subprocess
import time
from collections.abc import Iterator
from functools import partial

from benchmarks.discord_server import DiscordServer
from benchmarks.measuring import in_turn, median
from benchmarks.places import Place
from benchmarks.played_events import fill, player, typed
from benchmarks.report import Goal, Line
from tests.databases import KINDS
from tests.wire.discord_people import Guild

ROUNDS = 3
IDLE_SECONDS = 0.5
SUBMISSIONS, FULL_SUBMISSIONS = 5_000, 100_000
EVENTS, PLAYERS, USERS = 20, 1000, 10
SOON, LEAN, STEADY = Goal("≤", 0.7, "s"), Goal("≤", 60, "MB"), Goal("≤", 1.05)


def measure(place: Place) -> list[Line]:
    """Measure the start and the idle memory on both databases, and the growth on PostgreSQL."""
    return [*_starts(place), _growth(place)]


def _starts(place: Place) -> Iterator[Line]:
    for kind in KINDS:
        with place.database(kind) as url:
            settings = {"DATABASE_URL": url.render_as_string(hide_password=False)}
            sides = {
                "bare": partial(_start, "benchmarks.measured_bots", "bare", "ok", {}),
                "bot": partial(_start, "bot", "run", "events", settings),
            }
            seen = in_turn(ROUNDS, sides)
        (bare, bare_memory), (bot, bot_memory) = (
            [median(values) for values in zip(*seen[name], strict=True)] for name in ("bare", "bot")
        )
        yield Line(11, f"start to first answer, {kind}", f"{bot:.2f} s", f"{bare:.2f} s", bot - bare, SOON)
        idle = bot_memory - bare_memory
        yield Line(11, f"memory idle, {kind}", f"{bot_memory:.0f} MB", f"{bare_memory:.0f} MB", idle, LEAN)


def _start(module: str, argument: str, command: str, settings: dict[str, str]) -> tuple[float, float]:
    """Start a bot; return how many seconds it takes to answer, and how many MB it then uses."""

    async def start() -> tuple[float, float]:
        guild = Guild("Home")
        async with DiscordServer([guild]) as discord:
            began = time.perf_counter()
            async with discord.bot(module, argument, **settings) as process:
                await discord.use(player(1), guild, command)
                started = time.perf_counter() - began
                await asyncio.sleep(IDLE_SECONDS)
                return started, _memory(process.pid)

    return asyncio.run(start())


def _growth(place: Place) -> Line:
    count = FULL_SUBMISSIONS if place.full else SUBMISSIONS
    guild = Guild("Home")
    with place.database("postgresql") as url:
        events = fill(url, guild, EVENTS, PLAYERS)
        settings = {"DATABASE_URL": url.render_as_string(hide_password=False), "SUBMIT_COOLDOWN_SECONDS": "0"}
        first, last = asyncio.run(_play(guild, events, count, settings))
    what = f"memory after {count:,} submissions over that after {count // 5:,}, postgresql"
    return Line(11, what, f"{last:.0f} MB", f"{first:.0f} MB", last / first, STEADY)


async def _play(guild: Guild, events: list[str], count: int, settings: dict[str, str]) -> tuple[float, float]:
    """Return how many MB a bot uses after a fifth of the submissions, and after all of them."""
    async with DiscordServer([guild]) as discord, discord.bot("bot", "run", **settings) as process:

        async def submit(times: int) -> None:
            for _ in range(times):
                who, score = player(random.randint(1, PLAYERS)), typed(random.uniform(1, 1001))
                use = await discord.use(who, guild, "submit-score", event=random.choice(events), score=score)
                assert use.is_granted(), use.answer

        seen = []
        for share in (count // 5, count - count // 5):
            await asyncio.gather(*(submit(share // USERS) for _ in range(USERS)))
            seen.append(_memory(process.pid))
        return seen[0], seen[1]


def _memory(pid: int) -> float:
    """Return the resident set size of a process, in MB (10⁶ bytes)."""
    printed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True)
    return int(printed.stdout) * 1024 / 1e6
