"""Goals 1 to 4: submissions per second, and how long a player waits for one.

The bot's side is `LeaderboardService.submit` in this process: many concurrent players, each of whom submits again when
the answer arrives. Players, events and scores are drawn at random from 1,000 players with a personal best in each of 20
events. Each score is logged, most are a weekly best, and at first every other one is a personal best too. Neither side
recalculates Elos. Both sides take turns; each figure is the median of the rounds' ratios. The references are in
`submission_references.py`; they have separate databases, filled alike.
"""

import asyncio
import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import URL

from benchmarks.filling import Nobody
from benchmarks.measuring import in_turn, median, percentile, ratio
from benchmarks.places import Place, vacuum
from benchmarks.played_events import fill, player, typed
from benchmarks.report import Goal, Line
from benchmarks.submission_references import EVENTS, PLAYERS, pgbench, tight_loop
from bot.database.database import Database
from bot.domain.clock import utc_now
from bot.domain.ratings import RatingScale
from bot.domain.submissions import Submission
from bot.services.submissions import LeaderboardService
from tests.wire.discord_stub import HOME

ROUNDS = 11
SECONDS = 2

_interactions = random.Random(2)


@dataclass(frozen=True, slots=True)
class Side:
    """The results of one side, round by round: submissions per second, and seconds waited."""

    rates: list[float]
    halves: list[float]
    p99s: list[float]

    @classmethod
    def of(cls, rounds: list[list[float]]) -> "Side":
        """Summarize how long each submission took, round by round."""
        return cls(
            [len(waits) / SECONDS for waits in rounds],
            [median(waits) for waits in rounds],
            [percentile(waits, 0.99) for waits in rounds],
        )

    def __str__(self) -> str:
        half, p99 = 1000 * median(self.halves), 1000 * median(self.p99s)
        return f"{median(self.rates):,.0f}/s, p50 {half:.2f} ms, p99 {p99:.2f} ms"


def measure(place: Place) -> list[Line]:
    """Measure submissions on both databases."""
    with ExitStack() as stack:
        mine, theirs, names = _prepare(place, stack, "postgresql")
        lines = []
        for number, at_once, events, rate, wait in (
            (1, 16, EVENTS, Goal("≥", 1), Goal("≤", 1)),
            (1, 64, EVENTS, Goal("≥", 2), Goal("≤", 1)),
            (2, 64, 1, Goal("≥", 4), Goal("<", 1)),
            (4, 1, EVENTS, Goal("≥", 0.25), None),
        ):
            submitting = partial(_submit, mine, names[:events], at_once)
            bot, reference = _compare(submitting, partial(pgbench, theirs, at_once, events, SECONDS))
            operation = f"submit, PostgreSQL, {at_once} at once, {'one event' if events == 1 else f'{events} events'}"
            rates = ratio(bot.rates, reference.rates)
            lines.append(Line(number, operation, str(bot), f"pgbench {reference}", rates, rate))
            if wait is not None:
                than, other = ("its median", reference.halves) if events == 1 else ("its p99", reference.p99s)
                waits = ratio(bot.p99s, other)
                lines.append(Line(number, f"… p99 beside {than}", str(bot), str(reference), waits, wait))
    with ExitStack() as stack:
        mine, theirs, names = _prepare(place, stack, "sqlite")
        for number, at_once, least in ((3, 64, 0.3), (4, 1, 0.25)):
            submitting = partial(_submit, mine, names, at_once)
            bot, reference = _compare(submitting, partial(tight_loop, theirs, SECONDS))
            operation = f"submit, SQLite, {at_once} at once, {EVENTS} events"
            rates = ratio(bot.rates, reference.rates)
            lines.append(Line(number, operation, str(bot), f"the loop {reference}", rates, Goal("≥", least)))
    return lines


def _compare(bot: partial[list[float]], reference: partial[list[float]]) -> tuple[Side, Side]:
    seen = in_turn(ROUNDS, {"bot": bot, "reference": reference})
    return Side.of(seen["bot"]), Side.of(seen["reference"])


def _prepare(place: Place, stack: ExitStack, kind: str) -> tuple[URL, URL, list[str]]:
    """Fill two databases alike; return them and the names of the events."""
    urls = [stack.enter_context(place.database(kind)) for _ in range(2)]
    names = [fill(url, HOME, EVENTS, PLAYERS) for url in urls]
    for url in urls:
        asyncio.run(vacuum(url))
    return urls[0], urls[1], names[0]


def _submit(url: URL, events: list[str], at_once: int) -> list[float]:
    """Return how long each submission took, in seconds."""
    return asyncio.run(_crowd(url, events, at_once))


async def _crowd(url: URL, events: list[str], at_once: int) -> list[float]:
    database = Database(url)
    service = LeaderboardService(database, utc_now, RatingScale(), timedelta(0), Nobody())
    chances = random.Random(at_once)
    took: list[float] = []

    async def play(until: float) -> None:
        while (began := time.perf_counter()) < until:
            await service.submit(_submission(chances, events))
            took.append(time.perf_counter() - began)

    # Exclude one-time costs of a process, such as connecting and planning.
    await asyncio.gather(*(play(time.perf_counter() + 0.5) for _ in range(at_once)))
    took.clear()
    await asyncio.gather(*(play(time.perf_counter() + SECONDS) for _ in range(at_once)))
    await database.close()
    return took


def _submission(chances: random.Random, events: list[str]) -> Submission:
    user = player(chances.randint(1, PLAYERS))
    return Submission(
        interaction_id=_interactions.getrandbits(62),
        guild_id=HOME.id,
        discord_id=user.id,
        username=user.name,
        display_name=user.display_name or user.name,
        event_name=chances.choice(events),
        score=typed(chances.uniform(1, 1000)),
    )
