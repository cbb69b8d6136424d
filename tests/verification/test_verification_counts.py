"""The costs of a verification: statements, rows in memory, steps, and delays of others."""

import asyncio
import cProfile
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import update

from bot.database import streams
from bot.database.models import PlayerEventStats
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.domain.verification import ArchivedRun, Derivation, LoggedScore, Result, deviations, statistics_of
from bot.services.verification import VerificationService
from tests import tables
from tests.backends import NOON, TestBackend
from tests.outages import statements_seen
from tests.patience import UNTIL_IT_HANGS
from tests.tracing import untraced

pytestmark = untraced

ELSEWHERE = "Elsewhere"


class Watching:
    """Counts the reported rows."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.chunks: list[int] = []

    def begin(self, rows: int) -> None:
        self.totals.append(rows)

    def advance(self, rows: int) -> None:
        self.chunks.append(rows)


class Waiting(Watching):
    """Delays the computation until the event loop has had a turn."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self.turns: list[bool] = []

    def advance(self, rows: int) -> None:
        turn = threading.Event()
        self._loop.call_soon_threadsafe(turn.set)
        # On the loop's own thread, waiting for a turn would be in vain.
        is_aside = threading.current_thread() is not threading.main_thread()
        self.turns.append(is_aside and turn.wait(UNTIL_IT_HANGS))


async def test_verify_takes_as_many_statements_however_many_weeks_there_are(season: TestBackend) -> None:
    before = await statements_of(season)
    for number in range(3):
        await season.create_event(name=f"{ELSEWHERE} {number}")
        await season.submit(1, 5, f"{ELSEWHERE} {number}")
    await season.run()
    await season.rate()
    assert before == await statements_of(season) == 12


async def statements_of(season: TestBackend) -> int:
    with statements_seen("SELECT") as seen:
        assert await season.differences() == []
    return len(seen)


@pytest.mark.parametrize("with_repair", [False, True])
async def test_the_event_loop_has_its_turns_while_a_verification_computes(
    season: TestBackend, with_repair: bool
) -> None:
    await tables.execute(season.database, update(PlayerEventStats).values(weekly_elo_average=7.0))
    waiting = Waiting()
    service = VerificationService(season.database, waiting)
    found = await (service.repair() if with_repair else service.verify())
    assert found.is_repaired is with_repair
    assert waiting.turns
    assert all(waiting.turns)


async def test_rows_are_fetched_in_chunks_and_each_is_read_once(
    season: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHUNK", 2)
    watching = Watching()
    assert (await VerificationService(season.database, watching).verify()).differences == ()
    # These are one event, six submissions, five bests, two runs, five results, three ratings.
    assert watching.totals == [22]
    assert (max(watching.chunks), sum(watching.chunks)) == (2, 22)


def test_ten_times_the_players_take_ten_times_the_steps() -> None:
    assert steps_for(2_000) <= 1.3 * 10 * steps_for(200)


def steps_for(players: int) -> int:
    """Return the number of function calls to verify an event of two closed weeks and an open one.

    Each player has two submissions per week.
    """
    profile = cProfile.Profile()
    profile.runcall(verify_an_event, players)
    return sum(entry.callcount for entry in profile.getstats())


def verify_an_event(players: int) -> None:
    derivation = Derivation(ScoreDirection.HIGH, Rules(), weeks=2)
    run = ArchivedRun(NOON, Field(0, 0.0, 0.0, 0.0), RatingScale())
    for week in range(2):
        field, results = derivation.closed_week(run, log_of(players, week))
        assert field.size == players
        assert len(deviations(results.items(), results, partial(_get, results))) == 0
    derivation.open_week(log_of(players, week=2))
    statistics = statistics_of(derivation.personal_bests())

    ratings = derivation.rating(statistics.field, RatingScale())
    assert len(deviations([], derivation.rated_players(), ratings)) == players


def _get(results: dict[int, Result], player_id: int, _stored: Result | None) -> Result:
    return results[player_id]


def log_of(players: int, week: int) -> Iterator[LoggedScore]:
    for number in range(2 * players):
        yield LoggedScore(2 * players * week + number, number % players, float(1 + number * 7919 % 1009), NOON)
