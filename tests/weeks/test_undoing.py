"""After an undo, a week is as if it had never been closed, also for the scores submitted since."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, delete

from bot.database.models import Base, Player, ScoreSubmission
from bot.domain.standings import Board
from bot.errors import NothingToRemove, WeekNotRunnable
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend, open_test_backend

ANA, BOB, CAI = 1, 2, 3
W46, W47, W48, W49 = 202646, 202647, 202648, 202649


@pytest.fixture
async def closed_early(backend: TestBackend) -> TestBackend:
    """An event whose current week, 2026-W47, was closed by mistake on Wednesday."""
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.run()
    backend.clock.move(hours=1)
    return backend


async def logged(backend: TestBackend) -> dict[float, tuple[int, int]]:
    """Return, by score, the week in which a submission was made and the one that it counts for."""
    rows = await tables.rows(backend.database, ScoreSubmission)
    return {row["score"]: (row["made_in_week"], row["week_number"]) for row in rows}


async def of_week(backend: TestBackend) -> dict[int, float]:
    """Return the board of the week that scores currently count for."""
    return {row.player.discord_id: row.score for row in (await backend.page(Board.WEEK)).standings}


async def remove(backend: TestBackend, player: int) -> None:
    """Remove the player's personal best."""
    await backend.real.services.removals.remove(ADMIN, EVENT, player)


async def test_scores_made_since_the_close_count_for_the_reopened_week(closed_early: TestBackend) -> None:
    await closed_early.submit_all({ANA: 70, BOB: 60, CAI: 80})
    assert await of_week(closed_early) == {ANA: 70, BOB: 60, CAI: 80}
    result = await closed_early.real.services.weeks.undo(ADMIN, EVENT)
    assert (result.players, result.called_back) == (3, 3)
    assert await of_week(closed_early) == {ANA: 70, BOB: 100, CAI: 80}
    assert await logged(closed_early) == dict.fromkeys((50, 100, 70, 60, 80), (W47, W47))
    closed_early.clock.move(weeks=1)
    assert await of_week(closed_early) == {}
    [run] = await closed_early.run()
    assert [row.score for row in await closed_early.results(run.week)] == [100, 80, 70]
    await closed_early.rate()
    assert await closed_early.differences() == []


async def test_scores_made_in_the_next_week_stay_in_it(closed_early: TestBackend) -> None:
    await closed_early.submit(ANA, 70)
    closed_early.clock.move(weeks=1)
    await closed_early.submit(ANA, 60)
    await closed_early.undo()
    assert await logged(closed_early) == {50: (W47, W47), 100: (W47, W47), 70: (W47, W47), 60: (W48, W48)}
    assert await of_week(closed_early) == {ANA: 60}
    assert await closed_early.differences() == []


async def test_a_score_that_skipped_two_weeks_comes_back_by_one_each_undo(closed_early: TestBackend) -> None:
    closed_early.clock.move(weeks=1)
    await closed_early.submit(ANA, 60)
    await closed_early.run()
    closed_early.clock.move(weeks=-1)
    await closed_early.submit(CAI, 80)
    assert (await logged(closed_early))[80] == (W47, W49)
    for week, code in (("2026-W48", W48), ("2026-W47", W47)):
        assert await closed_early.undo() == week
        assert (await logged(closed_early))[80] == (W47, code)
        assert await closed_early.differences() == []
    assert await of_week(closed_early) == {ANA: 50, BOB: 100, CAI: 80}


async def test_an_undo_of_an_older_week_leaves_what_counts_past_the_current(closed_early: TestBackend) -> None:
    closed_early.clock.move(weeks=-1)
    await closed_early.submit(CAI, 10)
    await closed_early.run("2026-W46")
    closed_early.clock.move(weeks=1)
    await closed_early.submit(ANA, 70)
    assert await closed_early.undo() == "2026-W46"
    assert await logged(closed_early) == {50: (W47, W47), 100: (W47, W47), 10: (W46, W46), 70: (W47, W48)}
    assert await closed_early.differences() == []


async def test_a_removed_score_comes_back_to_the_week_and_counts_for_none(closed_early: TestBackend) -> None:
    await closed_early.submit_all({ANA: 70, CAI: 80})
    await remove(closed_early, CAI)
    await remove(closed_early, BOB)
    result = await closed_early.real.services.weeks.undo(ADMIN, EVENT)
    assert (result.players, result.called_back) == (1, 1)
    assert (await logged(closed_early))[80] == (W47, W47)
    assert await of_week(closed_early) == {ANA: 70}
    [run] = await closed_early.run()
    assert [row.score for row in await closed_early.results(run.week)] == [70]
    await closed_early.rate()
    assert await closed_early.differences() == []


players, scores = st.integers(1, 4), st.integers(1, 6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), players, scores),
        st.tuples(st.just("submit"), players, scores),
        st.tuples(st.just("remove"), players),
        st.tuples(st.just("wait"), st.sampled_from([1, 3, 7])),
        st.tuples(st.just("close_and_undo")),
    ),
    max_size=8,
)


@settings(max_examples=7)
@given(before=steps, since=steps, after=steps, direction=st.sampled_from(["HIGH", "LOW"]))
async def test_nothing_but_the_audit_log_tells_that_a_week_was_closed(
    database_url: URL, before: list[Any], since: list[Any], after: list[Any], direction: str
) -> None:
    ends = []
    for closes in (False, True):
        async with open_test_backend(database_url) as backend:
            ends.append(await end_of(Play(backend, closes), direction, before, since, after))
    without, with_closes = ends
    assert with_closes == without


async def end_of(play: "Play", direction: str, before: list[Any], since: list[Any], after: list[Any]) -> Any:
    """Play from the beginning, and return the final rows of every table."""
    backend = play.backend
    await tables.execute(backend.database, *map(delete, reversed(Base.metadata.sorted_tables)))
    event = await backend.create_event(direction)
    await play.steps(before)
    closed = await play.close()
    await play.steps(since)
    await play.undo(closed)
    await play.steps(after)
    await backend.real.scoring.recalculate(event.id)
    assert await backend.differences() == []
    return await contents(backend)


@dataclass
class Play:
    """The actions in an event, with weeks closed by mistake or not."""

    backend: TestBackend
    closes: bool
    submissions: int = 0

    async def steps(self, steps: list[Any]) -> None:
        for step, *arguments in steps:
            self.backend.clock.move(minutes=1)
            await getattr(self, step)(*arguments)

    async def submit(self, player: int, score: int) -> None:
        self.submissions += 1
        await self.backend.submit(player, score, interaction_id=self.submissions)

    async def remove(self, player: int) -> None:
        with suppress(NothingToRemove):
            await remove(self.backend, player)

    async def wait(self, days: int) -> None:
        self.backend.clock.move(days=days)

    async def close_and_undo(self) -> None:
        await self.undo(await self.close())

    async def close(self) -> int:
        with suppress(WeekNotRunnable):
            return len(await self.backend.run()) if self.closes else 0
        return 0

    async def undo(self, runs: int) -> None:
        for _ in range(runs):
            await self.backend.undo()


async def contents(backend: TestBackend) -> Any:
    """Return every table but the audit log, without generated keys, and with players by Discord id.

    It leaves out the versions of an event, which only rise, and which week has stored running statistics: `verify`
    compares these with the log.
    """
    ids = {row["id"]: row["discord_id"] for row in await tables.rows(backend.database, Player)}
    keys = ("id", "event_id", "updated_at", "version", "elo_submission_id")
    found = await tables.contents(backend.database, without=keys, except_for=("audit_log",))
    return {
        table: sorted(
            (
                {
                    name: ids[value] if name == "player_id" else value
                    for name, value in row.items()
                    if not (table == "events" and name.startswith("week_"))
                }
                for row in rows
            ),
            key=repr,
        )
        for table, rows in found.items()
    }
