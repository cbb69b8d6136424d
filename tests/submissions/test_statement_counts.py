"""The costs of reading and recalculating: statements, rows written, rows scanned."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import URL, text, update
from sqlalchemy.engine import Engine

from bot.database.models import Base, Event, PlayerEventStats
from bot.domain.jobs import JobKind, Lane
from bot.domain.reminders import Reminder
from bot.domain.standings import Board
from bot.services.jobs._queue import claim_due
from tests import tables
from tests.backends import EVENT, GUILD, DeadProcess, TestBackend, open_test_backend, with_recalculation
from tests.large_events import as_if_large
from tests.outages import listening, statements_seen
from tests.sessions import reading
from tests.tracing import untraced

pytestmark = untraced

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLAYERS = 25
ON_FIRST_PAGE, ON_LAST_PAGE, NOBODY = PLAYERS, 1, 99


@pytest.fixture
async def season(backend: TestBackend) -> TestBackend:
    """An event with three pages on every board; a player's number is the score. Nothing runs in the background."""
    backend = with_recalculation(backend, DeadProcess())
    await backend.create_event()
    await backend.play({player: player for player in range(1, PLAYERS + 1)}, {})
    await backend.run()
    await backend.submit_all({player: player for player in range(1, PLAYERS + 1)})
    await backend.real.scoring.recalculate(1)
    return backend


@contextmanager
def reads_seen() -> Iterator[list[str]]:
    """Yield a list that will contain the statements that read."""
    reads: list[str] = []
    with statements_seen("SELECT") as seen:
        yield reads
    reads += [statement for statement in seen if statement.startswith(("SELECT", "WITH"))]


READS = {
    # These are: the event, the keys, the rows; the viewer's row and its place, or else whether the viewer is withdrawn;
    # the place of a later page.
    (0, ON_FIRST_PAGE): 3,
    (0, NOBODY): 5,
    (0, ON_LAST_PAGE): 5,
    (1, NOBODY): 6,
    (1, ON_LAST_PAGE): 6,
    (2, ON_LAST_PAGE): 4,
}
"""The number of statements, by page and by viewer."""


async def test_a_page_takes_three_to_six_statements(season: TestBackend) -> None:
    assert {case: await reads_of(season, Board.ALL_TIME, *case) for case in READS} == READS


async def test_a_page_of_the_overall_board_takes_as_many(season: TestBackend) -> None:
    # The last page is not full, so the bot also looks for players without an event Elo.
    expected = READS | {(2, ON_LAST_PAGE): 5}
    assert {case: await reads_of(season, Board.OVERALL, *case) for case in READS} == expected


async def test_the_page_of_a_week_takes_two_more_or_five(season: TestBackend) -> None:
    # It also reads the time zone and the closed weeks.
    assert await reads_of(season, Board.WEEK, 0, ON_FIRST_PAGE) == 3 + 2
    await tables.execute(season.database, update(Event).values(week_number=None))
    # It also reads the least score of the field, its mean and its squares.
    assert await reads_of(season, Board.WEEK, 0, ON_FIRST_PAGE) == 3 + 5


async def reads_of(season: TestBackend, board: Board, page: int, viewer: int) -> int:
    """Return how many statements read for a page and a viewer."""
    with reads_seen() as seen:
        await season.real.services.standings.page(GUILD, EVENT, board, page, viewer)
    return len(seen)


async def test_a_recalculation_takes_one_read_and_one_write_a_table(
    season: TestBackend,
) -> None:
    for score, expected in ((26, ["UPDATE", "UPDATE"]), (2, [])):
        await season.submit(1, score)
        with statements_seen("") as seen:
            await season.real.scoring.recalculate(1)
        kinds = [statement.split()[0] for statement in seen]
        assert [kind for kind in kinds if kind != "BEGIN"] == ["SELECT", *expected], seen


async def test_a_recalculation_writes_the_rows_whose_elo_has_changed(season: TestBackend) -> None:
    before = await tables.stored_elos(season.database, 1)
    await tables.execute(season.database, update(PlayerEventStats).values(updated_at=LONG_AGO))
    await season.submit(12, 12.1)
    await season.real.scoring.recalculate(1)
    after = await tables.stats(season.database, 1)
    written = {player for player, row in after.items() if row.updated_at != LONG_AGO}
    assert written == {player for player, row in after.items() if row.all_time_leaderboard_elo != before[player]}
    assert 12 in written
    assert len(written) < PLAYERS


@pytest.mark.parametrize("board", Board)
async def test_no_statement_of_a_page_looks_through_a_table(file_url: URL, board: Board) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit_all({player: player for player in range(1, PLAYERS + 1)})
        with seen_with_parameters("SELECT") as seen:
            await backend.real.services.standings.page(GUILD, EVENT, board, 1, ON_LAST_PAGE)
        plans = [await plan_of(backend, *statement) for statement in seen]
    assert len(plans) >= 5
    steps = [step for plan in plans for step in plan]
    # Only the rows of the page may be scanned, and a row without a table.
    assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN anon_1", "SCAN CONSTANT ROW"}
    keys = next(plan for statement, plan in zip(seen, plans, strict=True) if "LIMIT" in statement[0])
    assert [step.partition(" USING ")[2].split(" idx")[0] for step in keys] == ["COVERING INDEX"]


async def test_a_weekly_run_reads_of_the_log_what_was_removed_alone(file_url: URL) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit_all({player: player for player in range(1, PLAYERS + 1)})
        with seen_with_parameters("SELECT") as seen:
            await backend.run()
        plans = [await plan_of(backend, *statement) for statement in seen if "score_submissions" in statement[0]]
    of_week = "(event_id=? AND week_number=? AND removed_at>?)"
    assert plans == [[f"SEARCH score_submissions USING COVERING INDEX idx_score_submissions_removals {of_week}"]]


async def test_no_statement_of_submissions_looks_through_a_table(file_url: URL) -> None:
    async with open_test_backend(file_url) as real:
        backend = with_recalculation(real, DeadProcess())
        for number in range(PLAYERS):
            await backend.create_event(name=f"Event {number}")
        # Repeat it, so that the personal bests of both events are cached; otherwise all of them would be read.
        for factor in (1, 2):
            await _submit_together(backend, factor)
        await tables.execute(backend.database, text("ANALYZE"))
        with seen_with_parameters("WITH", "SELECT", "INSERT", "UPDATE") as seen:
            await _submit_together(backend, 3)
        plans = [await plan_of(backend, *statement) for statement in seen]
    # These are: the lookup; the log, the bests, the events.
    assert len(plans) == 4
    scans = {step.split()[1] for plan in plans for step in plan if step.startswith("SCAN")}
    assert scans & Base.metadata.tables.keys() == set()
    assert "found_each" in scans


async def test_a_recalculation_of_many_looks_up_scores_by_their_bands(file_url: URL) -> None:
    async with open_test_backend(file_url) as real:
        backend = with_recalculation(real, DeadProcess())
        await backend.create_event()
        await backend.submit_all({player: player for player in range(1, PLAYERS + 1)})
        await backend.real.scoring.recalculate(1)
        await backend.submit(1, 30)
        with as_if_large(), seen_with_parameters("UPDATE player_event_stats") as seen:
            await backend.real.scoring.recalculate(1)
        of_bands, of_submitters = [await plan_of(backend, *statement) for statement in seen]
    of_rating = (
        "SEARCH player_event_stats USING INDEX sqlite_autoindex_player_event_stats_1 (player_id=? AND event_id=?)"
    )
    by_score = "(event_id=? AND score_type=? AND week_number=? AND score>? AND score<?)"
    assert of_bands == [
        "SCAN bands_each VIRTUAL TABLE INDEX 1:",
        f"SEARCH leaderboard_scores USING COVERING INDEX idx_leaderboard_scores_week {by_score}",
        of_rating,
    ]
    assert of_submitters == [
        "SEARCH score_submissions USING INTEGER PRIMARY KEY (rowid>?)",
        "SEARCH leaderboard_scores USING INDEX uq_all_time_scores (player_id=? AND event_id=?)",
        of_rating,
    ]


async def test_scores_taken_back_are_looked_up_by_their_player(file_url: URL) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 30)
        result = await backend.submit(1, 40)
        with seen_with_parameters("SELECT") as seen:
            await backend.real.services.removals.take_back(GUILD, 1, 1, result.interaction_id)
        steps = [step for statement in seen for step in await plan_of(backend, *statement)]
    # The record of the event is looked up by event, under an alias.
    own = [step for step in steps if step.startswith("SEARCH score_submissions USING INDEX idx")]
    by_player = "SEARCH score_submissions USING INDEX idx_score_submissions_player (player_id=?)"
    assert own == [by_player, by_player]


async def test_who_has_overtaken_a_player_is_looked_up_by_player(file_url: URL) -> None:
    async with open_test_backend(file_url) as backend:
        reminders = backend.real.services.reminders
        await backend.create_event()
        await backend.submit(1, 30)
        await reminders.switch(GUILD, 1, Reminder.OVERTAKEN, is_on=True)
        backend.clock.move(hours=1)
        await backend.submit(2, 40)
        backend.clock.move(days=1)
        [claim] = await backend.database.write(
            partial(claim_due, now=backend.clock.now, lane=Lane.MESSAGES, kinds=[JobKind.REMINDER], most=1)
        )
        with seen_with_parameters("SELECT") as seen:
            message = await reminders.draft(claim)
        steps = [step for statement in seen for step in await plan_of(backend, *statement)]
    assert message is not None
    assert [one.number for one in message.overtaken] == [1]
    logged = [step for step in steps if "score_submissions" in step]
    assert logged
    assert [step for step in logged if "idx_score_submissions_player (player_id=?" not in step] == []


async def _submit_together(backend: TestBackend, factor: int) -> None:
    players = range(1, PLAYERS + 1)
    await asyncio.gather(*(backend.submit(n, factor * n, f"Event {n % 2}") for n in players))


@contextmanager
def seen_with_parameters(*beginnings: str) -> Iterator[list[tuple[str, Any]]]:
    """Yield a list of the statements that begin like this, each with its parameters, or the first ones."""
    seen: list[tuple[str, Any]] = []

    def look(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(beginnings):
            seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    with listening(Engine, "before_cursor_execute", look):
        yield seen


async def plan_of(backend: TestBackend, statement: str, parameters: Any) -> list[str]:
    """Return the steps of SQLite's plan."""
    async with reading(backend.database) as session:
        connection = await session.connection()
        return [row.detail for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
