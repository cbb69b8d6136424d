"""Crowds submit to one event over two processes' connections, with a weekly run among them: as if one by one."""

import asyncio
import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, select

from bot.database.dialect import is_file
from bot.database.models import Event, LeaderboardScore, Player, ScoreSubmission, WeeklyResult
from bot.domain.standings import Board
from bot.domain.submissions import SubmissionResult
from bot.errors import CooldownActive, WeekClosedEarly
from tests import tables
from tests.backends import Clock, TestBackend, open_test_backend
from tests.databases import Templates
from tests.outages import statement_waits, statements_seen
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import reading
from tests.tracing import untraced
from tests.wire.waiting import until

pytestmark = untraced

CROWD = 64
THIS_WEEK = 202647

RUNNING = "INSERT INTO weekly_runs"
"""The first statement of a run that holds the lock of its event."""

Submitted = dict[int, tuple[int, float]]
"""The player and the score, by interaction."""


@pytest.fixture
def fresh_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    """A second migrated database of the same kind."""
    with templates.emptied(database_kind) as url:
        yield url


@pytest.mark.parametrize("players", [CROWD, 1])
async def test_a_crowd_ends_as_if_one_had_come_after_the_other(database_url: URL, fresh_url: URL, players: int) -> None:
    chances = random.Random(players)
    crowd: Submitted = {number: (number % players + 1, chances.randint(1, 9_999) / 7) for number in range(1, CROWD + 1)}
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        event = await one.create_event()
        first = await one.submit(1, 5_000, interaction_id=0)
        doings = [
            (one, other)[number % 2].submit(player, score, interaction_id=number)
            for number, (player, score) in crowd.items()
        ]
        with statements_seen(RUNNING) as running:
            begun = [asyncio.create_task(doing) for doing in doings[: CROWD // 2]]
            runs = [asyncio.create_task(backend.run("2026-W47")) for backend in (one, other)]
            await until(lambda: bool(running), UNTIL_IT_HANGS, lambda: "a run to begin")
            outcomes = await asyncio.gather(*begun, *doings[CROWD // 2 :], *runs, return_exceptions=True)
        told = [outcome for outcome in outcomes if isinstance(outcome, SubmissionResult)]
        others = {type(outcome) for outcome in outcomes if not isinstance(outcome, SubmissionResult)}
        assert (len(told), others) == (CROWD, {tuple, WeekClosedEarly})
        await one.real.scoring.recalculate(event.id)
        assert await one.differences() == []
        await assert_statistics_are_a_recount(one)

        log = [(row["interaction_id"], row["week_number"]) for row in await in_order(one)]
        assert sorted(number for number, _ in log) == list(range(CROWD + 1))
        assert len({week for _, week in log}) == 2, "the run was not in the middle"
        async with open_test_backend(fresh_url) as serial:
            expected = await one_by_one(serial, log, {0: (1, 5_000), **crowd})
            assert dict(zip([0, *crowd], [first, *told], strict=True)) == expected
            assert await shown(one) == await shown(serial)


async def one_by_one(serial: TestBackend, log: list[tuple[int, int]], crowd: Submitted) -> dict[int, SubmissionResult]:
    """Submit the same scores in the order of a log, with the weekly run at its place in the log."""
    event = await serial.create_event()
    results = {}
    for number, week in log:
        if week != THIS_WEEK and not (await tables.rows(serial.database, WeeklyResult)):
            await serial.run("2026-W47")
        player, score = crowd[number]
        results[number] = await serial.submit(player, score, interaction_id=number)
    await serial.real.scoring.recalculate(event.id)
    return results


async def in_order(backend: TestBackend) -> list[dict[str, Any]]:
    return sorted(await tables.rows(backend.database, ScoreSubmission), key=lambda row: row["id"])


async def shown(backend: TestBackend) -> Any:
    """Return everything that users can see of the event, and its archive; simultaneous ties have no order."""
    boards = {board: await whole_board(backend, board) for board in Board}
    result = WeeklyResult
    archive = select(Player.discord_id, result.score, result.weekly_elo, result.rank).join(
        Player, Player.id == result.player_id
    )
    async with reading(backend.database) as session:
        return boards, sorted(tuple(row) for row in await session.execute(archive))


async def whole_board(backend: TestBackend, board: Board) -> Any:
    first = await backend.page(board)
    pages = [await backend.page(board, page=number) for number in range(first.pages)]
    standings = [standing for page in pages for standing in page.standings]
    by_player = {standing.player.discord_id: standing for standing in standings}
    return first.event, first.week, first.players, [standing.rank for standing in standings], by_player


async def assert_statistics_are_a_recount(backend: TestBackend) -> None:
    scores = [row["score"] for row in await tables.rows(backend.database, LeaderboardScore) if not row["week_number"]]
    async with reading(backend.database) as session:
        field = (await session.scalars(select(Event))).one().statistics.field
    mean = math.fsum(scores) / len(scores)
    deviation = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / len(scores))
    assert field.size == len(scores)
    assert field.origin + field.centre == pytest.approx(mean, rel=1e-9)
    assert field.spread == pytest.approx(deviation, rel=1e-9)


async def test_the_cooldown_holds_whichever_of_two_submissions_is_first(database_url: URL) -> None:
    clock = Clock()
    first_statement = "BEGIN IMMEDIATE" if is_file(database_url) else "FOR NO KEY UPDATE"
    async with (
        open_test_backend(database_url, clock, submit_cooldown_seconds=60) as one,
        open_test_backend(database_url, clock, submit_cooldown_seconds=60) as other,
    ):
        await one.create_event()
        await one.submit(1, 50)
        await one.settle_ratings()
        clock.move(minutes=1)
        has_overtaken = asyncio.Event()
        with statements_seen(first_statement) as begun, statement_waits(first_statement, has_overtaken.is_set):
            overtaken = asyncio.create_task(one.submit(1, 100))
            await until(lambda: bool(begun), UNTIL_IT_HANGS, lambda: "the first to begin")
            clock.move(seconds=1)
            await other.submit(1, 200)
            has_overtaken.set()
            with pytest.raises(CooldownActive):
                await overtaken
        assert [row["score"] for row in await in_order(one)] == [50, 200]
