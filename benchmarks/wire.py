"""Commands over Discord's wire: goals 9 (`/submit-score`) and 10 (suggestions of events).

The bot runs in a process of its own, as `python -m bot run` does, without a cooldown and with everything else as by
default; Discord is `benchmarks.discord_server`, in the process that measures.

Reference: `/ok`, a command of the same tree in the same process, for servers only, that answers
`interaction.response.send_message("ok")`. It is what a command costs that does nothing: the gateway's event,
discord.py, the tree's checks, the callback over HTTP.

What is measured: a number of users at once, each of whom sends the next interaction when the answer to the last has
arrived. Everyone is one of 1,000 players at random.

- `/submit-score` goes to one of 20 events at random, in each of which all players have a personal best, with a score at
  random from the same range: so many are new bests in the beginning, and fewer later.
- Suggestions are of a server with 1,000 events, for one to three letters at random. The bot reads the names once a
  second (`bot.services.events._names`), so that most of what is measured is looking through them and sending what fits.

Each is measured in turn with the reference, several rounds. Before, it is used for two seconds, and two more are
waited: a bot that has just started recalculates every event at its first personal best, and then only once in half a
minute. Rates and p99s are the median round's, and so are their ratios. p99 is that of a round's waits, from sending the
event to the arrival of the callback, or of the first message after a deferral. What is refused counts for no rate, and
as a wait without an end. No garbage of the process that measures is collected during a turn: that takes it 0.1 s now
and then.
"""

import asyncio
import math
import random
import string
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import URL

from benchmarks.discord_server import DiscordServer, Use
from benchmarks.measuring import median, percentile, ratio, uncollected
from benchmarks.places import Place
from benchmarks.played_events import add_events, fill, player
from benchmarks.report import Goal, Line
from tests.databases import KINDS
from tests.wire.discord_people import Guild

FAST, EVEN, SUGGESTED = Goal("≥", 0.6), Goal("≤", 2.5), Goal("≥", 0.7)
USERS = (1, 10, 100)
ROUNDS = 15
SECONDS, FULL_SECONDS = 0.5, 2.0
WARM_UP_SECONDS = 2.0
EVENTS, PLAYERS, CROWDED_EVENTS = 20, 1000, 1000


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one turn of one side saw.

    Attributes:
        rate: uses that were granted, a second.
        waits: how long the user of each waited, in seconds.
        refused: how many were refused, which none should be.
    """

    rate: float
    waits: list[float]
    refused: int

    @property
    def p99(self) -> float:
        """The wait that one in a hundred exceeds; whoever was refused has waited for ever."""
        return percentile([*self.waits, *[math.inf] * self.refused], 0.99)


class _People:
    """The users of two servers, and what they do at random."""

    def __init__(self, discord: DiscordServer, home: Guild, crowded: Guild, events: list[str]) -> None:
        self._discord, self._home, self._crowded, self._events = discord, home, crowded, events
        self._players = [player(number) for number in range(1, PLAYERS + 1)]
        self._random = random.Random(9)

    async def ok(self) -> Use:
        """Use the reference."""
        use = await self._discord.use(self._random.choice(self._players), self._home, "ok")
        assert use.content == "ok", use.answer
        return use

    async def submit(self) -> Use:
        """Submit a score."""
        event, score = self._random.choice(self._events), self._random.uniform(1, 1001)
        who = self._random.choice(self._players)
        return await self._discord.use(who, self._home, "submit-score", event=event, score=f"{score:.3f}")

    async def type(self) -> Use:
        """Type one to three letters of an event's name."""
        typed = "".join(self._random.choices(string.ascii_lowercase, k=self._random.randint(1, 3)))
        who = self._random.choice(self._players)
        use = await self._discord.type(who, self._crowded, "submit-score", "event", typed)
        assert all(typed in choice["name"].casefold() for choice in use.answer["choices"]), use.answer
        return use


def measure(place: Place) -> list[Line]:
    """Measure on both databases."""
    lines: list[Line] = []
    for kind in KINDS:
        with place.database(kind) as url:
            home, crowded = Guild("Home"), Guild("Crowded")
            events = fill(url, home, EVENTS, PLAYERS)
            add_events(url, crowded, CROWDED_EVENTS)
            seconds = FULL_SECONDS if place.full else SECONDS
            lines += asyncio.run(_measure(kind, url, home, crowded, events, seconds))
    return lines


async def _measure(kind: str, url: URL, home: Guild, crowded: Guild, events: list[str], seconds: float) -> list[Line]:
    settings = {"DATABASE_URL": url.render_as_string(hide_password=False), "SUBMIT_COOLDOWN_SECONDS": "0"}
    lines: list[Line] = []
    async with (
        DiscordServer([home, crowded]) as discord,
        discord.bot("benchmarks.measured_bots", "leaderboard", **settings),
    ):
        people = _People(discord, home, crowded, events)
        for compare, do in ((_compare_suggestions, people.type), (_compare_submissions, people.submit)):
            # The first uses open connections, prepare statements, and have every event recalculated.
            await _turn(USERS[1], WARM_UP_SECONDS, do)
            await asyncio.sleep(WARM_UP_SECONDS)
            for users in USERS:
                ok, turns = [], []
                for _ in range(ROUNDS):
                    ok.append(await _turn(users, seconds, people.ok))
                    turns.append(await _turn(users, seconds, do))
                lines += compare(f"{users} at once, {kind}", ok, turns)
    return lines


async def _turn(users: int, seconds: float, do: Callable[[], Awaitable[Use]]) -> _Turn:
    """Have so many users do the same again and again, for so long."""
    began = time.perf_counter()
    uses: list[Use] = []

    async def act() -> None:
        while time.perf_counter() < began + seconds:
            uses.append(await do())

    with uncollected():
        await asyncio.gather(*(act() for _ in range(users)))
    waits = [use.answered_after for use in uses if use.is_granted()]
    return _Turn(len(waits) / (time.perf_counter() - began), waits, len(uses) - len(waits))


def _compare_suggestions(where: str, ok: list[_Turn], suggested: list[_Turn]) -> list[Line]:
    return [Line(10, f"suggestions, {where}", _rate(suggested), _rate(ok), _rates(suggested, ok), SUGGESTED)]


def _compare_submissions(where: str, ok: list[_Turn], submitted: list[_Turn]) -> list[Line]:
    refused = sum(turn.refused for turn in submitted)
    counted = _rate(submitted) + (f", {refused} refused" if refused else "")
    return [
        Line(9, f"/submit-score, {where}", counted, _rate(ok), _rates(submitted, ok), FAST),
        Line(9, f"/submit-score, {where}: p99", _p99(submitted), _p99(ok), _p99s(submitted, ok), EVEN),
    ]


def _rate(turns: list[_Turn]) -> str:
    return f"{median([turn.rate for turn in turns]):,.0f}/s"


def _rates(turns: list[_Turn], ok: list[_Turn]) -> float:
    return ratio([turn.rate for turn in turns], [turn.rate for turn in ok])


def _p99(turns: list[_Turn]) -> str:
    return f"{1000 * median([turn.p99 for turn in turns]):,.1f} ms"


def _p99s(turns: list[_Turn], ok: list[_Turn]) -> float:
    return ratio([turn.p99 for turn in turns], [turn.p99 for turn in ok])
