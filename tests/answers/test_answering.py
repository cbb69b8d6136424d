"""Answers arrive in time, despite slow work, unexpected errors, and failures of Discord or the database."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError
from simcord.http import FakeWebhookAdapter
from sqlalchemy import select

from bot.database.models import Event
from tests.backends import Clock
from tests.one_database import on_both_databases, on_one_database
from tests.outages import statement_waits, statements_fail
from tests.patience import SOON, UNTIL_IT_HANGS, hasty
from tests.sessions import writing
from tests.wire.waiting import until
from tests.world import World

pytestmark = on_one_database

REFERENCE = re.compile(
    r"⚠️ Something went wrong on our side\. `/leaderboard` shows whether a score was counted\. "
    r"If it happens again, tell the bot's operator: ([0-9a-f]{8})\."
)
READING = re.compile(
    r"⚠️ Something went wrong on our side\. If it happens again, tell the bot's operator: ([0-9a-f]{8})\."
)
LOST = "⚠️ Discord lost the answer. What you asked for was done: look at `/leaderboard` before you repeat it."
CALLBACK, FOLLOW_UP = "/interactions/*/callback", "/webhooks/*"
ORIGINAL = "/webhooks/*/messages/@original"


async def test_quick_work_is_answered_directly(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 1)

    assert world.traffic.deferrals == 0


@on_both_databases
async def test_slow_work_is_acknowledged_and_its_success_shown_to_everyone(world: World) -> None:
    await world.create_event()

    async with somebody_else_writing(world):
        seen = await world.submit("Ana", 100)

    assert seen.alone == "Done. See below."
    assert seen.public.startswith("🎉 **Ana**")
    assert "Done." not in world.channel_seen_by("Bob")
    assert world.traffic.deferrals == 1


async def test_slow_work_that_is_refused_tells_the_user_alone(world: World) -> None:
    await world.create_event()

    async with somebody_else_writing(world):
        sentence = await world.refused(world.reset())

    assert sentence.startswith("Nobody has submitted a score")
    assert "Nobody" not in world.channel_seen_by("Bob")
    assert world.traffic.deferrals == 1


async def test_a_slow_answer_for_one_user_alone_stays_with_them(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    async with somebody_else_writing(world):
        seen = await world.reset(preview=True)

    assert seen.alone.startswith(
        "Preview: nothing is closed yet.\nto close: `/weekly-reset`\n🏆 Tetris Blitz · 16–22 November"
    )
    assert seen.is_private
    assert world.traffic.deferrals == 1


async def test_a_slow_page_is_turned_in_place(world: World) -> None:
    board = await two_pages(world)

    with a_slow_statement(world, "SELECT events"):
        second = await world.click("Player 1", board, "›")

    assert "11 **Player 11**" in second.public
    assert not second.alone
    assert world.traffic.deferrals == 1


async def test_somebody_elses_slow_copy_stays_with_them(world: World) -> None:
    board = await two_pages(world)

    with a_slow_statement(world, "SELECT events"):
        second = await world.click("Player 2", board, "›")

    assert "11 **Player 11**" in second.alone
    assert "Player 11" not in world.channel_seen_by("Player 1")
    assert list(second.buttons) == ["This week", "Overall", "Past weeks", "‹", "Find me", "Submit a score"]
    assert world.traffic.deferrals == 1


@on_both_databases
async def test_commands_that_wait_for_each_other_are_all_answered(world: World) -> None:
    await world.create_event()

    async with somebody_else_writing(world):
        seen = await world.at_once(*(world.submit(f"Player {number}", number + 1) for number in range(5)))

    assert all("🎉" in one.public for one in seen)
    assert "5 players" in await world.board()


async def test_a_refusal_is_an_answer_and_no_error_that_discord_py_sees(world: World) -> None:
    await world.create_event()
    await world.refused(world.submit("Ana", "no score"))
    await world.refused(world.use("Ana", "event archive", event="Tetris Blitz"))
    assert world.env.errors == []


async def test_an_unexpected_error_is_told_as_a_code_that_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create_event()
    monkeypatch.setattr(Clock, "__call__", read_a_broken_clock)

    await assert_told_as_a_code(world, world.submit("Ana", 1), caplog)
    await assert_told_as_a_code(world, world.create_event("Sprint"), caplog)
    await assert_told_as_a_code(world, world.board("week"), caplog, only_reads=True)
    assert "Something went wrong" not in world.channel_seen_by("Bob")


@on_both_databases
async def test_an_unexpected_error_of_slow_work_is_told_likewise(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create_event()
    monkeypatch.setattr(Clock, "__call__", read_a_broken_clock)

    async with somebody_else_writing(world):
        # The use case reads the clock for the audit log only after the wait.
        await assert_told_as_a_code(world, world.use(world.admin, "event archive", event="Tetris Blitz"), caplog)

    assert world.traffic.deferrals == 1


async def test_an_unexpected_error_of_a_button_is_told_likewise(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await two_pages(world, "week")
    monkeypatch.setattr(Clock, "__call__", read_a_broken_clock)

    await assert_told_as_a_code(world, world.click("Player 1", board, "›"), caplog, only_reads=True)


@on_both_databases
async def test_a_database_that_fails_is_told_as_such_and_not_in_its_own_words(world: World) -> None:
    await world.create_event()

    with statements_fail("SELECT"):
        for doing in (world.submit("Ana", 1), world.reset()):
            assert (await doing).alone == (
                "⚠️ The leaderboard cannot reach its records right now. Please try again in a minute; "
                "`/leaderboard` shows whether a score was counted."
            )
        # Whoever only looked has nothing to look up.
        assert (await world.board()).alone == (
            "⚠️ The leaderboard cannot reach its records right now. Please try again in a minute."
        )
    assert "🎉" in await world.submit("Ana", 1)


async def test_a_database_that_fails_offers_nothing_while_a_user_types(world: World) -> None:
    await world.create_event()
    world.expect_silence()

    with statements_fail("SELECT"):
        assert await world.suggestions("Ana", "submit-score", "event") == []
    assert await world.suggestions("Ana", "submit-score", "event") == ["Tetris Blitz"]


@pytest.mark.parametrize(("status", "code"), [(500, 0), (404, 10062)])
async def test_a_lost_answer_is_said_to_be_lost_and_what_was_done_stays_done(
    world: World, status: int, code: int
) -> None:
    await world.create_event()
    world.fail_discord("POST", CALLBACK, status=status, code=code)

    assert (await world.submit("Ana", 100)).alone == LOST
    assert "🥇 **Ana** · 100" in await world.board()


@pytest.mark.parametrize(("status", "code"), [(500, 0), (404, 10062), (401, 50027)])
async def test_a_user_who_cannot_be_answered_at_all_stops_nothing(
    world: World, status: int, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    await world.create_event()
    world.fail_discord("POST", CALLBACK, status=status, code=code, times=2)

    assert (await world.submit("Ana", 100)).text == ""
    assert world.unexpected_errors() == []
    assert "could not be delivered" in caplog.text
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert "🥇 **Ana** · 100" in await world.board()


async def test_a_lost_deferral_loses_neither_the_score_nor_its_answer(world: World) -> None:
    await world.create_event()
    world.fail_discord("POST", CALLBACK, status=500)

    async with somebody_else_writing(world):
        seen = await world.submit("Ana", 100)

    assert "🎉" in seen.public
    assert "🥇 **Ana** · 100" in await world.board()


@pytest.mark.parametrize(("method", "path"), [("PATCH", ORIGINAL), ("POST", FOLLOW_UP)])
async def test_a_lost_follow_up_is_said_to_be_lost(world: World, method: str, path: str) -> None:
    await world.create_event()
    world.fail_discord(method, path, status=500)

    async with somebody_else_writing(world):
        seen = await world.submit("Ana", 100)

    assert seen.alone == LOST
    assert "🥇 **Ana** · 100" in await world.board()


async def test_a_connection_to_discord_that_breaks_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def disconnect(*_: Any, **__: Any) -> None:
        raise ServerDisconnectedError

    await world.create_event()
    world.expect_silence()
    with monkeypatch.context() as patch:
        patch.setattr(FakeWebhookAdapter, "request", disconnect)
        assert (await world.submit("Ana", 100)).text == ""

    assert "could not be delivered" in caplog.text
    assert "🥇 **Ana** · 100" in await world.board()


async def test_a_refusal_that_is_lost_stops_nothing(world: World) -> None:
    await world.create_event()
    world.fail_discord("POST", CALLBACK, status=500)

    assert (await world.submit("Ana", "-1")).text == ""
    assert "No scores yet" in await world.board()


async def test_a_command_that_arrives_while_the_bot_goes_down_is_refused(world: World) -> None:
    await world.create_event()
    await world.bot.finish_commands()

    assert await world.refused(world.submit("Ana", 1)) == (
        "The bot is just restarting. Nothing was saved; please try again in a minute."
    )


async def test_a_command_that_the_bot_no_longer_has_is_explained(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.create_event()
    world.bot.tree.remove_command("leaderboard")

    assert await world.refused(world.board()) == (
        "This command has changed since your Discord last looked. Please try again in a few minutes."
    )
    assert "python -m bot sync" in caplog.text
    world.unexpected_errors()


async def two_pages(world: World, board: str = "all-time") -> Any:
    """A board of two pages, requested by Player 1."""
    await world.create_event()
    for rank in range(1, 13):
        name = f"Player {rank}"
        await world.backend.submit(world.member(name).id, 100 - rank, guild_id=world.guild.id, display_name=name)
    return await world.board(board, who="Player 1")


def read_a_broken_clock(_: Clock) -> None:
    raise RuntimeError("no time for password=hunter2")


async def assert_told_as_a_code(
    world: World, doing: Any, caplog: pytest.LogCaptureFixture, *, only_reads: bool = False
) -> None:
    caplog.clear()
    before = await world.tables()
    seen = await doing
    assert (told := (READING if only_reads else REFERENCE).fullmatch(seen.alone)), seen
    assert seen.is_private
    assert await world.tables() == before
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert told[1] in record.getMessage()
    assert "read_a_broken_clock" in caplog.text
    assert "hunter2" in caplog.text
    world.unexpected_errors()


@asynccontextmanager
async def somebody_else_writing(world: World) -> AsyncIterator[None]:
    """Another process locks the events until the bot has asked a user for patience."""
    is_writing = asyncio.Event()

    async def write() -> None:
        async with writing(world.backend.database) as session:
            await session.execute(select(Event).with_for_update())
            is_writing.set()
            await until(lambda: world.traffic.deferrals > 0, UNTIL_IT_HANGS, lambda: "a deferral")

    somebody = asyncio.create_task(write())
    await is_writing.wait()
    with hasty(DIRECT_ANSWER_SECONDS=SOON):
        yield
        await somebody


@contextmanager
def a_slow_statement(world: World, part: str) -> Iterator[None]:
    """The next statement that contains this text lasts until the bot has asked a user for patience."""
    with hasty(DIRECT_ANSWER_SECONDS=SOON), statement_waits(part, lambda: world.traffic.deferrals > 0):
        yield
