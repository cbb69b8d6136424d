"""Waiting submissions are counted together in one batch: with few statements, and each as if it were alone."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import URL, Engine, Select, select
from sqlalchemy.exc import DBAPIError

from bot.database.dialect import is_file
from bot.database.models import Event, Player, ScoreSubmission
from bot.domain.submissions import SubmissionResult
from bot.errors import EventUnknown, NotANumber, Unavailable
from bot.services.submissions._known_bests import WORTH_LEARNING
from bot.services.submissions._service import MOST_TOGETHER
from tests import tables
from tests.backends import ADMIN, EVENT, DeadProcess, TestBackend, open_test_backend, with_recalculation
from tests.outages import listening, statements_seen
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import writing
from tests.wire.waiting import until

TOGETHER = 30
FINDING = "found_rows"
"""A part of the statement with which a batch looks up its data."""
LOADING = "events.scores_version, leaderboard_scores.score"
"""A part of the statement that reads all personal bests of an event."""
OTHER = "Sprint"
TOO_LARGE = 2**63
"""An id that fits no column."""

Outcome = SubmissionResult | BaseException


@contextmanager
def commits_fail(after: int = 0) -> Iterator[list[object]]:
    """Make commits fail, except the first ones; yield the connections of all."""
    seen: list[object] = []

    def fail(connection: object) -> None:
        seen.append(connection)
        if len(seen) > after:
            raise ConnectionResetError("the test broke the connection")

    with listening(Engine, "commit", fail):
        yield seen


@contextmanager
def statement_held(part: str) -> Iterator[Callable[[], None]]:
    """Block the next statement that contains this text until it is released."""
    may_go_on, was_held = threading.Event(), False

    async def wait() -> None:
        while not may_go_on.is_set():  # noqa: ASYNC110 - a thread may wait for it too
            await asyncio.sleep(0.005)

    def hold(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal was_held
        if part in statement and not was_held:
            was_held = True
            if threading.current_thread() is threading.main_thread():
                connection.connection.dbapi_connection.run_async(lambda _: wait())
            else:
                may_go_on.wait(UNTIL_IT_HANGS)

    with listening(Engine, "before_cursor_execute", hold):
        try:
            yield may_go_on.set
        finally:
            may_go_on.set()


async def together(backend: TestBackend, players: range, **changes: Any) -> list[Outcome]:
    """Let players submit at the same moment."""
    doings = (backend.submit(player, player, **changes) for player in players)
    return await asyncio.gather(*doings, return_exceptions=True)


async def cancel(*doings: asyncio.Task[Any]) -> None:
    """Let players stop waiting, and wait until the bot has noticed."""
    for doing in doings:
        doing.cancel()
    await asyncio.wait(doings)


def assert_counted(outcomes: list[Outcome]) -> None:
    assert [outcome for outcome in outcomes if not isinstance(outcome, SubmissionResult)] == []


async def logged(backend: TestBackend) -> list[float]:
    return sorted(row["score"] for row in await tables.rows(backend.database, ScoreSubmission))


def lock_of(name: str) -> Select[Any]:
    return select(Event).where(Event.name == name).with_for_update(key_share=True)


@pytest.mark.parametrize("players", [1, TOGETHER])
async def test_on_a_server_a_batch_of_any_size_is_found_and_written(server_url: URL, players: int) -> None:
    async with open_test_backend(server_url) as real:
        # Switch background recalculation off.
        backend = with_recalculation(real, DeadProcess())
        await backend.create_event()
        for _ in range(2):
            assert_counted(await together(backend, range(101, 101 + TOGETHER)))
        with statements_seen("") as newcomers:
            assert_counted(await together(backend, range(1, players + 1)))
        with statements_seen("") as known:
            assert_counted(await together(backend, range(1, players + 1)))
    # For a new player the batch takes five statements: it looks the player up, then in a transaction looks again,
    # inserts, looks up again and writes.
    assert (len(newcomers), len(known)) == (5, 2)


async def test_in_a_file_a_batch_of_any_size_is_a_few_statements(file_url: URL) -> None:
    async with open_test_backend(file_url) as real:
        backend = with_recalculation(real, DeadProcess())
        await backend.create_event()
        counts = []
        for players in (1, TOGETHER):
            assert_counted(await together(backend, range(1, players + 1)))
            with statements_seen("") as seen:
                assert_counted(await together(backend, range(1, players + 1)))
            counts.append([statement.split()[0] for statement in seen])
    # These are: the transaction; the lookup; the ranks, unless they are known; the write.
    assert counts == [["BEGIN", "WITH", "SELECT", "INSERT"], ["BEGIN", "WITH", "INSERT"]]


async def test_the_personal_bests_of_an_event_are_loaded_once(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(100, 100)
    with statements_seen(LOADING) as loading:
        for _ in range(3):
            assert_counted(await together(backend, range(1, TOGETHER + 1)))
    assert len(loading) == 1
    assert await backend.differences() == []


async def test_they_are_loaded_for_those_who_come_one_by_one_too(database_url: URL) -> None:
    async with open_test_backend(database_url) as before, open_test_backend(database_url) as real:
        backend = with_recalculation(real, DeadProcess())
        await before.create_event()
        for player in (1, 2, 3):
            await before.submit(player, 100 * player)
        await before.real.scoring.recalculate(1)
        results = []
        for number in range(WORTH_LEARNING + 3):
            with statements_seen(LOADING) as loading:
                results.append(await backend.submit(1, 201 + number))
            assert len(loading) == (1 if number == WORTH_LEARNING - 1 else 0), number
        assert {result.rank for result in results} == {2}
        assert await backend.differences() == []


async def test_bests_that_changed_elsewhere_are_loaded_anew(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event()
        assert_counted(await together(one, range(1, TOGETHER + 1)))
        await other.submit(100, 1000)
        with statements_seen(LOADING) as loading:
            told = await together(one, range(1, TOGETHER + 1))
        assert len(loading) == 1
        assert [one.rank for one in told if isinstance(one, SubmissionResult)] == list(range(TOGETHER + 1, 1, -1))


@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
async def test_ranks_told_to_a_crowd_are_those_of_the_board(database_url: URL, direction: str) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event(direction)
        assert_counted(await together(one, range(1, TOGETHER + 1)))
        assert_counted(await together(one, range(1, TOGETHER + 1)))
        await other.submit(100, TOGETHER / 2 + 0.5)
        await other.real.services.removals.remove(ADMIN, EVENT, 7)
        for _ in range(2):
            # The personal bests of three players are passed, and nobody else's.
            told = await asyncio.gather(
                *(one.submit(player, player) for player in range(10, 21)),
                *(one.submit(player, 1000 / player if direction == "LOW" else player) for player in (1, 2, 3)),
            )
            ranks = {
                standing.player.discord_id: standing.rank
                for page in range(4)
                for standing in (await one.page(page=page)).standings
            }
            assert {result.player.discord_id: result.rank for result in told} == {
                result.player.discord_id: ranks[result.player.discord_id] for result in told
            }
        assert await one.differences() == []


async def test_players_who_are_new_are_made_together_and_once(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 50)
    with statements_seen("INTO players") as making:
        assert_counted(await together(backend, range(1, TOGETHER + 1)))
        assert_counted(await together(backend, range(1, TOGETHER + 1)))
    assert len(making) == 1
    players = [row["discord_id"] for row in await tables.rows(backend.database, Player)]
    assert sorted(players) == list(range(1, TOGETHER + 1))


async def test_more_than_a_hundred_are_counted_a_hundred_at_a_time(backend: TestBackend) -> None:
    await backend.create_event()
    backend = with_recalculation(backend, DeadProcess())
    with statements_seen("INTO score_submissions") as written:
        assert_counted(await together(backend, range(1, 2 * MOST_TOGETHER + 2)))
    assert len(written) == 3


async def test_each_of_many_is_told_as_if_they_had_come_one_by_one(
    backend: TestBackend,
) -> None:
    await backend.create_event()
    await backend.create_event("LOW", OTHER)
    up, down = await asyncio.gather(together(backend, range(1, 6)), together(backend, range(6, 9), event=OTHER))
    assert [(one.rank, one.players) for one in up if isinstance(one, SubmissionResult)] == [(1, n) for n in range(1, 6)]
    assert [(one.rank, one.players) for one in down if isinstance(one, SubmissionResult)] == [(n, n) for n in (1, 2, 3)]
    assert await backend.differences() == []


async def test_one_players_submissions_in_the_same_moment_all_count(
    backend: TestBackend,
) -> None:
    await backend.create_event()
    await backend.create_event(name=OTHER)
    # Switch background recalculation off: submissions that meet a locked event are retried, behind later ones.
    backend = with_recalculation(backend, DeadProcess())
    doings = [backend.submit(1, 10), backend.submit(1, 30), backend.submit(1, 20), backend.submit(1, 5, event=OTHER)]
    told = await asyncio.gather(*doings)
    assert [(one.is_personal_best, one.previous_best) for one in told] == [
        (True, None),
        (True, 10),
        (False, 30),
        (True, None),
    ]
    assert await logged(backend) == [5, 10, 20, 30]
    assert await backend.differences() == []


async def test_a_refused_one_is_refused_alone_and_leaves_nothing(backend: TestBackend) -> None:
    await backend.create_event()
    doings = [
        backend.submit(1, 10),
        backend.submit(2, "fast"),
        backend.submit(3, 30, event="Chess"),
        backend.submit(4, 40),
    ]
    told = await asyncio.gather(*doings, return_exceptions=True)
    assert [type(one) for one in told] == [SubmissionResult, NotANumber, EventUnknown, SubmissionResult]
    assert {row["discord_id"] for row in await tables.rows(backend.database, Player)} == {1, 4}
    assert await logged(backend) == [10, 40]


async def test_one_that_the_database_refuses_fails_alone(backend: TestBackend) -> None:
    await backend.create_event()
    bad = backend.submit(3, 30, interaction_id=TOO_LARGE)
    told = await asyncio.gather(
        *(backend.submit(n, n) for n in (1, 2)), bad, backend.submit(4, 4), return_exceptions=True
    )
    assert [type(one) for one in told].count(SubmissionResult) == 3
    assert isinstance(told[2], OverflowError if is_file(backend.database.url) else Unavailable)
    assert await logged(backend) == [1, 2, 4]
    assert await backend.differences() == []


async def test_a_database_that_takes_nothing_is_not_asked_for_each_by_itself(backend: TestBackend) -> None:
    class DiskFull(Exception):
        sqlstate = "53100"

    def fail() -> None:
        raise DBAPIError("INSERT", None, DiskFull())

    await backend.create_event()
    with statements_seen("INTO score_submissions", fail) as seen:
        told = await asyncio.gather(*(backend.submit(n, n) for n in range(1, 4)), return_exceptions=True)
    assert [type(one) for one in told] == [Unavailable] * 3
    assert len(seen) == 1


async def test_nobody_is_told_that_a_score_counts_before_it_is_committed(backend: TestBackend) -> None:
    await backend.create_event()
    with commits_fail() as failed:
        told = await together(backend, range(1, 4))
    assert failed
    assert {type(one) for one in told} == {Unavailable}
    assert await logged(backend) == []
    assert_counted(await together(backend, range(1, 4)))


async def test_statistics_that_lose_their_digits_amid_others_are_counted_anew(backend: TestBackend) -> None:
    await backend.create_event("LOW")
    await backend.submit(1, 999_999_999)
    await asyncio.gather(*(backend.submit(player, 1 + player / 7) for player in range(2, 6)))
    told = await asyncio.gather(
        backend.submit(2, 1.1), backend.submit(1, 1.5), backend.submit(3, 1.2), backend.submit(4, 1.3)
    )
    shown = await backend.elos()
    assert told[-1].elo == shown[4]
    assert await backend.differences() == []


@pytest.mark.parametrize("are_new", [True, False])
async def test_players_of_other_events_do_not_wait_for_one_that_is_locked(server_url: URL, are_new: bool) -> None:
    # (A file has one lock for all events.)
    async with open_test_backend(server_url) as backend:
        await backend.create_event()
        await backend.create_event(name=OTHER)
        players = range(1, TOGETHER + 1)
        if not are_new:
            assert_counted(await together(backend, range(1, 2 * TOGETHER + 1)))
        async with writing(backend.database) as session:
            await session.execute(lock_of(EVENT))
            locked = [asyncio.create_task(backend.submit(player, 100 + player)) for player in players]
            for player in players:
                await backend.submit(TOGETHER + player, player, event=OTHER)
            assert not any(task.done() for task in locked)
        assert_counted(await asyncio.gather(*locked, return_exceptions=True))
        assert await backend.differences() == []


async def test_whoever_stops_waiting_is_not_counted_while_the_others_are(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_seen(FINDING) as begun, statement_held(FINDING) as let_go:
        first = asyncio.create_task(backend.submit(1, 1))
        await until(lambda: bool(begun), UNTIL_IT_HANGS, lambda: "the first to begin")
        waiting = [asyncio.create_task(backend.submit(player, player)) for player in (2, 3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        let_go()
        assert_counted([await first, await waiting[1]])
    assert await logged(backend) == [1, 3]


async def test_when_all_stop_waiting_what_was_begun_for_them_is_taken_back(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_seen("INTO score_submissions") as begun, statement_held("INTO score_submissions") as let_go:
        doings = [asyncio.create_task(backend.submit(player, player)) for player in (1, 2)]
        await until(lambda: bool(begun), UNTIL_IT_HANGS, lambda: "both to be written")
        await cancel(*doings)
        let_go()
        await backend.submit(3, 3)
    assert await logged(backend) == [3]
    assert await backend.differences() == []


async def test_whoever_is_behind_those_who_all_stop_waiting_is_counted(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_seen("INTO score_submissions") as begun, statement_held("INTO score_submissions") as let_go:
        doings = [asyncio.create_task(backend.submit(player, player)) for player in (1, 2)]
        await until(lambda: bool(begun), UNTIL_IT_HANGS, lambda: "both to be written")
        behind = [asyncio.create_task(backend.submit(player, player)) for player in (3, 4)]
        await asyncio.sleep(0.01)
        await cancel(*doings, behind[0])
        let_go()
        await asyncio.wait_for(behind[1], UNTIL_IT_HANGS)
    assert await logged(backend) == [4]
    assert await backend.differences() == []
