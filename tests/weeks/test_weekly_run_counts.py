"""The costs of a weekly run: statements, rows written, rows read into the bot."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine

from bot.database.models import Base, LeaderboardScore, PlayerEventStats, WeeklyResult
from tests import tables
from tests.backends import ADMIN, EVENT, DeadProcess, TestBackend, with_recalculation
from tests.outages import listening, statements_seen
from tests.tracing import untraced

pytestmark = untraced

WEEKS = ("2026-W44", "2026-W45", "2026-W46", "2026-W47")


@contextmanager
def rows_written() -> Iterator[Counter[str]]:
    """Yield a counter of the rows that each kind of statement changes, such as `UPDATE player_event_stats`."""
    written: Counter[str] = Counter()

    def count(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        kind, *words = statement.split()
        if kind in ("INSERT", "UPDATE", "DELETE"):
            written[f"{kind} {words[0] if kind == 'UPDATE' else words[1]}"] += cursor.rowcount

    with listening(Engine, "after_cursor_execute", count):
        yield written


@contextmanager
def rows_loaded(*of_tables: type[Base]) -> Iterator[list[object]]:
    """Yield a list of the rows of some tables that become objects."""
    loaded: list[object] = []

    def note(row: object, _: Any) -> None:
        loaded.append(row)

    with ExitStack() as stack:
        for table in of_tables:
            stack.enter_context(listening(table, "load", note))
        yield loaded


async def play_weeks(backend: TestBackend, players: int) -> None:
    """Let some players take part in the first week of `WEEKS`, and all but the last of them in the other weeks."""
    # Nothing is recalculated in the background of what is counted.
    backend = with_recalculation(backend, DeadProcess())
    await backend.create_event()
    scores = {player: 100 + player for player in range(1, players + 1)}
    fewer = {player: score for player, score in scores.items() if player < players}
    await backend.play(scores, fewer, fewer, fewer)
    await backend.real.scoring.recalculate(1)


async def statements_of_a_run(backend: TestBackend, week: str) -> list[str]:
    with statements_seen("") as seen:
        await backend.run(week)
    return [statement.split("(")[0] for statement in seen]


async def statements_of_an_undo(backend: TestBackend) -> list[str]:
    with statements_seen("") as seen:
        await backend.undo()
    return [statement.split("(")[0] for statement in seen]


async def test_the_statements_of_a_run_do_not_depend_on_players_and_weeks(backend: TestBackend) -> None:
    await play_weeks(backend, players=40)
    runs = [await statements_of_a_run(backend, week) for week in WEEKS]
    # Nobody can have missed the very first week.
    assert len(runs[0]) == len(runs[1]) - 1
    # The run of the last week also clears its running statistics.
    forgetting = [statement for statement in runs[3] if statement.startswith("UPDATE events SET week_number")]
    assert runs[1] == runs[2] == [statement for statement in runs[3] if statement not in forgetting]
    assert len(forgetting) == 1
    # Two of them find posts about the event, and players who want reminders.
    assert len(runs[3]) <= 23
    undone = [await statements_of_an_undo(backend) for _ in WEEKS]
    assert undone[0] == undone[1] == undone[2] == undone[3]


async def test_a_late_run_has_as_many_statements_however_many_follow(backend: TestBackend) -> None:
    await play_weeks(backend, players=20)
    for week in (WEEKS[0], *WEEKS[2:]):
        await backend.run(week)
    two_follow = await statements_of_a_run(backend, WEEKS[1])
    undone = await statements_of_an_undo(backend)
    await backend.undo()
    one_follows = await statements_of_a_run(backend, WEEKS[1])
    assert one_follows == two_follow
    assert await statements_of_an_undo(backend) == undone
    assert await backend.differences() == []


async def test_a_run_writes_each_player_once_in_archive_and_ratings(backend: TestBackend) -> None:
    players = 20
    await play_weeks(backend, players)
    for number, week in enumerate(WEEKS):
        with rows_written() as written:
            await backend.run(week)
        scores = players if number == 0 else players - 1
        assert +written == {
            "INSERT weekly_runs": 1,
            "INSERT weekly_results": players,
            "UPDATE player_event_stats": players,
            "DELETE leaderboard_scores": scores,
            "INSERT audit_log": 1,
            # One is for its version, and one for the running statistics of the week.
            "UPDATE events": 2 if week == WEEKS[-1] else 1,
        }
    assert len(await tables.rows(backend.database, WeeklyResult)) == players * len(WEEKS)


async def test_an_undo_writes_no_more_rows_than_the_run(backend: TestBackend) -> None:
    players = 20
    await play_weeks(backend, players)
    for week in WEEKS:
        await backend.run(week)
    with rows_written() as written:
        await backend.undo()
    assert +written == {
        "INSERT leaderboard_scores": players - 1,
        "UPDATE player_event_stats": players,
        "DELETE weekly_results": players,
        "DELETE weekly_runs": 1,
        "INSERT audit_log": 1,
        "UPDATE events": 1,
    }


async def test_a_run_leaves_the_rows_of_other_events_and_weeks_alone(backend: TestBackend) -> None:
    await play_weeks(backend, 5)
    await backend.create_event(name="40L Sprint")
    await backend.submit_all({1: 10})
    await backend.submit(1, 10, "40L Sprint")
    await backend.real.scoring.recalculate(2)
    others = await _rows_of_others(backend)
    with rows_written() as written:
        await backend.run(WEEKS[0])
    assert written["UPDATE player_event_stats"] == 5
    assert await _rows_of_others(backend) == others


async def test_a_preview_has_the_statements_of_its_runs_and_one_savepoint(backend: TestBackend) -> None:
    await play_weeks(backend, 20)
    await backend.run(WEEKS[0])
    with statements_seen("") as previewed:
        await backend.real.services.weeks.preview(ADMIN, EVENT, WEEKS[1], lambda *_: None)
    run = await statements_of_a_run(backend, WEEKS[1])
    kinds = [statement.split("(")[0] for statement in previewed]
    assert len([kind for kind in kinds if "SAVEPOINT" not in kind]) == len(run)


async def test_a_run_reads_no_more_rows_into_the_bot_than_it_lists(backend: TestBackend) -> None:
    await play_weeks(backend, players=40)
    await backend.run(WEEKS[0])
    [run] = await backend.run(WEEKS[1])
    assert (len(await backend.results(run.week)), await tables.missed(backend.database, run.week)) == (10, {40: 0})
    with rows_loaded(WeeklyResult, PlayerEventStats, LeaderboardScore) as loaded:
        await backend.run(WEEKS[2])
    assert loaded == []


async def _rows_of_others(backend: TestBackend) -> tuple[tables.Rows, tables.Rows]:
    ratings = [row for row in await tables.rows(backend.database, PlayerEventStats) if row["event_id"] == 2]
    scores = await tables.rows(backend.database, LeaderboardScore)
    return ratings, [row for row in scores if row["event_id"] == 2 or row["week_number"] != 202644]


async def test_a_run_has_no_rows_returned_that_it_writes(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({player: player for player in range(1, 6)}, {})
    with statements_seen("RETURNING") as returning:
        await backend.run()
    assert {statement.split()[2] for statement in returning} <= {"weekly_runs", "audit_log"}
