"""The wire: a bot in a separate process, the users of two servers, and turns in which they use one command.

A turn has a number of concurrent users. Each of them sends the next interaction when the answer to the last one has
arrived, as a random player.

- `/ok` is the cost of a command that does nothing.
- Suggestions are for a server with 1,000 events, for one to three random letters. The bot reads the names once a
  second, so most of the measured work is searching them and sending the matches.
- `/leaderboard` shows the first page of the all-time board of one of 20 events, in each of which all players have a
  personal best.
- `/submit-score` goes to one of these events, with a random score from the range of the existing scores. At first many
  are new bests, later fewer.

A wait begins when the interaction is sent. It ends when the callback arrives, or the first message after a deferral.
A refusal does not count for the rate, and counts as an infinite wait. The measuring process collects no garbage during
a turn, because that would delay the bot now and then.
"""

import asyncio
import math
import random
import string
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from benchmarks.discord_server import DiscordServer, Use
from benchmarks.measuring import median, percentile, uncollected
from benchmarks.places import Place
from benchmarks.played_events import add_events, fill, player, typed
from benchmarks.processor_time import processor_seconds
from tests.databases import KINDS
from tests.wire.discord_people import Guild

EVENTS, PLAYERS, CROWDED_EVENTS = 20, 1000, 1000
WARM_UP_USERS, WARM_UP_SECONDS = 10, 2.0
PROGRAM = "benchmarks.measured_bots"
OK, SUGGESTIONS, LEADERBOARD, SUBMIT = "/ok", "suggestions", "/leaderboard", "/submit-score"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the wire to measure.

    Attributes:
        users: the numbers of concurrent users.
        databases: the kinds of databases.
        rounds: how often each command takes its turn.
        seconds: the length of a turn.
    """

    users: tuple[int, ...] = (1, 10, 100)
    databases: tuple[str, ...] = KINDS
    rounds: int = 15
    seconds: float = 0.5


@dataclass(frozen=True, slots=True)
class Town:
    """A filled database, and the two servers in it.

    Attributes:
        address: the database's URL, in the form of the bot's settings.
        home: the server whose events have been played.
        crowded: the server with many events.
        events: the names of the events at home.
    """

    address: str
    home: Guild
    crowded: Guild
    events: list[str]


@dataclass(frozen=True, slots=True)
class Turn:
    """The observations of one turn.

    Attributes:
        uses: all uses of the command.
        seconds: how long the turn lasted.
        busy: the processor time of the bot's process meanwhile, in seconds; None if the system does not report it.
    """

    uses: list[Use] = field(repr=False)
    seconds: float
    busy: float | None

    @property
    def granted(self) -> int:
        """How many uses were not refused."""
        return sum(use.is_granted() for use in self.uses)

    @property
    def refused(self) -> int:
        """How many uses were refused; none should be."""
        return len(self.uses) - self.granted

    @property
    def rate(self) -> float:
        """The number of granted uses per second."""
        return self.granted / self.seconds

    @property
    def p50(self) -> float:
        """The wait that half of the uses exceed, in seconds."""
        return percentile(self._waits(), 0.5)

    @property
    def p99(self) -> float:
        """The wait that one use in a hundred exceeds, in seconds."""
        return percentile(self._waits(), 0.99)

    @property
    def processor(self) -> float | None:
        """The processor time of the bot's process per use, in seconds."""
        return None if self.busy is None else self.busy / len(self.uses)

    def _waits(self) -> list[float]:
        return [use.answered_after if use.is_granted() else math.inf for use in self.uses]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a turn: its name, how to compute it, and how to write it."""

    name: str
    of: Callable[[Turn], float | None]
    write: Callable[[float], str]

    def of_all(self, turns: list[Turn]) -> list[float] | None:
        """Return the figure of each turn; None if any is unknown."""
        values = [value for turn in turns if (value := self.of(turn)) is not None]
        return values if len(values) == len(turns) else None

    def show(self, turns: list[Turn]) -> str:
        """Write the median of the turns."""
        values = self.of_all(turns)
        return "unavailable" if values is None else self.write(median(values))

    def ratios(self, turns: list[Turn], others: list[Turn]) -> list[float] | None:
        """Return the ratio to another side, turn by turn; None if either is unknown."""
        values, references = self.of_all(turns), self.of_all(others)
        if values is None or references is None:
            return None
        return [
            value / reference if reference else math.inf for value, reference in zip(values, references, strict=True)
        ]

    def ratio(self, turns: list[Turn], others: list[Turn]) -> float | None:
        """Return the median of the ratios."""
        ratios = self.ratios(turns, others)
        return None if ratios is None else median(ratios)


def milliseconds(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{1000 * seconds:,.2f} ms" if seconds < 0.01 else f"{1000 * seconds:,.1f} ms"


P50 = Figure("p50", lambda turn: turn.p50, milliseconds)
P99 = Figure("p99", lambda turn: turn.p99, milliseconds)
RATE = Figure("rate", lambda turn: turn.rate, lambda rate: f"{rate:,.0f}/s")
PROCESSOR = Figure("processor time", lambda turn: turn.processor, milliseconds)
FIGURES = (P50, P99, RATE, PROCESSOR)


class People:
    """The users of one bot in two servers, and their random actions."""

    def __init__(self, discord: DiscordServer, pid: int, town: Town) -> None:
        """Let the users use the bot with this process id; two bots get the same requests in the same order."""
        self._discord, self._pid, self._town = discord, pid, town
        self._players = [player(number) for number in range(1, PLAYERS + 1)]
        self._random = random.Random(9)
        self._ways: dict[str, Callable[[], Awaitable[Use]]] = {
            OK: self._ok,
            SUGGESTIONS: self._type,
            LEADERBOARD: self._look,
            SUBMIT: self._submit,
        }

    async def warm_up(self, command: str) -> None:
        """Use a command before it is measured, and wait for its after-effects.

        The first uses open connections and prepare statements. A bot that has just started recalculates each event at
        its first personal best, and later only twice a minute.
        """
        await self.take_turn(command, WARM_UP_USERS, WARM_UP_SECONDS)
        if command == SUBMIT:
            await asyncio.sleep(WARM_UP_SECONDS)

    async def take_turn(self, command: str, users: int, seconds: float) -> Turn:
        """Let this many users use a command again and again, for some seconds."""
        do, uses = self._ways[command], list[Use]()

        async def act() -> None:
            while time.perf_counter() < end:
                uses.append(await do())

        with uncollected():
            busy, began = processor_seconds(self._pid), time.perf_counter()
            end = began + seconds
            await asyncio.gather(*(act() for _ in range(users)))
            took, busy_at_end = time.perf_counter() - began, processor_seconds(self._pid)
        return Turn(uses, took, None if busy is None or busy_at_end is None else busy_at_end - busy)

    async def _ok(self) -> Use:
        use = await self._discord.use(self._random.choice(self._players), self._town.home, "ok")
        assert use.content == "ok", use.answer
        return use

    async def _type(self) -> Use:
        typed = "".join(self._random.choices(string.ascii_lowercase, k=self._random.randint(1, 3)))
        who = self._random.choice(self._players)
        use = await self._discord.type(who, self._town.crowded, "submit-score", "event", typed)
        assert all(typed in choice["name"].casefold() for choice in use.answer["choices"]), use.answer
        return use

    async def _look(self) -> Use:
        event, who = self._random.choice(self._town.events), self._random.choice(self._players)
        return await self._discord.use(who, self._town.home, "leaderboard", event=event)

    async def _submit(self) -> Use:
        event, score = self._random.choice(self._town.events), self._random.uniform(1, 1001)
        who = self._random.choice(self._players)
        return await self._discord.use(who, self._town.home, "submit-score", event=event, score=typed(score))


@contextmanager
def filled_town(place: Place, kind: str) -> Iterator[Town]:
    """Provide a database of this checkout, filled by this checkout's code."""
    home, crowded = Guild("Home"), Guild("Crowded")
    with place.database(kind) as url:
        events = fill(url, home, EVENTS, PLAYERS)
        add_events(url, crowded, CROWDED_EVENTS)
        yield Town(url.render_as_string(hide_password=False), home, crowded, events)


@asynccontextmanager
async def running_bot(
    town: Town, *options: str, python: str = sys.executable, **settings: str
) -> AsyncIterator[People]:
    """Run the measured bot on a database, without a cooldown but otherwise with the default settings.

    Args:
        town: the database and its servers.
        options: further arguments of the program.
        python: the interpreter.
        settings: further settings.
    """
    settings = {"DATABASE_URL": town.address, "SUBMIT_COOLDOWN_SECONDS": "0", **settings}
    async with (
        DiscordServer([town.home, town.crowded]) as discord,
        discord.bot(PROGRAM, "leaderboard", *options, python=python, **settings) as process,
    ):
        yield People(discord, process.pid, town)
