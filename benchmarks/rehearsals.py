"""Measure the time and the memory of a rehearsal, and how long it delays others.

The season (`benchmarks/rehearsed_season.py`) is one event of 10,000 players, or 100,000 with `--full`, who submit a
score in each of 52 closed weeks and in the open one. The proposal is *robust* with *best*, so that three sets of rules
are replayed at once: those of the event, and the proposed ones with and without logarithms.

The reference is one statement by which the database computes the best scores of all players and weeks in the same log.
The memory is the peak resident size (RSS) of the process, less that before. The wait is the longest delay of a task of
the event loop.
"""

import asyncio
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import URL

from benchmarks.measuring import in_turn, median, ratio, seconds_of
from benchmarks.places import Place
from benchmarks.rehearsed_season import season_of
from benchmarks.rehearser import Took, rehearse_in_a_process
from benchmarks.report import Goal, Line, show
from bot.database.database import Database
from bot.database.models import ScoreSubmission
from tests.databases import KINDS

GOAL = 15
WEEKS = 52
SIZE, FULL_SIZE = 10_000, 100_000
ROUNDS = {SIZE: 3, FULL_SIZE: 1}
MEGABYTE = 1_000_000
SLOWEST = {SIZE: Goal("≤", 4.0, "s"), FULL_SIZE: Goal("≤", 30.0, "s")}
MOST_MEMORY = Goal("≤", 200.0, "MB")
LONGEST_WAIT = Goal("≤", 0.5, "s")


def measure(place: Place) -> list[Line]:
    """Measure both databases."""
    size = FULL_SIZE if place.full else SIZE
    return [line for kind in KINDS for line in _measure(place, kind, size)]


def _measure(place: Place, kind: str, players: int) -> Iterator[Line]:
    with place.templates.prepared(kind, season_of(players, WEEKS)) as url:
        seen = in_turn(ROUNDS[players], {"bot": lambda: rehearse_in_a_process(url), "counting": lambda: _count(url)})
    took = [one for one in seen["bot"] if isinstance(one, Took)]
    name = f"rehearsal, {players:,} players, {WEEKS} weeks, {kind}"
    counting = [one for one in seen["counting"] if isinstance(one, float)]
    durations = [one.seconds for one in took]
    beside = f"counting the bests of each week: {show(median(counting))} s ({show(ratio(durations, counting))} ×)"
    processor = median([one.processor for one in took])
    told = f"{show(median(durations))} s ({show(processor)} s of processor)"
    yield Line(GOAL, name, told, beside, median(durations), SLOWEST[players])
    most = max(one.memory for one in took) / MEGABYTE
    yield Line(GOAL, f"memory of {name}", f"{show(most)} MB more", "–", most, MOST_MEMORY)
    wait = max(one.wait for one in took)
    yield Line(GOAL, f"others meanwhile, {name}", f"late by {show(wait)} s at most", "–", wait, LONGEST_WAIT)


def _count(url: URL) -> float:
    log = ScoreSubmission
    bests = sa.select(log.week_number, log.player_id, sa.func.max(log.score).label("best"))
    counted = sa.select(sa.func.count()).select_from(bests.group_by(log.week_number, log.player_id).subquery())

    async def work() -> float:
        database = Database(url)
        await database.read(lambda session: session.connection())
        took = await seconds_of(database.read(lambda session: session.scalar(counted)))
        await database.close()
        return took

    return asyncio.run(work())
