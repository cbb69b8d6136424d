"""No lock spans reading and writing: a change of a submission's event or player in between leads to a new decision."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import URL, Engine, select, update

from bot.database.models import Event, HeldScore, LeaderboardScore, Member, Player, ScoreSubmission
from bot.errors import CooldownActive, EventArchived, EventNotFound, ScoreBeyondAlarm, ScoreTooHigh, SubmitterWithdrawn
from bot.services.events import EventOptions
from bot.services.ratings import Recalculator
from bot.services.submissions import _service
from bot.services.verification import VerificationService
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.outages import listening, statements_seen
from tests.sessions import writing

OTHER = "Sprint"
FINDING, WRITING = "found_rows", "locked_events AS"
"""Parts of the two statements that a submission takes."""


@contextmanager
def just_before(is_time: Callable[[str], bool], change: Callable[[], Awaitable[object]]) -> Iterator[None]:
    """Let something happen once, before the first statement for which `is_time` returns True."""
    has_happened = False

    def happen(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal has_happened
        if not has_happened and is_time(statement):
            has_happened = True
            connection.connection.dbapi_connection.run_async(lambda _: change())

    with listening(Engine, "before_cursor_execute", happen):
        yield
    assert has_happened


def just_before_the_write(change: Callable[[], Awaitable[object]]) -> AbstractContextManager[None]:
    """Let something happen after a submission's data were read and before it is written."""
    return just_before(lambda statement: WRITING in statement, change)


def just_after_finding(place: int, change: Callable[[], Awaitable[object]]) -> AbstractContextManager[None]:
    """Let something happen before one of the statements that follow the first lookup."""
    seen: list[str] = []

    def is_time(statement: str) -> bool:
        if seen or FINDING in statement:
            seen.append(statement)
        return len(seen) == 1 + place

    return just_before(is_time, change)


@pytest.fixture(autouse=True)
def nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the background recalculation off: it would lock the event and force submissions to retry."""
    monkeypatch.setattr(Recalculator, "request", lambda _recalculator, _event_id: None)


@pytest.fixture
async def one(server_url: URL) -> AsyncIterator[TestBackend]:
    """A process that has counted for three weeks, so that it has cached the week and the personal bests."""
    async with open_test_backend(server_url, submit_cooldown_seconds=10) as backend:
        await backend.create_event()
        await backend.create_event("LOW", OTHER)
        await backend.play({1: 100, 2: 200, 3: 300}, {1: 90, 2: 80, 3: 70}, {1: 50, 2: 60, 3: 70})
        await backend.real.scoring.recalculate(1)
        backend.clock.move(minutes=1)
        yield backend


@pytest.fixture
async def other(one: TestBackend) -> AsyncIterator[TestBackend]:
    """Another process on the same database, with the same clock."""
    async with open_test_backend(one.database.url, one.clock, submit_cooldown_seconds=10) as backend:
        yield backend


async def a_while_ago(backend: TestBackend, submission: Callable[[], Awaitable[object]]) -> None:
    """Let somebody submit so long ago that the player may submit again."""
    backend.clock.move(seconds=-30)
    await submission()
    backend.clock.move(seconds=30)


async def test_what_nobody_changes_is_found_once_and_written_once(one: TestBackend) -> None:
    with statements_seen(FINDING) as found, statements_seen(WRITING) as written:
        await one.submit(1, 10)
    assert (len(found), len(written)) == (1, 1)


async def test_a_score_is_compared_with_the_best_that_was_just_stored(one: TestBackend, other: TestBackend) -> None:
    with just_before_the_write(lambda: a_while_ago(one, lambda: other.submit(1, 500))):
        result = await one.submit(1, 400)
    assert (result.previous_best, result.is_personal_best, result.is_weekly_best, result.rank) == (500, False, False, 1)
    assert await one.differences() == []


async def test_whoever_others_always_outrun_waits_and_is_told_what_was_written(
    one: TestBackend, other: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_service, "MAX_ATTEMPTS", 1)
    with just_before_the_write(lambda: other.submit(2, 700)):
        result = await one.submit(1, 600)
    assert (result.rank, result.players) == (2, 3)
    assert [row["score"] for row in await tables.rows(one.database, ScoreSubmission)].count(600) == 1


async def test_a_field_that_was_just_moved_is_moved_on_from_there(one: TestBackend, other: TestBackend) -> None:
    with just_before_the_write(lambda: other.submit(4, 700)):
        result = await one.submit(1, 600)
    assert (result.rank, result.players) == (2, 4)
    assert await one.differences() == []


async def test_the_cooldown_knows_what_was_just_counted_in_another_event(one: TestBackend, other: TestBackend) -> None:
    before = await tables.rows(one.database, ScoreSubmission)
    with just_before_the_write(lambda: other.submit(1, 5, OTHER)), pytest.raises(CooldownActive):
        await one.submit(1, 600)
    assert len(await tables.rows(one.database, ScoreSubmission)) == len(before) + 1


async def test_a_week_that_was_just_closed_takes_no_score(one: TestBackend, other: TestBackend) -> None:
    with just_before_the_write(lambda: other.run("2026-W47")):
        result = await one.submit(1, 400)
    assert (str(result.week), str(result.closed_week)) == ("2026-W48", "2026-W47")
    assert await one.differences() == []


async def test_a_week_that_was_just_reopened_takes_scores_again(one: TestBackend, other: TestBackend) -> None:
    await one.run("2026-W47")
    await one.submit(1, 80)
    one.clock.move(minutes=1)
    with just_before_the_write(other.undo):
        result = await one.submit(1, 400)
    assert (str(result.week), result.closed_week) == ("2026-W47", None)
    assert await one.differences() == []


@pytest.mark.parametrize("place", [1, 2])
async def test_a_field_is_counted_anew_as_it_is_when_its_week_was_just_closed(
    one: TestBackend, other: TestBackend, place: int
) -> None:
    await one.run("2026-W47")
    await one.submit(1, 80)
    await one.undo()
    one.clock.move(minutes=1)
    # The event stores no field for a week that is open again, so the bot counts it.
    with just_after_finding(place, lambda: other.run("2026-W47")):
        result = await one.submit(1, 400)
    assert (str(result.week), str(result.closed_week)) == ("2026-W48", "2026-W47")
    assert await one.differences() == []


async def test_a_best_that_was_just_removed_is_not_compared_with(one: TestBackend, other: TestBackend) -> None:
    with just_before_the_write(lambda: other.real.services.removals.remove(ADMIN, EVENT, 1)):
        result = await one.submit(1, 95)
    assert (result.previous_best, result.is_personal_best) == (90, True)
    assert await one.differences() == []


@pytest.mark.parametrize("event", [EVENT, "Ultra"])
async def test_a_player_who_was_just_withdrawn_has_no_score_counted(
    one: TestBackend, other: TestBackend, event: str
) -> None:
    await one.create_event(name="Ultra")
    # The first score of a week locks the event, and a withdrawal waits for it.
    await one.submit(2, 80, "Ultra")
    withdrawals = other.real.services.withdrawals
    # In the second event, the player has no best that a withdrawal could change.
    with just_before_the_write(lambda: withdrawals.withdraw(ADMIN, 1)), pytest.raises(SubmitterWithdrawn):
        await one.submit(1, 95, event)
    await withdrawals.bring_back(ADMIN, 1)
    assert (await one.submit(1, 95)).previous_best == 100
    assert await one.differences() == []


async def test_a_best_that_was_just_repaired_is_compared_with_as_it_is_now(
    one: TestBackend, other: TestBackend
) -> None:
    of_week = (LeaderboardScore.player_id == 1) & LeaderboardScore.week_number.is_not(None)
    await tables.execute(one.database, update(LeaderboardScore).where(of_week).values(score=900))
    with just_before_the_write(VerificationService(other.database).repair):
        result = await one.submit(1, 70)
    assert result.is_weekly_best
    assert await one.differences() == []


async def test_an_event_that_was_just_archived_takes_no_score(one: TestBackend, other: TestBackend) -> None:
    events = other.real.services.events
    with just_before_the_write(lambda: events.archive(ADMIN, EVENT)), pytest.raises(EventArchived):
        await one.submit(1, 400)


async def test_an_edit_that_was_just_made_holds_for_the_score(one: TestBackend, other: TestBackend) -> None:
    events = other.real.services.events
    with (
        just_before_the_write(lambda: events.edit(ADMIN, EVENT, EventOptions(max_score="350"))),
        pytest.raises(ScoreTooHigh),
    ):
        await one.submit(1, 400)


async def test_an_event_that_was_just_renamed_is_not_found_any_more(one: TestBackend, other: TestBackend) -> None:
    events = other.real.services.events
    with (
        just_before_the_write(lambda: events.edit(ADMIN, EVENT, EventOptions(name="Ultra"))),
        pytest.raises(EventNotFound),
    ):
        await one.submit(1, 400)


async def test_a_player_who_was_just_renamed_is_called_by_the_newest_name(one: TestBackend, other: TestBackend) -> None:
    def rename() -> Awaitable[object]:
        return a_while_ago(one, lambda: other.submit(1, 5, OTHER, display_name="Ana"))

    [before] = [row for row in await tables.rows(one.database, Member) if row["player_id"] == 1]
    with just_before_the_write(rename):
        await one.submit(1, 400, display_name="Ana B.")
    [after] = [row for row in await tables.rows(one.database, Member) if row["player_id"] == 1]
    assert (after["display_name"], after["version"]) == ("Ana B.", before["version"] + 2)


async def test_a_recalculation_changes_nothing_that_is_decided_by(one: TestBackend, other: TestBackend) -> None:
    await tables.execute(one.database, update(Event).values(elo_base=1))
    with statements_seen(WRITING) as written, just_before_the_write(lambda: other.real.scoring.recalculate(1)):
        await one.submit(1, 400)
    assert len(written) == 1
    assert await one.differences() == []


async def test_whoever_somebody_holds_is_counted_when_they_are_let_go(one: TestBackend, other: TestBackend) -> None:
    async with writing(one.database) as session:
        await session.execute(select(Member).where(Member.player_id == 1).with_for_update())
        held = asyncio.create_task(one.submit(1, 400))
        assert (await other.submit(2, 350)).is_personal_best
        assert not held.done()
    assert (await held).rank == 1
    assert await one.differences() == []


async def test_a_score_is_said_to_wait_for_an_admin_only_once_that_is_stored(
    one: TestBackend, other: TestBackend
) -> None:
    await one.real.services.events.edit(ADMIN, EVENT, EventOptions(alarm_max="1000"))
    async with writing(one.database) as session:
        await session.execute(select(Member).where(Member.player_id == 1).with_for_update())
        alarming, locked = (asyncio.create_task(one.submit(player, score)) for player, score in ((2, 5000), (1, 400)))
        with pytest.raises(ScoreBeyondAlarm):
            await alarming
        assert [row["score"] for row in await tables.rows(other.database, HeldScore)] == [5000]
        assert not locked.done()
    assert (await locked).rank == 1


async def test_a_refused_one_of_a_held_event_is_told_at_once(one: TestBackend) -> None:
    await one.submit(1, 400)
    async with writing(one.database) as session:
        await session.execute(select(Event).where(Event.name == EVENT).with_for_update(key_share=True))
        refused, counted = (asyncio.create_task(one.submit(player, 500)) for player in (1, 2))
        with pytest.raises(CooldownActive):
            await refused
        assert not counted.done()
    assert (await counted).is_personal_best


async def test_of_those_counted_together_all_are_where_one_event_changes(one: TestBackend, other: TestBackend) -> None:
    await asyncio.gather(*(one.submit(player, player, OTHER) for player in (4, 5)))
    one.clock.move(minutes=1)
    with just_before_the_write(lambda: other.submit(6, 1000)):
        scores, times = (one.submit(player, 500 + player) for player in (1, 2)), (one.submit(3, 1, OTHER),)
        first, second, sprint = await asyncio.gather(*scores, *times)
    assert (first.rank, second.rank, sprint.rank) == (2, 2, 1)
    assert await one.differences() == []


async def test_one_who_submitted_when_the_clock_was_ahead_is_counted(one: TestBackend) -> None:
    await one.submit(1, 400)
    one.clock.move(seconds=-30)
    assert (await one.submit(1, 500)).is_personal_best
    assert await one.differences() == []


async def test_a_score_of_a_user_who_is_just_erased_is_a_newcomers(one: TestBackend, other: TestBackend) -> None:
    erased = other.real.services.privacy.erase
    await one.create_event(name="Away", actor=replace(ADMIN, guild_id=2002))
    for player, event, guild in ((1, EVENT, GUILD), (2, "Away", 2002)):
        with just_before_the_write(partial(erased, player, "Former player")):
            result = await one.submit(player, 400, event, guild_id=guild)
        assert (result.previous_best, result.player.discord_id) == (None, player)
    members = await tables.rows(one.database, Member)
    former = [row["id"] for row in await tables.rows(one.database, Player) if row["discord_id"] < 0]
    assert {row["display_name"] for row in members if row["player_id"] in former} == {"Former player"}
    assert await one.differences() == []


async def test_a_score_that_is_held_of_a_user_who_is_just_erased_is_a_newcomers(
    one: TestBackend, other: TestBackend
) -> None:
    # The player has no row in the event yet, so an erasure does not wait for the event.
    await one.real.services.events.edit(ADMIN, OTHER, EventOptions(alarm_min="999"))
    erasing = just_before(
        lambda statement: "locked_players" in statement and WRITING not in statement,
        lambda: other.real.services.privacy.erase(1, "Former player"),
    )
    with pytest.raises(ScoreBeyondAlarm), erasing:
        await one.submit(1, 10, OTHER, proof="https://example.com/run")
    [held] = await tables.rows(one.database, HeldScore)
    assert {row["id"]: row["discord_id"] for row in await tables.rows(one.database, Player)}[held["player_id"]] == 1
