"""Weekly runs concurrent with submissions, other runs and undos, in several processes."""

import asyncio
from collections import Counter

from sqlalchemy import URL

from bot.database.models import WeeklyResult, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.domain.weeks import Week
from bot.errors import WeekClosedAlready
from bot.services.events import find_event
from bot.services.weeks._run import run_week
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.outages import statements_seen
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import writing

ANA, BOB = 1, 2
PLANNING = "SELECT leaderboard_scores.week_number AS week_number, count(*)"
"""The beginning of the statement with which a run finds the due weeks."""


async def until_seen(statements: list[str], times: int) -> None:
    async with asyncio.timeout(UNTIL_IT_HANGS):
        while len(statements) < times:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def test_two_admins_at_once_run_a_week_once(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event()
        await one.play({ANA: 1}, {ANA: 2, BOB: 3})
        async with writing(one.database) as session:
            await session.run_sync(find_event, GUILD, EVENT, lock=True)
            with statements_seen(PLANNING) as planned:
                runs = [asyncio.create_task(backend.run()) for backend in (one, other)]
                await until_seen(planned, 2)
        outcomes = await asyncio.gather(*runs, return_exceptions=True)
        assert Counter(type(outcome) for outcome in outcomes) == {tuple: 1, WeekClosedAlready: 1}
        # The second admin has not closed the following week either.
        assert [row["week_number"] for row in await tables.rows(one.database, WeeklyRun)] == [202646]


async def test_a_week_that_somebody_else_has_run_meanwhile_is_passed_over(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1}, {ANA: 2}, {ANA: 3}, {ANA: 4})
    async with writing(backend.database) as session:
        event = await session.run_sync(find_event, GUILD, EVENT, lock=True)
        with statements_seen(PLANNING) as planned:
            running = asyncio.create_task(backend.run())
            await until_seen(planned, 1)
        await session.run_sync(run_week, event, Week(2026, 45), RatingScale(), backend.clock.now, ADMIN.discord_id)
    assert [str(run.week) for run in await running] == ["2026-W44", "2026-W46"]
    assert await backend.differences() == []


async def test_a_submission_beside_a_run_waits_and_counts_for_the_next_week(database_url: URL) -> None:
    async with open_test_backend(database_url) as backend:
        await backend.create_event()
        await backend.submit_all({ANA: 50, BOB: 100})
        async with writing(backend.database) as session:
            event = await session.run_sync(find_event, GUILD, EVENT, lock=True)
            await session.run_sync(run_week, event, Week(2026, 47), RatingScale(), backend.clock.now, ADMIN.discord_id)
            submission = asyncio.create_task(backend.submit(ANA, 500))
            await asyncio.sleep(0.1)
            assert not submission.done()
        assert str((await submission).week) == "2026-W48"
        assert {row["score"] for row in await tables.rows(backend.database, WeeklyResult)} == {50, 100}
        await backend.real.scoring.recalculate(1)
        assert await backend.differences() == []


async def test_no_score_is_lost_between_submissions_and_runs_at_once(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event()
        await one.submit(ANA, 1)
        outcomes = await asyncio.gather(
            *(process.submit(player, 100 + player) for player in range(2, 8) for process in (one, other)),
            one.run("2026-W47"),
            other.run("2026-W47"),
            return_exceptions=True,
        )
        assert Counter(type(outcome).__name__ for outcome in outcomes) == {
            "SubmissionResult": 12,
            "tuple": 1,
            "WeekClosedEarly": 1,
        }
        await one.real.scoring.recalculate(1)
        assert await one.differences() == []


async def test_two_admins_who_undo_at_once_undo_two_runs(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event()
        await one.play({ANA: 1}, {ANA: 2}, {ANA: 3})
        await one.run()
        assert sorted(await asyncio.gather(one.undo(), other.undo())) == ["2026-W45", "2026-W46"]
        await one.real.scoring.recalculate(1)
        assert await one.differences() == []
