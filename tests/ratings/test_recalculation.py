"""Debounced recalculation: at once or one window later, whichever process or Redis has died."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import URL, update

from bot.database.models import PlayerEventStats
from bot.domain.ratings import RatingScale
from bot.domain.standings import Board
from bot.services.ratings import LeaderboardScoringService, Recalculator
from bot.services.ratings._locks import ProcessLock
from tests import tables
from tests.backends import DeadProcess, TestBackend, open_test_backend, with_recalculation
from tests.outages import statements_seen
from tests.patience import SOON, UNTIL_IT_HANGS, set_limits
from tests.proxy import proxy_to, redis_through

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class CountedScoring(LeaderboardScoringService):
    """Counts recalculations, and how many run concurrently."""

    times = 0
    going_on = 0
    at_once = 0

    async def recalculate(self, event_id: int) -> None:
        self.times += 1
        self.going_on += 1
        self.at_once = max(self.at_once, self.going_on)
        await super().recalculate(event_id)
        self.going_on -= 1


async def test_a_first_personal_best_is_rated_at_once(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit(1, 100)
    await backend.settle_ratings()
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000}


class Window:
    """A lock that can be taken once, and again after the test has ended its window."""

    def __init__(self) -> None:
        self.is_free = True

    async def acquire(self, event_id: int) -> float:
        was_free, self.is_free = self.is_free, False
        return 0.0 if was_free else 0.01


async def test_a_burst_is_rated_once_a_window_and_ends_with_its_last_best(backend: TestBackend) -> None:
    window = Window()
    scoring = CountedScoring(backend.database, RatingScale())
    recalculator = Recalculator(scoring, window)
    bursting = with_recalculation(backend, recalculator)
    event = await bursting.create_event()
    await bursting.submit(1, 1)
    await until(lambda: scoring.times == 1)
    for score in range(1, 6):
        await bursting.submit(1, 10 * score)
        await bursting.submit(2, 100 - score)
    assert await scoring.is_stale(event.id)
    assert scoring.times == 1
    window.is_free = True
    await bursting.settle_ratings()
    assert scoring.times == 2
    assert await tables.stored_elos(backend.database, event.id) == await backend.elos() == {1: 800, 2: 1200}
    assert await backend.differences() == []
    await recalculator.stop()


async def test_events_that_are_due_together_are_recalculated_one_by_one(backend: TestBackend) -> None:
    scoring = CountedScoring(backend.database, RatingScale())
    recalculator = Recalculator(scoring, ProcessLock(1.0))
    playing = with_recalculation(backend, recalculator)
    names = [f"Event {number}" for number in range(5)]
    for name in names:
        await playing.create_event(name=name)
    await asyncio.gather(*(playing.submit(player, player, name) for player, name in enumerate(names, 1)))
    await playing.settle_ratings()
    assert (scoring.times, scoring.at_once) == (5, 1)
    await recalculator.stop()


async def test_a_score_that_is_no_personal_best_leaves_the_ratings_current(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    await backend.settle_ratings()
    await backend.submit(1, 50)
    assert await backend.real.scoring.stale_events() == ()


async def test_whoever_is_refused_tries_again_when_the_window_ends(database_url: URL, redis_url: str) -> None:
    async with (
        open_test_backend(database_url, redis_url=SecretStr(redis_url), elo_debounce_seconds=1) as backend,
        Redis.from_url(redis_url) as redis,
    ):
        event = await backend.create_event()
        await redis.set(f"elo_calculation_lock:{event.id}", "a process that was killed", ex=1)
        await backend.submit(1, 100)
        await backend.settle_ratings()
        assert await tables.stored_elos(backend.database, event.id) == {1: 1000}
        assert await redis.get(f"elo_calculation_lock:{event.id}") != b"a process that was killed"


async def test_what_a_dead_process_left_behind_is_taken_up_at_the_start(backend: TestBackend) -> None:
    event = await backend.create_event()
    dying = with_recalculation(backend, DeadProcess())
    await dying.submit(1, 50)
    await dying.submit(2, 100)
    assert await backend.real.scoring.stale_events() == (event.id,)
    backend.real.recalculator.start()
    await backend.settle_ratings()
    assert await tables.stored_elos(backend.database, event.id) == {1: 800, 2: 1200}


def lose_the_connection() -> None:
    raise ConnectionResetError


def have_a_bug() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("fail", "logged"),
    [(lose_the_connection, "the sweep found no database; it comes again"), (have_a_bug, "the sweep failed")],
)
async def test_the_sweep_comes_again_whatever_happened_to_it(
    backend: TestBackend,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fail: Callable[[], None],
    logged: str,
) -> None:
    monkeypatch.setattr("bot.services.ratings._recalculator.SWEEP_SECONDS", 0.05)
    event = await backend.create_event()
    with statements_seen("SELECT events.id", fail) as failed:
        backend.real.recalculator.start()
        await until(lambda: len(failed) >= 2)
    await with_recalculation(backend, DeadProcess()).submit(1, 100)
    await backend.settle_ratings()
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000}
    assert logged in caplog.text


@pytest.mark.parametrize(
    ("fail", "logged"),
    [(lose_the_connection, "the next sweep will do it"), (have_a_bug, "the next sweep tries again")],
)
async def test_a_recalculation_that_fails_is_left_to_the_sweep(
    backend: TestBackend, caplog: pytest.LogCaptureFixture, fail: Callable[[], None], logged: str
) -> None:
    recalculator = Recalculator(backend.real.scoring, ProcessLock(0.01))
    failing = with_recalculation(backend, recalculator)
    event = await failing.create_event()
    with statements_seen("UPDATE player_event_stats", fail) as failed:
        await failing.submit(1, 100)
        await until(lambda: logged in caplog.text)
    assert failed
    recalculator.start()
    await backend.settle_ratings()
    assert await tables.stored_elos(backend.database, event.id) == {1: 1000}
    await recalculator.stop()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(UNTIL_IT_HANGS):
        while not happened():  # noqa: ASYNC110 - only the statements and the log tell
            await asyncio.sleep(0.01)


async def test_without_its_redis_a_process_recalculates_on_its_own(
    database_url: URL, redis_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING)
    set_limits(monkeypatch.setattr, {"REDIS_TIMEOUT_SECONDS": SOON})
    async with proxy_to(redis_url) as way:
        way.swallow()
        silent = SecretStr(redis_through(way, redis_url))
        async with open_test_backend(database_url, redis_url=silent, elo_debounce_seconds=1) as backend:
            event = await backend.create_event()
            await backend.submit_all({1: 50, 2: 100})
            await backend.settle_ratings()
            assert await tables.stored_elos(backend.database, event.id) == {1: 800, 2: 1200}
            assert way.connections == 1
    assert [record.getMessage()[:8] for record in caplog.records] == ["degraded"]


@pytest.mark.parametrize(
    ("constants", "elos", "event_elos"),
    [
        ({"leaderboard_base_elo": 1500}, {1: 1300, 2: 1700}, {1: 1050, 2: 1450}),
        ({"elo_per_sigma": 100.0}, {1: 900, 2: 1100}, {1: 850, 2: 1150}),
    ],
)
async def test_changed_constants_make_every_stored_elo_stale(
    database_url: URL, constants: dict[str, Any], elos: dict[int, int], event_elos: dict[int, int]
) -> None:
    async with open_test_backend(database_url) as before:
        event = await before.create_event()
        await before.submit_all({1: 50, 2: 100})
        await before.run()
        assert await before.elos(Board.OVERALL) == {1: 800, 2: 1200}
    async with open_test_backend(database_url, **constants) as backend:
        assert await backend.real.scoring.is_stale(event.id)
        backend.real.recalculator.start()
        await backend.settle_ratings()
        assert await tables.stored_elos(backend.database, event.id) == await backend.elos() == elos
        # Weeks that were already run keep their Elos.
        assert await backend.elos(Board.OVERALL) == event_elos
        assert await backend.differences() == []


async def test_only_rows_whose_elo_moves_are_written(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit_all({1: 100, 2: 200, 3: 300})
    await backend.real.scoring.recalculate(event.id)
    await tables.execute(backend.database, update(PlayerEventStats).values(updated_at=LONG_AGO))
    # The mean of the field stays the same, but its spread does not.
    await backend.submit(4, 200)
    await backend.real.scoring.recalculate(event.id)
    rows = await tables.stats(backend.database, event.id)
    assert [row.all_time_leaderboard_elo for row in rows.values()] == [717, 1000, 1283, 1000]
    assert [player for player, row in rows.items() if row.updated_at == LONG_AGO] == [2]


async def test_event_elos_follow_the_all_time_elos_of_whoever_has_one(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.submit_all({1: 50, 2: 100})
    await backend.run()
    await backend.submit(3, 150)
    await backend.submit(1, 200)
    await backend.real.scoring.recalculate(event.id)
    rows = await tables.stats(backend.database, event.id)
    assert {player: (row.all_time_leaderboard_elo, row.calculated_event_elo) for player, row in rows.items()} == {
        1: (1245, 1023),
        2: (755, 978),
        3: (1000, None),
    }
    assert await backend.differences() == []


async def test_recalculations_by_several_processes_at_once_agree(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        event = await one.create_event()
        for player in range(1, 8):
            await one.submit(player, player * player)
        await asyncio.gather(
            *(process.real.scoring.recalculate(event.id) for process in (one, other, one, other)),
            one.submit(3, 1000),
            other.submit(4, 2000),
        )
        await one.real.scoring.recalculate(event.id)
        assert await tables.stored_elos(one.database, event.id) == await other.elos()
        assert await one.differences() == []


async def test_an_event_without_scores_is_current(backend: TestBackend) -> None:
    event = await backend.create_event()
    assert not await backend.real.scoring.is_stale(event.id)
    await backend.real.scoring.recalculate(event.id)
    assert await backend.real.scoring.stale_events() == ()
